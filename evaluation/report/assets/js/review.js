// Corrections: each is sent to the server at once, which answers with the beads that changed.
const nameOf = (bead) => `[${bead.sourceIds.join(",")}]:[${bead.targetIds.join(",")}]`;

/** The token comes in the address, and is taken out of it: links and pictures must not have it. */
function takeToken() {
  if (!review) return "";
  const given = new URLSearchParams(location.search).get("token");
  try {
    if (given) sessionStorage.setItem("duizhao-token", given);
    history.replaceState(null, "", location.pathname + location.hash);
    return given || sessionStorage.getItem("duizhao-token") || "";
  } catch (error) { // no storage: the address stays as it is
    return given || "";
  }
}
const token = takeToken();

async function send(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Duizhao-Token": token },
    body: JSON.stringify(body),
  });
  const type = response.headers.get("content-type") || "";
  const answer = type.startsWith("application/json") ? await response.json() : { error: await response.text() };
  if (!response.ok) throw new Error(answer.error || `The server answered with status ${response.status}.`);
  return answer;
}

// Edits are sent one after another, in the order in which they were asked for; none is dropped.
let queue = Promise.resolve();
let waiting = 0;
let aligning = false;
let lost = false;
const LOST = "The server did not answer, so this edit may not have been saved. " +
  "Start duizhao review again and open its address to check.";

/** Do `action` when all before it is done. While the document is re-aligned nothing can be done. */
function enqueue(action) {
  if (aligning) {
    announce("Re-aligning. Wait until it has finished; this edit was not applied.");
    return Promise.resolve(false);
  }
  if (lost) {
    showBar(LOST, true);
    return Promise.resolve(false);
  }
  waiting += 1;
  const done = queue.then(action).finally(() => {
    waiting -= 1;
  });
  queue = done.catch(() => false);
  return done;
}

/** Send the edit that `editOf()` gives when it is its turn; show what changed, or why not. */
const correct = (editOf, said) => enqueue(async () => {
  const edit = typeof editOf === "function" ? editOf() : editOf;
  if (!edit || lost) return false;
  aligning = edit.op === "realign";
  showBar(aligning ? "Re-aligning …" : "Saving …");
  try {
    const answer = await send("edits", { ...edit, after: review.edits });
    takeChange(answer, edit);
    announce(said || "Saved.", { quietly: true });
    aligning = false;
    showBar();
    return true;
  } catch (error) {
    lost = error instanceof TypeError; // fetch says so where the network failed
    aligning = false;
    showBar(lost ? LOST : error.message, true);
    if (/behind the review/.test(error.message)) loadAgain("Another window edited this review. Loading its edits …");
    return false;
  }
});

// Two windows of one review: the one that comes to the front loads the edits of the other.
let reloading = false;
function loadAgain(why) {
  announce(why);
  reloading = true; // texts that are being typed are kept in the tab
  setTimeout(() => location.reload(), 600);
}
async function compareState() {
  if (document.visibilityState !== "visible" || waiting || lost || reloading) return;
  try {
    const { edits } = await send("state", {});
    if (edits !== review.edits && !waiting) loadAgain("Edited in another window. Loading …");
  } catch (error) { /* the next edit says so */ }
}

/** Write the reviewed corpus, as `duizhao apply` does. */
const applyReview = () => enqueue(async () => {
  showBar("Writing the corpus …");
  try {
    const { out, rows } = await send("apply", {});
    showBar(`${plural(rows, "row")} written to ${out}`);
    announce("The reviewed corpus is written.");
    return true;
  } catch (error) {
    showBar(error instanceof TypeError ? LOST : error.message, true);
    return false;
  }
});

