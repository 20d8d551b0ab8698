"""A line plot as SVG, enough for a benchmark's output."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from duizhao.corpus.replacing import replacing

WIDTH, HEIGHT, MARGIN = 480, 360, 56
COLOURS = ("#1f5fa8", "#999999", "#b5452c")


def line_plot(
    path: Path,
    lines: Mapping[str, Sequence[tuple[float, float]]],
    x_label: str,
    y_label: str,
    *,
    logarithmic: bool = False,
) -> None:
    """Draw named lines of (x, y); with `logarithmic` both axes are (all values above 0)."""

    def scale(value: float) -> float:
        return math.log10(value) if logarithmic else value

    points = [(scale(x), scale(y)) for line in lines.values() for x, y in line]
    (left, right), (low, high) = (
        (min(values), max(values)) for values in zip(*points, strict=True)
    )

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            MARGIN + (scale(x) - left) / ((right - left) or 1) * (WIDTH - 1.5 * MARGIN),
            HEIGHT - MARGIN - (scale(y) - low) / ((high - low) or 1) * (HEIGHT - 1.5 * MARGIN),
        )

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<path d="M{MARGIN} {MARGIN / 2}V{HEIGHT - MARGIN}H{WIDTH - MARGIN / 2}" '
        'fill="none" stroke="black"/>',
    ]
    for step in range(5):
        for axis in "xy":
            start, end = (left, right) if axis == "x" else (low, high)
            value = start + (end - start) * step / 4
            shown = 10**value if logarithmic else value
            text = f"{shown:,.0f}" if shown >= 100 else f"{shown:.3g}"
            if axis == "x":
                x = MARGIN + step / 4 * (WIDTH - 1.5 * MARGIN)
                out.append(
                    f'<text x="{x:.0f}" y="{HEIGHT - MARGIN + 16}" '
                    f'text-anchor="middle">{text}</text>'
                )
            else:
                y = HEIGHT - MARGIN - step / 4 * (HEIGHT - 1.5 * MARGIN)
                out.append(
                    f'<text x="{MARGIN - 6}" y="{y + 4:.0f}" text-anchor="end">{text}</text>'
                )
    out.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 12}" text-anchor="middle">{x_label}</text>')
    out.append(
        f'<text transform="translate(14 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">'
        f"{y_label}</text>"
    )
    for at, (name, line) in enumerate(lines.items()):
        colour = COLOURS[at % len(COLOURS)]
        places = [place(x, y) for x, y in line]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        out.append(f'<polyline points="{joined}" fill="none" stroke="{colour}"/>')
        out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        out.append(f'<text x="{MARGIN + 10}" y="{24 + 14 * at}" fill="{colour}">{name}</text>')
    with replacing(path) as temporary:
        temporary.write_text("\n".join([*out, "</svg>"]), encoding="utf-8")
