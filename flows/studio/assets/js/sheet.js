// The dialog that applies an edited Excel file to a project.
function askSheet(project) {
  const dialog = byId("sheet-dialog");
  const file = make("input", { type: "file", id: "sheet-file", accept: ".xlsx" });
  const outcome = make("div", { role: "status" });
  dialog.replaceChildren(
    make("h2", { id: "sheet-title" }, t("studio.sheet_title", { name: project.name })),
    make("p.how", null, t("studio.sheet_how")),
    make("p", null, make("label.sheet-file", null, make("span", null, t("studio.sheet_file")), file)),
    outcome,
    make("div.buttons", null,
      button("do-sheet", t("studio.sheet_apply"), () => applySheet(project, file, outcome), "primary"),
      button("close", t("common.close"), () => dialog.close())));
  openDialog(dialog, `sheet ${project.id}`);
}

async function applySheet(project, input, outcome) {
  const [file] = input.files;
  if (!file) return input.focus();
  outcome.replaceChildren(make("p.how", null, t("studio.sheet_applying")));
  const answer = await attempt(() => sendFile("/sheet", { "X-Duizhao-Project": project.id }, file));
  outcome.replaceChildren(...(answer ? outcomeOf(answer) : []));
  if (answer) loadProjects();
  return null;
}

const outcomeOf = ({ edits, rows, problems, notes }) => [
  make("div.downloads", null,
    make("p", null, edits ? t("studio.sheet_edits", { count: edits }) : t("studio.sheet_no_edits")),
    rows === null ? null : make("p", null, t("studio.sheet_rows", { count: rows }))),
  ...notes.map((note) => make("p.how", null, reportedText(note))),
  problems.length ? make("div.trouble", null,
    make("p", null, t("studio.sheet_problems", { count: problems.length })),
    make("ul", null, problems.map((problem) => make("li", null, reportedText(problem))))) : "",
];
