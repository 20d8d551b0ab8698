"""Columns of a page: white corridors between lines, and whether text reads down beside them.

A corridor is a vertical strip of white that several lines in a row leave free. Beside it there
are columns of prose, which are read one after the other, or the cells of a table, which are read
row by row. Rows of a table start together; paragraphs of two columns do not, and their lines run
on from one to the next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from duizhao.corpus.reading.pdf.lines import Strip, rows_of
from duizhao.corpus.reading.shape import split_label
from duizhao.corpus.script import HAN_CHARACTER

# The narrowest corridor, in em: wider than any space between words
NARROWEST = 0.75
# A corridor of this width needs only a few lines beside it
WIDE = 1.6
FEW_LINES, MANY_LINES = 3, 5
# Greatest first-line indent of a paragraph, in em
MOST_INDENT = 2.6
# Least width of a column of prose, in em
COLUMN_EM = 7.0
ENDS = tuple("。.；;：:!?！？")
# Lines of labels are at least so many times as far apart as the lines of the text beside them
LEADING_OF_LABELS = 1.25
# Distance in em below which baselines are on one line
SAME_LINE = 0.06
# Lines further apart than this many usual gaps belong to different parts of a page
FAR = 2.5


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
    good = [each for each in _corridors(rows) if _has_columns(rows, each)]
    good.sort(key=lambda each: (-each.both, each.left - each.right, each.first))
    out: list[Corridor] = []
    for corridor in good:
        if not any(_overlap(corridor, other) for other in out):
            out.append(corridor)
    return out


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
        if both:
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
        for each in _corridors(rows)
        if each.both >= 2 and each.right - each.left >= rows[each.first].size
    ]


def _corridors(rows: Sequence[Row]) -> list[Corridor]:
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
    inside = rows[corridor.first : corridor.last + 1]
    size = median(row.size for row in inside)
    wide = corridor.right - corridor.left >= WIDE * size
    if corridor.both < (FEW_LINES if wide else MANY_LINES):
        return False
    widths: tuple[list[float], list[float]] = ([], [])
    for row in inside:
        left = [span for span in row.spans if span[1] <= corridor.left + 0.1]
        right = [span for span in row.spans if span[0] >= corridor.right - 0.1]
        for side, spans in zip(widths, (left, right), strict=True):
            if spans:
                side.append(max(end for _, end in spans) - min(start for start, _ in spans))
    return all(median(side) >= COLUMN_EM * size for side in widths)


def _overlap(first: Corridor, second: Corridor) -> bool:
    return (
        first.first <= second.last and second.first <= first.last
        and first.left < second.right and second.left < first.right
    )  # fmt: skip


def flows(
    strips: Sequence[Strip],
    cells: AbstractSet[int] = frozenset(),
    known: Sequence[float] = (),
    rules: Sequence[tuple[float, float, float]] = (),
) -> list[list[Strip]]:
    """The strips of a page as runs that are each read from top to bottom, in reading order.

    `cells` are the identities of strips in the cells of ruled tables, `known` the left edges of
    the columns of the page before, as `continued` takes them. `rules` are the horizontal lines
    drawn on the page (left, right, y).
    """
    rows = rows_of(strips)
    plain = plain_rows(rows)
    found = corridors(plain)
    goes_on = continued(plain, known) if plain else []
    few = [each for each in _corridors(plain) if each.both < FEW_LINES]
    for corridor in [*found, *goes_on, *few]:
        old = corridor in goes_on
        first, last = (corridor.first, corridor.last) if old else _with_ends(rows, corridor)
        inside = [strip for row in rows[first : last + 1] for strip in row]
        sides = (
            [strip for strip in inside if strip.left < corridor.middle],
            [strip for strip in inside if strip.left >= corridor.middle],
        )
        if _has_rows(rows[first : last + 1], corridor, rules):
            continue
        in_cells = sum(id(strip) in cells for strip in inside)
        reads_down = _reads_over if corridor in few else _reads_down
        if in_cells > 0.5 * len(inside) or not (old or reads_down(sides)):
            continue
        above = [strip for row in rows[:first] for strip in row]
        below = [strip for row in rows[last + 1 :] for strip in row]
        return [
            flow for part in (above, *sides, below) for flow in flows(part, cells, known, rules)
        ]
    return [list(strips)] if strips else []


def _has_rows(
    rows: Sequence[Sequence[Strip]], corridor: Corridor, rules: Sequence[tuple[float, float, float]]
) -> bool:
    """Whether a line that is drawn across a corridor makes the lines above it a table's head."""
    size = rows[0][0].size
    for number in range(1, min(len(rows), FEW_LINES + 1)):
        low, high = rows[number][0].y + 0.5 * size, rows[number - 1][0].y
        if any(
            low < y < high and left < corridor.left - 2 * size and right > corridor.right + 2 * size
            for left, right, y in rules
        ):
            return True
    return False


