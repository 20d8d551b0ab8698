// The head of the page: the sentence that sums it up, score cards, the table of sections.

/** A phrase of the lead that shows its beads: a link, so that it can be opened and copied. */
function leadLink(text, kind) {
  return make("a", { href: `#show=${kind}` }, text);
}

function fillLead() {
  const lead = byId("lead");
  const rows = kept();
  if (!beads.length) {
    lead.replaceChildren(t("report.lead_empty"));
    return;
  }
  const sources = rows.reduce((sum, bead) => sum + bead.sourceIds.length, 0);
  const targets = rows.reduce((sum, bead) => sum + bead.targetIds.length, 0);
  const parts = data.hasReference
    ? [t("report.lead", {
      count: rows.length, sources: t("report.source_sentences", { count: sources }), targets,
      share: percent(rows.filter((bead) => bead.type === "1-1").length / Math.max(1, rows.length)),
    })]
    : [t("report.lead_machine", { sentences: t("report.source_sentences", { count: rows.length }) })];
  const low = data.hasReference ? rows.filter(isLow).length : 0;
  const flagged = rows.filter(isFlagged).length;
  const left = beads.length - rows.length;
  const look = [
    low ? leadLink(t("report.lead_low", { number: low }), "low") : null,
    flagged ? leadLink(t("report.lead_flagged", { number: flagged }), "flagged") : null,
    left ? leadLink(t("report.lead_left", { number: left }), "left") : null,
  ].filter(Boolean);
  parts.push(sentenceSpace());
  if (look.length) parts.push(...tNodes("report.lead_look", { list: listNodes(look) }));
  else parts.push(t("report.lead_fine"));
  lead.replaceChildren(...parts);
}

function scoreCard(card) {
  const limit = Math.max(100, card.high || 0);
  const interval = card.low === null || card.low === undefined ? null : make("div.interval", null,
    make("span.interval-track", null,
      make("span.interval-bar", { style: `left:${(100 * card.low) / limit}%;width:${Math.max(0.8, (100 * (card.high - card.low)) / limit)}%` }),
      make("span.interval-point", { style: `left:${(100 * card.value) / limit}%` })),
    make("span.interval-text", null, t("report.interval", { low: fixed(card.low, 1), high: fixed(card.high, 1) })));
  return make("div.card", null,
    make("p.card-name", null, card.metric, card.lowerIsBetter ? make("span.quiet", null, ` ${t("report.lower_is_better")}`) : null),
    make("p.card-value", null, fixed(card.value, 1)),
    interval || make("p.card-note", null, t("report.no_interval")));
}

function shareCard(name, value, note, share) {
  return make("div.card", null,
    make("p.card-name", null, name),
    make("p.card-value", null, value),
    share === null ? null : make("div.interval", null, make("span.interval-track", null,
      make("span.share-bar", { style: `width:${100 * share}%` }))),
    make("p.card-note", null, note));
}

function fillCards() {
  const cards = data.scores.map(scoreCard);
  const rows = kept();
  if (beads.length) {
    if (data.hasReference) {
      const confidences = rows.map((bead) => bead.confidence).filter((value) => value !== null);
      if (confidences.length) {
        const low = confidences.filter((value) => value < data.lowConfidence).length / confidences.length;
        const twentieth = [...confidences].sort((a, b) => a - b)[Math.floor(confidences.length / 20)];
        cards.push(shareCard(t("report.kind_low"), percent(low),
          t("report.card_low", { limit: data.lowConfidence, value: sureText(twentieth) }), low));
      }
      const sides = ["sourceIds", "targetIds"].map((side) => [
        rows.reduce((sum, bead) => sum + bead[side].length, 0),
        beads.reduce((sum, bead) => sum + bead[side].length, 0)]);
      const paired = sides[0][0] + sides[1][0];
      const all = sides[0][1] + sides[1][1];
      if (all) cards.push(shareCard(t("report.card_paired"), percent(paired / all), t("report.card_paired_note", { paired, all }), paired / all));
    } else {
      const values = rows.map((bead) => bead.mtScore).filter((value) => value !== null);
      if (values.length) cards.push(shareCard(t("report.measure_mt"), fixed(median(values), 2), t("report.card_mt"), null));
      cards.push(shareCard(t("report.kind_flagged"), count(rows.filter(isFlagged).length), t("report.card_flagged", { count: rows.length }), rows.length ? rows.filter(isFlagged).length / rows.length : 0));
    }
  }
  byId("cards").replaceChildren(...cards);
}

/** The table of sections; of documents where there are several and none is chosen. */
function fillSections() {
  const byDocument = data.documents.length > 1 && view.document === "";
  const groups = new Map();
  for (const bead of kept()) {
    if (view.document !== "" && bead.document !== Number(view.document)) continue;
    const group = byDocument ? bead.document : bead.section;
    if (!groups.has(group)) groups.set(group, []);
    groups.get(group).push(bead);
  }
  byId("sections").hidden = groups.size < 2;
  if (groups.size < 2) return;
  byId("sections-table").classList.toggle("is-long", groups.size > 8);
  byId("sections-title").textContent = t(byDocument ? "report.by_document" : "report.by_section");
  const name = t(byDocument ? "report.document" : "report.section");
  const titleOf = (group) =>
    (byDocument ? data.documents[group] : data.sections[group]) || t("report.before_heading");
  const choose = (group) => () => {
    if (byDocument) setDocument(String(group));
    else setSection(String(group));
    byId("bitext").scrollIntoView();
  };
  const bar = (share) => make("span.cell-bar", { "aria-hidden": true }, make("span", { style: `width:${100 * share}%` }));
  const numbers = (own, of) => own.map(of).filter((value) => value !== null);
  const rows = [...groups].map(([group, own]) => {
    const values = numbers(own, MEASURE.of);
    const sure = numbers(own, (bead) => bead.confidence);
    const value = values.length ? mean(values) : null;
    return make("tr", null,
      make("th", { scope: "row" },
        make("button.row-link", { type: "button", onclick: choose(group) }, titleOf(group))),
      make("td", null, count(own.length)),
      make("td", null, value !== null && MEASURE.range === "chrf" ? bar(value / 100) : null,
        fixed(value, MEASURE.digits || 1)),
      ...(data.hasReference ? [make("td", null, sure.length ? fixed(mean(sure), 2) : "–"),
        make("td", null, count(own.filter(isLow).length))] : []),
      make("td", null, count(own.filter(isFlagged).length)));
  });
  const heads = [name, t("report.beads_head"), t("report.mean_of", { measure: measureName() }),
    ...(data.hasReference ? [t("report.mean_confidence_head"), t("report.unsure_head")] : []), t("report.kind_flagged")];
  byId("sections-table").replaceChildren(make("table", null,
    make("thead", null, make("tr", null, heads.map((text) => make("th", { scope: "col" }, text)))),
    make("tbody", null, rows)));
}

function fillSummary() {
  fillLead();
  fillCards();
  fillSections();
}
