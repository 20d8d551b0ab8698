// The list of jobs: each card is drawn again only when its job has changed.
const KINDS_OF_STATE = {
  new: "wait", reading: "busy", ready: "wait", unusable: "bad", queued: "wait",
  running: "busy", done: "good", failed: "bad", stopped: "",
};
const cards = new Map(); // job id → {element, signature}

const drawJobs = () => keepFocus(byId("jobs"), drawCards);

function drawCards() {
  const list = byId("jobs");
  const jobs = state.jobs.filter((job) => job.state !== "new");
  for (const [id, card] of cards) {
    if (jobs.some((job) => job.id === id)) continue;
    card.element.remove();
    cards.delete(id);
  }
  if (!jobs.length) {
    list.replaceChildren(make("p.none", null, t("studio.no_jobs")));
    return;
  }
  list.querySelectorAll(".none").forEach((one) => one.remove());
  jobs.forEach((job, place) => {
    let card = cards.get(job.id);
    if (!card) {
      card = { element: make("article.job", { "data-card": job.id }), signature: "" };
      cards.set(job.id, card);
    }
    if (list.children[place] !== card.element) list.insertBefore(card.element, list.children[place] || null);
    const preview = state.previews[job.id];
    const signature = JSON.stringify([language, job.state, job.place, job.message, job.progress, Boolean(preview)]);
    if (signature === card.signature) return;
    card.signature = signature;
    card.element.replaceChildren(...[jobHead(job), ...jobBody(job, preview)].filter(Boolean));
  });
}

const jobHead = (job) => make("div.job-head", null,
  make("h3", null, job.symbol || job.out || job.title),
  make(`span.state.${KINDS_OF_STATE[job.state]}`, null,
    job.state === "queued" && job.place > 1 ? t("studio.state_queued_at", { place: job.place }) : t(`studio.state_${job.state}`)));

function jobBody(job, preview) {
  const body = [];
  if (job.message) body.push(make("p.trouble", null, errorText(job.message)));
  switch (job.state) {
    case "reading":
      body.push(progressOf(job), buttons(stopButton(job)));
      break;
    case "ready":
    case "unusable":
      body.push(...(preview ? previewOf(job, preview) : []));
      body.push(buttons(
        job.state === "ready" ? button("start", t("studio.build"), () => startJob(job), "primary") : null,
        job.state === "unusable" && (!preview || preview.problem === "fetch")
          ? button("again", t("studio.read_again"), () => attempt(() => ask("read", { job: job.id }))) : null,
        removeButton(job)));
      break;
    case "queued":
      body.push(buttons(stopButton(job)));
      break;
    case "running":
      body.push(stagesOf(job), progressOf(job), notesOf(job), buttons(stopButton(job)));
      break;
    case "done":
      body.push(stagesOf(job), notesOf(job), buttons(...projectButtons(job), removeButton(job, "studio.remove_job")));
      break;
    default: // failed, stopped
      body.push(stagesOf(job), notesOf(job), buttons(
        button("again", t("studio.again"), () => attempt(() => ask("start", { job: job.id })), "primary"),
        removeButton(job)));
  }
  return body;
}

const buttons = (...all) => make("div.buttons", null, ...all.filter(Boolean));
const stopButton = (job) => button("stop", t("studio.stop"), () => attempt(() => ask("stop", { job: job.id })));
const removeButton = (job, label = "studio.remove") =>
  button("remove", t(label), () => attempt(() => ask("remove", { job: job.id })));

function projectButtons(job) {
  const project = (state.projects || []).find((one) => one.name === job.out);
  return project ? openButtons(project) : [];
}

const stageName = (stage) => known(`studio.stage_${stage.replace(/ /g, "_")}`, stage);

/** What a stage reports: one text of the catalogue, or several with commas. */
function stageText(text) {
  const whole = reportedText(text);
  return whole === text ? text.split(", ").map(reportedText).join(t("studio.fact_comma")) : whole;
}

function stagesOf(job) {
  const finished = (job.progress && job.progress.finished) || [];
  if (!finished.length) return null;
  return make("ol.stages", null, finished.map((one) => make("li", null,
    make("span.tick", { "aria-hidden": true }, "✓"),
    make("span", null, stageName(one.stage)),
    make("span", null, stageText(one.text)),
    make("span.took", null, one.reused ? t("studio.reused") : durationText(one.seconds)))));
}

const UNITS = { read: "pages", translate: "sentences", documents: "documents", survey: "documents", align: "pairs" };

/** The current stage with its bar; what is counted depends on the stage. */
function progressOf(job) {
  const progress = job.progress;
  if (!progress || !progress.stage) return make("p.bar-line", null, t("studio.starting"));
  const unit = UNITS[progress.stage.split(" ")[0]];
  const facts = [];
  if (progress.total) {
    const values = { done: Math.floor(progress.done), total: progress.total };
    facts.push(unit ? t(`studio.done_${unit}`, values) : progress.text);
  } else if (progress.text) facts.push(progress.text);
  if (progress.secondsLeft) facts.push(t("studio.left", { time: durationText(progress.secondsLeft) }));
  const bar = make("progress.track", {
    "aria-label": stageName(progress.stage),
    ...(progress.total ? { max: progress.total, value: progress.done } : {}),
  });
  return make("div", null,
    make("div.bar-line", null, make("b", null, stageName(progress.stage)), make("span", null, facts.join(t("studio.fact_comma")))), bar);
}

function notesOf(job) {
  const notes = (job.progress && job.progress.notes) || [];
  if (!notes.length) return null;
  return folding(`notes ${job.id}`, "run-notes", t("studio.notes", { count: notes.length }),
    make("ul", null, notes.map((note) => make("li", null, reportedText(note)))));
}

/** A <details> that stays open when its card is drawn again. */
function folding(name, kind, label, ...content) {
  return make(`details.${kind}`, {
    open: state.opened.has(name),
    ontoggle: (event) => (event.target.open ? state.opened.add(name) : state.opened.delete(name)),
  }, make("summary", { "data-name": name }, label), ...content);
}

async function startJob(job) {
  const answer = await attempt(() => ask("start", { job: job.id, options: state.drafts[job.id] || {} }));
  if (answer) announce(t("studio.started"));
}