def plain_rows(rows: Sequence[Sequence[Strip]]) -> list[Row]:
    return [
        Row(row[0].y, max(s.size for s in row), tuple((s.left, s.right) for s in row))
        for row in rows
    ]


def _with_ends(rows: Sequence[Sequence[Strip]], corridor: Corridor) -> tuple[int, int]:
    """First and last row of the columns, with the lines of the longer one at either end."""
    inside = rows[corridor.first : corridor.last + 1]
    # within one column: rows of two columns that do not share baselines are close to each other
    gaps = []
    for left in (True, False):
        ys = [row[0].y for row in inside if any((s.left < corridor.middle) == left for s in row)]
        gaps += [above - below for above, below in pairwise(ys)]
    usual = max(median(gaps or [0.0]), 1.2 * median(row[0].size for row in inside))

    def belongs(row: Sequence[Strip], gap: float, most: float) -> bool:
        outside = all(s.right <= corridor.left + 1 or s.left >= corridor.right - 1 for s in row)
        return outside and gap <= most * usual

    first, last = corridor.first, corridor.last
    while first > 0 and belongs(rows[first - 1], rows[first - 1][0].y - rows[first][0].y, 1.6):
        first -= 1
    while last + 1 < len(rows) and belongs(
        rows[last + 1], rows[last][0].y - rows[last + 1][0].y, FAR
    ):
        last += 1
    return first, last


def _reads_down(sides: tuple[Sequence[Strip], Sequence[Strip]]) -> bool:
    """Whether the text beside a corridor is columns of prose, not cells of a table."""
    if any(len(rows_of(side)) < FEW_LINES or not _is_prose(side) for side in sides):
        return False
    runs_on = [_runs_on(side) for side in sides]
    if min(runs_on) < 0.34 or _is_list_of_labels(*sides) or _is_list_of_labels(*sides[::-1]):
        return False
    breaks = [_breaks(side) for side in sides]
    if not breaks[0] and not breaks[1]:
        return True
    fewer, more = sorted(breaks, key=len)
    size = median(strip.size for side in sides for strip in side)
    covered = sum(high - low for low, high in more)
    apart = not _share_baselines(*sides)
    if covered > 0.5 * (sides[0][0].y - sides[0][-1].y) and apart:
        # among so many breaks some are side by side by chance; rows of a table begin together
        shared = sum(any(abs(low - other) <= SAME_LINE * size for other, _ in more)
                     for low, _ in fewer)  # fmt: skip
    else:
        shared = sum(any(_same_break(each, other, 0.75 * size) for other in more) for each in fewer)
    # rows of a table are separated on both sides at once, paragraphs of prose not all by chance
    least = 0.9 if apart and min(runs_on) >= 0.6 else 0.6
    return not (shared >= 1 and shared >= least * len(more))