function takeChange({ start, removed, beads: fresh, sections, signals, judged, review: state }, edit) {
  Object.assign(review, state);
  data.signals = signals;
  data.judged = judged;
  const newSections = sections.length !== data.sections.length;
  data.sections = sections;
  data.sectionDocuments = sections.map(() => 0); // a review is of one document
  const inserted = fresh.map(beadOf);
  const gone = beads.splice(start, removed, ...inserted);
  for (const bead of gone) panels.delete(bead.key);
  for (const bead of inserted) if (draftOf(bead)) reopenDraft(bead);
  tellOfDrafts(gone, inserted);
  numberBeads();
  if (newSections) fillControls();
  if (!beads.some((bead) => bead.key === view.current)) {
    const next = inserted[0] || beads[Math.min(start, beads.length - 1)];
    view.current = next ? next.key : "";
  }
  refreshView();
  fillSummary();
  redrawPlots();
  if (["undo", "redo", "realign"].includes(edit.op) && inserted.length) reveal(inserted[0].key, { align: "auto" });
}

const redrawPlots = debounce(500, () => {
  fillPlots();
  drawCharts();
});

const beadByKey = (key) => beads.find((bead) => bead.key === key);
const withCurrent = (action) => () => {
  const bead = beadByKey(view.current);
  if (bead) return action(bead);
  announce("Choose a bead first.");
  return false;
};

/** The bead at the time of the edit: earlier edits may have changed it. */
const asItIs = (bead) => beadByKey(bead.key) || beadByKey(view.current);

function mergeWith(bead, by) {
  return correct(() => {
    const now = asItIs(bead);
    const other = now && beads[now.place + by];
    if (!other) return announce("There is no bead to merge with.");
    const pair = by > 0 ? [now, other] : [other, now];
    return { op: "merge", beads: pair.map(nameOf) };
  }, "Merged.");
}

function checkBead(bead, goOn) {
  const checked = !bead.checked;
  const next = goOn && checked ? view.shown[positionOf(bead.key) + 1] : null;
  const done = correct(() => {
    const now = beadByKey(bead.key);
    return now && { op: "check", bead: nameOf(now), checked };
  }, checked ? "Checked." : "No longer checked.");
  if (next && !aligning && !lost) goTo(next.key);
  return done;
}

const deleteBead = (bead) => correct(() => {
  const now = asItIs(bead);
  return now && { op: now.left ? "restore" : "delete", bead: nameOf(now) };
}, bead.left ? "Restored." : "Deleted.");
const undo = () => correct({ op: "undo" }, "Undone.");
const redo = () => correct({ op: "redo" }, "Done again.");
const realign = () => correct({ op: "realign" }, "Aligned again around your corrections.");

const ACTIONS = {
  check: (bead) => checkBead(bead, false),
  pair: (bead) => openPanel(bead, "pair"),
  "pair-likely": (bead) => pairLikely(bead),
  merge: (bead) => mergeWith(bead, 1),
  split: (bead) => openPanel(bead, "split"),
  edit: (bead) => openPanel(bead, "edit"),
  delete: (bead) => deleteBead(bead),
};

/** What can be done to a bead, under its texts. */
function reviewActions(bead) {
  const paired = bead.sourceIds.length && bead.targetIds.length;
  const action = (name, key, label, more) => make("button.action", {
    type: "button", "data-action": name, "aria-keyshortcuts": key, title: `${label} (${key})`, ...more,
  }, label);
  const expanded = (kind) => ({ "aria-expanded": String(panelKind(bead) === kind) });
  const buttons = [
    bead.left === "deleted_in_review" ? null : action("check", "c", bead.checked ? "Checked" : "Check", { "aria-pressed": String(Boolean(bead.checked)) }),
    ...pairButtons(bead, action),
    action("merge", "m", "Merge with next", { disabled: !beads[bead.place + 1] }),
    action("split", "s", "Split or move", expanded("split")),
    action("edit", "e", draftOf(bead) ? "Edit text (not saved)" : "Edit text", expanded("edit")),
    !bead.left ? action("delete", "d", "Delete")
      : paired || bead.left === "deleted_in_review" ? action("delete", "d", "Restore") : null,
  ];
  const panel = panels.get(bead.key);
  return [make("div.actions", { role: "group", "aria-label": "Correct this bead" }, buttons), ...(panel ? [panel.element] : [])];
}

