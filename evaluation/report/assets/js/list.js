// The list of beads: only those in sight are in the page, so 20,000 cost what 20 do.
//
// Each bead stands at its own place (top), where the heights before it put it: a guess until the
// bead is drawn, then its real height. In one pass all new beads are put in, then all heights are
// read, then all places are written, so that the browser lays the page out once.
const listElement = byId("list");
const drawn = new Map(); // key -> {element, bead, position, version}
const AHEAD = 500; // pixels above and below the window that are drawn, too
const MOST_PRINTED = 1000;
let heights = new Heights([]);
let listVersion = 0;
let listTop = 0; // of the list in the page
let coveredTop = 0; // of the window, by the controls
let printing = false;

const coveredBottom = () => (review ? 90 : 24);

/** A guess at a bead's height, good enough for the scroll bar until it is drawn. */
let columns = { count: 3, width: 300 };
function measureColumns() {
  const room = listElement.clientWidth || 900;
  const number = room >= 900 ? (data.hasReference ? 3 : 2) : room >= 620 ? 2 : 1;
  const width = number === 1 ? room - 32 : (room - 130) / number - 24;
  if (number !== columns.count || width !== columns.width) columns = { count: number, width };
}
function heightOf(bead) {
  if (bead.heightFor !== columns) {
    bead.height = estimate(bead);
    bead.heightFor = columns;
  }
  return bead.height;
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
  if (review) return Math.max(74, 44 + lines * 23 + (bead.flags.length || bead.left ? 30 : 0));
  return Math.max(92, 34 + lines * 26 + (bead.flags.length || bead.left ? 34 : 0));
}

/** The places that are drawn: [first, last], `ahead` pixels more than the window shows. */
function placesInSight(ahead) {
  if (printing) return [0, Math.min(MOST_PRINTED, heights.count) - 1];
  const top = window.scrollY - listTop;
  const first = heights.at(top - ahead);
  const last = heights.at(top + window.innerHeight + ahead);
  return [first, Math.min(heights.count - 1, Math.max(last, first + 5))];
}

let drawnAt = 0;
const drawAhead = debounce(100, () => drawList());

/** Draw what is in sight. What is being read keeps its place when a height above it changes. */
function drawList({ measureAll = false, anchored = true } = {}) {
  if (!heights.count) {
    for (const entry of drawn.values()) entry.element.remove();
    drawn.clear();
    return;
  }
  // in a leap nothing of what was read is left to keep in place, and the rest can wait for its end
  const leap = anchored && !printing && Math.abs(window.scrollY - drawnAt) > window.innerHeight;
  if (leap) drawAhead();
  for (let pass = 0; pass < 4; pass += 1) {
    const top = window.scrollY - listTop;
    drawnAt = window.scrollY;
    // above the list there is nothing that a change of height could move
    const anchor = anchored && !leap && top > 0 ? heights.at(top + coveredTop) : 0;
    const before = heights.before(anchor);
    const fresh = drawBetween(...placesInSight(leap ? 0 : AHEAD));
    const changed = measureBeads(measureAll && !pass ? [...drawn.values()] : fresh);
    if (fresh.length || changed || measureAll) placeBeads();
    if (fresh.length) markSearch();
    if (!changed) return;
    growList();
    const moved = heights.before(anchor) - before;
    if (Math.abs(moved) >= 1) window.scrollTo(0, window.scrollY + moved);
  }
}

/** Put the beads between two places in, in order, and take others out; the new entries. */
function drawBetween(first, last) {
  const fresh = [];
  const wanted = new Set();
  // a bead that has the focus stays, out of sight, unless the list is another one now
  const focused = document.activeElement && document.activeElement.closest(".bead");
  const held = [...drawn.values()].find((entry) => entry.element === focused && entry.version === listVersion);
  let next = held && held.position > last ? held.element : null;
  for (let position = last; position >= first; position -= 1) {
    const bead = view.shown[position];
    wanted.add(bead.key);
    let entry = drawn.get(bead.key);
    if (!entry || entry.bead !== bead || entry.position !== position || entry.version !== listVersion) {
      const element = beadElement(bead, position, view.shown.length);
      if (entry) entry.element.replaceWith(element);
      else listElement.insertBefore(element, next);
      entry = { element, bead, position, version: listVersion };
      drawn.set(bead.key, entry);
      fresh.push(entry);
    } else if (entry.element.nextSibling !== next) listElement.insertBefore(entry.element, next);
    next = entry.element;
  }
  for (const [key, entry] of drawn) {
    if (wanted.has(key) || entry === held) continue;
    entry.element.remove();
    drawn.delete(key);
  }
  return fresh;
}

function measureBeads(entries) {
  let changed = false;
  const sizes = entries.map((entry) => entry.element.offsetHeight);
  entries.forEach((entry, place) => {
    if (!sizes[place]) return;
    entry.bead.height = sizes[place];
    entry.bead.heightFor = columns;
    if (heights.set(entry.position, sizes[place])) changed = true;
  });
  return changed;
}

function placeBeads() {
  for (const entry of drawn.values()) {
    const top = `${heights.before(entry.position)}px`;
    if (entry.element.style.top !== top) entry.element.style.top = top;
  }
}

