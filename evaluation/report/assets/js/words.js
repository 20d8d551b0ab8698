// Which words of the machine translation and the reference differ.
const WORD = /[\p{L}\p{M}\p{N}]+(?:['’.,\-–/][\p{L}\p{M}\p{N}]+)*/gu;
const compared = new WeakMap();

/** Words with the text before each: [{before, word}], and the text after the last. */
function wordsOf(text) {
  const words = [];
  let end = 0;
  for (const match of text.matchAll(WORD)) {
    words.push({ before: text.slice(end, match.index), word: match[0] });
    end = match.index + match[0].length;
  }
  return { words, rest: text.slice(end) };
}

const sameForm = (word) => word.toLowerCase().replace(/’/g, "'").replace(/[–‑]/g, "-");

/** For each word of both texts: "" (same), "only" (not in the other) or "moved". */
function compareWords(bead) {
  const known = compared.get(bead);
  if (known) return known;
  const left = wordsOf(bead.translation);
  const right = wordsOf(bead.target);
  const marks = { left: [], right: [] };
  const a = left.words.map((entry) => sameForm(entry.word));
  const b = right.words.map((entry) => sameForm(entry.word));
  const [inLeft, inRight] = [new Set(a), new Set(b)];
  for (const part of Diff.diffArrays(a, b, { maxEditLength: 1200, timeout: 300 }) || []) {
    const kind = part.added || part.removed ? "only" : "";
    for (const word of part.value) {
      if (!part.added) marks.left.push(kind && inRight.has(word) ? "moved" : kind);
      if (!part.removed) marks.right.push(kind && inLeft.has(word) ? "moved" : kind);
    }
  }
  const result = { left, right, marks };
  compared.set(bead, result);
  return result;
}

/** A text with its differing words in mark elements, neighbours in one. */
function markedText({ words, rest }, marks, label) {
  const pieces = [];
  let open = null;
  let kind = "";
  words.forEach(({ before, word }, place) => {
    const mark = marks[place] || "";
    if (mark && mark === kind) {
      open.append(before + word);
      return;
    }
    kind = mark;
    pieces.push(before);
    if (mark) pieces.push((open = make(`mark.${mark}.${label}`, null, word)));
    else pieces.push(word);
  });
  pieces.push(rest);
  const fragment = document.createDocumentFragment();
  fragment.append(...pieces);
  fragment.normalize();
  return fragment;
}

/** Mark the words that differ: at once in short texts, in long ones when there is time. */
const MOST_AT_ONCE = 1500; // letters of both texts
function markWords(bead, article) {
  const mark = () => {
    const { left, right, marks } = compareWords(bead);
    article.querySelector(".translation p").replaceChildren(markedText(left, marks.left, "mt"));
    article.querySelector(".target p").replaceChildren(markedText(right, marks.right, "ref"));
  };
  if (compared.has(bead) || bead.translation.length + bead.target.length < MOST_AT_ONCE) mark();
  else {
    whenIdle(() => {
      if (!article.isConnected) return;
      mark();
      markSearch();
    });
  }
}
