// One tooltip for the whole page: signals of a bead, points of a plot.
const tooltip = byId("tooltip");
let tooltipOwner = null;

/** Show content beside a rectangle of the window ({left, top, right, bottom}). */
function showTooltip(owner, rectangle, ...content) {
  tooltipOwner = owner;
  tooltip.replaceChildren(...content);
  tooltip.hidden = false;
  const { width, height } = tooltip.getBoundingClientRect();
  const room = document.documentElement.clientWidth - width - 8;
  const middle = (rectangle.left + rectangle.right - width) / 2;
  const above = rectangle.top - height - 8;
  tooltip.style.left = `${Math.max(8, Math.min(middle, room))}px`;
  const below = Math.min(rectangle.bottom + 8, window.innerHeight - height - 8);
  tooltip.style.top = `${above > 8 ? above : below}px`;
}

function hideTooltip(owner) {
  if (owner && owner !== tooltipOwner) return;
  tooltip.hidden = true;
  tooltipOwner = null;
}

/** Show the tooltip that `content()` gives on hover, focus and touch of an element. */
function withTooltip(element, content) {
  const show = () => showTooltip(element, element.getBoundingClientRect(), ...content());
  const hide = () => hideTooltip(element);
  element.setAttribute("aria-describedby", "tooltip");
  for (const event of ["mouseenter", "focus", "click"]) element.addEventListener(event, show);
  for (const event of ["mouseleave", "blur"]) element.addEventListener(event, hide);
  return element;
}

window.addEventListener("scroll", () => hideTooltip(), { passive: true });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hideTooltip();
});
