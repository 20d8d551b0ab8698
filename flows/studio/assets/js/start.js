// Files come to the server one after another; a job begins when all are there.
async function filesOfEntry(entry) {
  if (entry.isFile) return [await new Promise((done, fail) => entry.file(done, fail))];
  const reader = entry.createReader();
  const found = [];
  for (;;) { // readEntries gives some at a time
    const some = await new Promise((done, fail) => reader.readEntries(done, fail));
    if (!some.length) break;
    for (const one of some) found.push(...await filesOfEntry(one));
  }
  return found;
}

async function filesOfDrop(event) {
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry());
  if (!entries.some(Boolean)) return [...event.dataTransfer.files];
  return (await Promise.all(entries.filter(Boolean).map(filesOfEntry))).flat();
}

let uploads = 0;
/** Send files as one job, and have them read. */
async function take(given) {
  const files = given.filter((file) => !file.name.startsWith(".") && !file.name.startsWith("~$"));
  if (!files.length) return announce(t("studio.no_files"));
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const line = make("div.bar-line");
  const bar = make("progress.track", { max: Math.max(1, total), value: 0, "aria-label": t("studio.uploading_label") });
  uploads += 1;
  byId("uploading").append(line, bar);
  byId("uploading").hidden = false;
  const shown = (name, done) => {
    line.replaceChildren(make("b", null, name), t("studio.uploaded", { done: megabytes(done), total: megabytes(total) }));
    bar.value = done;
  };
  try {
    const { job } = await ask("new", { files: files.map((file) => file.name) });
    let before = 0;
    try {
      for (const file of files) {
        await upload(job, file, (done) => shown(file.name, before + done));
        before += file.size;
      }
      await ask("read", { job });
      state.mine = job;
    } catch (error) {
      await ask("remove", { job }).catch(() => null);
      throw error;
    }
  } catch (error) {
    announce(error instanceof TypeError ? t("studio.lost") : errorText(error.message));
  }
  line.remove();
  bar.remove();
  uploads -= 1;
  byId("uploading").hidden = uploads === 0;
  return null;
}

const upload = (job, file, progress) => sendFile("/upload", { "X-Duizhao-Job": job }, file, progress);

/** One file; XMLHttpRequest, because fetch does not report how far it is. */
function sendFile(path, headers, file, progress = () => null) {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-Duizhao-Token", token);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.setRequestHeader("X-Duizhao-Name", encodeURIComponent(file.name));
    request.upload.addEventListener("progress", (event) => progress(event.loaded));
    request.addEventListener("load", () => {
      let answer = { error: request.responseText };
      try {
        answer = JSON.parse(request.responseText);
      } catch (error) { /* a line of text */ }
      if (request.status === 200) return done(answer);
      return fail(new Error(answer.error));
    });
    request.addEventListener("error", () => fail(new TypeError("network")));
    request.send(file);
  });
}

async function fetchSymbol() {
  const symbol = byId("symbol").value.trim();
  if (!symbol) return byId("symbol").focus();
  const answer = await attempt(() => ask("new", { symbol }));
  if (answer) {
    byId("symbol").value = "";
    announce(t("studio.fetching", { symbol }));
  }
  return null;
}

/** Call `action` when Enter is pressed in an input: a page without forms. */
const onEnter = (input, action) => input.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.isComposing) action();
});

function startUploads() {
  const drop = byId("drop");
  byId("choose-files").addEventListener("click", () => byId("files").click());
  byId("choose-folder").addEventListener("click", () => byId("folder").click());
  for (const id of ["files", "folder"]) {
    byId(id).addEventListener("change", (event) => {
      take([...event.target.files]);
      event.target.value = "";
    });
  }
  byId("fetch-symbol").addEventListener("click", fetchSymbol);
  onEnter(byId("symbol"), fetchSymbol);
  // everywhere on the page, so that a file dropped beside the frame does not replace the page
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.toggle("is-over", state.view === "start");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) drop.classList.remove("is-over");
  });
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    drop.classList.remove("is-over");
    if (state.view === "start") take(await attempt(() => filesOfDrop(event)) || []);
  });
}