def _share_baselines(first: Sequence[Strip], second: Sequence[Strip]) -> bool:
    """Whether many lines have a line on the other side, as the rows of a table have."""
    fewer, more = sorted(([row[0].y for row in rows_of(side)] for side in (first, second)), key=len)
    near = SAME_LINE * first[0].size
    return sum(any(abs(y - other) <= near for other in more) for y in fewer) > 0.3 * len(fewer)


def _is_list_of_labels(side: Sequence[Strip], other: Sequence[Strip]) -> bool:
    """Whether no two lines of a side follow each other closely, and each has a line beside it."""
    baselines, beside = (sorted(row[0].y for row in rows_of(each)) for each in (side, other))
    closest, least = (
        min((high - low for low, high in pairwise(ys)), default=0.0) for ys in (baselines, beside)
    )
    near = 0.1 * side[0].size
    return closest > LEADING_OF_LABELS * least and all(
        any(abs(y - each) <= near for each in beside) for y in baselines
    )


def _reads_over(sides: tuple[Sequence[Strip], Sequence[Strip]]) -> bool:
    """Whether the last line of a column of prose reads on in a few lines at the top beside it."""
    left, right = (rows_of(side) for side in sides)
    if len(left) < 2 * MANY_LINES or not right or len(right) > FEW_LINES:
        return False
    if right[-1][0].y < left[FEW_LINES][0].y or max(map(len, (*left, *right))) > 1:
        return False
    last, first = left[-1][-1], right[0][0]
    if abs(last.size - first.size) > 0.6 or last.text.rstrip().endswith(ENDS):
        return False
    han = HAN_CHARACTER.match(last.text[-1:]) and HAN_CHARACTER.match(first.text[:1])
    goes_on = first.text[:1].islower() or han
    return bool(goes_on) and _is_prose(sides[0]) and _runs_on(sides[0]) >= 0.5


def _is_prose(side: Sequence[Strip]) -> bool:
    """Whether a side has lines of words, or columns of such lines itself."""
    rows = rows_of(side)
    lines = [row[0] for row in rows if len(row) == 1]
    inner = [each for each in table_corridors(plain_rows(rows)) if each.both >= FEW_LINES]
    if len(lines) < 0.7 * len(rows) or inner:
        return len(flows(side)) > 1
    size = median(strip.size for strip in lines)
    return median(strip.right - strip.left for strip in lines) >= COLUMN_EM * size


def _same_break(first: tuple[float, float], second: tuple[float, float], tolerance: float) -> bool:
    """Whether two breaks leave a common band of white."""
    return min(first[1], second[1]) - max(first[0], second[0]) > tolerance


def _breaks(side: Sequence[Strip]) -> list[tuple[float, float]]:
    """The gaps between lines of a column that are wider than usual: (lower, upper) baseline."""
    lines = [row[0] for row in rows_of(side)]
    gaps = [(b.y, a.y) for a, b in pairwise(lines)]
    if not gaps:
        return []
    usual = usual_gap([high - low for low, high in gaps])
    return [(low, high) for low, high in gaps if high - low > 1.25 * usual]


def usual_gap(gaps: Sequence[float]) -> float:
    """The gap that most lines have, to half a point; the smallest of several equally common."""
    counts = Counter(round(2 * gap) / 2 for gap in gaps)
    merged = {gap: counts[gap] + counts[gap - 0.5] + counts[gap + 0.5] for gap in counts}
    most = max(merged.values())
    return min(gap for gap, count in merged.items() if count == most)


def _runs_on(side: Sequence[Strip]) -> float:
    """The share of lines that the next line continues: full, and not the end of a sentence."""
    rows = rows_of(side)
    right = sorted(row[-1].right for row in rows)[-max(1, len(rows) // 6)]
    count = 0
    for (*_, last), (following, *_) in pairwise(rows):
        full = last.right >= right - 3.5 * last.size
        stops = last.text.rstrip().endswith(ENDS)
        count += full and not (stops and not full) and not split_label(following.text)[0]
    return count / max(1, len(rows) - 1)