function showBar(text, failed) {
  const bar = byId("review-bar");
  bar.classList.toggle("is-working", Boolean(text) && !failed);
  bar.classList.toggle("has-failed", Boolean(failed));
  const rows = kept();
  const checked = rows.filter((bead) => bead.checked).length;
  const names = { merge: "merge", pair: "pair", split: "split", move: "move", delete: "delete", restore: "restore", text: "text", check: "check", realign: "re-alignment" };
  const button = (id, key, label, run, on, title) => make("button.bar-button", {
    type: "button", id, "aria-keyshortcuts": key, title: `${title} (${key})`, disabled: !on, onclick: run,
  }, label, make("kbd", { "aria-hidden": true }, key));
  const doubtful = beads.filter(needsLook).length;
  const proposed = likelyMoves().length;
  const focused = document.activeElement && bar.contains(document.activeElement) ? document.activeElement.id : "";
  bar.replaceChildren(
    make("p.bar-state", { role: failed ? "alert" : "status" },
      text || `${plural(review.edits, "edit")} saved to ${review.file}`),
    make("div.bar-progress", { title: "Checked beads of the corpus" },
      make("span.meter", { "aria-hidden": true }, make("span.fill.good", { style: `width:${rows.length ? (100 * checked) / rows.length : 0}%` })),
      make("span", null, `${count(checked)} of ${count(rows.length)} checked`)),
    button("doubtful", "n", `${count(doubtful)} doubtful left`, () => step(1, needsLook), doubtful > 0, "Go to the next doubtful bead"),
    proposed ? button("pair-all", "W", `Pair ${plural(proposed, "likely move")}`, pairAll, !aligning, "Pair all beads that look like moved text") : "",
    make("div.bar-buttons", null,
      button("undo", "u", "Undo", undo, review.undo && !aligning, `Undo the ${names[review.undo] || "last edit"}`),
      button("redo", "U", "Redo", redo, review.redo && !aligning, `Redo the ${names[review.redo] || "edit"}`),
      button("realign", "r", "Re-align", realign, !aligning, "Re-align around my corrections"),
      button("apply", "A", "Apply", applyReview, review.edits > 0 && !aligning, "Write the reviewed corpus")));
  if (focused && byId(focused)) byId(focused).focus();
}

function startReview() {
  const corrects = (key, text, run) => ({ key, text, run, corrects: true });
  COMMANDS.push(
    corrects("c", "Check the bead and continue", withCurrent((bead) => checkBead(bead, true))),
    corrects("m", "Merge with the next bead", withCurrent((bead) => mergeWith(bead, 1))),
    corrects("M", "Merge with the bead before", withCurrent((bead) => mergeWith(bead, -1))),
    corrects("s", "Split the bead, or move its sentences", withCurrent((bead) => openPanel(bead, "split"))),
    corrects("w", "Pair with a bead elsewhere (moved text)", withCurrent((bead) => (
      isAlone(bead) ? openPanel(bead, "pair") : announce("This bead has both sides.")))),
    corrects("W", "Pair all likely moves", pairAll),
    corrects("e", "Edit its texts", withCurrent((bead) => openPanel(bead, "edit"))),
    corrects("d", "Delete it, or restore it", withCurrent(deleteBead)),
    corrects("u", "Undo", undo),
    corrects("U", "Redo", redo),
    corrects("r", "Re-align around my corrections", realign),
    corrects("A", "Apply: write the reviewed corpus", applyReview));
  window.addEventListener("focus", compareState);
  document.addEventListener("visibilitychange", compareState);
  listElement.addEventListener("click", (event) => {
    const button = event.target.closest(".actions > .action");
    if (!button) return;
    const bead = beadByKey(button.closest(".bead").dataset.key);
    view.current = bead.key;
    ACTIONS[button.dataset.action](bead);
  });
  window.addEventListener("beforeunload", (event) => {
    if (reloading || (!waiting && !drafts.size)) return;
    event.preventDefault();
    event.returnValue = ""; // what older browsers want
  });
  for (const bead of beads) if (draftOf(bead)) reopenDraft(bead);
  if (drafts.size) announce(`${plural(drafts.size, "text")} that you had not saved: still there to go on with.`);
  showBar();
}
