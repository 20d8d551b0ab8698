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
  const width = listElement.clientWidth || 900;
  const count = width >= 900 ? (data.hasReference ? 3 : 2) : width >= 620 ? 2 : 1;
  columns = { count, width: count === 1 ? width - 32 : (width - 130) / count - 24 };
}
function estimateHeight(bead) {
  const lines = [
    Math.max(1, Math.ceil((bead.source.length * 17) / columns.width)),
    Math.max(1, Math.ceil((bead.translation.length * 7.9) / columns.width)),
    data.hasReference ? Math.max(1, Math.ceil((bead.target.length * 7.9) / columns.width)) : 0,
  ];
  const high = columns.count === 3 || !data.hasReference ? Math.max(...lines)
    : columns.count === 2 ? Math.max(lines[0], lines[1] + lines[2] + 1)
      : lines[0] + lines[1] + lines[2] + 5;
  return Math.max(92, 34 + high * 26 + (bead.flags.length || bead.left ? 34 : 0));
}

function drawList({ measureAll = false } = {}) {
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
