// Controls of the bitext, and the start of the page.
const shorten = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function fillControls() {
  byId("sort").replaceChildren(...SORTS.map((sort) => make("option", { value: sort.id }, sort.name)));
  fillSectionMenu();
  byId("document").replaceChildren(make("option", { value: "" }, "All documents"),
    ...data.documents.map((name, place) => make("option", { value: String(place) }, shorten(name, 40))));
  byId("document-label").hidden = data.documents.length < 2;
  byId("columns").replaceChildren(make("span"), make("span", { lang: "zh-Hans" }, "中文"),
    make("span", null, "Machine translation"), ...(data.hasReference ? [make("span", null, "Reference")] : []));
  if (data.hasReference && beads.length) {
    byId("legend").replaceChildren(
      make("mark.only.mt", null, "only in the machine translation"), " ",
      make("mark.only.ref", null, "only in the reference"), " ",
      make("mark.moved", null, "in another place"));
  }
  byId("bitext").classList.toggle("no-reference", !data.hasReference);
}

/** The sections of the chosen document; of many documents together there are too many. */
function fillSectionMenu() {
  const own = data.sections.map((title, place) => [title, place]).filter(([, place]) =>
    view.document === "" ? data.documents.length < 2 : data.sectionDocuments[place] === Number(view.document));
  byId("section").replaceChildren(make("option", { value: "" }, "All sections"),
    ...own.map(([title, place]) => make("option", { value: String(place) }, shorten(title || "Before the first heading", 60))));
  byId("section-label").hidden = own.length < 2;
}

function fillChips(counts) {
  const chips = byId("chips");
  const focused = document.activeElement && document.activeElement.dataset.kind;
  const chip = (id, name, number, pressed) => make("button.chip", {
    type: "button", "data-kind": id, "aria-pressed": String(pressed),
    onclick: () => (id === "all" ? clearKinds() : toggleKind(id)),
  }, name, " ", make("span.chip-count", null, count(number)));
  const kinds = KINDS.filter((kind) => data.hasReference || !["low", "other"].includes(kind.id));
  chips.replaceChildren(
    chip("all", "All", counts.all, view.kinds.size === 0),
    ...kinds.map((kind) => chip(kind.id, kind.name, counts[kind.id], view.kinds.has(kind.id))),
    ...(view.range ? [make("button.chip.range", {
      type: "button", "data-kind": "range", "aria-label": "Remove this range", onclick: () => setRange(null),
    }, rangeText(), make("span", { "aria-hidden": true }, " ×"))] : []));
  if (focused) {
    const again = chips.querySelector(`[data-kind="${focused}"]`);
    if (again) again.focus();
  }
}

const trim = (value, name) => (name === "mt" ? value.toFixed(2) : String(value));

function rangeText() {
  const { name, low, high } = view.range;
    if (low === -Infinity) return `${RANGES[name].name} under ${trim(high, name)}`;
  if (high === Infinity) return `${RANGES[name].name} from ${trim(low, name)}`;
  return `${RANGES[name].name} ${trim(low, name)}–${trim(high, name)}`;
}

function showEmpty() {
  const empty = byId("empty");
  empty.hidden = view.shown.length > 0;
  listElement.hidden = view.shown.length === 0;
  if (view.shown.length) return;
  empty.replaceChildren(
    make("p.empty-mark", { lang: "zh-Hans", "aria-hidden": true }, "空"),
    make("p.empty-title", null, beads.length ? "No matching beads" : "No beads in this corpus"),
    make("p.how", null, beads.length
      ? "No bead matches both the search and the filters."
      : "Either the documents had no sentences, or none could be paired. The ledger gives the reason for each."),
    beads.length ? make("button.primary", { type: "button", onclick: clearFilters }, "Show all beads") : "");
}

/** After any change of the view: list, counts, controls and address. */
function refreshView() {
  fillChips(chooseBeads());
  const all = beads.length;
  byId("count").textContent = view.shown.length === all
    ? plural(all, "bead") : `${count(view.shown.length)} of ${plural(all, "bead")}`;
  byId("section").value = view.section;
  byId("document").value = view.document;
  byId("sort").value = view.sort;
  if (byId("search").value.trim() !== view.query) byId("search").value = view.query;
  showEmpty();
  refreshList();
  writeAddress();
}

const toggleKind = (id) => {
  if (!view.kinds.delete(id)) view.kinds.add(id);
  refreshView();
};
/** When the list grows again, the bead that was being read stays in sight, now among its like. */
function keepInSight() {
  if (view.current) goTo(view.current, { focus: false, align: "center" });
}
const clearKinds = () => {
  view.kinds.clear();
  refreshView();
  keepInSight();
};
const setSection = (section) => {
  view.section = section;
  refreshView();
};
function setDocument(document) {
  view.document = document;
  view.section = "";
  fillSectionMenu();
  fillSections();
  refreshView();
}
function setRange(name, low, high) {
  view.range = name ? { name, low, high } : null;
  refreshView();
  if (name) byId("bitext").scrollIntoView();
}
function clearFilters() {
  Object.assign(view, { kinds: new Set(), document: "", section: "", query: "", range: null });
  byId("search").value = "";
  fillSectionMenu();
  fillSections();
  refreshView();
  keepInSight();
}

function start() {
  numberBeads();
  readAddress();
  fillControls();
  fillSummary();
  fillPlots();
  byId("search").addEventListener("input", debounce(140, () => {
    view.query = byId("search").value.trim();
    refreshView();
    if (!view.query) keepInSight();
  }));
  for (const name of ["section", "sort"]) {
    byId(name).addEventListener("change", () => {
      view[name] = byId(name).value;
      refreshView();
    });
  }
  byId("document").addEventListener("change", () => setDocument(byId("document").value));
  startKeyboard();
  if (review) startReview();
  byId("search").value = view.query;
  const wanted = view.current;
  fillChips(chooseBeads());
  startList();
  refreshView();
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault();
    byId("bitext").focus();
  });
  window.addEventListener("hashchange", () => {
    readAddress();
    fillSectionMenu();
    fillSections();
    refreshView();
    if (view.current) reveal(view.current);
    else byId("bitext").scrollIntoView();
  });
  if (review && !wanted) byId("bitext").scrollIntoView();
  if (wanted && !reveal(wanted)) announce("The bead of this link is not in this corpus.");
  requestAnimationFrame(() => setTimeout(() => performance.mark("ready"), 0)); // and on the screen
  // a canvas does not wait for its font
  document.fonts.load(plotFont).catch(() => null).then(startCharts).then(() => {
    performance.mark("drawn");
    document.documentElement.dataset.ready = "true";
  });
}

start();
