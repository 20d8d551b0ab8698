// The four plots: score by position, distribution of scores, alignment map, confidence.
const kept = () => beads.filter((bead) => !bead.left);

/** The segment score of this corpus: chrF++ with a reference, else the model's own score. */
const MEASURE = data.hasReference
  ? { range: "chrf", of: (bead) => bead.chrf, digits: 0 }
  : { range: "mt", of: (bead) => bead.mtScore, digits: 2 };
const measureName = () => rangeName(MEASURE.range);

const scored = () => kept().filter((bead) => MEASURE.of(bead) !== null);

/** Mean of the neighbours of each value, in a window of about a twentieth of them. */
function smooth(values) {
  const half = Math.max(3, Math.round(values.length / 40));
  const sums = [0];
  for (const value of values) sums.push(sums[sums.length - 1] + value);
  return values.map((_, place) => {
    const from = Math.max(0, place - half);
    const to = Math.min(values.length, place + half + 1);
    return (sums[to] - sums[from]) / (to - from);
  });
}

/** So many dots are drawn as squares: in software a thousand circles take a frame. */
const MANY = 2000;
function drawDots({ ctx, valToPos }, xs, ys, colour, size) {
  const side = size * devicePixelRatio;
  ctx.save();
  ctx.fillStyle = colour;
  for (let place = 0; place < xs.length; place += 1) {
    ctx.fillRect(valToPos(xs[place], "x", true) - side / 2, valToPos(ys[place], "y", true) - side / 2, side, side);
  }
  ctx.restore();
}

function positionPlot() {
  const shown = scored();
  if (shown.length < 2) return null;
  const measure = measureName();
  const values = shown.map(MEASURE.of);
  const places = shown.map((bead) => bead.place + 1);
  const line = smooth(values);
  const starts = [];
  shown.forEach((bead, place) => {
    if (place && bead.section !== shown[place - 1].section) starts.push(places[place]);
  });
  const many = shown.length > MANY;
  const nearest = (plot, left, top) => {
    let best = -1;
    let least = 900;
    const middle = plot.posToIdx(left);
    for (let place = Math.max(0, middle - 60); place < Math.min(shown.length, middle + 60); place++) {
      const x = plot.valToPos(places[place], "x") - left;
      const y = plot.valToPos(values[place], "y") - top;
      if (x * x + y * y < least) [best, least] = [place, x * x + y * y];
    }
    return best;
  };
  const tenths = Array.from({ length: 10 }, (_, part) => values.slice(
    Math.floor((part * values.length) / 10), Math.floor(((part + 1) * values.length) / 10)));
  return plotCard({
    id: "position",
    title: t("report.position_title", { measure }),
    how: t("report.position_how"),
    label: t("report.position_label", {
      measure, mean: fixed(mean(values), MEASURE.digits), lowest: fixed(Math.min(...line), MEASURE.digits),
    }),
    table: {
      head: [t("report.part_head"), t("report.beads_head"), t("report.mean_of", { measure })],
      rows: tenths.map((part, place) => [t("common.percent", { value: `${place * 10}–${place * 10 + 10}` }), count(part.length),
        part.length ? fixed(mean(part), 1) : "–"]),
    },
    draw: (colour) => ({
      options: {
        cursor: noCursor,
        scales: { x: { time: false }, y: MEASURE.range === "chrf" ? { range: [0, 100] } : {} },
        axes: [axis(colour, { grid: { show: false }, size: 30, values: wholeTicks, label: t("report.bead_axis") }),
          axis(colour, { size: 40, label: measure })],
        series: [{}, {
          paths: () => null,
          points: {
            show: !many, stroke: "transparent", fill: colour.dot, size: shown.length > 800 ? 4 : 6,
          },
        }, { stroke: colour.red, width: 2.5, points: { show: false } }],
        plugins: [onPlot((plot, left, top) => {
          const place = nearest(plot, left, top);
          if (place < 0) return hideTooltip(plot);
          const bead = shown[place];
          plotTooltip(plot, plot.valToPos(places[place], "x"), plot.valToPos(values[place], "y"),
            ...beadTooltip(bead, `${measure} ${fixed(values[place], MEASURE.digits)}`,
              data.sections[bead.section] || t("report.no_section")));
        }, (plot, left, top) => {
          const place = nearest(plot, left, top);
          if (place >= 0) reveal(shown[place].key);
        }), { hooks: { drawClear: [(plot) => {
          if (many) drawDots(plot, places, values, colour.dot, 3);
          if (starts.length > 24) return;
          const { ctx, bbox } = plot;
          ctx.save();
          ctx.strokeStyle = colour.line;
          ctx.setLineDash([2, 4]);
          for (const start of starts) {
            const x = Math.round(plot.valToPos(start - 0.5, "x", true)) + 0.5;
            ctx.beginPath();
            ctx.moveTo(x, bbox.top);
            ctx.lineTo(x, bbox.top + bbox.height);
            ctx.stroke();
          }
          ctx.restore();
        }] } }],
      },
      series: [places, values, line],
    }),
  });
}

