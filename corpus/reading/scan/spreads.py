"""Two pages of a book on one image, which are read one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from duizhao.corpus.reading.scan.margins import NUMBER
from duizhao.corpus.reading.scan.recognition.page import Line, RecognisedPage

# The image is at least so many times as wide as high
WIDE = 1.15
# The white between the pages is in the middle of the image, and so wide, in its widths
FIRST, LAST = 0.4, 0.6
GUTTER = 0.02
# So many lines of an image at most cross it, as a title over both pages
CROSSING = 0.06
# Each page has so many lines; most of them are as wide as this share of its text, if it is prose
FEWEST = 6
# ... and so many times as wide as high
PROSE, MANY, LONG = 0.6, 10, 12.0


def pages_of(page: RecognisedPage) -> list[RecognisedPage]:
    """The two pages of an image, or the one that it is."""
    if page.width < WIDE * page.height or len(page.lines) < 2 * FEWEST:
        return [page]
    middle = _gutter(page)
    if middle is None or _is_table(page, middle):
        return [page]
    left = [line for line in page.lines if line.box.right <= middle]
    right = [line for line in page.lines if line.box.left >= middle]
    if min(len(left), len(right)) < FEWEST:
        return [page]
    if not (_numbered(left, right) or (_is_prose(left) and _is_prose(right))):
        return [page]
    crossing = [line for line in page.lines if line.box.left < middle < line.box.right]
    above = [line for line in crossing if line.baseline < 0.5 * page.height]
    below = [line for line in crossing if line.baseline >= 0.5 * page.height]
    return [
        _part(page, [*above, *left], 0.0, middle),
        _part(page, [*right, *below], middle, float(page.width)),
    ]


def _gutter(page: RecognisedPage) -> float | None:
    """The middle of the widest white between the two pages."""
    most = CROSSING * len(page.lines)
    step = GUTTER * page.width / 4
    best, start = (0.0, 0.0), None
    x = FIRST * page.width
    while x <= LAST * page.width + step:
        crossed = sum(line.box.left < x < line.box.right for line in page.lines)
        if crossed <= most and x <= LAST * page.width:
            start = x if start is None else start
        elif start is not None:
            best = max(best, (x - step - start, (x - step + start) / 2))
            start = None
        x += step
    return best[1] if best[0] >= GUTTER * page.width else None


def _is_table(page: RecognisedPage, middle: float) -> bool:
    """Whether a rule between lines of the page crosses its middle."""
    baselines = [line.baseline for line in page.lines]
    return any(
        left < middle < right and min(baselines) < y < max(baselines)
        for left, right, y in page.rules
    )


def _numbered(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Whether both sides have the number of a page in their first or last line, one after the
    other."""
    first, second = (
        {
            int(text)
            for line in (*ordered[:2], *ordered[-3:])
            if NUMBER.fullmatch(text := line.text.strip("-–—·• ")) and text.isdigit()
        }
        for ordered in (sorted(side, key=lambda line: line.baseline) for side in (left, right))
    )
    return any(number + 1 in second for number in first)


def _is_prose(side: Sequence[Line]) -> bool:
    if len(side) < MANY:
        return False
    width = max(line.box.right for line in side) - min(line.box.left for line in side)
    usual = median(line.box.right - line.box.left for line in side)
    em = median(line.box.bottom - line.box.top for line in side)
    return usual >= PROSE * width and usual >= LONG * em


def _part(page: RecognisedPage, lines: Sequence[Line], left: float, right: float) -> RecognisedPage:
    """The page with what is between two edges."""
    return replace(
        page,
        lines=tuple(sorted(lines, key=lambda line: (line.baseline, line.box.left))),
        rules=tuple(rule for rule in page.rules if left <= (rule[0] + rule[1]) / 2 < right),
        walls=tuple(wall for wall in page.walls if left <= wall[0] < right),
        dots=tuple(dot for dot in page.dots if left <= dot[0] < right),
        figures=tuple(each for each in page.figures if left <= (each[0] + each[2]) / 2 < right),
    )