/** The list's own height: at once where the end is near, else when the scrolling has ended. */
let listHeight = -1;
function setListHeight() {
  const total = heights.total;
  if (total === listHeight) return;
  listHeight = total;
  listElement.style.height = `${total}px`;
}
const setListHeightLater = debounce(150, setListHeight);
function growList() {
  const end = window.scrollY + 3 * window.innerHeight - listTop;
  if (end > Math.min(listHeight, heights.total)) setListHeight();
  else setListHeightLater();
}

/** Draw the list anew after the view, the beads or the room changed. */
function refreshList() {
  const focused = document.activeElement;
  const bead = focused && focused.closest("#list .bead");
  listVersion += 1;
  measureColumns();
  heights = new Heights(view.shown.map(heightOf));
  listTop = Math.round(listElement.getBoundingClientRect().top + window.scrollY);
  setListHeight();
  drawList({ measureAll: true });
  markSearch();
  if (bead && document.activeElement !== focused) focusAgain(focused, bead.dataset.key);
}

/** What had the focus before its bead was drawn again has it again, or its bead, or the list. */
function focusAgain(focused, key) {
  const entry = drawn.get(key) || drawn.get(view.current);
  const action = focused.dataset.action && entry
    && entry.element.querySelector(`[data-action="${focused.dataset.action}"]:not(:disabled)`);
  const again = focused.isConnected ? focused : action || (entry ? entry.element : byId("bitext"));
  again.focus({ preventScroll: true });
}

function startList() {
  const above = ["masthead", "summary", "plots", "panel", "bitext-head", "explain", "controls"]
    .map((name) => document.querySelector(`.${name}`)).filter(Boolean);
  const moved = () => {
    coveredTop = byId("controls").offsetHeight + 12;
    listTop = Math.round(listElement.getBoundingClientRect().top + window.scrollY);
    drawList();
  };
  let width = listElement.clientWidth;
  const observer = new ResizeObserver(() => {
    if (listElement.clientWidth === width) return moved();
    width = listElement.clientWidth;
    return resized();
  });
  const resized = debounce(60, () => {
    const reading = drawn.size && window.scrollY > listTop ? heights.at(window.scrollY - listTop + coveredTop) : -1;
    refreshList();
    if (reading >= 0) scrollToPlace(reading, "start");
  });
  for (const element of above) observer.observe(element);
  coveredTop = byId("controls").offsetHeight + 12;
  window.addEventListener("scroll", () => drawList(), { passive: true });
  window.addEventListener("resize", () => drawList({ measureAll: true }));
  document.fonts.addEventListener("loadingdone", () => drawList({ measureAll: true }));
  window.addEventListener("beforeprint", () => {
    printing = true;
    drawList();
  });
  window.addEventListener("afterprint", () => {
    printing = false;
    drawList({ measureAll: true });
  });
  listElement.addEventListener("click", (event) => {
    const bead = event.target.closest(".bead");
    if (!bead) return;
    const link = event.target.closest("a.number");
    if (link) event.preventDefault();
    if (link || view.current !== bead.dataset.key) goTo(bead.dataset.key, { focus: Boolean(link) });
  });
  delegateTooltip(listElement, ".confidence", (button) => {
    const entry = drawn.get(button.closest(".bead").dataset.key);
    return entry ? signalsContent(entry.bead) : [];
  });
}

/** Mark what was searched, by the CSS Custom Highlight API (nothing is marked without it). */
function markSearch() {
  if (!window.Highlight || !CSS.highlights) return;
  const terms = searchTerms();
  CSS.highlights.delete("search");
  if (!terms.length) return;
  const ranges = [];
  for (const cellElement of listElement.querySelectorAll(".cell p")) {
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

/** Where the window must stand so that the bead at a place is in sight. */
function wantedScroll(position, align) {
  const top = listTop + heights.before(position);
  const height = heights.sizes[position];
  const start = top - coveredTop;
  const end = top + height - window.innerHeight + coveredBottom();
  if (align === "start") return start;
  const room = window.innerHeight - coveredTop - coveredBottom();
  if (align === "center") return Math.min(start, start - (room - height) / 2);
  if (window.scrollY > start) return start;
  return Math.max(window.scrollY, Math.min(start, end));
}

/** Scroll to the bead at a place, which is then drawn. Beads on the way are measured first. */
function scrollToPlace(position, align) {
  for (let tries = 0; tries < 8; tries += 1) {
    setListHeight();
    const most = document.documentElement.scrollHeight - window.innerHeight;
    const y = Math.max(0, Math.min(wantedScroll(position, align), most));
    const there = Math.abs(y - window.scrollY) < 1;
    if (!there) window.scrollTo(0, y);
    drawList({ anchored: false });
    if (there) return;
  }
}

/** Make a bead the current one; scroll to it unless it is wholly in sight. */
function goTo(key, { focus = true, align = "auto" } = {}) {
  const position = positionOf(key);
  if (position < 0) return false;
  const old = drawn.get(view.current);
  if (old) old.element.classList.remove("is-current");
  view.current = key;
  writeAddress();
  scrollToPlace(position, align);
  const entry = drawn.get(key);
  entry.element.classList.add("is-current");
  if (focus) entry.element.focus({ preventScroll: true });
  return true;
}

/** Go to a bead even when the filters hide it: then they are taken away. */
function reveal(key, options = { align: "center" }) {
  if (positionOf(key) >= 0) return goTo(key, options);
  if (!beads.some((bead) => bead.key === key)) return false;
  clearFilters();
  return goTo(key, options);
}
