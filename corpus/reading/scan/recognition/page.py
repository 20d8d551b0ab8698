"""The recognised page: its lines as characters with positions and probabilities.

    RecognisedPage(width=1654, height=2339, dpi=200, lines=(Line(...), ...))

All lengths are in pixels of the upright page, from its upper left corner.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Run:
    """Characters on one line without a wide gap between them.

    `confidences` has the probability of each character of `text`. `raised` marks a number or sign
    that is small and high, as the mark of a footnote. `spaced` is true if a space precedes it.
    """

    text: str
    left: float
    right: float
    confidences: tuple[float, ...]
    raised: bool = False
    spaced: bool = False
    alternatives: tuple[tuple[int, str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text: its box, the baseline, the type size and the width of its strokes.

    `size` is measured by Chinese characters or small letters and `tall` by capitals and digits; 0
    if there are too few. `angle` is its own angle on the upright page, in degrees, as of a stamp.
    """

    box: Box
    runs: tuple[Run, ...]
    baseline: float
    size: float
    tall: float
    stroke: float
    angle: float = 0.0

    @property
    def text(self) -> str:
        return "".join((" " if run.spaced else "") + run.text for run in self.runs)

    @property
    def confidence(self) -> float:
        """The mean probability of its characters."""
        values = [value for run in self.runs for value in run.confidences]
        return sum(values) / len(values) if values else 0.0


@dataclass(frozen=True, slots=True)
class RecognisedPage:
    """The lines of a page, and its ruled lines: `rules` (left, right, y), `walls` (x, top, bottom).

    `dots` are the middles of bullets and `figures` the boxes (left, top, right, bottom) of charts
    and pictures. The page was turned by `turned` degrees (0, 90, 180, 270, counter-clockwise) and
    then by `skew` degrees to be upright. `dpi` is the resolution by which it is measured, and
    `image_dpi` that of its image.
    """

    width: int
    height: int
    dpi: float
    lines: tuple[Line, ...]
    rules: tuple[tuple[float, float, float], ...] = ()
    walls: tuple[tuple[float, float, float], ...] = ()
    turned: int = 0
    skew: float = 0.0
    dots: tuple[tuple[float, float], ...] = ()
    figures: tuple[tuple[float, float, float, float], ...] = ()
    image_dpi: float = 0.0

    @property
    def magnified(self) -> float:
        """How many points of its file a point of the page is."""
        return self.dpi / self.image_dpi if self.image_dpi else 1.0

    @property
    def confidence(self) -> float:
        """The mean probability of its characters; 0 for a page without any."""
        values = [v for line in self.lines for run in line.runs for v in run.confidences]
        return sum(values) / len(values) if values else 0.0


def to_json(page: RecognisedPage) -> dict[str, Any]:
    """The page as JSON can hold it; `from_json` reads it back."""
    return {
        "size": [page.width, page.height, page.dpi, page.turned, page.skew, page.image_dpi],
        "rules": [list(rule) for rule in page.rules],
        "walls": [list(wall) for wall in page.walls],
        "dots": [list(dot) for dot in page.dots],
        "figures": [list(figure) for figure in page.figures],
        "lines": [
            {
                "box": [line.box.left, line.box.top, line.box.right, line.box.bottom],
                "type": [line.baseline, line.size, line.tall, line.stroke, line.angle],
                "runs": [
                    [
                        run.text,
                        run.left,
                        run.right,
                        list(run.confidences),
                        run.raised,
                        run.spaced,
                        [list(each) for each in run.alternatives],
                    ]
                    for run in line.runs
                ],
            }
            for line in page.lines
        ],
    }


def from_json(data: Mapping[str, Any]) -> RecognisedPage:
    """The page that `to_json` described."""
    width, height, dpi, turned, skew, image_dpi = data["size"]
    return RecognisedPage(
        width,
        height,
        dpi,
        tuple(
            Line(
                Box(*line["box"]),
                tuple(
                    Run(text, left, right, tuple(values), raised, spaced, _triples(others))
                    for text, left, right, values, raised, spaced, others in line["runs"]
                ),
                *line["type"],
            )
            for line in data["lines"]
        ),
        _triples(data["rules"]),
        _triples(data["walls"]),
        turned,
        skew,
        tuple((x, y) for x, y in data["dots"]),
        tuple((a, b, c, d) for a, b, c, d in data["figures"]),
        image_dpi,
    )


def _triples(values: Any) -> tuple[tuple[Any, Any, Any], ...]:
    return tuple((a, b, c) for a, b, c in values)