function bins(values, from, step, number) {
  const counts = new Array(number).fill(0);
  for (const value of values) {
    counts[Math.max(0, Math.min(number - 1, Math.floor((value - from) / step)))] += 1;
  }
  return counts;
}

/** A series drawn as bars. */
const barSeries = (colour) => ({
  fill: colour.bar, stroke: colour.bar, width: 0, points: { show: false },
  paths: uPlot.paths.bars({ size: [0.86, Infinity], radius: 0.18, align: 0 }),
});

function histogramPlot() {
  const values = scored().map(MEASURE.of);
  if (values.length < 2) return null;
  const measure = measureName();
  const isChrf = MEASURE.range === "chrf";
  const from = isChrf ? 0 : Math.floor(Math.min(...values) * 4) / 4;
  const step = isChrf ? 5 : Math.max(0.05, -from / 20);
  const counts = bins(values, from, step, 20);
  const middles = counts.map((_, place) => from + (place + 0.5) * step);
  const half = median(values);
  const edges = (place) => [from + place * step, from + (place + 1) * step];
  const edgeText = (place) => edges(place).map((edge) => fixed(edge, MEASURE.digits)).join("–");
  const barAt = (plot, left) => Math.max(0, Math.min(19, Math.floor((plot.posToVal(left, "x") - from) / step)));
  return plotCard({
    id: "histogram",
    title: t("report.histogram_title", { measure }),
    how: t("report.histogram_how", { median: fixed(half, isChrf ? 1 : 2) }),
    label: t("report.histogram_label", {
      measure, median: fixed(half, MEASURE.digits), beads: t("common.beads", { count: values.length }),
    }),
    table: {
      head: [measure, t("report.beads_head")],
      rows: counts.map((number, place) => [edgeText(place), count(number)]),
    },
    draw: (colour) => ({
      options: {
        cursor: noCursor,
        scales: { x: { time: false, range: [from, from + 20 * step] }, y: { range: [0, Math.max(...counts) * 1.08] } },
        axes: [axis(colour, { grid: { show: false }, size: 30, label: measure }),
          axis(colour, { size: 40, values: wholeTicks, label: t("report.beads_head") })],
        series: [{}, barSeries(colour)],
        plugins: [onPlot((plot, left) => {
          const place = barAt(plot, left);
          plotTooltip(plot, plot.valToPos(middles[place], "x"), plot.valToPos(counts[place], "y"),
            make("p.tooltip-title", null, `${measure} ${edgeText(place)}`),
            make("p.tooltip-note", null, 
              t("report.beads_and_share", { count: counts[place], share: percent(counts[place] / values.length) })));
        }, (plot, left) => {
          const place = barAt(plot, left);
          const [low, high] = edges(place);
          setRange(MEASURE.range, place ? low : -Infinity, place === 19 ? Infinity : high);
        }), { hooks: { draw: [(plot) => {
          const { ctx, bbox } = plot;
          const x = Math.round(plot.valToPos(half, "x", true));
          ctx.save();
          ctx.strokeStyle = colour.red;
          ctx.lineWidth = 2 * devicePixelRatio;
          ctx.beginPath();
          ctx.moveTo(x, bbox.top);
          ctx.lineTo(x, bbox.top + bbox.height);
          ctx.stroke();
          ctx.restore();
        }] } }],
      },
      series: [middles, counts],
    }),
    legend: [["line-red", t("report.median")]],
  });
}

const middleOf = (ids) => (ids.length ? (ids[0] + ids[ids.length - 1]) / 2 : null);

