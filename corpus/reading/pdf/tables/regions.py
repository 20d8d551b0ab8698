"""Regions of a page that are tables: runs of lines of several strips, and their neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from duizhao.corpus.reading.notes import OPEN
from duizhao.corpus.reading.pdf.columns import plain_rows
from duizhao.corpus.reading.pdf.corridors import Corridor, table_corridors
from duizhao.corpus.reading.pdf.lines import LEADING, Strip, first_word
from duizhao.corpus.reading.pdf.tables.rows import bands_of, begins, rows_in_order
from duizhao.corpus.reading.pdf.tables.stacks import beside_stacks

# A cell of the last row seldom has more lines below its neighbours
MOST_LAST_LINES = 5
# Types of one size differ by at most so many points
SAME_SIZE = 0.6


def regions(strips: Sequence[Strip]) -> Iterator[tuple[bool, list[Strip]]]:
    """Runs of lines that are a table (several strips a line) or running text."""
    rows = rows_in_order(strips)
    wide = [len(row) > 1 for row in rows]
    for number, (upper, lower) in enumerate(pairwise(rows)):
        if _side_by_side(upper, lower):
            wide[number] = wide[number + 1] = True
    flags = list(wide)
    for number, row in enumerate(rows):
        if not wide[number] and number and flags[number - 1] and _is_more(rows, number):
            flags[number] = True
        elif not wide[number] and any(wide[max(0, number - 6) : number]):
            running = not flags[number - 1] and _is_next_line(rows[number - 1][0], row[0])
            flags[number] = not running and _in_columns(row[0], rows, wide, number)
    # a cell of several lines is centred beside a cell of one: lines above the first full row
    for number in range(len(rows) - 2, -1, -1):
        if not flags[number] and flags[number + 1]:
            flags[number] = _above_centred(rows, wide, number)
    flags = [one or other for one, other in zip(flags, beside_stacks(rows), strict=True)]
    for number in range(1, len(rows) - 1):
        # a cell of several lines, with the figures beside it in line with its last one
        if not flags[number] and flags[number - 1] and _is_first_line(rows, number):
            flags[number] = True
    for first, last in _banded(rows):
        flags[first : last + 1] = [True] * (last + 1 - first)
    start = 0
    for number in range(1, len(rows) + 1):
        if number == len(rows) or flags[number] != flags[start]:
            yield flags[start], [strip for row in rows[start:number] for strip in row]
            start = number


def _is_first_line(rows: Sequence[Sequence[Strip]], number: int) -> bool:
    """Whether a lone line is directly above a row, and the first line of its first cell."""
    strip, row = rows[number][0], rows[number + 1]
    if len(row) < 2 or abs(strip.size - row[0].size) > 0.6 or strip.right >= row[1].left:
        return False
    gap, above = strip.y - row[0].y, rows[number - 1][0].y - strip.y
    return 0 <= row[0].left - strip.left <= 2 * strip.size and gap <= min(
        LEADING * strip.size, 0.8 * above
    )


def _is_more(rows: Sequence[Sequence[Strip]], number: int) -> bool:
    """Whether a lone line is the next one of a cell: directly below it, and not too wide."""
    strip = rows[number][0]
    above = [s for s in rows[number - 1] if abs(s.left - strip.left) <= 3]
    full = next((n for n in range(number - 1, -1, -1) if len(rows[n]) > 1), None)
    if full is None or not above:
        return False
    close = above[0].y - strip.y <= LEADING * strip.size
    beside = [other.left for other in rows[full] if other.left > strip.left + 3]
    columns = any(abs(other.left - strip.left) <= 3 for other in rows[full])
    if not close or not columns or any(strip.right >= left for left in beside):
        return False
    # other text may begin below the first column: only what reads on is more of its cell
    right = max(s.right for row in rows[full : number + 1] for s in row
                if abs(s.left - strip.left) <= 3)  # fmt: skip
    broken = above[0].right + first_word(strip) + strip.size >= right
    first = strip.left <= min(other.left for other in rows[full]) + 3
    return not first or broken or strip.text[:1].islower()


def _side_by_side(upper: Sequence[Strip], lower: Sequence[Strip]) -> bool:
    """Whether two lines are too close to be below one another: lines of two columns."""
    left, right = sorted((upper, lower), key=lambda row: row[0].left)
    near = 0 < upper[0].y - lower[0].y < 0.8 * min(upper[0].size, lower[0].size)
    return near and max(s.right for s in left) + left[0].size < min(s.left for s in right)


def _is_next_line(last: Strip, strip: Strip) -> bool:
    """Whether a line is directly below one of running text, in the same type."""
    same = abs(last.size - strip.size) <= 0.6 and (last.bold > 0.6) == (strip.bold > 0.6)
    # a note or an item hangs: its further lines are set in
    hangs = last.text.startswith((OPEN, "*")) or begins(last)
    room = 2 * strip.size if hangs else 0.0
    return same and last.y - strip.y <= LEADING * strip.size and strip.left <= last.left + room


def _banded(rows: Sequence[Sequence[Strip]]) -> Iterator[tuple[int, int]]:
    """First and last lines of tables whose rows bands of white separate, on either side of a
    corridor: their cells need not share baselines."""
    if len(rows) < 4:
        return
    for corridor in table_corridors(plain_rows(rows)):
        inside = [s for row in rows[corridor.first : corridor.last + 1] for s in row]
        bands = bands_of(inside, ())
        both = [
            band
            for band in bands
            if any(s.right <= corridor.right for s in band)
            and any(s.left >= corridor.left for s in band)
        ]
        tall = sum(len(rows_in_order(band)) > 1 for band in both)
        if len(both) < 2 or len(both) < 0.8 * len(bands) or tall < 0.5 * len(both):
            continue
        first, last = corridor.first, corridor.last
        usual = min(
            (a[0].y - b[0].y for a, b in pairwise(rows[first : last + 1])
             if a[0].y - b[0].y > 0.4 * a[0].size), default=0.0,
        )  # fmt: skip
        most = max(1.25 * usual, 1.3 * rows[first][0].size)

        def aside(row: Sequence[Strip], at: Corridor = corridor) -> bool:
            return all(s.right <= at.left + 1 or s.left >= at.right - 1 for s in row)

        while first and aside(rows[first - 1]) and rows[first - 1][0].y - rows[first][0].y <= most:
            lone = len(rows[first - 1]) == 1
            if lone and abs(rows[first - 1][0].size - rows[first][0].size) > SAME_SIZE:
                break
            text_above = lone and first > 1 and not aside(rows[first - 2])
            if text_above and _is_next_line(rows[first - 2][-1], rows[first - 1][0]):
                # the last line of a paragraph
                break
            first -= 1
        while (
            last + 1 < len(rows)
            and aside(rows[last + 1])
            and rows[last][0].y - rows[last + 1][0].y <= most
        ):
            last += 1
        yield first, last


def _above_centred(rows: Sequence[Sequence[Strip]], wide: Sequence[bool], number: int) -> bool:
    """Whether a lone line is in a right column of the table whose first full row comes next."""
    following = next((n for n in range(number + 1, min(len(rows), number + 7)) if wide[n]), None)
    if following is None or len(rows[number]) > 1:
        return False
    strip, cells = rows[number][0], rows[following]
    gap = strip.y - rows[number + 1][0].y
    aligned = any(
        min(abs(strip.left - other.left), abs(strip.right - other.right)) <= 3
        for other in cells[1:]
    )
    return aligned and gap <= 1.6 * strip.size and strip.left > cells[0].left + 3 * strip.size


def _lone_lines(rows: Sequence[Sequence[Strip]], last: int) -> int:
    """How many lines follow closely below the last full row of a table."""
    count = 0
    for before, row in pairwise(rows[last:]):
        if before[0].y - row[0].y > 2 * row[0].size:
            break
        count += 1
    return count


def _in_columns(
    strip: Strip, rows: Sequence[Sequence[Strip]], wide: Sequence[bool], number: int
) -> bool:
    """Whether a lone strip is one more line of a cell of the rows around it."""
    above = [n for n in range(max(0, number - 6), number) if wide[n]]
    below = [n for n in range(number + 1, min(len(rows), number + 7)) if wide[n]]
    columns = [other for n in above[-3:] for other in rows[n]]
    gap = rows[number - 1][0].y - strip.y
    edge = min(other.left for other in columns)
    aligned = any(abs(other.left - strip.left) <= 3 for other in columns)
    aligned = aligned and strip.left > edge + 3 * strip.size
    if not aligned and not below and _lone_lines(rows, above[-1]) > MOST_LAST_LINES:
        # text in the left half of the page, below the last row
        return False
    if abs(columns[-1].size - strip.size) > 0.6 or gap > 2.6 * strip.size:
        return False
    if aligned:
        return True
    # not the first cells: one of several lines may be set in
    right_columns = [
        other.left
        for n in above[-3:]
        for other in rows[n][1:]
        if other.left > edge + 3 * strip.size
    ]
    narrow = bool(right_columns) and strip.right < min(right_columns)
    return narrow and (bool(below) or gap <= LEADING * strip.size)
