// One bead of the bitext as an element.

/** "4" or "4–6": sentences counted from 1. */
const span = (ids) =>
  ids.length === 1 ? `${ids[0] + 1}` : `${ids[0] + 1}–${ids[ids.length - 1] + 1}`;

/** Two decimals, three where they distinguish a likely bead from a certain one. */
const sureText = (value) =>
  fixed(value, value !== null && value > 0.99 && value < 0.9995 ? 3 : 2);

function signalsContent(bead) {
  const rows = data.signals
    .map((name, place) => [name, bead.signals[place]])
    .filter(([, value]) => value !== null && value !== undefined);
  const most = Math.max(...rows.map(([, value]) => Math.abs(value)), 0.001);
  const head = make("p.tooltip-title", null, `Confidence ${sureText(bead.confidence)}`);
  const ids = [
    bead.sourceIds.length ? `Chinese sentence ${span(bead.sourceIds)}` : "",
    bead.targetIds.length ? `reference ${span(bead.targetIds)}` : "",
  ];
  const place = make("p.tooltip-note", null, ids.filter(Boolean).join(" · "));
  if (!rows.length) {
    const why = bead.made === "aligner" ? "No signals were recorded." : "Set in the review.";
    return [head, place, make("p.tooltip-note", null, why)];
  }
  const table = make("table.signals", null, make("tbody", null, rows.map(([name, value]) =>
    make("tr", null,
      make("th", { scope: "row" }, name.replace(/_/g, " ")),
      make("td.signal-bar", null, make("span", {
        class: value < 0 ? "against" : "for",
        style: `width:${(50 * Math.abs(value)) / most}%`,
      })),
      make("td.signal-value", null, fixed(value, 2))))));
  const total = make("p.tooltip-note", null, `Score of the search: ${fixed(bead.score, 2)}`);
  return [head, place, table, total];
}

const sureness = (bead) => (isLow(bead) ? "low" : bead.confidence < 0.8 ? "fair" : "good");

function confidenceButton(bead) {
  const label = `Confidence ${sureText(bead.confidence)}, show signals`;
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
    title: `Link to this bead (${bead.key})`,
    "aria-label": `Bead ${bead.place + 1}, permalink`,
  }, count(bead.place + 1));
  const kind = bead.type === "1-1" ? "plain" : "other";
  const type = make(`span.type.${kind}`, { title: "Chinese – English sentences" },
    typeText(bead.type));
  const parts = [make("div.gutter-line", null, number, type)];
  if (bead.confidence !== null && !bead.left) parts.push(confidenceButton(bead));
  if (bead.chrf !== null) {
    const title = "chrF++ of the machine translation against the reference";
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

function notes(bead) {
  const made = { person: "set by hand", realigned: "re-aligned" }[bead.made];
  const chips = [
    bead.left ? make("span.note.left", null, `Left out: ${reasonText(bead.left)}`) : null,
    ...bead.flags.map((flag) => make(isTrouble(flag) ? "span.note.flag" : "span.note", null, flagText(flag))),
    bead.checked && !bead.note.startsWith("checked") ? make("span.note.checked", null, "✓ checked") : null,
    made ? make("span.note.made", null, made) : null,
    !bead.note ? null : bead.checked && bead.note.startsWith("checked")
      ? make("span.note.checked.who", null, `✓ ${bead.note}`) : make("span.note.who", null, bead.note),
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
    "aria-label": `Bead ${bead.place + 1}, ${typeText(bead.type)}`,
  },
  gutter(bead),
  cell("source", "中文", "zh-Hans", bead.source || null, "No Chinese here"),
  cell("translation", "Machine translation", "en", bead.translation || null,
    bead.source ? "Not translated" : "Nothing to translate"),
  data.hasReference
    ? cell("target", "Reference", "en", bead.target || null, "Nothing in the reference")
    : null,
  notes(bead));
  article.classList.add(...state);
  if (bead.translation && bead.target && !bead.left) markWords(bead, article);
  if (review) article.append(...reviewActions(bead));
  return article;
}
