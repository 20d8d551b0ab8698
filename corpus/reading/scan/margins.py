"""Numbers in the margin of a page, which say where the pages of another edition begin.

They are beside any line of the text, usually in its middle. Taken for a part of it they would be in
the middle of a sentence, and taken for a cell they would cut its paragraph in two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from duizhao.corpus.reading.scan.recognition.page import Line, RecognisedPage, Run

NUMBER = re.compile(r"\d{1,4}(?:\s?[(（](?:[IVX]+|[Ⅰ-Ⅻ])[)）])?")
# Lines of so many characters show where the text begins and ends, if there are so many of them
LONG, FEWEST = 15, 8
# White space between the text and a number in the margin, in em
ROOM = 0.35
# A line that ends so near the edge of the text goes on, in em
NEAR = 1.5
# The first line of a paragraph is indented by so many em, or so many times the usual leading lower
INDENT, LEADING = 0.8, 1.2
# So many lines of a page have such a number at most: more are a column of a table
MOST = 0.15


def without_numbers(page: RecognisedPage) -> tuple[RecognisedPage, list[str]]:
    """The page without the numbers in its margins, and these numbers."""
    long = [line for line in page.lines if sum(len(run.text) for run in line.runs) >= LONG]
    words = [run for line in long for run in line.runs if not NUMBER.fullmatch(run.text)]
    if len(long) < FEWEST or not words:
        return page, []
    left, right = min(run.left for run in words), max(run.right for run in words)
    outside = [run for run, _ in _outside(page.lines, long, right, left)]
    if not outside or len(outside) > MOST * len(page.lines):
        return page, []
    if not all(NUMBER.fullmatch(run.text) for run in outside):
        return page, []
    if not all(full for _, full in _outside(page.lines, long, right, left)):
        return page, []
    names = {id(run) for run in outside}
    lines = []
    for line in page.lines:
        runs = tuple(run for run in line.runs if id(run) not in names)
        if len(runs) == len(line.runs):
            lines.append(line)
        elif runs:
            box = replace(line.box, left=runs[0].left, right=max(run.right for run in runs))
            lines.append(replace(line, runs=(replace(runs[0], spaced=False), *runs[1:]), box=box))
    return replace(page, lines=tuple(lines)), [run.text for run in outside]


def _outside(
    lines: Sequence[Line], long: Sequence[Line], right: float, left: float
) -> Iterator[tuple[Run, bool]]:
    """The runs to the right and to the left of the text that are beside one of its lines.

    With a run on the left: whether it is within a paragraph. If the line above does not go on, or
    its own line is indented or set apart from it, the number is that of a paragraph.
    """
    usual = median(below.baseline - above.baseline for above, below in pairwise(long))
    for line in lines:
        em = line.size or line.tall
        beside = any(
            other.box.top < line.baseline < other.box.bottom for other in long if other is not line
        )
        for run in line.runs:
            if run.left > right + ROOM * em and (run is not line.runs[0] or beside):
                yield run, True
            elif run.right < left - ROOM * em and (run is not line.runs[-1] or beside):
                own = min(long, key=lambda other: abs(other.baseline - line.baseline))
                above = [other for other in long if other.baseline < own.baseline - 0.5 * em]
                end = max(each.right for each in above[-1].runs) if above else 0.0
                texts = [each.left for each in own.runs if not NUMBER.fullmatch(each.text)]
                start = min(texts, default=left)
                apart = above and own.baseline - above[-1].baseline > LEADING * usual
                begins = apart or start > left + INDENT * em
                yield run, end > right - NEAR * em and not begins
