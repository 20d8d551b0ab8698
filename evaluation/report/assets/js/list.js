// The list of beads: only those in sight are in the page, so 20,000 cost what 20 do.
const listElement = byId("list");
const windowElement = byId("window");
const drawn = new Map(); // key -> {element, bead, position, version}
let listVersion = 0;

const virtualizer = new VirtualCore.Virtualizer(listOptions());

function listOptions() {
  return {
    count: view.shown.length,
    getScrollElement: () => window,
    scrollToFn: VirtualCore.windowScroll,
    observeElementRect: VirtualCore.observeWindowRect,
    observeElementOffset: VirtualCore.observeWindowOffset,
    estimateSize: (position) => estimateHeight(view.shown[position]),
    getItemKey: (position) => view.shown[position].key,
    scrollMargin: listTop(),
    scrollPaddingStart: byId("controls").offsetHeight + 12,
    scrollPaddingEnd: review ? 90 : 24,
    overscan: 5,
    initialRect: { width: window.innerWidth, height: window.innerHeight },
    onChange: () => drawList(),
  };
}

function listTop() {
  return Math.round(listElement.getBoundingClientRect().top + window.scrollY);
}

/** A guess at a bead's height, good enough for the scroll bar until it is drawn. */
let columns = { count: 3, width: 300 };
function measureColumns() {
  const room = listElement.clientWidth || 900;
  const number = room >= 900 ? (data.hasReference ? 3 : 2) : room >= 620 ? 2 : 1;
  const width = number === 1 ? room - 32 : (room - 130) / number - 24;
  if (number !== columns.count || width !== columns.width) columns = { count: number, width };
}
function estimateHeight(bead) {
  // asked for all beads after each one that was drawn
  if (bead.estimatedFor !== columns) {
    bead.estimate = estimate(bead);
    bead.estimatedFor = columns;
  }
  return bead.estimate;
}
function estimate(bead) {
  const linesOf = (text, letter) => Math.max(1, Math.ceil((text.length * letter) / columns.width));
  const source = linesOf(bead.source, 17);
  const translation = linesOf(bead.translation, 7.9);
  const target = data.hasReference ? linesOf(bead.target, 7.9) : 0;
  const side = columns.count === 3 || !data.hasReference;
  const lines = side ? Math.max(source, translation, target)
    : columns.count === 2 ? Math.max(source, translation + target + 1)
      : source + translation + target + 5;
  return Math.max(92, 34 + lines * 26 + (bead.flags.length || bead.left ? 34 : 0) + (review ? 40 : 0));
}

/** Draw what is in sight. Measuring what is new changes the list, so it is then placed again. */
let drawing = false;
let changed = false;
function drawList({ measureAll = false } = {}) {
  changed = true;
  if (drawing) return; // called by the measuring below: once more at the end will do
  drawing = true;
  for (let pass = 0; changed && pass < 4; pass += 1) {
    changed = false;
    placeBeads(measureAll && pass === 0);
  }
  drawing = false;
}

function placeBeads(measureAll) {
  const items = virtualizer.getVirtualItems();
  const total = view.shown.length;
  listElement.style.height = `${virtualizer.getTotalSize()}px`;
  const start = items.length ? items[0].start - virtualizer.options.scrollMargin : 0;
  windowElement.style.transform = `translateY(${start}px)`;
  const wanted = new Set();
  const fresh = [];
  let previous = null;
  for (const item of items) {
    const bead = view.shown[item.index];
    if (!bead) continue;
    wanted.add(bead.key);
    let entry = drawn.get(bead.key);
    if (!entry || entry.bead !== bead || entry.position !== item.index || entry.version !== listVersion) {
      const element = beadElement(bead, item.index, total);
      if (entry) entry.element.replaceWith(element);
      entry = { element, bead, position: item.index, version: listVersion };
      drawn.set(bead.key, entry);
      fresh.push(element);
    }
    const place = previous ? previous.nextSibling : windowElement.firstChild;
    if (place !== entry.element) windowElement.insertBefore(entry.element, place);
    previous = entry.element;
  }
  let gone = false;
  for (const [key, entry] of drawn) {
    if (wanted.has(key)) continue;
    entry.element.remove();
    drawn.delete(key);
    gone = true;
  }
  if (gone) virtualizer.measureElement(null); // stop observing what was removed
  // those that stay are observed already: only a change of their size is heard of
  const all = measureAll ? [...drawn.values()].map((entry) => entry.element) : fresh;
  for (const element of all) virtualizer.measureElement(element);
  if (fresh.length) markSearch();
}

/** Draw the list anew after the view, the beads or the room changed. */
function refreshList({ again = true } = {}) {
  if (again) listVersion += 1;
  measureColumns();
  virtualizer.setOptions(listOptions());
  virtualizer._willUpdate();
  drawList({ measureAll: true });
  markSearch();
}

function startList() {
  measureColumns();
  virtualizer._didMount();
  refreshList();
  const again = debounce(60, () => {
    virtualizer.measure();
    refreshList({ again: false });
  });
  let width = document.documentElement.clientWidth;
  new ResizeObserver(() => {
    // the height of what stands above the list moves the list
    if (document.documentElement.clientWidth !== width) {
      width = document.documentElement.clientWidth;
      again();
    } else if (listTop() !== virtualizer.options.scrollMargin) refreshList({ again: false });
  }).observe(document.body);
}

/** Mark what was searched, by the CSS Custom Highlight API (nothing is marked without it). */
function markSearch() {
  if (!window.Highlight || !CSS.highlights) return;
  const terms = searchTerms();
  CSS.highlights.delete("search");
  if (!terms.length) return;
  const ranges = [];
  for (const cellElement of windowElement.querySelectorAll(".cell p")) {
    const walker = document.createTreeWalker(cellElement, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.data.toLowerCase();
      for (const term of terms) {
        for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + term.length)) {
          const range = new Range();
          range.setStart(node, at);
          range.setEnd(node, at + term.length);
          ranges.push(range);
        }
      }
    }
  }
  CSS.highlights.set("search", new Highlight(...ranges));
}

/** Make a bead the current one; scroll to it unless it is wholly in sight. */
function goTo(key, { focus = true, align = "auto" } = {}) {
  const position = view.shown.findIndex((bead) => bead.key === key);
  if (position < 0) return false;
  const old = drawn.get(view.current);
  if (old) old.element.classList.remove("is-current");
  view.current = key;
  writeAddress();
  virtualizer.scrollToIndex(position, { align });
  const settle = (tries) => {
    const entry = drawn.get(key);
    if (!entry) {
      if (tries) requestAnimationFrame(() => settle(tries - 1));
      return;
    }
    entry.element.classList.add("is-current");
    if (focus) entry.element.focus({ preventScroll: true });
  };
  settle(30);
  return true;
}

/** Go to a bead even when the filters hide it: then they are taken away. */
function reveal(key, options = { align: "center" }) {
  if (view.shown.some((bead) => bead.key === key)) return goTo(key, options);
  if (!beads.some((bead) => bead.key === key)) return false;
  clearFilters();
  return goTo(key, options);
}
