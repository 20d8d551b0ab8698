// The concordance over all projects.
const NUMBER_FILTERS = { min_confidence: "filter-confidence" };
const TEXT_FILTERS = { document: "filter-document", since: "filter-since", until: "filter-until" };

async function searchNow() {
  const query = byId("query").value.trim();
  if (!query) return byId("query").focus();
  const wanted = { query };
  for (const [name, id] of Object.entries(TEXT_FILTERS)) wanted[name] = byId(id).value.trim();
  for (const [name, id] of Object.entries(NUMBER_FILTERS)) wanted[name] = Number(byId(id).value) || 0;
  const results = byId("results");
  results.setAttribute("aria-busy", "true");
  const found = await attempt(() => ask("search", wanted));
  results.setAttribute("aria-busy", "false");
  if (found) {
    state.found = { query, ...found };
    drawResults();
    announce(t("studio.hits", { count: found.total }));
  }
  return null;
}

function drawResults() {
  const found = state.found;
  if (!found) return;
  const total = found.total > found.hits.length
    ? t("studio.hits_shown", { count: found.total, shown: found.hits.length }) : t("studio.hits", { count: found.total });
  byId("results").replaceChildren(
    make("p.hits-total", null, total),
    found.translations.length ? make("div", null,
      make("h2", null, t("studio.translated_as", { query: found.query })),
      make("ul.counterparts", null, found.translations.map((one) => make("li", null,
        make("b", null, one.text), make("span", null, percent(one.share)))))) : "",
    ...found.hits.map((hit) => make("article.hit", null,
      make("p", { lang: "zh-Hans" }, ...marked(hit.source, hit.source_marks)),
      make("p", { lang: "en" }, ...marked(hit.target, hit.target_marks)),
      make("p.where", null,
        make("a.link", { href: `/projects/${hit.project}/report#bead=${encodeURIComponent(hit.id)}` }, hit.name),
        make("br"), hit.id, make("br"), t("studio.hit_confidence", { value: hit.confidence.toFixed(2) }),
        hit.date ? `, ${hit.date}` : ""))));
}

/** A text with marks. Places are counted in characters, as Python does. */
function marked(text, marks) {
  const characters = Array.from(text);
  const parts = [];
  let at = 0;
  for (const [start, end] of marks) {
    if (start < at) continue;
    parts.push(characters.slice(at, start).join(""), make("mark", null, characters.slice(start, end).join("")));
    at = end;
  }
  return [...parts, characters.slice(at).join("")];
}

function startSearch() {
  byId("search-now").addEventListener("click", searchNow);
  for (const id of ["query", ...Object.values(TEXT_FILTERS), ...Object.values(NUMBER_FILTERS)]) onEnter(byId(id), searchNow);
}
