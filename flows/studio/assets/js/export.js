// The dialog that exports a project: formats, codes of the languages, and the files to download.
const EXPORTED_FIRST = ["tmx", "xlsx"];

function askExport(project) {
  const dialog = byId("export-dialog");
  const chosen = new Set(EXPORTED_FIRST);
  const check = (name, label, checked, onchange) => make("label.check", null,
    make("input", { type: "checkbox", name, checked, onchange }), label);
  const text = (id, label, value) => make("label", null, label, make("input", { id, value, autocomplete: "off", maxlength: 20 }));
  const files = make("div", { role: "status" });
  dialog.replaceChildren(
    make("h2", { id: "export-title" }, t("studio.export_title", { name: project.name })),
    make("fieldset", null, make("legend", null, t("studio.export_formats")),
      make("div.format-list", null, choices.formats.map((format) =>
        check(`format-${format}`, known(`studio.format_${format}`, format), chosen.has(format), (event) => {
          if (event.target.checked) chosen.add(format);
          else chosen.delete(format);
        })))),
    make("div.option-grid", null,
      text("export-source", t("studio.source_code"), "zh"), text("export-target", t("studio.target_code"), "en")),
    make("p", null, check("without-mt", t("studio.without_mt"), false)),
    project.edits ? make("p", null, check("reviewed", t("studio.with_review", { count: project.edits }), true)) : "",
    files,
    make("div.buttons", null,
      button("do-export", t("studio.export"), () => doExport(project, [...chosen], files), "primary"),
      button("close", t("common.close"), () => dialog.close())));
  openDialog(dialog, `export ${project.id}`);
}

async function doExport(project, formats, files) {
  const dialog = byId("export-dialog");
  const checked = (name) => Boolean((dialog.querySelector(`input[name="${name}"]`) || {}).checked);
  files.replaceChildren(make("p.how", null, t("studio.exporting")));
  const answer = await attempt(() => ask("export", {
    project: project.id, formats, reviewed: checked("reviewed"), without_mt: checked("without-mt"),
    source_lang: byId("export-source").value.trim(), target_lang: byId("export-target").value.trim(),
  }));
  files.replaceChildren(...(answer ? [make("div.downloads", null,
    make("p", null, t("studio.exported", { count: answer.rows })),
    make("ul", null, answer.files.map((name) => make("li", null, downloadLink(project, name)))))] : []));
  if (answer) loadProjects();
}

const downloadLink = (project, name) => make("a", {
  href: `/projects/${project.id}/exports/${encodeURIComponent(name)}?token=${encodeURIComponent(token)}`, download: "",
}, t("studio.download", { name }));
