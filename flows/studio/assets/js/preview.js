// How the documents of a job were read, and the options of its build.
function previewOf(job, preview) {
  const parts = [];
  if (preview.problem) parts.push(make("p.trouble", null, known(`studio.problem_${preview.problem}`, preview.problem)));
  if (preview.detail) parts.push(make("p.trouble", null, errorText(preview.detail)));
  if (preview.documents.length) {
    parts.push(make("div.documents", null, preview.documents.map((one, place) => documentOf(job, preview, one, place))));
  }
  if (preview.pairs.length) parts.push(pairsOf(preview));
  if (preview.unpaired.length) parts.push(unpairedOf(job, preview));
  if (job.state === "ready") {
    if (preview.kind === "build" && !preview.reference && !preview.documents.some((one) => one.bilingual)) {
      parts.push(make("p.warn", null, t("studio.no_reference")));
    }
    parts.push(optionsOf(job));
  }
  return parts;
}

function documentOf(job, preview, one, place) {
  const row = (name, value) => (value ? [make("dt", null, t(`studio.${name}`)), make("dd", null, value)] : []);
  const role = one.bilingual ? "role_both" : one.file === preview.report ? "role_report"
    : one.file === preview.reference ? "role_reference" : null;
  return make("section.document", { "aria-label": one.file },
    make("h4", null, one.file),
    role ? make("p.role", null, t(`studio.${role}`)) : null,
    one.problem ? make("p.trouble", null, errorText(one.problem)) : make("dl", null,
      row("language", t(`studio.language_${one.language}`)),
      row("pages", one.pages ? count(one.pages) : null),
      row("blocks", countsText("kind", one.blocks)),
      row("sentences", count(one.sentences)),
      row("left_out", countsText("reason", one.leftOut) || t("studio.nothing"))),
    one.warnings.map((warning) => make("p.warn", null, errorText(warning))),
    one.sample ? make("div.sample", null, one.sample.map((text) => make("p", { lang: HTML_OF[one.language] }, text))) : null,
    one.problem ? null : make("a", { href: `/jobs/${job.id}/reading/${place}`, "data-name": `reading ${place}` }, t("studio.see_reading")));
}

function pairsOf(preview) {
  return make("div.table-scroll", { tabindex: 0, "data-name": "pairs", role: "region", "aria-label": t("studio.pairs") }, make("table", null,
    make("caption.visually-hidden", null, t("studio.pairs")),
    make("thead", null, make("tr", null, ["pair_report", "pair_reference", "pair_confidence"].map((name) =>
      make("th", { scope: "col" }, t(`studio.${name}`))))),
    make("tbody", null, preview.pairs.map((one) => make("tr", null,
      make("td", null, one.source), make("td", null, one.reference || t("studio.role_both")),
      make("td", null, one.confidence.toFixed(2)))))));
}

function unpairedOf(job, preview) {
  return folding(`unpaired ${job.id}`, "run-notes", t("studio.unpaired", { count: preview.unpaired.length }),
    make("ul", null, preview.unpaired.map((one) => make("li", null, `${one.path}: ${reportedText(one.detail)}`))));
}

/** The options, folded away: the settings' values unless they are changed here. */
function optionsOf(job) {
  const draft = (state.drafts[job.id] = state.drafts[job.id] || {});
  const inputs = Object.entries(choices.options).map(([name, option]) => {
    const value = name in draft ? draft[name] : option.value;
    const label = t(`studio.option_${name}`);
    const set = (wanted) => { draft[name] = wanted; };
    if (Array.isArray(option.value)) {
      const chosen = new Set(value);
      return make("fieldset", null, make("legend", null, label), make("div.checks", null, option.choices.map((choice) =>
        make("label", null, make("input", {
          type: "checkbox", checked: chosen.has(choice), "data-name": `${name} ${choice}`,
          onchange: (event) => {
            if (event.target.checked) chosen.add(choice);
            else chosen.delete(choice);
            set(option.choices.filter((one) => chosen.has(one)));
          },
        }), known(`studio.format_${choice}`, choice)))));
    }
    const input = option.choices.length
      ? make("select", { "data-name": name, onchange: (event) => set(event.target.value) }, option.choices.map((choice) =>
        make("option", { value: choice, selected: choice === value }, known(`studio.${name}_${choice}`, choice))))
      : make("input", { "data-name": name, type: "number", min: 0, max: 1, step: 0.05, value,
        oninput: (event) => set(event.target.value === "" ? null : Number(event.target.value)) });
    return make("label", null, label, input);
  });
  return folding(`options ${job.id}`, "job-options", t("studio.options"), make("div.option-grid", null, inputs));
}

/** Ask for the previews of jobs that have been read. */
async function loadPreviews() {
  for (const job of state.jobs) {
    const has = job.id in state.previews;
    if (!["ready", "unusable"].includes(job.state)) {
      delete state.previews[job.id];
    } else if (!has) {
      state.previews[job.id] = null;
      const answer = await attempt(() => ask("preview", { job: job.id }));
      state.previews[job.id] = answer && answer.preview;
      drawJobs();
    }
  }
}
