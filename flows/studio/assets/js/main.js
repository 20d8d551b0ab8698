// The views, the events of the server, and the start of the page.
const VIEWS = ["start", "projects", "search"];

function showView() {
  const wanted = location.hash.slice(1).split("?")[0];
  state.view = VIEWS.includes(wanted) ? wanted : "start";
  for (const name of VIEWS) byId(`view-${name}`).hidden = name !== state.view;
  for (const link of document.querySelectorAll(".views a")) {
    if (link.dataset.view === state.view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (state.view === "projects") loadProjects();
}

/** The view that the address names was chosen: its title has the focus, the next Tab goes on there. */
function enterView() {
  showView();
  window.scrollTo(0, 0);
  focusOn(byId(`${state.view}-title`));
}

/** Say aloud which jobs have ended since the last event. */
function announceEnds(before, after) {
  for (const job of after) {
    const old = before.find((one) => one.id === job.id);
    if (!old || old.state === job.state) continue;
    if (["ready", "unusable", "done", "failed"].includes(job.state)) {
      announce(`${job.out || job.title}: ${t(`studio.state_${job.state}`)}`);
    }
  }
}

function takeEvent(event) {
  const { jobs } = JSON.parse(event.data);
  const before = state.jobs;
  state.jobs = jobs;
  announceEnds(before, jobs);
  drawJobs();
  const mine = jobs.find((job) => job.id === state.mine && ["ready", "unusable"].includes(job.state));
  if (mine) showMine(mine);
  loadPreviews();
  const done = (list) => list.filter((job) => job.state === "done").map((job) => job.id).join();
  if (state.projects === null || done(before) !== done(jobs)) loadProjects();
  document.documentElement.dataset.ready = "true";
}

/** Bring the card of the files that were just given into sight. */
function showMine(job) {
  state.mine = null;
  const card = cards.get(job.id);
  if (card && state.view === "start") card.element.scrollIntoView({ block: "start" });
}

function listen() {
  const events = new EventSource(`/events?token=${encodeURIComponent(token)}`);
  const lost = byId("lost");
  events.addEventListener("message", (event) => {
    lost.hidden = true;
    takeEvent(event);
  });
  events.addEventListener("error", () => { // the browser tries again by itself, unless it was refused
    lost.textContent = t("studio.lost");
    lost.hidden = false;
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
  });
}

function redrawAll() {
  for (const card of cards.values()) card.signature = "";
  drawJobs();
  drawProjects();
  drawResults();
}

/** A link that is opened in a new tab gets the token from this one (the door of guard.py asks). */
function answerTabs() {
  const channel = new BroadcastChannel("duizhao-token");
  channel.addEventListener("message", (event) => {
    if (event.data.wanted) channel.postMessage({ token });
  });
}

startLanguage();
startTheme();
answerTabs();
startUploads();
startSearch();
onLanguage(redrawAll);
window.addEventListener("hashchange", enterView);
byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId("content").focus();
});
showView();
listen();
