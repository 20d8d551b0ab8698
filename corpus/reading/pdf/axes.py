"""Charts of a page, by the numbers along their axes and by what is drawn.

120        The labels of an axis are evenly far apart, their values are too, and the last is 0.
 80        No column of a table is like that.
 40
  0
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from duizhao.corpus.reading.pdf.grid import Rule, Wall, rectangles
from duizhao.corpus.reading.pdf.lines import Strip
from duizhao.corpus.reading.pdf.measures import reads_on, same_style
from duizhao.corpus.reading.pdf.page.frames import Box
from duizhao.corpus.reading.pdf.page.text import Page

# Least number of labels of an axis
FEWEST = 4
# Labels are aligned within so many em, and evenly apart within this share of their distance
ALIGNED, EVEN = 0.6, 0.1
# Greatest distance of the labels of the other axis below 0, in em
BELOW = 4.0
LABEL = re.compile(r"\d[\d\s,.]*%?")
# How a sentence ends; nothing in a chart does
STOPS = tuple(".。!！?？;；")
# Text that belongs to a chart: numbers, years, and dashes for 0
IN_CHART = re.compile(r"[\d\s,.%–—-]+")
# A drawing with fewer texts is no chart: a heading in a shape, a title above a curve
FEWEST_TEXTS = 2
# A line of prose is wider than this share of the page, or ends a sentence of so many letters
PROSE_SHARE, SENTENCE = 0.5, 12
# ... or continues in the next line, which is at most so many em below
PROSE_EM, NEXT_LINE = 7.0, 2.2
# Least share of such lines among the texts of a drawing that has prose
RUNNING = 0.4


def drawn_texts(strips: Sequence[Strip], page: Page) -> list[Strip]:
    """The texts in drawings: those of charts, not the prose that something is drawn around."""
    unseen = sum(len(piece.text) for piece in page.pieces if piece.invisible)
    if 2 * unseen > sum(len(piece.text) for piece in page.pieces):
        # a drawing that is a scan has its text as a layer without ink
        return []
    groups = [(box, [s for s in strips if _belongs(s, box)]) for box in page.figures]
    groups = [
        (box, inside) for box, inside in groups if inside and not _has_prose(inside, page.width)
    ]
    out: dict[int, Strip] = {}
    for box, texts in groups:
        # a chart may be drawn piece by piece
        near: set[int] = set()
        for other, inside in groups:
            if _meet(box, other):
                near |= {id(strip) for strip in inside}
            if len(near) >= FEWEST_TEXTS:
                out |= {id(strip): strip for strip in texts}
                break
    return list(out.values())


def _belongs(strip: Strip, box: Box) -> bool:
    """Whether a strip is in a drawing or beside its axis."""
    left, bottom, right, top = box
    return (
        left - 3 * strip.size <= strip.left
        and strip.right <= right + 2 * strip.size
        and bottom - 0.5 * strip.size <= strip.y <= top
    )


def _meet(first: Box, second: Box) -> bool:
    return (
        first[0] <= second[2]
        and second[0] <= first[2]
        and first[1] <= second[3]
        and second[1] <= first[3]
    )


def _has_prose(strips: Sequence[Strip], page_width: float) -> bool:
    """Whether lines of sentences are among some strips."""
    for strip in strips:
        if strip.right - strip.left > PROSE_SHARE * page_width:
            return True
        if strip.text.endswith(STOPS) and strip.letters >= SENTENCE:
            return True
    ordered = sorted(strips, key=lambda strip: -strip.y)
    running = {
        id(each)
        for number, last in enumerate(ordered)
        for strip in ordered[number + 1 : number + 4]
        if 0 < last.y - strip.y <= NEXT_LINE * strip.size
        and min(last.right - last.left, strip.right - strip.left) > PROSE_EM * strip.size
        and abs(last.left - strip.left) <= strip.size
        and same_style(last, strip)
        and (reads_on(last, strip, "zh") or reads_on(last, strip, "en"))
        for each in (last, strip)
    }
    # a label of a chart may have two lines
    return len(running) >= RUNNING * len(strips)


def chart_labels(
    strips: Sequence[Strip], rules: Sequence[Rule] = (), walls: Sequence[Wall] = ()
) -> list[Strip]:
    """The numbers in and along the charts of a page, and other text in a chart's frame."""
    found = list(_axes(strips))
    if not found:
        return []
    right = max(strip.right for strip in strips)
    framed = {id(strip) for strip in _in_frames(strips, found, rectangles(rules, walls))}
    return [
        strip
        for strip in strips
        if id(strip) in framed
        or (
            IN_CHART.fullmatch(strip.text)
            and any(
                min(label.left for label in axis) - 1 <= strip.left <= right
                and axis[-1].y - BELOW * axis[-1].size <= strip.y <= axis[0].y + axis[0].size
                for axis in found
            )
        )
    ]


def _in_frames(
    strips: Sequence[Strip], axes: Sequence[Sequence[Strip]], frames: Sequence[Box]
) -> Iterator[Strip]:
    """The labels and the legend in a frame around a chart, without sentences."""
    for frame in frames:
        if any(all(_inside(label, frame) for label in axis) for axis in axes):
            inside = [strip for strip in strips if _inside(strip, frame)]
            if not any(strip.text.endswith(STOPS) for strip in inside):
                yield from inside


def _inside(strip: Strip, frame: Box) -> bool:
    left, bottom, right, top = frame
    return left <= strip.left and strip.right <= right and bottom <= strip.y <= top


def _axes(strips: Sequence[Strip]) -> Iterator[list[Strip]]:
    """The labels of each vertical axis, from top to bottom."""
    labels = sorted((s for s in strips if LABEL.fullmatch(s.text)), key=lambda strip: -strip.y)
    for number, zero in enumerate(labels):
        if _value(zero) != 0:
            continue
        axis = [zero]
        for strip in reversed(labels[:number]):
            if abs(strip.right - zero.right) <= ALIGNED * zero.size and _goes_on(axis, strip):
                axis.append(strip)
        if len(axis) >= FEWEST:
            yield axis[::-1]


def _goes_on(axis: Sequence[Strip], strip: Strip) -> bool:
    """Whether a label is one step above the labels below it, in height and in value."""
    ys = [label.y for label in (*axis, strip)]
    values = [_value(label) for label in (*axis, strip)]
    heights = [above - below for below, above in pairwise(ys)]
    steps = [above - below for below, above in pairwise(values)]
    even = abs(heights[-1] - heights[0]) <= EVEN * heights[0] + 0.5
    return heights[0] > 0.8 * strip.size and steps[0] > 0 and even and _same(steps[-1], steps[0])


def _same(first: float, second: float) -> bool:
    return abs(first - second) <= 1e-6 * max(abs(first), abs(second))


def _value(strip: Strip) -> float:
    """The number of a label; -1 if it is none."""
    text = re.sub(r"[\s,%]", "", strip.text)
    try:
        return float(text)
    except ValueError:
        return -1.0
