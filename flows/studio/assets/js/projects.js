// The list of projects, and what can be done with one.
async function loadProjects() {
  const answer = await attempt(() => ask("projects"));
  if (!answer) return;
  state.projects = answer.projects;
  drawProjects();
  for (const job of state.jobs) { // their buttons
    if (job.state === "done" && cards.has(job.id)) cards.get(job.id).signature = "";
  }
  drawJobs();
}

function drawProjects() {
  if (!state.projects) return;
  const list = byId("project-list");
  keepFocus(list, () => list.replaceChildren(...(state.projects.length
    ? state.projects.map(projectCard) : [make("p.none", null, t("studio.no_projects"))])));
}

function projectCard(project) {
  const fact = (name, value) => make("div", null, make("dt", null, t(`studio.fact_${name}`)), make("dd", null, value));
  const reviewed = project.reviewed ? t("studio.review_written", { count: project.edits })
    : project.edits ? t("studio.review_edits", { count: project.edits }) : t("studio.review_none");
  return make("article.project", { "data-card": project.id },
    make("h2", null, project.name),
    make("dl.project-facts", null,
      fact("date", project.finished ? timeText(project.finished) : "–"),
      fact("languages", t(project.target === "mt" ? "studio.languages_mt" : "studio.languages_human")),
      project.kind === "batch" ? fact("documents", count(project.documents)) : null,
      fact("rows", count(project.rows)),
      project.confidence === null ? null : fact("confidence", project.confidence.toFixed(2)),
      project.reviewable ? fact("review", reviewed) : null),
    make("div.buttons", null, openButtons(project),
      project.deletable ? button(`delete ${project.id}`, t("studio.delete"), () => askDelete(project), "action.danger") : null));
}

function openButtons(project) {
  const label = (key) => `${t(key)}: ${project.name}`;
  return [
    make("a.primary", { href: `/projects/${project.id}/report`, "data-name": `report ${project.id}`, "aria-label": label("studio.open_report") },
      t("studio.open_report")),
    project.reviewable ? make("a.action", { href: `/projects/${project.id}/review/`, "data-name": `review ${project.id}`, "aria-label": label("studio.open_review") },
      t("studio.open_review")) : null,
    button(`export ${project.id}`, t("studio.export"), () => askExport(project), "action", { "aria-label": label("studio.export") }),
    project.reviewable ? button(`sheet ${project.id}`, t("studio.sheet"), () => askSheet(project), "action", { "aria-label": label("studio.sheet") }) : null,
  ].filter(Boolean);
}

function askDelete(project) {
  const dialog = byId("delete-dialog");
  dialog.replaceChildren(
    make("h2", { id: "delete-title" }, t("studio.delete_title", { name: project.name })),
    make("p.how", null, t("studio.delete_how")),
    make("div.buttons", null,
      button("do-delete", t("studio.delete_yes"), () => doDelete(project, dialog), "action.danger"),
      button("cancel", t("common.cancel"), () => dialog.close(), "primary")));
  openDialog(dialog, `delete ${project.id}`);
  dialog.querySelector(".primary").focus();
}

async function doDelete(project, dialog) {
  const answer = await attempt(() => ask("delete", { project: project.id, name: project.name }));
  dialog.close();
  if (answer) {
    announce(answer.left.length
      ? t("studio.deleted_but", { name: project.name, left: answer.left.join(", ") })
      : t("studio.deleted", { name: project.name }));
  }
  loadProjects(); // also where it had gone before
}
