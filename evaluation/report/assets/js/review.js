// Corrections: each is sent to the server at once, which answers with the beads that changed.
const nameOf = (bead) => `[${bead.sourceIds.join(",")}]:[${bead.targetIds.join(",")}]`;

const token = review ? takeToken() : "";

async function send(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Duizhao-Token": token },
    body: JSON.stringify(body),
  });
  const type = response.headers.get("content-type") || "";
  const answer = type.startsWith("application/json") ? await response.json() : { error: await response.text() };
  if (!response.ok) throw new Error(answer.error || `the server answered with status ${response.status}`);
  return answer;
}

// Edits are sent one after another, in the order in which they were asked for; none is dropped.
let queue = Promise.resolve();
let waiting = 0;
let aligning = false;
let lost = false;

/** Do `action` when all before it is done. While the document is re-aligned nothing can be done. */
function enqueue(action) {
  if (aligning) {
    announce(t("review.wait_realigning"));
    return Promise.resolve(false);
  }
  if (lost) {
    showBar(t("review.lost"), true);
    return Promise.resolve(false);
  }
  waiting += 1;
  const done = queue.then(action).finally(() => {
    waiting -= 1;
  });
  queue = done.catch(() => false);
  return done;
}

/** Send the edit that `editOf()` gives when it is its turn; show what changed, or why not. `done`
 * is the message for screen readers. */
const correct = (editOf, done) => enqueue(async () => {
  const edit = typeof editOf === "function" ? editOf() : editOf;
  if (!edit || lost) return false;
  aligning = edit.op === "realign";
  showBar(t(aligning ? "review.realigning" : "review.saving"));
  try {
    const answer = await send("edits", { ...edit, after: review.edits });
    takeChange(answer, edit);
    announce(t(done), { quietly: true });
    aligning = false;
    showBar();
    return true;
  } catch (error) {
    lost = error instanceof TypeError; // fetch says so where the network failed
    aligning = false;
    showBar(lost ? t("review.lost") : errorText(error.message), true);
    if (/behind the review/.test(error.message)) loadAgain(t("review.other_window_edited"));
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
    if (edits !== review.edits && !waiting) loadAgain(t("review.edited_elsewhere"));
  } catch (error) { /* the next edit says so */ }
}

/** Write the reviewed corpus, as `duizhao apply` does, and export it to these formats. */
const applyReview = (formats, checkedOnly) => enqueue(async () => {
  showBar(t("review.writing"));
  try {
    const { out, rows, files } = await send("apply", { formats, checked_only: checkedOnly });
    showBar(`${t("review.written", { count: rows, folder: out })} ${
      files.length ? t("review.exported", { files: files.join(t("common.comma")) }) : ""}`);
    announce(t("review.written_short"));
    return true;
  } catch (error) {
    showBar(error instanceof TypeError ? t("review.lost") : errorText(error.message), true);
    return false;
  }
});

/** Ask for the formats, then apply; Enter applies with those that are ticked. */
function openApply() {
  if (!review.edits && !beads.some((bead) => bead.checked)) return announce(t("review.nothing_to_apply"));
  const dialog = byId("apply-dialog");
  const boxes = review.formats.map((name) => make("input", { type: "checkbox", value: name, checked: name === "tmx" }));
  const checkedOnly = make("input", { type: "checkbox" });
  const form = make("form", { method: "dialog", onsubmit: () => {
    applyReview(boxes.filter((box) => box.checked).map((box) => box.value), checkedOnly.checked);
  } },
  make("h2", { id: "apply-title" }, t("review.apply_heading")),
  make("p.how", null, tNodes("review.apply_how")),
  make("fieldset", null, make("legend", null, t("review.apply_formats")),
    boxes.map((box) => make("label", null, box, make("b", null, box.value), make("span.quiet", null, termOf("format", box.value))))),
  make("label", null, checkedOnly, " ", t("review.apply_checked_only")),
  make("div.panel-buttons", null,
    make("button.primary", { autofocus: true, "data-action": "do-apply" }, t("review.apply_do")),
    make("button.action", { type: "button", onclick: () => dialog.close() }, t("common.cancel"))));
  dialog.replaceChildren(form);
  return dialog.showModal();
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
  announce(t("review.choose_first"));
  return false;
};

/** The bead at the time of the edit: earlier edits may have changed it. */
const asItIs = (bead) => beadByKey(bead.key) || beadByKey(view.current);

function mergeWith(bead, by) {
  return correct(() => {
    const now = asItIs(bead);
    const other = now && beads[now.place + by];
    if (!other) return announce(t("review.nothing_to_merge"));
    const pair = by > 0 ? [now, other] : [other, now];
    return { op: "merge", beads: pair.map(nameOf) };
  }, "review.done_merge");
}

function checkBead(bead, goOn) {
  const checked = !bead.checked;
  const next = goOn && checked ? view.shown[positionOf(bead.key) + 1] : null;
  const done = correct(() => {
    const now = beadByKey(bead.key);
    return now && { op: "check", bead: nameOf(now), checked };
  }, checked ? "review.done_check" : "review.done_uncheck");
  if (next && !aligning && !lost) goTo(next.key);
  return done;
}

const deleteBead = (bead) => correct(() => {
  const now = asItIs(bead);
  return now && { op: now.left ? "restore" : "delete", bead: nameOf(now) };
}, bead.left ? "review.done_restore" : "review.done_delete");
const undo = () => correct({ op: "undo" }, "review.done_undo");
const redo = () => correct({ op: "redo" }, "review.done_redo");
const realign = () => correct({ op: "realign" }, "review.done_realign");

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
    bead.left === "deleted_in_review" ? null : action("check", "c", t(bead.checked ? "review.checked" : "review.check"), { "aria-pressed": String(Boolean(bead.checked)) }),
    ...pairButtons(bead, action),
    action("merge", "m", t("review.merge"), { disabled: !beads[bead.place + 1] }),
    action("split", "s", t("review.split"), expanded("split")),
    action("edit", "e", t(draftOf(bead) ? "review.edit_unsaved" : "review.edit"), expanded("edit")),
    !bead.left ? action("delete", "d", t("review.delete"))
      : paired || bead.left === "deleted_in_review" ? action("delete", "d", t("review.restore")) : null,
  ];
  const panel = panels.get(bead.key);
  return [make("div.actions", { role: "group", "aria-label": t("review.actions") }, buttons), ...(panel ? [panel.element] : [])];
}

