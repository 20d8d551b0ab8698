// The panels under a bead: its sentences to split and move, its texts to edit.
const panels = new Map(); // key of a bead -> {kind, element}

// Texts that were typed and not saved, by the sentences of their bead; they outlive a panel that is
// closed, a bead that is merged away and comes back, and a reload of the tab.
const drafts = new Map(); // name of a bead -> {source, target}
const DRAFTS = "duizhao-drafts";
try {
  const kept = review ? JSON.parse(sessionStorage.getItem(DRAFTS) || "[]") : [];
  for (const [name, texts] of kept) drafts.set(name, texts);
} catch (error) { /* no storage, or not ours */ }

const draftOf = (bead) => drafts.get(nameOf(bead));
function keepDraft(name, texts) {
  if (texts) drafts.set(name, texts);
  else drafts.delete(name);
  try {
    sessionStorage.setItem(DRAFTS, JSON.stringify([...drafts]));
  } catch (error) { /* then they last as long as the page */ }
}

// a panel grows and shrinks while it is open, and its bead with it
const panelSizes = new ResizeObserver(() => drawList({ measureAll: true }));
function setPanel(bead, kind, element) {
  panels.set(bead.key, { kind, element });
  panelSizes.observe(element);
}

/** Open the text panel of a bead again, as it was left. */
const reopenDraft = (bead) => setPanel(bead, "edit", editPanel(bead));

/** Say so when an edit took a bead away whose text was being edited. */
function tellOfDrafts(gone, inserted) {
  const names = new Set(inserted.map(nameOf));
  const away = gone.filter((bead) => draftOf(bead) && !names.has(nameOf(bead)));
  if (away.length) setTimeout(() => announce(t("review.draft_kept")), 0);
}

const panelKind = (bead) => (panels.has(bead.key) ? panels.get(bead.key).kind : "");

function closePanel(key) {
  const wanted = key || (panels.has(view.current) ? view.current : [...panels.keys()].pop());
  if (!wanted || !panels.delete(wanted)) return false;
  refreshList();
  const entry = drawn.get(wanted);
  if (entry) entry.element.focus({ preventScroll: true });
  return true;
}

async function openPanel(bead, kind) {
  if (panelKind(bead) === kind) return closePanel(bead.key);
  let element;
  if (kind === "edit") element = editPanel(bead);
  else if (kind === "pair") element = pairPanel(bead);
  else {
    try {
      element = splitPanel(bead, await send("sentences", { bead: nameOf(bead) }));
    } catch (error) {
      return showBar(error instanceof TypeError ? t("review.lost") : errorText(error.message), true);
    }
  }
  setPanel(bead, kind, element);
  view.current = bead.key;
  refreshList();
  const empty = [...element.querySelectorAll("textarea")].find((area) => !area.value);
  const first = empty || element.querySelector("textarea, input, button");
  if (first) first.focus({ preventScroll: true });
  const entry = drawn.get(bead.key);
  if (entry) entry.element.scrollIntoView({ block: "nearest" });
  return true;
}

/** Where the first cut stands: in the middle, and so that no part is empty. */
function firstCuts(sentences) {
  const { source, target } = sentences;
  if (source.length < 2 && target.length < 2) return { source: source.length, target: 0 };
  return { source: Math.ceil(source.length / 2), target: Math.ceil(target.length / 2) };
}

function splitPanel(bead, sentences) {
  const cuts = firstCuts(sentences);
  const panel = make("div.edit-panel.split-panel", {
    role: "group", "aria-label": t("review.split"), onkeydown: (event) => closeOnEscape(event, bead),
  });
  const draw = () => {
    const both = (ids) => ids.source.length + ids.target.length;
    const first = { source: sentences.source.slice(0, cuts.source), target: sentences.target.slice(0, cuts.target) };
    const second = { source: sentences.source.slice(cuts.source), target: sentences.target.slice(cuts.target) };
    const type = (part) => typeText(`${part.source.length}-${part.target.length}`);
    const possible = both(first) > 0 && both(second) > 0;
    panel.replaceChildren(
      make("p.panel-hint", null, t("review.split_hint")),
      make("div.split-columns", null, ["source", "target"].map((side) => splitColumn(bead, side, sentences[side], cuts, draw))),
      make("div.panel-buttons", null,
        make("button.primary", { type: "button", "data-action": "do-split", disabled: !possible, onclick: () => correct(
          { op: "split", bead: nameOf(bead), source_at: cuts.source, target_at: cuts.target }, "review.done_split") },
        possible ? t("review.split_into", { first: type(first), second: type(second) }) : t("review.split_short")),
        make("button.action", { type: "button", onclick: () => closePanel(bead.key) }, t("common.close"))));
  };
  draw();
  return panel;
}

