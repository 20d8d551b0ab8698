// One bead of the bitext as an element.

/** "4" or "4–6": ids of sentences, as in the files. */
const span = (ids) => (ids.length === 1 ? `${ids[0]}` : `${ids[0]}–${ids[ids.length - 1]}`);

/** Two decimals, three where they distinguish a likely bead from a certain one. */
const sureText = (value) =>
  fixed(value, value !== null && value > 0.99 && value < 0.9995 ? 3 : 2);

function signalsContent(bead) {
  const rows = data.signals
    .map((name, place) => [name, bead.signals[place]])
    .filter(([, value]) => value !== null && value !== undefined);
  const most = Math.max(...rows.map(([, value]) => Math.abs(value)), 0.001);
  const head = make("p.tooltip-title", null, t("report.confidence_value", { value: sureText(bead.confidence) }));
  const ids = [
    bead.sourceIds.length ? t("report.source_sentence", { ids: span(bead.sourceIds) }) : "",
    bead.targetIds.length ? t("report.target_sentence", { ids: span(bead.targetIds) }) : "",
  ];
  const place = make("p.tooltip-note", null, [bead.key, ...ids.filter(Boolean)].join(" · "));
  if (!rows.length) {
    const why = t(bead.made === "aligner" ? "report.no_signals" : "report.set_in_review");
    return [head, place, make("p.tooltip-note", null, why)];
  }
  const table = make("table.signals", null, make("tbody", null, rows.map(([name, value]) =>
    make("tr", null,
      make("th", { scope: "row" }, termOf("signal", name)),
      make("td.signal-bar", null, make("span", {
        class: value < 0 ? "against" : "for",
        style: `width:${(50 * Math.abs(value)) / most}%`,
      })),
      make("td.signal-value", null, fixed(value, 2))))));
  const total = make("p.tooltip-note", null, t("report.search_score", { value: fixed(bead.score, 2) }));
  return [head, place, table, total];
}

const sureness = (bead) => (isLow(bead) ? "low" : bead.confidence < 0.8 ? "fair" : "good");

function confidenceButton(bead) {
  const label = t("report.show_signals", { value: sureText(bead.confidence) });
  const level = sureness(bead);
  const meter = make("span.meter", null,
    make(`span.fill.${level}`, { style: `width:${100 * (bead.confidence || 0)}%` }));
  const text = make("span.meter-text", null, sureText(bead.confidence));
  return make("button.confidence",
    { type: "button", "aria-label": label, "aria-describedby": "tooltip" }, meter, text);
}

function gutter(bead) {
  const number = make("a.number", {
    href: `#bead=${encodeURIComponent(bead.key)}`,
    title: t("report.link_to", { key: bead.key }),
    "aria-label": t("report.permalink", { number: bead.place + 1 }),
  }, count(bead.place + 1));
  const kind = bead.type === "1-1" ? "plain" : "other";
  const type = make(`span.type.${kind}`, { title: t("report.type_title") },
    typeText(bead.type));
  const parts = [make("div.gutter-line", null, number, type)];
  if (bead.confidence !== null && !bead.left) parts.push(confidenceButton(bead));
  if (bead.chrf !== null) {
    const title = t("report.chrf_title");
    parts.push(make("span.chrf", { title }, make("span", null, "chrF++ "), fixed(bead.chrf, 0)));
  }
  return make("div.gutter", null, parts);
}

function cell(name, label, language, content, missing) {
  const empty = content === null;
  return make(`div.cell.${name}`, null,
    make("span.cell-label", { "aria-hidden": empty }, label),
    empty ? make("p.missing", null, missing) : make("p", { lang: language }, content));
}

/** "merged by anna, 2026-11-23 17:05" */
function noteText([operations, by, at]) {
  const edit = operations.split(", ").map((name) => termOf("operation", name)).join(t("common.comma"));
  return t("report.note", { edit, by, at });
}

function notes(bead) {
  const who = bead.note.length ? noteText(bead.note) : "";
  const wasChecked = bead.checked && who && bead.note[0].startsWith("check");
  const made = bead.made === "aligner" ? "" : t(`report.made_${bead.made}`);
  const chips = [
    bead.left ? make("span.note.left", null, t("report.left_out_because", { reason: reasonText(bead.left) })) : null,
    ...bead.flags.map((flag) => make(isTrouble(flag) ? "span.note.flag" : "span.note", null, flagText(flag))),
    bead.checked && !wasChecked ? make("span.note.checked", null, t("report.note_checked")) : null,
    made ? make("span.note.made", null, made) : null,
    bead.moved ? make("span.note.made", null, t("report.moved")) : null,
    !who ? null : wasChecked ? make("span.note.checked.who", null, `✓ ${who}`) : make("span.note.who", null, who),
  ].filter(Boolean);
  return chips.length ? make("div.notes", null, chips) : null;
}

/** The element of a bead; `position` is its place in the list as filtered and sorted. */
function beadElement(bead, position, total) {
  const state = [
    bead.left ? "is-left" : "",
    bead.checked ? "is-checked" : "",
    bead.key === view.current ? "is-current" : "",
    bead.confidence === null || bead.left ? "" : `sure-${sureness(bead)}`,
  ].filter(Boolean);
  const article = make("article.bead", {
    id: `bead-${bead.key}`,
    "data-key": bead.key,
    "data-index": position,
    tabindex: "-1",
    "aria-posinset": position + 1,
    "aria-setsize": total,
    "aria-label": t("report.bead_label", { number: bead.place + 1, type: typeText(bead.type) }),
  },
  gutter(bead),
  cell("source", t("report.column_source"), "zh-Hans", bead.source || null, t("report.no_source")),
  cell("translation", t("report.column_translation"), "en", bead.translation || null,
    t(bead.source ? "report.not_translated" : "report.nothing_to_translate")),
  data.hasReference
    ? cell("target", t("report.column_target"), "en", bead.target || null, t("report.no_target"))
    : null,
  notes(bead));
  article.classList.add(...state);
  if (bead.translation && bead.target && !bead.left) markWords(bead, article);
  if (review) article.append(...reviewActions(bead));
  return article;
}
