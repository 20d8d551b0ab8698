// The data of the page and small things that every other script uses.
const data = JSON.parse(document.getElementById("data").textContent);
const review = data.review; // null in a report
const field = Object.fromEntries(data.fields.map((name, place) => [name, place]));

/** One bead as an object, from its list of values. */
function beadOf(values) {
  const bead = {};
  for (const name in field) bead[name] = values[field[name]];
  bead.place = 0;
  bead.height = 0;
  bead.heightFor = null;
  return bead;
}

const beads = data.beads.map(beadOf);
data.beads = null;

const fixed = (number, digits) => (number === null ? "–" : number.toFixed(digits));
const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

function median(numbers) {
  const sorted = Float64Array.from(numbers).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function debounce(milliseconds, action) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, milliseconds);
  };
}

/** Show a text in a small note at the foot of the window, which screen readers read out;
 * `quietly`: only for screen readers, where the page shows it by itself. */
const hideNote = debounce(4000, () => byId("announce").classList.remove("is-shown"));
function announce(text, { quietly = false } = {}) {
  byId("announce").textContent = text;
  byId("announce").classList.toggle("is-shown", !quietly);
  hideNote();
}

/** Do something when the browser has nothing better to do. */
const whenIdle = (action) =>
  (window.requestIdleCallback ? requestIdleCallback(action, { timeout: 1000 }) : setTimeout(action, 30));

/** "2-1" as it is set in type: 2–1. */
const typeText = (type) => type.replace("-", "–");

const reasonText = (reason) => termOf("reason", reason);

/** What a person should look at: the kinds of trouble of a bead. */
function isLow(bead) {
  return !bead.left && bead.confidence !== null && bead.confidence < data.lowConfidence;
}
/** "retry=clauses:mended" records the outcome of a retry; it is not a problem by itself. */
const isTrouble = (flag) => !flag.startsWith("retry=");
const isFlagged = (bead) => bead.flags.some(isTrouble);
function flagText(flag) {
  if (isTrouble(flag)) return termOf("flag", flag);
  const [way, outcome] = flag.slice(6).split(":");
  const how = termOf("retry", way);
  return outcome ? t("retry.outcome", { how, outcome: termOf("retry", outcome) }) : how;
}
const isOther = (bead) => !bead.left && data.hasReference && bead.type !== "1-1";
const needsLook = (bead) => !bead.checked && (isLow(bead) || isFlagged(bead) ||
  (Boolean(bead.left) && bead.left !== "deleted_in_review"));
