// Moved text: beads with one side only, which can be paired with each other anywhere.
const LIKELY = 0.4; // share of common words, by weight, from which a move is proposed
const MOST_CANDIDATES = 12;

const isAlone = (bead) => Boolean(bead.left) && bead.left !== "deleted_in_review" &&
  Boolean(bead.sourceIds.length) !== Boolean(bead.targetIds.length);
const wordSet = (text) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) || []);

let movesFor = -1; // the number of edits for which `moves` was worked out
let moves = null;

/** For the one-sided beads: how alike each two are, and the pairs that are likely. */
function findMoves() {
  if (moves && movesFor === review.edits) return moves;
  movesFor = review.edits;
  const sources = beads.filter((bead) => isAlone(bead) && bead.sourceIds.length);
  const targets = beads.filter((bead) => isAlone(bead) && bead.targetIds.length);
  const bags = new Map([
    ...sources.map((bead) => [bead, wordSet(bead.translation)]),
    ...targets.map((bead) => [bead, wordSet(bead.target)])]);
  const known = new Map();
  for (const bag of bags.values()) for (const word of bag) known.set(word, (known.get(word) || 0) + 1);
  const weight = (word) => Math.log(1 + bags.size / known.get(word));
  const total = (bag) => [...bag].reduce((sum, word) => sum + weight(word), 0);
  const totals = new Map([...bags].map(([bead, bag]) => [bead, total(bag)]));
  const likeness = (source, target) => {
    const other = bags.get(target);
    let common = 0;
    for (const word of bags.get(source)) if (other.has(word)) common += weight(word);
    return (2 * common) / (totals.get(source) + totals.get(target) || 1);
  };
  const all = [];
  for (const source of sources) {
    for (const target of targets) {
      const alike = likeness(source, target);
      if (alike >= LIKELY) all.push({ source, target, alike });
    }
  }
  all.sort((a, b) => b.alike - a.alike);
  const likely = new Map();
  for (const move of all) {
    if (likely.has(move.source) || likely.has(move.target)) continue;
    likely.set(move.source, move);
    likely.set(move.target, move);
  }
  moves = { sources, targets, likeness, likely };
  return moves;
}

const likelyMoves = () => [...new Set(findMoves().likely.values())];

const pairUp = (one, other) => correct({ op: "pair", beads: [nameOf(one), nameOf(other)] }, "review.done_pair");

/** All proposed pairs, an edit each: any of them can be undone. */
function pairAll() {
  const proposed = likelyMoves();
  if (!proposed.length) announce(t("review.no_likely_moves"));
  for (const { source, target } of proposed) pairUp(source, target);
}

function pairButtons(bead, action) {
  if (!isAlone(bead)) return [];
  const move = findMoves().likely.get(bead);
  const other = move && (move.source === bead ? move.target : move.source);
  return [
    other ? make("button.action.likely", { type: "button", "data-action": "pair-likely" },
      t("review.pair_likely", { number: other.place + 1 })) : null,
    action("pair", "w", t("review.pair_with_any"), { "aria-expanded": String(panelKind(bead) === "pair") }),
  ];
}

function pairLikely(bead) {
  const move = findMoves().likely.get(bead);
  return move ? pairUp(move.source, move.target) : null;
}

/** The beads that lack the side that this one has, the most alike first; a word narrows them. */
function pairPanel(bead) {
  const { sources, targets, likeness } = findMoves();
  const isSource = bead.sourceIds.length > 0;
  const others = (isSource ? targets : sources).map((other) =>
    [other, isSource ? likeness(bead, other) : likeness(other, bead)]);
  others.sort((a, b) => b[1] - a[1] || Math.abs(a[0].place - bead.place) - Math.abs(b[0].place - bead.place));
  const list = make("ul.candidates");
  const fill = (query) => {
    const found = others.filter(([other]) => searchText(other).includes(query.trim().toLowerCase()));
    list.replaceChildren(...found.slice(0, MOST_CANDIDATES).map(([other, alike]) => make("li", null,
      make("button.move", {
        type: "button", "data-action": "do-pair", onclick: () => pairUp(bead, other),
        "aria-label": t("review.pair_with_bead", { number: other.place + 1 }),
      }, t("review.pair_with", { number: other.place + 1 })),
      make("span.alike", { title: t("review.alike_title") }, t("common.percent", { value: Math.round(100 * alike) })),
      make("p", { lang: isSource ? "en" : "zh-Hans" }, isSource ? other.target : other.source))));
    if (!found.length) list.replaceChildren(make("li", null, t("review.no_candidates")));
  };
  const search = make("input.candidate-search", {
    type: "search", placeholder: t("review.candidate_search"), "aria-label": t("review.candidate_search"),
    oninput: (event) => fill(event.currentTarget.value),
  });
  fill("");
  return make("div.edit-panel", {
    role: "group", "aria-label": t("review.pair_panel"), onkeydown: (event) => closeOnEscape(event, bead),
  },
  make("p.panel-hint", null, t(isSource ? "review.pair_hint_source" : "review.pair_hint_target")),
  search, list,
  make("div.panel-buttons", null, make("button.action", { type: "button", onclick: () => closePanel(bead.key) }, t("common.close"))));
}
