"""Columns of a page: whether text reads down beside the corridors between lines.

Beside a corridor there are columns of prose, which are read one after the other, or the cells of
a table, which are read row by row. Rows of a table start together; paragraphs of two columns do
not, and their lines run on from one to the next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from statistics import median

from duizhao.corpus.reading.pdf.corridors import (
    COLUMN_EM,
    FEW_LINES,
    MANY_LINES,
    Corridor,
    Row,
    continued,
    corridors,
    every_corridor,
    table_corridors,
)
from duizhao.corpus.reading.pdf.lines import Strip, rows_of
from duizhao.corpus.reading.pdf.tables.stacks import side_by_side
from duizhao.corpus.reading.shape import split_label
from duizhao.corpus.script import HAN_CHARACTER

ENDS = tuple("。.；;：:!?！？")
# Lines of labels are at least so many times as far apart as the lines of the text beside them
LEADING_OF_LABELS = 1.25
# Distance in em below which baselines are on one line
SAME_LINE = 0.06
# Least share of lines that the next line continues, in columns that are prose beyond doubt
RUNS_ON = 0.6
# Least width of the lines of a column compared with those of the one beside it
ALIKE = 0.7
# A line with a larger share of bold letters is bold
BOLD = 0.6
# Lines further apart than this many usual gaps belong to different parts of a page
FAR = 2.5

# What `_prose` found, by the identities of strips
Prose = dict[tuple[int, ...], Sequence[Strip]]


def flows(
    strips: Sequence[Strip],
    cells: AbstractSet[int] = frozenset(),
    known: Sequence[float] = (),
    rules: Sequence[tuple[float, float, float]] = (),
    prose: Prose | None = None,
) -> list[list[Strip]]:
    """The strips of a page as runs that are each read from top to bottom, in reading order.

    `cells` are the identities of strips in the cells of ruled tables, `known` the left edges of
    the columns of the page before, as `continued` takes them. `rules` are the horizontal lines
    drawn on the page (left, right, y). `prose` keeps what was found of parts of the page.
    """
    prose = {} if prose is None else prose
    rows = rows_of(strips)
    if tables := side_by_side(rows):
        parts = _around(rows, *tables)
        return [flow for part in parts for flow in flows(part, cells, known, rules, prose)]
    plain = plain_rows(rows)
    found = corridors(plain)
    goes_on = continued(plain, known) if plain else []
    few = [each for each in every_corridor(plain) if each.both < FEW_LINES]
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
        if in_cells > 0.5 * len(inside) or not (old or reads_down(sides, prose)):
            continue
        parts = _around(rows, first, last, sides)
        return [flow for part in parts for flow in flows(part, cells, known, rules, prose)]
    return [list(strips)] if strips else []


def _around(
    rows: Sequence[Sequence[Strip]], first: int, last: int, sides: Sequence[list[Strip]]
) -> list[list[Strip]]:
    above = [strip for row in rows[:first] for strip in row]
    return [above, *sides, [strip for row in rows[last + 1 :] for strip in row]]


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
    # a heading below both columns is that of the text below it
    while corridor.last < last < len(rows) - 1 and _is_heading(rows[last], inside):
        last -= 1
    return first, last


def _is_heading(row: Sequence[Strip], others: Sequence[Sequence[Strip]]) -> bool:
    """Whether a row is one bold line among lines that are not."""
    usual = median(strip.bold for row in others for strip in row)
    return len(row) == 1 and row[0].bold > BOLD > usual


def _reads_down(sides: tuple[Sequence[Strip], Sequence[Strip]], prose: Prose) -> bool:
    """Whether the text beside a corridor is columns of prose, not cells of a table."""
    first = _prose(sides[0], prose)
    second = _prose(sides[1], prose) if first else ()
    if not second or min(len(rows_of(first)), len(rows_of(second))) < FEW_LINES:
        return False
    sides = (first, second)
    runs_on = [_runs_on(side) for side in sides]
    if min(runs_on) < 0.34 or _is_list_of_labels(*sides) or _is_list_of_labels(*sides[::-1]):
        return False
    breaks = [_breaks(side) for side in sides]
    if not breaks[0] and not breaks[1]:
        return True
    if min(runs_on) >= RUNS_ON and _goes_over(*sides):
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
    # rows of a table are separated on both sides at once, paragraphs of prose not all by chance; a
    # cell may have paragraphs of its own
    least = 0.9 if apart and min(runs_on) >= RUNS_ON else 0.6
    rows_apart = shared >= 1 and shared >= least * len(more) and shared >= 0.8 * len(fewer)
    return not rows_apart


def _goes_over(left: Sequence[Strip], right: Sequence[Strip]) -> bool:
    """Whether a sentence goes on from the foot of a column to the head of the next."""
    last, first = rows_of(left)[-1][-1], rows_of(right)[0][0]
    return not last.text.rstrip().endswith(ENDS) and first.text[:1].islower()


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


def _reads_over(sides: tuple[Sequence[Strip], Sequence[Strip]], prose: Prose) -> bool:
    """Whether a few lines at the top beside a column of prose are more of its text."""
    left, right = (rows_of(side) for side in sides)
    if len(left) < 2 * MANY_LINES or not right or len(right) > FEW_LINES:
        return False
    if right[-1][0].y < left[FEW_LINES][0].y or max(map(len, (*left, *right))) > 1:
        return False
    last, following = left[-1][-1], right[0][0]
    if abs(last.size - following.size) > 0.6:
        return False
    if not _prose(sides[0], prose) or _runs_on(sides[0]) < 0.5:
        return False
    if last.text.rstrip().endswith(ENDS):
        widths = [median(row[0].right - row[0].left for row in rows) for rows in (left, right)]
        level = abs(left[0][0].y - following.y) <= SAME_LINE * following.size
        return level and _runs_on(sides[1]) >= 0.5 and widths[1] >= ALIKE * widths[0]
    goes_on = following.text[:1].islower() or (
        HAN_CHARACTER.match(last.text[-1:]) and HAN_CHARACTER.match(following.text[:1])
    )
    return bool(goes_on)


def _prose(side: Sequence[Strip], prose: Prose) -> Sequence[Strip]:
    """A side that has lines of words, or the longest of the columns in it; else nothing."""
    key = tuple(map(id, side))
    if key not in prose:
        # a table of many columns has parts without number, most of them in other parts too
        prose[key] = _find_prose(side, prose)
    return prose[key]


def _find_prose(side: Sequence[Strip], prose: Prose) -> Sequence[Strip]:
    rows = rows_of(side)
    lines = [row[0] for row in rows if len(row) == 1]
    inner = [each for each in table_corridors(plain_rows(rows)) if each.both >= FEW_LINES]
    if len(lines) < 0.7 * len(rows) or inner:
        parts = flows(side, prose=prose)
        return max(parts, key=len) if len(parts) > 1 else ()
    size = median(strip.size for strip in lines)
    wide = median(strip.right - strip.left for strip in lines) >= COLUMN_EM * size
    return side if wide else ()


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
    """The share of lines that the next line continues: full, and no label follows."""
    rows = rows_of(side)
    right = sorted(row[-1].right for row in rows)[-max(1, len(rows) // 6)]
    count = 0
    for (*_, last), (following, *_) in pairwise(rows):
        full = last.right >= right - 3.5 * last.size
        count += full and not split_label(following.text)[0]
    return count / max(1, len(rows) - 1)
