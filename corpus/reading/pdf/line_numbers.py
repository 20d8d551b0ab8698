"""Line numbers in the margin, as in bills, drafts and court papers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from duizhao.corpus.reading.pdf.page.text import Piece

# Least number of numbered lines on a page
FEWEST = 6
# Lines are numbered one by one or by these steps
STEPS = (1, 2, 5, 10)
# Least share of equal steps from one number to the next
SAME_STEP = 0.9
# Least distance of the numbers from the text, in em
APART = 0.5
# A line of prose reaches over this share of the text's width
WIDE = 0.8
_NUMBER = re.compile(r"\d{1,5}")

# Width in em of the gaps of tables, and the share of lines with one that makes a table
CELL_GAP, MOST_GAPS = 1.3, 0.2

Line = Sequence[Piece]


@dataclass(frozen=True, slots=True)
class LineNumbers:
    """The line numbers of a page, and their most common left and right edge, in points."""

    numbers: tuple[int, ...]
    left: float
    right: float

    def continued(self, piece: Piece) -> bool:
        """Whether a number of the next page is below these and follows the last one."""
        aligned = abs(piece.left - self.left) <= 2 or abs(piece.right - self.right) <= 2
        return aligned and int(piece.text) - self.numbers[-1] in STEPS

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> LineNumbers | None:
        """Those of the pieces that `line_numbers` returns; None if there are none."""
        if not pieces:
            return None
        lefts = Counter(round(piece.left) for piece in pieces)
        rights = Counter(round(piece.right) for piece in pieces)
        return cls(
            tuple(int(piece.text) for piece in pieces),
            lefts.most_common(1)[0][0],
            rights.most_common(1)[0][0],
        )


def line_numbers(lines: Sequence[Line], before: LineNumbers | None = None) -> list[Piece]:
    """The pieces that number the lines of a page, given from top to bottom.

    They are in the left or the right margin, grow from line to line, and are beside prose; the
    numbers of a table's rows are beside cells, those of a list beside items that end. Numbers
    that continue those of the page `before` may be few and beside short lines.
    """
    for side in (0, -1):
        numbered = [
            (number, line[side])
            for number, line in enumerate(lines)
            if _NUMBER.fullmatch(line[side].text) and _is_apart(line, side)
        ]
        if not numbered:
            continue
        edges = Counter(round(each) for _, piece in numbered for each in {piece.left, piece.right})
        edge = edges.most_common(1)[0][0]
        numbered = [
            (number, piece)
            for number, piece in numbered
            if min(abs(piece.left - edge), abs(piece.right - edge)) <= 2
        ]
        goes_on = before is not None and before.continued(numbered[0][1])
        if len(numbered) < (2 if goes_on else FEWEST):
            continue
        pieces = {id(piece) for _, piece in numbered}
        rest = [[piece for piece in line if id(piece) not in pieces] for line in lines]
        prose = not _has_cells(rest) and (goes_on or _is_prose(rest))
        if prose and _count_lines(numbered, rest) and _outside(numbered, rest, side):
            return [piece for _, piece in numbered]
    return []


def _is_apart(line: Line, side: int) -> bool:
    if len(line) == 1:
        # a number beside white: that of an empty line
        return True
    inner, outer = (line[1], line[0]) if side == 0 else (line[-2], line[-1])
    gap = inner.left - outer.right if side == 0 else outer.left - inner.right
    return gap >= APART * max(inner.size, outer.size)


def _count_lines(numbered: Sequence[tuple[int, Piece]], rest: Sequence[Line]) -> bool:
    """Whether the numbers grow by one step, with as many lines from one to the next."""
    pairs = list(pairwise(numbered))
    if not pairs:
        return False
    steps = Counter(int(b.text) - int(a.text) for (_, a), (_, b) in pairs)
    step, times = steps.most_common(1)[0]
    if step not in STEPS or times < SAME_STEP * len(pairs):
        return False
    between = [sum(bool(line) for line in rest[a:b]) for (a, _), (b, _) in pairs]
    return sum(count <= step for count in between) >= SAME_STEP * len(pairs)


def _has_cells(rest: Sequence[Line]) -> bool:
    """Whether many lines have wide gaps, as the rows of a table have."""
    lines = [line for line in rest if line]
    gaps = [any(b.left - a.right > CELL_GAP * b.size for a, b in pairwise(line)) for line in lines]
    return sum(gaps) > MOST_GAPS * len(lines)


def _is_prose(rest: Sequence[Line]) -> bool:
    """Whether the lines are text from edge to edge, most of which the next line continues."""
    lines = [line for line in rest if line]
    if not lines:
        return False
    left, right = min(line[0].left for line in lines), max(line[-1].right for line in lines)
    wide = [line for line in lines if line[-1].right - line[0].left >= WIDE * (right - left)]
    goes_on = [line for line in wide if not line[-1].text.endswith(tuple("。.；;：:！!？?"))]
    return len(wide) >= 0.4 * len(lines) and len(goes_on) >= 0.5 * len(wide)


def _outside(numbered: Sequence[tuple[int, Piece]], rest: Sequence[Line], side: int) -> bool:
    """Whether the numbers are beside all of the text."""
    lines = [line for line in rest if line]
    inside = sum(
        line[0].left <= numbered[0][1].right if side == 0 else line[-1].right >= numbered[0][1].left
        for line in lines
    )
    return inside <= 0.1 * len(lines)
