// Keyboard commands, and the dialog that lists them.
const COMMANDS = [
  { key: "j", also: "ArrowDown", text: "Next bead", run: () => step(1) },
  { key: "k", also: "ArrowUp", text: "Bead before", run: () => step(-1) },
  { key: "n", text: "Next doubtful bead", run: () => step(1, needsLook) },
  { key: "p", text: "Previous doubtful bead", run: () => step(-1, needsLook) },
  { key: "g", text: "First bead", run: () => view.shown.length && goTo(view.shown[0].key) },
  { key: "G", text: "Last bead", run: () => view.shown.length && goTo(view.shown[view.shown.length - 1].key) },
  { key: "i", text: "Signals of the bead", run: () => focusIn(".confidence") },
  { key: "l", text: "Copy a link to the bead", run: copyLink },
  { key: "/", text: "Search", run: () => (byId("search").focus(), byId("search").select()) },
  { key: "Escape", text: "Clear the search, show all beads", run: leave },
  { key: "t", text: "Colours: light, dark, system", run: nextTheme },
  { key: "?", text: "This list", run: openKeys },
];

/** Move the current bead by one, or to the next that `wanted`. */
function step(by, wanted = () => true) {
  let position = positionOf(view.current);
  if (position < 0) position = by > 0 ? -1 : view.shown.length;
  for (position += by; view.shown[position]; position += by) {
    if (wanted(view.shown[position])) return goTo(view.shown[position].key);
  }
  announce(by > 0 ? "No more beads." : "No earlier bead.");
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
    announce("Link copied.");
  } catch (error) {
    announce("The link is in the address bar.");
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

const THEMES = ["auto", "light", "dark"];
function showTheme() {
  const theme = document.documentElement.dataset.theme || "auto";
  const names = { auto: "Auto", light: "Light", dark: "Dark" };
  byId("theme-name").textContent = names[theme];
  byId("theme").setAttribute("aria-label", `Colours: ${theme === "auto" ? "as the system" : theme}`);
}
function nextTheme() {
  const now = document.documentElement.dataset.theme || "auto";
  const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
  if (next === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    if (next === "auto") localStorage.removeItem("duizhao-theme");
    else localStorage.setItem("duizhao-theme", next);
  } catch (error) { /* no storage from disk in some browsers */ }
  showTheme();
  drawCharts();
}

const keyName = (key) => ({ Escape: "Esc", ArrowDown: "↓", ArrowUp: "↑" })[key] || key;

function openKeys() {
  const dialog = byId("keys");
  dialog.replaceChildren(
    make("form", { method: "dialog" },
      make("h2", { id: "keys-title" }, "Keyboard commands"),
      make("dl.keys-list", null, COMMANDS.map((command) => make("div", null,
        make("dt", null, make("kbd", null, keyName(command.key)),
          command.also ? [" ", make("kbd", null, keyName(command.also))] : null),
        make("dd", null, command.text)))),
      make("button.primary", { autofocus: true }, "Close")));
  dialog.showModal();
}

function startKeyboard() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open) return;
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
  byId("theme").addEventListener("click", nextTheme);
  showTheme();
}