function showBar(text, failed) {
  const bar = byId("review-bar");
  bar.classList.toggle("is-working", Boolean(text) && !failed);
  bar.classList.toggle("has-failed", Boolean(failed));
  const rows = kept();
  const checked = rows.filter((bead) => bead.checked).length;
  const nameOfEdit = (operation) => t(operation ? `edit.${operation}` : "edit.last");
  const button = (id, key, label, run, on, title) => make("button.bar-button", {
    type: "button", id, "aria-keyshortcuts": key, title: `${title} (${key})`, disabled: !on, onclick: run,
  }, label, make("kbd", { "aria-hidden": true }, key));
  const doubtful = beads.filter(needsLook).length;
  const proposed = likelyMoves().length;
  const focused = document.activeElement && bar.contains(document.activeElement) ? document.activeElement.id : "";
  bar.replaceChildren(
    make("p.bar-state", { role: failed ? "alert" : "status" },
      text || t("review.edits_saved", { count: review.edits, file: review.file })),
    make("div.bar-progress", { title: t("review.checked_title") },
      make("span.meter", { "aria-hidden": true }, make("span.fill.good", { style: `width:${rows.length ? (100 * checked) / rows.length : 0}%` })),
      make("span", null, t("review.checked_of", { checked, all: rows.length }))),
    button("doubtful", "n", t("review.doubtful", { number: doubtful }), () => step(1, needsLook), doubtful > 0, t("review.doubtful_title")),
    proposed ? button("pair-all", "W", t("review.pair_all", { count: proposed }), pairAll, !aligning, t("review.pair_all_title")) : "",
    make("div.bar-buttons", null,
      button("undo", "u", t("review.undo"), undo, review.undo && !aligning, t("review.undo_title", { edit: nameOfEdit(review.undo) })),
      button("redo", "U", t("review.redo"), redo, review.redo && !aligning, t("review.redo_title", { edit: nameOfEdit(review.redo) })),
      button("realign", "r", t("review.realign"), realign, !aligning, t("review.realign_title")),
      button("apply", "A", t("review.apply"), openApply, review.edits > 0 && !aligning, t("review.apply_title"))));
  if (focused) (bar.querySelector(`#${focused}:enabled`) || bar.querySelector("button:enabled") || byId("bitext")).focus();
}

/** The bar and the panels in the language that was chosen; typed texts are kept as drafts. */
function translateReview() {
  for (const [key, { kind }] of [...panels]) {
    const bead = beadByKey(key);
    if (kind === "edit") reopenDraft(bead);
    else panels.delete(key);
  }
  refreshList();
  showBar();
}

function startReview() {
  const corrects = (key, text, run) => ({ key, text, run, corrects: true });
  COMMANDS.push(
    corrects("c", "check", withCurrent((bead) => checkBead(bead, true))),
    corrects("m", "merge", withCurrent((bead) => mergeWith(bead, 1))),
    corrects("M", "merge_previous", withCurrent((bead) => mergeWith(bead, -1))),
    corrects("s", "split", withCurrent((bead) => openPanel(bead, "split"))),
    corrects("w", "pair", withCurrent((bead) => (
      isAlone(bead) ? openPanel(bead, "pair") : announce(t("review.has_both_sides"))))),
    corrects("W", "pair_all", pairAll),
    corrects("e", "edit", withCurrent((bead) => openPanel(bead, "edit"))),
    corrects("d", "delete", withCurrent(deleteBead)),
    corrects("u", "undo", undo),
    corrects("U", "redo", redo),
    corrects("r", "realign", realign),
    corrects("A", "apply", openApply));
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
  if (drafts.size) announce(t("review.drafts", { count: drafts.size }));
  showBar();
}