function splitColumn(bead, side, sentences, cuts, draw) {
  const language = side === "source" ? "zh-Hans" : "en";
  const move = (to, label) => make("button.move", {
    type: "button", "data-action": `move-${side}-${to}`, onclick: () => correct({ op: "move", bead: nameOf(bead), side, to }, "review.done_move"),
    disabled: !beads[bead.place + (to === "next" ? 1 : -1)],
    "aria-label": t(`review.move_${side}`, { to: label }),
  }, label);
  const cut = (place) => make("li.cut-place", null, make("button.cut", {
    type: "button", "data-action": `cut-${side}-${place}`, "aria-pressed": String(cuts[side] === place),
    "aria-label": t(`review.cut_${side}`, { place, all: sentences.length }),
    onclick: (event) => {
      cuts[side] = place;
      const action = event.currentTarget.dataset.action;
      const panel = event.currentTarget.closest(".edit-panel");
      draw();
      panel.querySelector(`[data-action="${action}"]`).focus();
    },
  }, make("span", null, t("review.cut_here"))));
  const items = [cut(0)];
  sentences.forEach(([, text], place) => {
    items.push(make(`li.sentence.${place < cuts[side] ? "first-part" : "second-part"}`, null,
      make("p", { lang: language }, text),
      make("span.moves", null,
        place === 0 ? move("previous", t("review.to_previous")) : null,
        place === sentences.length - 1 ? move("next", t("review.to_next")) : null)));
    items.push(cut(place + 1));
  });
  return make("ol.split-column", { "aria-label": t(`review.sentences_${side}`) },
    sentences.length ? items : make("li.missing", null, t(`review.no_sentence_${side}`)));
}

function closeOnEscape(event, bead) {
  if (event.key !== "Escape") return;
  event.stopPropagation();
  closePanel(bead.key);
}

function editPanel(bead) {
  const name = nameOf(bead);
  const draft = drafts.get(name) || {};
  const areas = [["source", t("report.column_source"), "zh-Hans", bead.source], ["target", t("report.column_target"), "en", bead.target]]
    .map(([side, label, language, text]) => {
      const area = make("textarea", { lang: language, rows: Math.min(9, 2 + Math.ceil(text.length / (side === "source" ? 26 : 60))), "data-side": side });
      area.value = draft[side] === undefined ? text : draft[side];
      return { side, text, area, label: make("label.edit-label", null, make("span", null, label), area) };
    });
  const plain = (text) => text.trim().replace(/\s+/g, " ");
  const changed = () => areas.filter(({ text, area }) => plain(area.value) !== plain(text));
  const typed = () => keepDraft(name, changed().length
    ? Object.fromEntries(areas.map(({ side, area }) => [side, area.value])) : null);
  const close = () => {
    keepDraft(name, null);
    closePanel(bead.key);
  };
  let saving = false;
  const save = async () => {
    if (saving) return false;
    const texts = Object.fromEntries(changed().map(({ side, area }) => [side, plain(area.value)]));
    if (!Object.keys(texts).length) return close();
    const sent = areas.map(({ area }) => area.value).join("\n");
    saving = true;
    const done = await correct(() => ({ op: "text", bead: name, texts }), "review.done_text");
    saving = false;
    // what was typed while it was being saved is not lost either
    if (done && areas.map(({ area }) => area.value).join("\n") === sent) close();
    return done;
  };
  const panel = make("div.edit-panel", { role: "group", "aria-label": t("review.edit_panel"), oninput: typed, onkeydown: (event) => {
    closeOnEscape(event, bead);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
  } },
  make("div.edit-areas", null, areas.map((entry) => entry.label)),
  areas.some(({ side }) => !bead[`${side}Ids`].length) ? make("p.panel-hint", null, t("review.edit_missing")) : "",
  make("div.panel-buttons", null,
    make("button.primary", { type: "button", "data-action": "save-text", onclick: save }, t("common.save")),
    make("button.action", { type: "button", onclick: close }, t("common.cancel")),
    make("span.panel-hint", null, t("review.edit_hint"))));
  return panel;
}
