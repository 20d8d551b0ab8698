// Boxes over the pictures of pages light up with their blocks; n goes to the next doubtful word.

function light(id, on) {
  for (const element of document.querySelectorAll(`[data-block="${id}"]`)) element.classList.toggle("on", on);
}

for (const element of document.querySelectorAll("[data-block]")) {
  element.addEventListener("mouseenter", () => light(element.dataset.block, true));
  element.addEventListener("mouseleave", () => light(element.dataset.block, false));
}

// a box of the picture leads to its block on the same page
for (const box of document.querySelectorAll(".picture i[data-block]")) {
  box.addEventListener("click", () => {
    const block = box.closest(".leaf").querySelector(`.block[data-block="${box.dataset.block}"]`);
    if (block) block.scrollIntoView({ block: "center" });
  });
}

const doubtful = [...document.querySelectorAll(".block .w.doubtful")];
let place = -1;

function nextDoubtful() {
  if (!doubtful.length) return;
  if (place >= 0) doubtful[place].classList.remove("here");
  place = (place + 1) % doubtful.length;
  doubtful[place].classList.add("here");
  doubtful[place].scrollIntoView({ block: "center" });
}

const button = byId("next-doubtful");
if (button) {
  button.disabled = !doubtful.length;
  button.addEventListener("click", nextDoubtful);
  document.addEventListener("keydown", event => {
    if (event.key === "n" && !event.ctrlKey && !event.metaKey && !event.altKey) nextDoubtful();
  });
}

startLanguage();
startTheme();
