// Corrections: each is sent to the server at once, which answers with the beads that changed.
const nameOf = (bead) => `[${bead.sourceIds.join(",")}]:[${bead.targetIds.join(",")}]`;
const token = new URLSearchParams(location.search).get("token") || "";
let working = false;

async function send(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Duizhao-Token": token },
    body: JSON.stringify(body),
  });
  const type = response.headers.get("content-type") || "";
  const answer = type.startsWith("application/json") ? await response.json() : { error: await response.text() };
  if (!response.ok) throw new Error(answer.error || `The server said ${response.status}.`);
  return answer;
}

/** Send one edit; show what changed, or why it could not be done. */
async function correct(edit, said) {
  if (working) return false;
  working = true;
  showBar(edit.op === "realign" ? "Re-aligning …" : "Saving …");
  try {
    const answer = await send("edits", { ...edit, after: review.edits });
    takeChange(answer, edit);
    announce(said || "Saved.");
    showBar();
    return true;
  } catch (error) {
    const lost = error instanceof TypeError
      ? "The server is gone; this edit was not saved. Start duizhao review again and open its address."
      : error.message;
    showBar(lost, true);
    return false;
  } finally {
    working = false;
    byId("review-bar").classList.remove("is-working");
  }
}

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

const currentBead = () => beads.find((bead) => bead.key === view.current);
const withCurrent = (action) => () => {
  const bead = currentBead();
  if (bead) return action(bead);
  announce("Choose a bead first.");
  return false;
};

function mergeWith(bead, by) {
  const other = beads[bead.place + by];
  if (!other) return announce("There is no bead to merge with.");
  const pair = by > 0 ? [bead, other] : [other, bead];
  return correct({ op: "merge", beads: pair.map(nameOf) }, "Merged.");
}

async function checkBead(bead, goOn) {
  const position = view.shown.findIndex((entry) => entry.key === bead.key);
  const next = view.shown[position + 1];
  const done = await correct({ op: "check", bead: nameOf(bead), checked: !bead.checked }, bead.checked ? "No longer checked." : "Checked.");
  if (done && goOn && next && !bead.checked) goTo(next.key);
}

const deleteBead = (bead) => correct(
  { op: bead.left ? "restore" : "delete", bead: nameOf(bead) }, bead.left ? "Restored." : "Deleted.");
const undo = () => correct({ op: "undo" }, "Undone.");
const redo = () => correct({ op: "redo" }, "Done again.");
const realign = () => correct({ op: "realign" }, "Aligned again around your corrections.");

/** What can be done to a bead, under its texts. */
function reviewActions(bead) {
  const paired = bead.sourceIds.length && bead.targetIds.length;
  const action = (name, key, label, run, more) => make("button.action", {
    type: "button", "data-action": name, "aria-keyshortcuts": key, title: `${label} (${key})`, onclick: () => {
      view.current = bead.key;
      run(bead);
    }, ...more,
  }, label);
  const buttons = [
    bead.left ? null : action("check", "c", bead.checked ? "Checked" : "Check", () => checkBead(bead, false), { "aria-pressed": String(Boolean(bead.checked)) }),
    action("merge", "m", "Merge with next", () => mergeWith(bead, 1), { disabled: !beads[bead.place + 1] }),
    action("split", "s", "Split or move", () => openPanel(bead, "split"), { "aria-expanded": String(panelKind(bead) === "split") }),
    action("edit", "e", "Edit text", () => openPanel(bead, "edit"), { "aria-expanded": String(panelKind(bead) === "edit") }),
    !bead.left ? action("delete", "d", "Delete", deleteBead)
      : paired || bead.left === "deleted_in_review" ? action("delete", "d", "Restore", deleteBead) : null,
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
  const names = { merge: "merge", split: "split", move: "move", delete: "delete", restore: "restore", text: "text", check: "check", realign: "re-alignment" };
  const button = (id, key, label, run, on, title) => make("button.bar-button", {
    type: "button", id, "aria-keyshortcuts": key, title: `${title} (${key})`, disabled: !on, onclick: run,
  }, label, make("kbd", { "aria-hidden": true }, key));
  const focused = document.activeElement && bar.contains(document.activeElement) ? document.activeElement.id : "";
  bar.replaceChildren(
    make("p.bar-state", { role: failed ? "alert" : "status" },
      text || `${plural(review.edits, "edit")} saved to ${review.file}`),
    make("div.bar-progress", { title: "Checked beads of the corpus" },
      make("span.meter", { "aria-hidden": true }, make("span.fill.good", { style: `width:${rows.length ? (100 * checked) / rows.length : 0}%` })),
      make("span", null, `${count(checked)} of ${count(rows.length)} checked`)),
    make("div.bar-buttons", null,
      button("undo", "u", "Undo", undo, review.undo, `Undo the ${names[review.undo] || "last edit"}`),
      button("redo", "U", "Redo", redo, review.redo, `Redo the ${names[review.redo] || "edit"}`),
      button("realign", "r", "Re-align", realign, true, "Re-align around my corrections")));
  if (focused && byId(focused)) byId(focused).focus();
}

function startReview() {
  COMMANDS.push(
    { key: "c", text: "Check the bead and go on", run: withCurrent((bead) => checkBead(bead, true)) },
    { key: "m", text: "Merge with the next bead", run: withCurrent((bead) => mergeWith(bead, 1)) },
    { key: "M", text: "Merge with the bead before", run: withCurrent((bead) => mergeWith(bead, -1)) },
    { key: "s", text: "Split the bead, or move its sentences", run: withCurrent((bead) => openPanel(bead, "split")) },
    { key: "e", text: "Edit its texts", run: withCurrent((bead) => openPanel(bead, "edit")) },
    { key: "d", text: "Delete it, or restore it", run: withCurrent(deleteBead) },
    { key: "u", text: "Undo", run: undo },
    { key: "U", text: "Redo", run: redo },
    { key: "r", text: "Re-align around my corrections", run: realign });
  showBar();
}
