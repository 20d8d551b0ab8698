"""Rows of a table with a column of stacks: each stack is at the top of a row of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from duizhao.corpus.reading.pdf.lines import LEADING, OPEN_END, Paragraph, Strip

# Distance in em below which lines are on one baseline
SAME_LINE = 0.35
# Two tables side by side have a smaller share of the tops of their rows at one height
MOST_SHARED = 0.6
# Left edges of one column are at most so many points apart
SAME_EDGE = 3.0


def has_stacks(strips: Sequence[Strip]) -> bool:
    """Whether there is a stack among some strips."""
    return any(strip.foot is not None for strip in strips)


def beside_stacks(rows: Sequence[Sequence[Strip]]) -> list[bool]:
    """Which of the rows are in a table with stacks: beside one, or below a line beside one."""
    stacks = [
        (strip.foot - SAME_LINE * strip.size, strip.y + SAME_LINE * strip.size)
        for row in rows for strip in row if strip.foot is not None
    ]  # fmt: skip
    out: list[bool] = []
    for number, row in enumerate(rows):
        first = row[0]
        inside = any(low <= first.y <= high for low, high in stacks)
        if not inside and number and out[-1] and len(row) == 1:
            last = rows[number - 1][-1]
            near = 0 < last.y - first.y <= LEADING * first.size
            inside = near and abs(first.left - last.left) <= SAME_EDGE
        out.append(inside)
    return out


def stacked_rows(strips: Sequence[Strip]) -> list[list[Strip]]:
    """The strips of a table by row."""
    out: list[list[Strip]] = []
    top = float("inf")
    for strip in sorted(strips, key=lambda strip: (-round(strip.y), strip.left)):
        if not out or (strip.foot is not None and strip.y < top - SAME_LINE * strip.size):
            out.append([])
            top = strip.y
        out[-1].append(strip)
    return out


def side_by_side(
    rows: Sequence[Sequence[Strip]],
) -> tuple[int, int, tuple[list[Strip], list[Strip]]] | None:
    """Two tables with stacks that are side by side: their first and last row, and their strips.

    The stacks of one table begin at other heights than those of the other.
    """
    flags = beside_stacks(rows)
    for stacked, run in groupby(range(len(rows)), lambda number: flags[number]):
        numbers = list(run)
        strips = [strip for number in numbers for strip in rows[number]]
        if not stacked or not has_stacks(strips):
            continue
        lefts = [strip.left for strip in strips if strip.foot is not None]
        edge = min(x for x in lefts if x >= max(lefts) - SAME_EDGE) - 1
        left = [strip for strip in strips if strip.right <= edge]
        right = [strip for strip in strips if strip.left >= edge]
        if not has_stacks(left) or len(left) + len(right) < len(strips):
            continue
        if _start_apart(left, right) or _reads_over(left, right):
            return numbers[0], numbers[-1], (left, right)
    return None


def _start_apart(left: Sequence[Strip], right: Sequence[Strip]) -> bool:
    tops = [[strip.y for strip in side if strip.foot is not None] for side in (left, right)]
    fewer, more = sorted(tops, key=len)
    if not fewer:
        return False
    near = SAME_LINE * left[0].size
    shared = sum(any(abs(y - other) <= near for other in more) for y in fewer)
    return shared < MOST_SHARED * len(more)


def _reads_over(left: Sequence[Strip], right: Sequence[Strip]) -> bool:
    """Whether the last row on the left reads on in the first row on the right."""
    last, first = stacked_rows(left)[-1], stacked_rows(right)[0]
    following = min(first, key=lambda strip: (-round(strip.y), -strip.left))
    return len(last) > 1 and len(first) > 1 and _goes_on(last[-1].text, following.text)


def joined_rows(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """The paragraphs, the rows that the end of a page or column cut in two as one.

    The rest of a stack with nothing beside it continues the last stack before; a row continues
    the last one if the text of one of its cells reads on.
    """
    gone: set[int] = set()
    rows = _rows(paragraphs)
    lefts = {
        cell: min(strip.left for strip in paragraphs[cell].strips) for row in rows for cell in row
    }
    edges = {cell: lefts[cell] - lefts[row[0]] for row in rows for cell in row}
    # the cells of the last row, and the last of its parts where it is cut more than once
    row: list[int] = []
    part: list[int] = []
    for following in rows:
        first = following[0]
        pairs = _pairs(row, following, edges)
        at_break = (
            part
            and (first == part[-1] + 1 or paragraphs[first - 1].note)
            and paragraphs[first].flow == paragraphs[part[0]].flow + 1
        )
        part = following
        rest = len(following) == 1 < len(row)
        reads_on = any(_reads_on(paragraphs[a], paragraphs[b]) for b, a in pairs.items())
        if not at_break or not (rest or reads_on):
            row = list(following)
            continue
        for number, cell in pairs.items():
            paragraphs[cell].strips.extend(paragraphs[number].strips)
        gone.update(pairs)
        row += [number for number in following if number not in pairs]
    return [paragraph for number, paragraph in enumerate(paragraphs) if number not in gone]


def _pairs(
    row: Sequence[int], following: Sequence[int], edges: Mapping[int, float]
) -> dict[int, int]:
    """The cells of the following row that have one above them in the same column, with that one.

    The columns are those with the same distance from the stacks: the rest of a row may be in
    another column of the page.
    """
    if not row:
        return {}
    out = {following[0]: row[0]}
    for number in following[1:]:
        above = [cell for cell in row[1:] if abs(edges[cell] - edges[number]) <= SAME_EDGE]
        if above and above[-1] not in out.values():
            out[number] = above[-1]
    return out


def _rows(paragraphs: Sequence[Paragraph]) -> list[list[int]]:
    """The numbers of the cells in each row that begins with a stack."""
    out: list[list[int]] = []
    for number, paragraph in enumerate(paragraphs):
        if paragraph.strips[0].foot is not None:
            out.append([number])
        elif (
            out and out[-1][-1] == number - 1
            and paragraph.cell and paragraph.flow == paragraphs[number - 1].flow
        ):  # fmt: skip
            out[-1].append(number)
    return out


def _reads_on(first: Paragraph, second: Paragraph) -> bool:
    return _goes_on(first.strips[-1].text, second.strips[0].text)


def _goes_on(last: str, following: str) -> bool:
    open_end = OPEN_END.search(last) is not None or last.endswith(("-", "/", "("))
    return open_end or following[:1].islower() or following.startswith(("/", ")"))
