// Keyboard commands, and the dialog that lists them.
const COMMANDS = [
  { key: "j", also: "ArrowDown", text: "next", run: () => step(1) },
  { key: "k", also: "ArrowUp", text: "previous", run: () => step(-1) },
  { key: "n", text: "next_doubtful", run: () => step(1, needsLook) },
  { key: "p", text: "previous_doubtful", run: () => step(-1, needsLook) },
  { key: "g", text: "first", run: () => view.shown.length && goTo(view.shown[0].key) },
  { key: "G", text: "last", run: () => view.shown.length && goTo(view.shown[view.shown.length - 1].key) },
  { key: "i", text: "signals", run: () => focusIn(".confidence") },
  { key: "l", text: "link", run: copyLink },
  { key: "/", text: "search", run: () => (byId("search").focus(), byId("search").select()) },
  { key: "Escape", text: "clear", run: leave },
  { key: "t", text: "colours", run: nextTheme },
  { key: "?", text: "list", run: openKeys },
];

/** Move the current bead by one, or to the next that `wanted`. */
function step(by, wanted = () => true) {
  let position = positionOf(view.current);
  if (position < 0) position = by > 0 ? -1 : view.shown.length;
  for (position += by; view.shown[position]; position += by) {
    if (wanted(view.shown[position])) return goTo(view.shown[position].key);
  }
  announce(t(by > 0 ? "report.no_more" : "report.no_earlier"));
  return false;
}

function focusIn(selector) {
  const entry = drawn.get(view.current);
  const element = entry && entry.element.querySelector(selector);
  if (element) element.focus();
}

async function copyLink() {
  if (!view.current) return;
  putAddress();
  try {
    await navigator.clipboard.writeText(location.href);
    announce(t("report.link_copied"));
  } catch (error) {
    announce(t("report.link_in_bar"));
  }
}

function leave() {
  if (review && closePanel()) return;
  if (document.activeElement && document.activeElement.id === "search") {
    document.activeElement.blur();
    if (!view.query) return;
  }
  clearFilters();
}

const keyName = (key) => ({ Escape: "Esc", ArrowDown: "↓", ArrowUp: "↑" })[key] || key;

function openKeys() {
  const dialog = byId("keys");
  dialog.replaceChildren(
    make("form", { method: "dialog" },
      make("h2", { id: "keys-title" }, t("common.keys")),
      make("dl.keys-list", null, COMMANDS.map((command) => make("div", null,
        make("dt", null, make("kbd", null, keyName(command.key)),
          command.also ? [" ", make("kbd", null, keyName(command.also))] : null),
        make("dd", null, t(`key.${command.text}`))))),
      make("button.primary", { autofocus: true }, t("common.close"))));
  dialog.showModal();
}

function startKeyboard() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const target = event.target;
    const typing = target.matches("input, textarea, select");
    if (typing && !(event.key === "Escape" && target.id === "search")) return;
    const arrow = event.key === "ArrowDown" || event.key === "ArrowUp";
    if (arrow && !target.closest(".bead")) return;
    const command = COMMANDS.find((entry) => entry.key === event.key || entry.also === event.key);
    if (!command) return;
    // a correction is for who looks at the beads, not for who has just pressed a button elsewhere
    const atBeads = target === document.body || target.closest(".bead, .review-bar, #bitext:focus");
    if (command.corrects && (!atBeads || target.closest(".edit-panel"))) return;
    event.preventDefault();
    command.run();
  });
  byId("help").addEventListener("click", openKeys);
}