function mapPlot() {
  if (!data.hasReference || data.documents.length !== 1) return null;
  const kindOf = (bead) =>
    bead.moved ? "green" : bead.left || !bead.sourceIds.length || !bead.targetIds.length ? "amber"
      : bead.type === "1-1" ? "blue" : "red";
  const path = [];
  let lastX = -0.5;
  let lastY = -0.5;
  for (const bead of beads) {
    const x = middleOf(bead.sourceIds);
    const y = middleOf(bead.targetIds);
    path.push({ bead, kind: kindOf(bead), x: x === null ? lastX + 0.5 : x, y: y === null ? lastY + 0.5 : y });
    if (bead.sourceIds.length) lastX = bead.sourceIds[bead.sourceIds.length - 1];
    // text that was moved crosses the path; the path goes on where it was before
    if (bead.targetIds.length && !bead.moved) lastY = bead.targetIds[bead.targetIds.length - 1];
  }
  lastX = Math.max(...beads.map((bead) => bead.sourceIds[bead.sourceIds.length - 1] || 0));
  lastY = Math.max(...beads.map((bead) => bead.targetIds[bead.targetIds.length - 1] || 0));
  const main = path.filter((point) => !point.bead.moved);
  const pointOf = new Map(path.map((point) => [point.bead, point]));
  // moved text: a cross-link from the path to where the text is; dashed while it is a proposal
  const links = path.filter((point) => point.bead.moved).map(({ x, y }) => {
    const before = main.findLast((point) => point.x <= x);
    return { x, from: before ? before.y : 0, y, dashed: false };
  });
  if (review) {
    for (const { source, target } of likelyMoves()) {
      const [at, to] = [pointOf.get(source), pointOf.get(target)];
      links.push({ x: at.x, from: at.y, y: to.y, dashed: true });
    }
  }
  if (path.length < 2) return null;
  const types = new Map();
  for (const bead of beads) types.set(bead.type, (types.get(bead.type) || 0) + 1);
  const nearest = (plot, left, top) => {
    let best = null;
    let least = 400;
    for (const point of path) {
      const x = plot.valToPos(point.x, "x") - left;
      const y = plot.valToPos(point.y, "y") - top;
      if (x * x + y * y < least) [best, least] = [point, x * x + y * y];
    }
    return best;
  };
  return plotCard({
    id: "map",
    title: t("report.map_title"),
    how: t("report.map_how"),
    label: t("report.map_label", {
      sources: lastX + 1, targets: lastY + 1, types: [...types].map(([type, number]) => `${number} × ${typeText(type)}`).join(", "),
    }),
    legend: [["dot-blue", "1–1"], ["dot-red", t("report.map_other")], ["dot-amber", t("report.map_left")], ["dot-grey", t("report.map_similar")],
      ...(links.length ? [["dot-green", t("report.moved")]] : [])],
    height: 300,
    table: {
      head: [t("report.type_head"), t("report.beads_head"), t("report.share")],
      rows: [...types].sort((a, b) => b[1] - a[1]).map(([type, number]) =>
        [typeText(type), count(number), percent(number / beads.length)]),
    },
    draw: (colour) => ({
      options: {
        cursor: noCursor,
        scales: { x: { time: false, range: [-1, lastX + 1] }, y: { range: [-1, lastY + 1] } },
        axes: [axis(colour, { size: 30, values: wholeTicks, label: t("report.source_axis") }),
          axis(colour, { size: 48, values: wholeTicks, label: t("report.target_axis") })],
        series: [{}, { paths: () => null, points: { show: false } }],
        plugins: [onPlot((plot, left, top) => {
          const point = nearest(plot, left, top);
          if (!point) return hideTooltip(plot);
          plotTooltip(plot, plot.valToPos(point.x, "x"), plot.valToPos(point.y, "y"),
            ...beadTooltip(point.bead, point.bead.left ? reasonText(point.bead.left)
              : t("report.confidence_value", { value: sureText(point.bead.confidence) })));
        }, (plot, left, top) => {
          const point = nearest(plot, left, top);
          if (point) reveal(point.bead.key);
        }), { hooks: { draw: [(plot) => {
          const { ctx } = plot;
          const pixel = devicePixelRatio;
          const X = (value) => plot.valToPos(value, "x", true);
          const Y = (value) => plot.valToPos(value, "y", true);
          ctx.save();
          ctx.fillStyle = colour.quiet;
          for (const [x, y, similarity] of data.dots) {
            ctx.globalAlpha = 0.1 + 0.35 * similarity;
            const size = (1 + 1.6 * similarity) * pixel;
            ctx.fillRect(X(x) - size / 2, Y(y) - size / 2, size, size);
          }
          ctx.globalAlpha = 1;
          ctx.strokeStyle = colour.blue;
          ctx.lineWidth = 1.5 * pixel;
          ctx.beginPath();
          for (const point of main) ctx.lineTo(X(point.x), Y(point.y));
          ctx.stroke();
          ctx.strokeStyle = colour.green;
          for (const { x, from, y, dashed } of links) {
            ctx.setLineDash(dashed ? [4 * pixel, 3 * pixel] : []);
            ctx.beginPath();
            ctx.moveTo(X(x), Y(from));
            ctx.lineTo(X(x), Y(y));
            ctx.stroke();
          }
          ctx.setLineDash([]);
          const size = path.length > 2000 ? 1.5 : path.length > 300 ? 2.5 : 3.5;
          for (const kind of ["blue", "red", "amber", "green"]) {
            const own = path.filter((point) => point.kind === kind);
            const radius = (kind === "blue" ? size * 0.8 : size * 1.15) * pixel;
            if (path.length > MANY) {
              drawDots(plot, own.map((point) => point.x), own.map((point) => point.y), colour[kind], (2 * radius) / pixel);
              continue;
            }
            ctx.fillStyle = colour[kind];
            ctx.beginPath();
            for (const point of own) {
              ctx.moveTo(X(point.x), Y(point.y));
              ctx.arc(X(point.x), Y(point.y), radius, 0, 7);
            }
            ctx.fill();
          }
          ctx.restore();
        }] } }],
      },
      series: [[0, lastX + 1], [0, lastY + 1]],
    }),
  });
}

function fillPlots() {
  const holder = byId("plots");
  for (const chart of charts) if (chart.plot) chart.plot.destroy();
  charts.length = 0;
  const cards = [positionPlot(), histogramPlot(), mapPlot(), confidencePlot()].filter(Boolean);
  holder.replaceChildren(...cards);
  holder.hidden = cards.length === 0;
}
