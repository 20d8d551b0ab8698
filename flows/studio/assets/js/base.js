// What every part of the studio uses: requests, the state that the server sends.
const choices = JSON.parse(document.getElementById("data").textContent);
const HTML_OF = { zh: "zh-Hans", en: "en" };

const token = takeToken();

/** Ask the server to do something; an Error has its reason, in English. */
async function ask(action, body = {}) {
  const response = await fetch(`/do/${action}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Duizhao-Token": token },
    body: JSON.stringify(body),
  });
  const type = response.headers.get("content-type") || "";
  const answer = type.startsWith("application/json") ? await response.json() : { error: await response.text() };
  if (!response.ok) throw new Error(answer.error || `the server answered with status ${response.status}`);
  return answer;
}

let hiding = 0;
/** Say something in a note at the foot of the window, which is also read aloud. */
function announce(text) {
  byId("announce").textContent = text;
  byId("announce").classList.add("is-shown");
  clearTimeout(hiding);
  hiding = setTimeout(() => byId("announce").classList.remove("is-shown"), 5000);
}

/** Do `action`; if the server refuses, say why. */
async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    announce(error instanceof TypeError ? t("studio.lost") : errorText(error.message));
    return null;
  }
}

/** Give the focus to an element, also to one that Tab does not reach. */
function focusOn(element) {
  if (element.tabIndex < 0) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

/** Draw the cards of a list again: the control that has the focus keeps it. Where it is gone, its
 * card has the focus, or the list, so that the next Tab does not begin at the top of the page. */
function keepFocus(list, draw) {
  const focused = document.activeElement;
  const card = list.contains(focused) ? focused.closest("[data-card]") : null;
  draw();
  if (!card || document.activeElement === focused) return;
  const again = list.querySelector(`[data-card="${card.dataset.card}"]`);
  const controls = again ? [again, ...again.querySelectorAll("[data-name]")] : [];
  focusOn(controls.find((one) => one.dataset.name === focused.dataset.name) || again || list);
}

const button = (name, label, onclick, kind = "action", more = {}) =>
  make(`button.${kind}`, { type: "button", "data-name": name, onclick, ...more }, label);

/** Show a dialog; at its end the control that opened it has the focus, also if it was drawn again.
 * The browser gives the focus back at once and reports the end later, when the person may already
 * be somewhere else: only a focus that is nowhere is moved then. */
function openDialog(dialog, name) {
  dialog.addEventListener("close", () => {
    if (document.activeElement !== document.body && !dialog.contains(document.activeElement)) return;
    const shown = [...document.querySelectorAll("main [data-name]")].filter((one) => one.offsetParent);
    (shown.find((one) => one.dataset.name === name) || byId("content")).focus();
  }, { once: true });
  dialog.showModal();
}

/** Sizes and times as people read them. */
const megabytes = (bytes) => t("studio.megabytes", {
  size: (bytes / 2 ** 20).toLocaleString(locale, { maximumFractionDigits: bytes < 2 ** 20 * 10 ? 1 : 0 }),
});
function durationText(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return t("studio.seconds", { count: whole });
  if (whole < 5400) return t("studio.minutes", { count: Math.round(whole / 60) });
  return t("studio.hours", { hours: (whole / 3600).toLocaleString(locale, { maximumFractionDigits: 1 }) });
}
const countsText = (group, counts) => Object.entries(counts)
  .map(([name, number]) => `${termOf(group, name)} ${count(number)}`).join(t("studio.list_comma"));
const known = (key, otherwise) => (key in catalogue[language] ? t(key) : otherwise);

// What lasts while the page is open: state of the server, and what the person has typed or opened.
const state = { jobs: [], projects: null, previews: {}, drafts: {}, opened: new Set() };
