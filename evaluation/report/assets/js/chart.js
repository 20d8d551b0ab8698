// A plot as a card: title, how to read it, canvas by uPlot, and its figures as a table.
const charts = [];

/** Colours of the page as it is now, light or dark. */
function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: of("ink"), quiet: of("quiet"), line: of("line"), card: of("card"), dot: of("plot-dot"),
    blue: of("blue"), red: of("red"), green: of("green"), amber: of("amber"), bar: of("plot-bar"),
  };
}

/** The card of a plot. `draw(colours)` gives uPlot's {options, series}; `table` {head, rows}. */
function plotCard({ id, title, how, label, draw, table, legend, height = 250 }) {
  const canvas = make("div.plot", { role: "img", "aria-label": label, id: `plot-${id}` });
  const card = make("figure.plot-card", { id: `card-${id}` },
    make("figcaption", null, make("h2", null, title), make("p.how", null, how)),
    canvas,
    legend ? make("p.plot-legend", null, legend.map(([kind, text]) =>
      make("span", null, make(`i.key.${kind}`, { "aria-hidden": true }), text))) : null,
    table ? make("details.figures", null, make("summary", null, t("report.figures")),
      make("div.scroll", { tabindex: "0", role: "region", "aria-label": t("report.figures_of", { title }) },
        make("table", null,
          make("thead", null, make("tr", null, table.head.map((text) => make("th", { scope: "col" }, text)))),
          make("tbody", null, table.rows.map((row) => make("tr", null, row.map((text, place) =>
            place ? make("td", null, text) : make("th", { scope: "row" }, text)))))))) : null);
  charts.push({ canvas, draw, height, plot: null });
  return card;
}

function drawChart(chart) {
  if (chart.plot) chart.plot.destroy();
  const width = Math.floor(chart.canvas.clientWidth);
  if (!width) return;
  const { options, series } = chart.draw(colours());
  chart.plot = new uPlot(
    { width, height: chart.height, legend: { show: false }, ...options }, series, chart.canvas);
}

const drawCharts = () => charts.forEach(drawChart);

/** Draw the plots one after another, when there is time between what the reader does. */
function startCharts() {
  const done = charts.reduce((before, chart) => before.then(() => new Promise((drawn) => {
    whenIdle(() => {
      drawChart(chart);
      drawn();
    });
  })), Promise.resolve());
  let width = window.innerWidth;
  window.addEventListener("resize", debounce(100, () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    drawCharts();
  }));
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawCharts);
  return done;
}

const plotFont = '12px "Inter", system-ui, sans-serif';

/** An axis in the page's colours. */
function axis(colour, more) {
  return {
    stroke: colour.quiet,
    font: plotFont,
    labelFont: plotFont,
    labelSize: 18,
    labelGap: 2,
    grid: { stroke: colour.line, width: 1 },
    ticks: { show: false },
    gap: 6,
    ...more,
  };
}

const noCursor = {
  drag: { x: false, y: false, setScale: false }, x: false, y: false, points: { show: false },
};

/** Only whole numbers are worth a tick where things are counted. */
const wholeTicks = (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? count(tick) : ""));

/** Call `at(plot, left, top)` on moves and `chosen` on clicks over a plot. */
function onPlot(at, chosen, leave) {
  return {
    hooks: {
      ready: [(plot) => {
        const over = plot.over;
        const where = (event) => {
          const box = over.getBoundingClientRect();
          return [event.clientX - box.left, event.clientY - box.top];
        };
        over.addEventListener("mousemove", (event) => at(plot, ...where(event)));
        over.addEventListener("mouseleave", () => (hideTooltip(plot), leave && leave(plot)));
        if (chosen) {
          over.style.cursor = "pointer";
          over.addEventListener("click", (event) => chosen(plot, ...where(event)));
        }
      }],
    },
  };
}

/** A tooltip at a place over a plot. */
function plotTooltip(plot, left, top, ...content) {
  const box = plot.over.getBoundingClientRect();
  const rectangle = {
    left: box.left + left, right: box.left + left, top: box.top + top - 4, bottom: box.top + top + 4,
  };
  showTooltip(plot, rectangle, ...content);
}

function beadTooltip(bead, ...lines) {
  const excerpt = bead.source.length > 48 ? `${bead.source.slice(0, 48)}…` : bead.source;
  return [
    make("p.tooltip-title", null, t("report.bead_head", { number: bead.place + 1, type: typeText(bead.type) })),
    make("p.tooltip-note", null, lines.join(" · ")),
    make("p.tooltip-text", { lang: "zh-Hans" }, excerpt),
  ];
}
