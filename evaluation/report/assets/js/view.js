// Which beads are shown, in which order; kept in the address, so that a view can be linked.
const view = {
  kinds: new Set(), // of KINDS; none: all
  document: "",
  section: "",
  sort: "order",
  query: "",
  range: null, // {name, low, high}, from a bar of a plot
  current: "",
  shown: beads,
};

const KINDS = [
  { id: "low", has: isLow },
  { id: "flagged", has: isFlagged },
  { id: "other", has: isOther },
  { id: "left", has: (bead) => Boolean(bead.left) },
];
if (review) {
  KINDS.push(
    { id: "open", has: (bead) => !bead.left && !bead.checked },
    { id: "changed", has: (bead) => bead.made !== "aligner" || bead.note.length > 0 });
}

const RANGES = {
  chrf: { of: (bead) => bead.chrf },
  confidence: { of: (bead) => (bead.left ? null : bead.confidence) },
  mt: { of: (bead) => bead.mtScore },
};
const rangeName = (name) => t(`report.measure_${name}`);

const last = (value) => (value === null ? Infinity : value);
const ratio = (bead) =>
  bead.source && bead.target ? Math.abs(Math.log(bead.target.length / bead.source.length / usualRatio())) : -1;
let usualRatioKnown = 0;
function usualRatio() {
  if (!usualRatioKnown) {
    const pairs = beads.filter((bead) => bead.source && bead.target);
    usualRatioKnown = pairs.length
      ? median(pairs.map((bead) => bead.target.length / bead.source.length)) : 1;
  }
  return usualRatioKnown;
}

const SORTS = [
  { id: "order" },
  { id: "confidence", by: (bead) => last(bead.confidence) },
  { id: "chrf", by: (bead) => last(bead.chrf), reference: true },
  { id: "mt", by: (bead) => last(bead.mtScore) },
  { id: "ratio", by: (bead) => -ratio(bead), reference: true },
  { id: "long", by: (bead) => -bead.source.length },
].filter((sort) => data.hasReference || !sort.reference);

/** Number the beads in document order; after a load and after each edit. */
function numberBeads() {
  beads.forEach((bead, place) => {
    bead.place = place;
  });
}

const searched = new WeakMap();
function searchText(bead) {
  let text = searched.get(bead);
  if (text === undefined) {
    text = `${bead.source}\n${bead.translation}\n${bead.target}\n${bead.key}`.toLowerCase();
    searched.set(bead, text);
  }
  return text;
}

const searchTerms = () => view.query.toLowerCase().split(/\s+/).filter(Boolean);

function inContext(bead, terms) {
  if (view.document !== "" && bead.document !== Number(view.document)) return false;
  if (view.section !== "" && bead.section !== Number(view.section)) return false;
  if (view.range) {
    const value = RANGES[view.range.name].of(bead);
    if (value === null || value < view.range.low) return false;
    if (value >= view.range.high) return false;
  }
  const text = terms.length ? searchText(bead) : "";
  return terms.every((term) => text.includes(term));
}

/** Work out `view.shown` and how many beads each kind has in this section, search and range. */
function chooseBeads() {
  const terms = searchTerms();
  const context = beads.filter((bead) => inContext(bead, terms));
  const kinds = KINDS.filter((kind) => view.kinds.has(kind.id));
  view.shown = kinds.length
    ? context.filter((bead) => kinds.some((kind) => kind.has(bead))) : context;
  positionsFor = null;
  const sort = SORTS.find((entry) => entry.id === view.sort);
  if (sort && sort.by) {
    const keys = new Map(view.shown.map((bead) => [bead, sort.by(bead)]));
    view.shown = [...view.shown].sort((a, b) => keys.get(a) - keys.get(b) || a.place - b.place);
  }
  const counts = Object.fromEntries(
    KINDS.map((kind) => [kind.id, context.filter((bead) => kind.has(bead)).length]));
  return { all: context.length, ...counts };
}

/** The position of a bead in the list as it is shown; -1 if it is not in it. */
let positions = null;
let positionsFor = null;
function positionOf(key) {
  if (positionsFor !== view.shown) {
    positions = new Map(view.shown.map((bead, position) => [bead.key, position]));
    positionsFor = view.shown;
  }
  return positions.has(key) ? positions.get(key) : -1;
}

/** The view as the part of the address after "#". */
function viewAddress() {
  const parts = new URLSearchParams();
  if (view.current) parts.set("bead", view.current);
  if (view.kinds.size) parts.set("show", [...view.kinds].join(" "));
  for (const name of ["document", "section", "query"]) {
    if (view[name] !== "") parts.set(name, view[name]);
  }
  if (view.sort !== "order") parts.set("sort", view.sort);
  if (view.range) parts.set(view.range.name, `${view.range.low} ${view.range.high}`);
  return parts.toString();
}

/** Take the view from the address; what is not known there is passed over. */
function readAddress() {
  const parts = new URLSearchParams(location.hash.slice(1));
  view.current = parts.get("bead") || "";
  const shown = (parts.get("show") || "").split(" ");
  view.kinds = new Set(KINDS.map((kind) => kind.id).filter((id) => shown.includes(id)));
  const placeIn = (name, list) => {
    const place = parts.get(name) || "";
    return /^\d{1,9}$/.test(place) && Number(place) < list.length ? String(Number(place)) : "";
  };
  view.document = placeIn("document", data.documents);
  view.section = placeIn("section", data.sections);
  view.query = parts.get("query") || "";
  view.sort = SORTS.some((sort) => sort.id === parts.get("sort")) ? parts.get("sort") : "order";
  view.range = null;
  for (const name in RANGES) {
    const [low, high] = (parts.get(name) || "").split(" ").map(Number);
    if (low < high) view.range = { name, low, high };
  }
}

function putAddress() {
  const address = viewAddress();
  if (address === location.hash.slice(1)) return;
  try {
    history.replaceState(null, "", address ? `#${address}` : location.pathname + location.search);
  } catch (error) { /* Safari and Firefox refuse more than about 100 in ten seconds */ }
}

/** Keep the address up to date; while a key is held down, only every now and then. */
const putAddressLater = debounce(150, putAddress);
let addressAt = -Infinity;
function writeAddress() {
  if (performance.now() - addressAt > 150) putAddress();
  else putAddressLater();
  addressAt = performance.now();
}
