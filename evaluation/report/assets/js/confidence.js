// The plot of confidence: its distribution, and how it compares with reviewed beads.
const EDGES = data.confidenceEdges; // of the bars: finer towards 1, where most beads are

const confidenceBar = (value) => {
  let place = EDGES.length - 2;
  while (place > 0 && value < EDGES[place]) place -= 1;
  return place;
};

/** The 95 % Wilson interval of the share that a reviewer judged right. */
function wilson(right, number) {
  const z = 1.96;
  const share = right / number;
  const centre = (share + (z * z) / (2 * number)) / (1 + (z * z) / number);
  const spread = Math.sqrt((share * (1 - share)) / number + (z * z) / (4 * number * number));
  const half = (z / (1 + (z * z) / number)) * spread;
  return [centre - half, centre + half];
}

function confidencePlot() {
  const shown = kept().filter((bead) => bead.confidence !== null && bead.made === "aligner");
  if (!data.hasReference || shown.length < 2) return null;
  const bars = Array.from({ length: EDGES.length - 1 }, () => []);
  for (const bead of shown) bars[confidenceBar(bead.confidence)].push(bead);
  const shares = bars.map((own) => own.length / shown.length);
  const middles = bars.map((_, place) => place + 0.5);
  const sure = bars.map((own) => (own.length ? mean(own.map((bead) => bead.confidence)) : null));
  const scores = bars.map((own) => {
    const values = own.map((bead) => bead.chrf).filter((value) => value !== null);
    return values.length ? mean(values) / 100 : null;
  });
  const judged = (data.judged || []).map(([right, number]) => (number ? { right, number } : null));
  const anyJudged = judged.some(Boolean);
  const text = (place) => t("report.from_to", { low: EDGES[place], high: EDGES[place + 1] });
  const barAt = (plot, left) =>
    Math.max(0, Math.min(bars.length - 1, Math.floor(plot.posToVal(left, "x"))));
  const low = shown.filter(isLow).length;
  const half = median(shown.map((bead) => bead.confidence));
  return plotCard({
    id: "confidence",
    title: t(anyJudged ? "report.confidence_title_judged" : "report.confidence_title"),
    how: t(anyJudged ? "report.confidence_how_judged" : "report.confidence_how"),
    label: t("report.confidence_label", { beads: t("common.beads", { count: low }), limit: data.lowConfidence, median: fixed(half, 3) }),
    legend: [["key-bar", t("report.share_of_beads")], ["line-red", t("report.mean_chrf_hundredth")],
      ...(anyJudged ? [["dot-green", t("report.judged_right")], ["line-ink", t("report.mean_confidence")]] : [])],
    height: 300,
    table: {
      head: [t("report.measure_confidence"), t("report.beads_head"), t("report.mean_of", { measure: "chrF++" }),
        ...(anyJudged ? [t("report.reviewed_head"), t("report.right_head")] : [])],
      rows: bars.map((own, place) => [text(place), count(own.length),
        scores[place] === null ? "–" : fixed(100 * scores[place], 1),
        ...(anyJudged ? [count(judged[place] ? judged[place].number : 0),
          judged[place] ? percent(judged[place].right / judged[place].number) : "–"] : [])]),
    },
    draw: (colour) => ({
      options: {
        cursor: noCursor,
        scales: { x: { time: false, range: [0, bars.length] }, y: { range: [0, 1.04] } },
        axes: [axis(colour, {
          grid: { show: false }, size: 30, label: t("report.measure_confidence"), splits: () => EDGES.map((_, place) => place),
          values: () => EDGES.map((edge) => String(edge).replace(/^0\./, ".")),
        }), axis(colour, { size: 40, label: t("report.share") })],
        series: [{}, barSeries(colour), {
          stroke: colour.red, width: 2.5, spanGaps: true,
          points: { show: true, size: 6, fill: colour.red, stroke: colour.red },
        }],
        plugins: [onPlot((plot, left) => {
          const place = barAt(plot, left);
          const lines = [t("report.beads_and_share", { count: bars[place].length, share: percent(shares[place]) })];
          if (scores[place] !== null) lines.push(t("report.mean_value", { measure: "chrF++", value: fixed(100 * scores[place], 1) }));
          if (judged[place]) lines.push(t("report.reviewed_right", { right: judged[place].right, all: judged[place].number }));
          plotTooltip(plot, plot.valToPos(middles[place], "x"), plot.valToPos(shares[place], "y"),
            make("p.tooltip-title", null, t("report.confidence_value", { value: text(place) })),
            make("p.tooltip-note", null, lines.join(" · ")));
        }, (plot, left) => {
          const place = barAt(plot, left);
          setRange("confidence", EDGES[place], place === bars.length - 1 ? Infinity : EDGES[place + 1]);
        }), { hooks: { draw: [(plot) => anyJudged && drawJudged(plot, judged, sure, colour)] } }],
      },
      series: [middles, shares, scores],
    }),
  });
}

function drawJudged(plot, judged, sure, colour) {
  const { ctx } = plot;
  const pixel = devicePixelRatio;
  const X = (value) => plot.valToPos(value, "x", true);
  const Y = (value) => plot.valToPos(value, "y", true);
  const line = (x1, y1, x2, y2) => {
    ctx.beginPath();
    ctx.moveTo(X(x1), Y(y1));
    ctx.lineTo(X(x2), Y(y2));
    ctx.stroke();
  };
  ctx.save();
  ctx.lineWidth = 2 * pixel;
  judged.forEach((entry, place) => {
    if (!entry) return;
    const middle = place + 0.5;
    ctx.strokeStyle = colour.ink;
    if (sure[place] !== null) line(place + 0.22, sure[place], place + 0.78, sure[place]);
    const [low, high] = wilson(entry.right, entry.number);
    ctx.strokeStyle = ctx.fillStyle = colour.green;
    line(middle, low, middle, high);
    ctx.beginPath();
    ctx.arc(X(middle), Y(entry.right / entry.number), 4.5 * pixel, 0, 7);
    ctx.fill();
  });
  ctx.restore();
}
