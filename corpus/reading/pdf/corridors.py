"""Corridors of a page: vertical strips of white that several lines in a row leave free.

Beside a corridor there are columns of prose or the cells of a table; `columns` decides which.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, pairwise
from statistics import median

# The narrowest corridor, in em: wider than any space between words
NARROWEST = 0.75
# A corridor of this width needs only a few lines beside it
WIDE = 1.6
FEW_LINES, MANY_LINES = 3, 5
# Greatest first-line indent of a paragraph, in em
MOST_INDENT = 2.6
# Least width of a column of prose, in em
COLUMN_EM = 7.0
# Other columns of the page are as long, or so much of it
AS_LONG = 0.5
# Least share of lines without a wide gap in a column of prose
MOSTLY = 0.7

Line = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Row:
    """A line: its baseline, type size, and the extents of its words or strips."""

    y: float
    size: float
    spans: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Corridor:
    """White between `left` and `right` beside the rows `first` to `last`.

    `both` is the number of rows with text on the side that has fewer.
    """

    left: float
    right: float
    first: int
    last: int
    both: int

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


def corridors(rows: Sequence[Row]) -> list[Corridor]:
    """The corridors between columns of prose, the best first; they do not overlap."""
    good = [each for each in every_corridor(rows) if _has_columns(rows, each)]
    good.sort(key=lambda each: (-each.both, each.left - each.right, each.first))
    out: list[Corridor] = []
    for corridor in good:
        if not any(_overlap(corridor, other) for other in out):
            out.append(corridor)
    dividing = [_divides_prose(rows, each, out) for each in out]
    return [
        each
        for number, each in enumerate(out)
        if not _in_prose(rows, each, list(compress(out[:number], dividing)))
    ]


def continued(rows: Sequence[Row], edges: Sequence[float]) -> list[Corridor]:
    """The corridors of the page before that continue through these rows, even if they are few.

    `edges` are the left edges of that page's columns, without the first.
    """
    out = []
    for right in edges:
        left = right - NARROWEST * max(row.size for row in rows)
        free = [
            all(end <= left + 1 or start >= right - 1 for start, end in row.spans) for row in rows
        ]
        beside = [free[number] and _begins_at(row, right) for number, row in enumerate(rows)]
        before = [free[number] and row.spans[0][1] <= left + 1 for number, row in enumerate(rows)]
        if True not in beside:
            continue
        first = last = beside.index(True)
        while first > 0 and free[first - 1]:
            first -= 1
        while last + 1 < len(rows) and free[last + 1]:
            last += 1
        both = min(sum(beside[first : last + 1]), sum(before[first : last + 1]))
        # one line below others may leave a gap there by chance
        if both and (both > 1 or first == 0):
            out.append(Corridor(left, right, first, last, both))
    return out


def _begins_at(row: Row, edge: float) -> bool:
    """Whether a line of the column with this left edge is in the row."""
    start = next((start for start, _ in row.spans if start >= edge - 1), None)
    return start is not None and start - edge <= MOST_INDENT * row.size


def table_corridors(rows: Sequence[Row]) -> list[Corridor]:
    """Corridors that may be between the columns of a table, however narrow these are."""
    return [
        each
        for each in every_corridor(rows)
        if each.both >= 2 and each.right - each.left >= rows[each.first].size
    ]


def every_corridor(rows: Sequence[Row]) -> list[Corridor]:
    """All corridors between words of a line, wherever they are."""
    found: dict[tuple[int, int, int, int], Corridor] = {}
    for number, row in enumerate(rows):
        for left, right in _gaps(rows, number):
            if right - left < NARROWEST * row.size:
                continue
            corridor = _extended(rows, number, left, right)
            if corridor is not None:
                key = (
                    round(corridor.left), round(corridor.right), corridor.first, corridor.last,
                )  # fmt: skip
                found[key] = corridor
    return list(found.values())


def _gaps(rows: Sequence[Row], number: int) -> Iterator[tuple[float, float]]:
    """White between the words of a row, or beside it if the next row is wholly to one side."""
    row = rows[number]
    for (_, left), (right, _) in pairwise(row.spans):
        yield left, right
    if number + 1 < len(rows):
        below = rows[number + 1]
        if below.spans[0][0] > row.spans[-1][1]:
            yield row.spans[-1][1], below.spans[0][0]
        elif row.spans[0][0] > below.spans[-1][1]:
            yield below.spans[-1][1], row.spans[0][0]


def _extended(rows: Sequence[Row], number: int, left: float, right: float) -> Corridor | None:
    """The corridor that starts with a gap of one row, as far up and down as it stays white."""
    first = last = number
    for step in (1, -1):
        at = number + step
        while 0 <= at < len(rows):
            row = rows[at]
            free = _free(row, left, right)
            if free is None or free[1] - free[0] < NARROWEST * row.size:
                break
            left, right = free
            first, last = min(first, at), max(last, at)
            at += step
    sides = [
        [n for n in range(first, last + 1) if _sides(rows[n], left, right)[side]] for side in (0, 1)
    ]
    if not sides[0] or not sides[1]:
        return None
    # columns need not share baselines, only heights
    first, last = max(side[0] for side in sides), min(side[-1] for side in sides)
    count = min(sum(first <= n <= last for n in side) for side in sides)
    return Corridor(left, right, first, last, count) if first <= last else None


def _free(row: Row, left: float, right: float) -> tuple[float, float] | None:
    """The widest part of left..right that the row leaves white."""
    best: tuple[float, float] | None = None
    edges = [(float("-inf"), float("-inf")), *row.spans, (float("inf"), float("inf"))]
    for (_, start), (end, _) in pairwise(edges):
        low, high = max(left, start), min(right, end)
        if high > low and (best is None or high - low > best[1] - best[0]):
            best = (low, high)
    return best


def _sides(row: Row, left: float, right: float) -> tuple[bool, bool]:
    return (
        any(end <= left + 0.1 for _, end in row.spans),
        any(start >= right - 0.1 for start, _ in row.spans),
    )


def _has_columns(rows: Sequence[Row], corridor: Corridor) -> bool:
    """Whether enough lines of prose are on both sides of a corridor."""
    size = median(row.size for row in rows[corridor.first : corridor.last + 1])
    wide = corridor.right - corridor.left >= WIDE * size
    if corridor.both < (FEW_LINES if wide else MANY_LINES):
        return False
    return all(_width(lines) >= COLUMN_EM * size for lines in _beside(rows, corridor))


def _in_prose(rows: Sequence[Row], corridor: Corridor, dividing: Sequence[Corridor]) -> bool:
    """Whether a corridor is white between words or behind labels in a column of a page of prose.

    `dividing` are longer or wider corridors between columns of prose.
    """
    size = rows[corridor.first].size
    return any(_share_rows(each, corridor) for each in dividing) and any(
        _width(lines) < COLUMN_EM * size for lines in _beside(rows, corridor, dividing)
    )


def _divides_prose(rows: Sequence[Row], corridor: Corridor, every: Sequence[Corridor]) -> bool:
    """Whether the columns beside a corridor have lines of words without wide gaps."""
    size = rows[corridor.first].size
    others = [
        each
        for each in every
        if abs(each.middle - corridor.middle) >= COLUMN_EM * size
        and each.both >= AS_LONG * corridor.both
    ]
    for lines in _beside(rows, corridor, others):
        whole = sum(
            all(start - end <= WIDE * size for (_, end), (start, _) in pairwise(line))
            for line in lines
        )
        if whole < MOSTLY * len(lines) or _width(lines) < COLUMN_EM * size:
            return False
    return True


def _beside(
    rows: Sequence[Row], corridor: Corridor, others: Sequence[Corridor] = ()
) -> tuple[list[Line], list[Line]]:
    """The lines of the columns on both sides of a corridor, as far as the next of `others`."""
    middles = [each.middle for each in others if _share_rows(each, corridor)]
    low = max((at for at in middles if at < corridor.middle), default=float("-inf"))
    high = min((at for at in middles if at > corridor.middle), default=float("inf"))
    inside = rows[corridor.first : corridor.last + 1]
    left = [[span for span in row.spans if low <= span[0] and span[1] <= corridor.left + 0.1]
            for row in inside]  # fmt: skip
    right = [[span for span in row.spans if corridor.right - 0.1 <= span[0] and span[1] <= high]
             for row in inside]  # fmt: skip
    return [line for line in left if line], [line for line in right if line]


def _width(lines: Sequence[Line]) -> float:
    """The usual width of lines; 0 if there are none."""
    return median([line[-1][1] - line[0][0] for line in lines] or [0.0])


def _share_rows(first: Corridor, second: Corridor) -> bool:
    return first.first <= second.last and second.first <= first.last


def _overlap(first: Corridor, second: Corridor) -> bool:
    return _share_rows(first, second) and first.left < second.right and second.left < first.right
