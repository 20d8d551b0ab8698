// The plot of confidence: its distribution, and how it compares with reviewed beads.
const EDGES = data.confidenceEdges; // of the bars: finer towards 1, where most beads are

const confidenceBar = (value) => {
  let place = EDGES.length - 2;
  while (place > 0 && value < EDGES[place]) place -= 1;
  return place;
};

/** Share found right by a reviewer, with a 95 % Wilson interval. */
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
  const text = (place) => `${EDGES[place]} to ${EDGES[place + 1]}`;
  const barAt = (plot, left) =>
    Math.max(0, Math.min(bars.length - 1, Math.floor(plot.posToVal(left, "x"))));
  const low = shown.filter(isLow).length;
  const half = median(shown.map((bead) => bead.confidence));
  return plotCard({
    id: "confidence",
    title: anyJudged ? "Confidence and the reviewer's verdicts" : "Confidence",
    how: anyJudged
      ? "Green: share of reviewed beads found right, with 95 % interval. Where it meets the dash, the mean confidence, the confidence is calibrated."
      : "The aligner's confidence, and the mean chrF++ of each bar, which should rise with it. Review beads to see how often it was right.",
    label: `Bars of confidence: ${plural(low, "bead")} under ${data.lowConfidence}, median ${fixed(half, 3)}.`,
    legend: [["key-bar", "share of beads"], ["line-red", "mean chrF++ ÷ 100"],
      ...(anyJudged ? [["dot-green", "found right"], ["line-ink", "mean confidence"]] : [])],
    height: 300,
    table: {
      head: ["Confidence", "Beads", "Mean chrF++", ...(anyJudged ? ["Reviewed", "Right"] : [])],
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
          grid: { show: false }, size: 30, label: "Confidence", splits: () => EDGES.map((_, place) => place),
          values: () => EDGES.map((edge) => String(edge).replace(/^0\./, ".")),
        }), axis(colour, { size: 40, label: "Share" })],
        series: [{}, barSeries(colour), {
          stroke: colour.red, width: 2.5, spanGaps: true,
          points: { show: true, size: 6, fill: colour.red, stroke: colour.red },
        }],
        plugins: [onPlot((plot, left) => {
          const place = barAt(plot, left);
          const lines = [`${plural(bars[place].length, "bead")}, ${percent(shares[place])}`];
          if (scores[place] !== null) lines.push(`mean chrF++ ${fixed(100 * scores[place], 1)}`);
          if (judged[place]) lines.push(`${judged[place].right} of ${judged[place].number} reviewed right`);
          plotTooltip(plot, plot.valToPos(middles[place], "x"), plot.valToPos(shares[place], "y"),
            make("p.tooltip-title", null, `Confidence ${text(place)}`),
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
