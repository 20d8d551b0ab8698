// The head of the page: the sentence that sums it up, score cards, the table of sections.

/** A phrase of the lead that shows its beads: a link, so that it can be opened and copied. */
function leadLink(text, kind) {
  return make("a", { href: `#show=${kind}` }, text);
}

function fillLead() {
  const lead = byId("lead");
  const rows = kept();
  if (!beads.length) {
    lead.replaceChildren("This corpus has no beads. See what was left out below, and the ledger.");
    return;
  }
  const sources = rows.reduce((sum, bead) => sum + bead.sourceIds.length, 0);
  const targets = rows.reduce((sum, bead) => sum + bead.targetIds.length, 0);
  const parts = data.hasReference
    ? [`${plural(rows.length, "bead")} ${rows.length === 1 ? "pairs" : "pair"} ${plural(sources, "Chinese sentence")} with ${count(targets)} in English, `,
      `${percent(rows.filter((bead) => bead.type === "1-1").length / Math.max(1, rows.length))} of them one to one. `]
    : [`${plural(rows.length, "Chinese sentence")}, machine-translated; there is no reference to score against. `];
  const low = data.hasReference ? rows.filter(isLow).length : 0;
  const flagged = rows.filter(isFlagged).length;
  const left = beads.length - rows.length;
  const look = [
    low ? leadLink(`${count(low)} with low confidence`, "low") : null,
    flagged ? leadLink(`${count(flagged)} with a flag`, "flagged") : null,
    left ? leadLink(`${count(left)} left out`, "left") : null,
  ].filter(Boolean);
  if (look.length) {
    parts.push("Worth a look: ");
    look.forEach((link, place) => {
      if (place) parts.push(place === look.length - 1 ? " and " : ", ");
      parts.push(link);
    });
    parts.push(".");
  } else parts.push("Nothing needs attention.");
  lead.replaceChildren(...parts);
}

function scoreCard(card) {
  const limit = Math.max(100, card.high || 0);
  const interval = card.low === null || card.low === undefined ? null : make("div.interval", null,
    make("span.interval-track", null,
      make("span.interval-bar", { style: `left:${(100 * card.low) / limit}%;width:${Math.max(0.8, (100 * (card.high - card.low)) / limit)}%` }),
      make("span.interval-point", { style: `left:${(100 * card.value) / limit}%` })),
    make("span.interval-text", null, `95 %: ${fixed(card.low, 1)} – ${fixed(card.high, 1)}`));
  return make("div.card", null,
    make("p.card-name", null, card.metric, card.lowerIsBetter ? make("span.quiet", null, " lower is better") : null),
    make("p.card-value", null, fixed(card.value, 1)),
    interval || make("p.card-note", null, "no interval"));
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
        cards.push(shareCard("Low confidence", percent(low),
          `of beads under ${data.lowConfidence}; 95 % are at ${sureText(twentieth)} or more`, low));
      }
      const sides = ["sourceIds", "targetIds"].map((side) => [
        rows.reduce((sum, bead) => sum + bead[side].length, 0),
        beads.reduce((sum, bead) => sum + bead[side].length, 0)]);
      const paired = sides[0][0] + sides[1][0];
      const all = sides[0][1] + sides[1][1];
      if (all) cards.push(shareCard("Sentences paired", percent(paired / all), `${count(paired)} of ${count(all)}, both sides`, paired / all));
    } else {
      const values = rows.map((bead) => bead.mtScore).filter((value) => value !== null);
      if (values.length) cards.push(shareCard("MT score", fixed(median(values), 2), "median log-probability a token", null));
      cards.push(shareCard("Flagged", count(rows.filter(isFlagged).length), `of ${plural(rows.length, "sentence")}`, rows.length ? rows.filter(isFlagged).length / rows.length : 0));
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
  byId("sections-title").textContent = byDocument ? "By document" : "By section";
  const name = byDocument ? "Document" : "Section";
  const titleOf = (group) =>
    (byDocument ? data.documents[group] : data.sections[group]) || "Before the first heading";
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
  const heads = [name, "Beads", `Mean ${MEASURE.name}`, ...(data.hasReference ? ["Mean confidence", "Unsure"] : []), "Flagged"];
  byId("sections-table").replaceChildren(make("table", null,
    make("thead", null, make("tr", null, heads.map((text) => make("th", { scope: "col" }, text)))),
    make("tbody", null, rows)));
}

function fillSummary() {
  fillLead();
  fillCards();
  fillSections();
}
