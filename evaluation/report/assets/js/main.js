// Controls of the bitext, and the start of the page.
const shorten = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function fillControls() {
  byId("sort").replaceChildren(...SORTS.map((sort) => make("option", { value: sort.id }, t(`report.sort_${sort.id}`))));
  fillSectionMenu();
  byId("document").replaceChildren(make("option", { value: "" }, t("report.all_documents")),
    ...data.documents.map((name, place) => make("option", { value: String(place) }, shorten(name, 40))));
  byId("document-label").hidden = data.documents.length < 2;
  byId("columns").replaceChildren(make("span"), make("span", null, t("report.column_source")),
    make("span", null, t("report.column_translation")), ...(data.hasReference ? [make("span", null, t("report.column_target"))] : []));
  if (data.hasReference && beads.length) {
    byId("legend").replaceChildren(
      make("mark.only.mt", null, t("report.only_mt")), " ",
      make("mark.only.ref", null, t("report.only_ref")), " ",
      make("mark.moved", null, t("report.in_another_place")));
  }
  byId("bitext").classList.toggle("no-reference", !data.hasReference);
}

/** The sections of the chosen document; of many documents together there are too many. */
function fillSectionMenu() {
  const own = data.sections.map((title, place) => [title, place]).filter(([, place]) =>
    view.document === "" ? data.documents.length < 2 : data.sectionDocuments[place] === Number(view.document));
  byId("section").replaceChildren(make("option", { value: "" }, t("report.all_sections")),
    ...own.map(([title, place]) => make("option", { value: String(place) }, shorten(title || t("report.before_heading"), 60))));
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
    chip("all", t("report.kind_all"), counts.all, view.kinds.size === 0),
    ...kinds.map((kind) => chip(kind.id, t(`report.kind_${kind.id}`), counts[kind.id], view.kinds.has(kind.id))),
    ...(view.range ? [make("button.chip.range", {
      type: "button", "data-kind": "range", "aria-label": t("report.remove_range"), onclick: () => setRange(null),
    }, rangeText(), make("span", { "aria-hidden": true }, " ×"))] : []));
  if (focused) {
    (chips.querySelector(`[data-kind="${focused}"]`) || chips.firstChild).focus();
  }
}

const trim = (value, name) => (name === "mt" ? value.toFixed(2) : String(value));

function rangeText() {
  const { name, low, high } = view.range;
  const values = { measure: rangeName(name), low: trim(low, name), high: trim(high, name) };
  if (low === -Infinity) return t("report.range_under", values);
  return t(high === Infinity ? "report.range_from" : "report.range", values);
}

function showEmpty() {
  const empty = byId("empty");
  empty.hidden = view.shown.length > 0;
  listElement.hidden = view.shown.length === 0;
  if (view.shown.length) return;
  empty.replaceChildren(
    make("p.empty-mark", { lang: "zh-Hans", "aria-hidden": true }, "空"),
    make("p.empty-title", null, t(beads.length ? "report.none_match" : "report.none")),
    make("p.how", null, t(beads.length ? "report.none_match_how" : "report.none_how")),
    beads.length ? make("button.primary", { type: "button", onclick: clearFilters }, t("report.show_all")) : "");
}

/** After any change of the view: list, counts, controls and address. */
function refreshView() {
  fillChips(chooseBeads());
  const all = beads.length;
  byId("count").textContent = view.shown.length === all
    ? t("common.beads", { count: all }) : t("report.shown_of", { shown: view.shown.length, count: all });
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

/** The run's facts below the title. */
function fillFacts() {
  const shown = { finished: timeText, cut: (rows) => t("report.fact_cut_value", { count: rows }) };
  byId("facts").replaceChildren(...data.facts.map(([name, value]) => make("div", null,
    make("dt", null, t(`report.fact_${name}`)),
    make("dd", null, (shown[name] || shownValue)(value)))));
}

/** What the readers left out, by reason; groups that were open stay open. */
function fillFurniture() {
  const holder = byId("furniture");
  if (!holder) return;
  const open = [...holder.children].map((group) => group.open);
  holder.replaceChildren(...data.furniture.map((group, place) => make("details", { open: open[place] },
    make("summary", null,
      make("span.furniture-count", null, count(group.count)), ` ${reasonText(group.reason)} `,
      make("span.quiet", null, `${termOf("side", group.side)} · ${termOf("stage", group.stage)}`)),
    make("ul", null, group.examples.map((text) =>
      make("li", { lang: group.side === "source" ? "zh-Hans" : "en" }, make("q", null, text)))))));
}

/** Everything on the page again, in the language that was chosen. */
function translatePage() {
  fillFacts();
  fillFurniture();
  fillControls();
  fillSummary();
  fillPlots();
  drawCharts();
  refreshView();
  if (review) translateReview();
}

function start() {
  startLanguage();
  numberBeads();
  readAddress();
  fillFacts();
  fillFurniture();
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
  startTheme();
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
  if (wanted && !reveal(wanted)) announce(t("report.no_such_bead"));
  onLanguage(translatePage);
  onTheme(drawCharts);
  requestAnimationFrame(() => setTimeout(() => performance.mark("ready"), 0)); // and on the screen
  // a canvas does not wait for its font
  document.fonts.load(plotFont).catch(() => null).then(startCharts).then(() => {
    performance.mark("drawn");
    document.documentElement.dataset.ready = "true";
  });
}

start();
