// The page's texts in the language of the browser, or in the one that the reader chose.
//
// `messages` is an element with the catalogue. `t(key, values)` is a text; `tNodes` the same as
// nodes, with elements for values. What depends on the language registers with `onLanguage`.
const catalogue = JSON.parse(document.getElementById("messages").textContent);
const LANGUAGE = "duizhao-language";
const LOCALES = { en: "en-GB", zh: "zh-Hans-CN" };
const HTML_LANGUAGES = { en: "en", zh: "zh-Hans" };
const languageListeners = [];
let language = preferredLanguage();
let locale = LOCALES[language];
let wholeNumbers = new Intl.NumberFormat(locale);

function preferredLanguage() {
  let chosen = null;
  try {
    chosen = localStorage.getItem(LANGUAGE);
  } catch (error) { /* no storage from disk in some browsers */ }
  const known = (name) => Object.keys(catalogue).find((own) => String(name || "").toLowerCase().startsWith(own));
  return known(chosen) || (navigator.languages || [navigator.language]).map(known).find(Boolean) || "en";
}

/** A whole number, grouped by thousands. */
const count = (number) => wholeNumbers.format(number);
const shownValue = (value) => (Number.isInteger(value) ? count(value) : String(value));

/** The text of a message in its plural form, with its placeholders. */
function messageOf(key, values) {
  let message = catalogue[language][key];
  if (message === undefined) {
    console.error(`no message ${key}`);
    return key;
  }
  if (typeof message !== "string") {
    message = message[new Intl.PluralRules(locale).select(values.count)] || message.other;
  }
  return message;
}

/** The message with its values; whole numbers are grouped by thousands. */
function t(key, values = {}) {
  return messageOf(key, values).replace(/\{(\w+)\}/g, (_, name) => shownValue(values[name]));
}

/** The message as a list of texts and nodes; a value can be a node, or a list of nodes. */
function tNodes(key, values = {}) {
  return messageOf(key, values).split(/(\{\w+\}|`[^`]+`)/).filter(Boolean).flatMap((part) => {
    if (part.startsWith("`")) {
      const code = document.createElement("code");
      code.textContent = part.slice(1, -1);
      return [code];
    }
    const name = /^\{(\w+)\}$/.exec(part);
    if (!name) return [part];
    const value = values[name[1]];
    return value instanceof Node || Array.isArray(value) ? value : [shownValue(value)];
  });
}

/** What a program reports in English, in the language of the page, or as it is. */
const reportedText = (text) => (language === "en" ? text : translated(text) || text);
/** The same for the message of an error; one that is not in the catalogue is quoted. */
const errorText = (text) => (language === "en" ? text : translated(text) || t("common.in_english", { text }));

let reported = null; // [pattern, text] of the catalogue, the most specific patterns first
function translated(text) {
  reported = reported || Object.entries(catalogue[language].reported || {})
    .map(([english, own]) => ({ parts: english.split(/\{\d\}/), own }))
    .sort((one, other) => other.parts.join("").length - one.parts.join("").length)
    .map(({ parts, own }) => {
      const pattern = parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("(.*)");
      // a value at the beginning is not "report.pdf: 3"
      return [new RegExp(`^${pattern.replace(/^\(\.\*\)/, "((?:(?!: ).)*)")}$`, "s"), own];
    });
  for (const [pattern, own] of reported) {
    const found = pattern.exec(text);
    if (!found) continue;
    return own.replace(/\{(\d)\}/g, (_, place) => reportedText(found[Number(place) + 1]));
  }
  // "report.pdf: the file is empty": before the colon is a name or a place
  const [name, ...rest] = text.split(": ");
  const what = rest.length ? translated(rest.join(": ")) : "";
  return what && `${reportedText(name)}：${what}`;
}

/** "a, b and c" as nodes, joined as the language does. */
function listNodes(nodes) {
  const places = nodes.map((_, place) => String(place));
  return new Intl.ListFormat(locale, { type: "conjunction" }).formatToParts(places)
    .map((part) => (part.type === "element" ? nodes[Number(part.value)] : part.value));
}

/** What separates two sentences of a paragraph. */
const sentenceSpace = () => (language === "zh" ? "" : " ");

/** The name of a code in a group of the catalogue; an unknown one as it is, in words. */
function termOf(group, name) {
  return `${group}.${name}` in catalogue[language] ? t(`${group}.${name}`) : name.replace(/_/g, " ");
}

/** A share in per cent. */
const percent = (share) =>
  t("common.percent", { value: (100 * share).toFixed(share > 0 && share < 0.0995 ? 1 : 0) });

/** An ISO time as people write it; any other text unchanged. */
function timeText(text) {
  const time = new Date(text);
  if (!/^\d{4}-\d\d-\d\dT/.test(text) || Number.isNaN(time.getTime())) return text;
  return new Intl.DateTimeFormat(locale, {
    day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit",
    timeZone: "UTC", timeZoneName: "short",
  }).format(time);
}

/** Translate what a template marked: messages (data-t, data-t-title …), and texts that programs
 * report (data-reported). */
const TRANSLATED = ["aria-label", "title", "placeholder", "alt"];
function localise(root = document) {
  const valuesOf = (element) => JSON.parse(element.dataset.tValues || "{}");
  for (const element of root.querySelectorAll("[data-t]")) {
    element.replaceChildren(...tNodes(element.dataset.t, valuesOf(element)));
  }
  for (const name of TRANSLATED) {
    for (const element of root.querySelectorAll(`[data-t-${name}]`)) {
      element.setAttribute(name, t(element.getAttribute(`data-t-${name}`), valuesOf(element)));
    }
  }
  for (const element of root.querySelectorAll("[data-reported]")) {
    element.textContent = reportedText(element.dataset.reported);
  }
  // texts of the page inside texts of a document
  for (const element of root.querySelectorAll("[data-ui]")) element.lang = HTML_LANGUAGES[language];
}

/** Call `action` after each change of the language. */
const onLanguage = (action) => languageListeners.push(action);

function setLanguage(wanted) {
  language = wanted;
  locale = LOCALES[language];
  wholeNumbers = new Intl.NumberFormat(locale);
  document.documentElement.lang = HTML_LANGUAGES[language];
  localise();
  for (const action of languageListeners) action();
}

/** The button #language shows the other language by its own name. */
function startLanguage() {
  const button = document.getElementById("language");
  const other = () => Object.keys(catalogue).find((name) => name !== language);
  const show = () => {
    button.textContent = catalogue[other()]["common.language_name"];
    button.lang = HTML_LANGUAGES[other()];
  };
  button.addEventListener("click", () => {
    const wanted = other();
    try {
      localStorage.setItem(LANGUAGE, wanted);
    } catch (error) { /* no storage from disk in some browsers */ }
    setLanguage(wanted);
  });
  onLanguage(show);
  document.documentElement.lang = HTML_LANGUAGES[language];
  localise();
  show();
}
