// The colours of the page: as the system, light or dark. Button #theme with the text #theme-name.
const THEMES = ["auto", "light", "dark"];
const themeListeners = [];

function showTheme() {
  const theme = document.documentElement.dataset.theme || "auto";
  document.getElementById("theme-name").textContent = t(`common.theme_${theme}`);
  document.getElementById("theme").setAttribute("aria-label", t(`common.theme_label_${theme}`));
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
  for (const action of themeListeners) action();
}

/** Call `action` after each change of the colours. */
const onTheme = (action) => themeListeners.push(action);

function startTheme() {
  document.getElementById("theme").addEventListener("click", nextTheme);
  onLanguage(showTheme);
  showTheme();
}
