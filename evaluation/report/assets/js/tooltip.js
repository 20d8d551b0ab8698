// One tooltip for the whole page: signals of a bead, points of a plot.
const tooltip = byId("tooltip");
let tooltipOwner = null;

/** Show content above a rectangle of the window ({left, top, right, bottom}), or beside it. */
function showTooltip(owner, rectangle, ...content) {
  tooltipOwner = owner;
  tooltip.replaceChildren(...content);
  tooltip.hidden = false;
  const { width, height } = tooltip.getBoundingClientRect();
  const room = document.documentElement.clientWidth - width - 8;
  const middle = (rectangle.left + rectangle.right - width) / 2;
  const above = rectangle.top - height - 8;
  tooltip.style.left = `${Math.max(8, Math.min(middle, room))}px`;
  if (above > 8) {
    tooltip.style.top = `${above}px`;
    return;
  }
  // beside, so that what comes next can be read
  const beside = rectangle.right + 12;
  if (beside < room) tooltip.style.left = `${beside}px`;
  const top = beside < room ? rectangle.top - 12 : rectangle.bottom + 8;
  tooltip.style.top = `${Math.max(8, Math.min(top, window.innerHeight - height - 8))}px`;
}

function hideTooltip(owner) {
  if (owner && owner !== tooltipOwner) return;
  tooltip.hidden = true;
  tooltipOwner = null;
}

/** Show the tooltip that `content(element)` gives on hover, focus and touch of such elements. */
function delegateTooltip(holder, selector, content) {
  const on = (names, action) => names.forEach((name) => holder.addEventListener(name, (event) => {
    const element = event.target.closest(selector);
    if (element && !element.contains(event.relatedTarget)) action(element);
  }));
  on(["mouseover", "focusin", "click"], (element) =>
    showTooltip(element, element.getBoundingClientRect(), ...content(element)));
  on(["mouseout", "focusout"], hideTooltip);
}

window.addEventListener("scroll", () => tooltipOwner && hideTooltip(), { passive: true });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hideTooltip();
});
