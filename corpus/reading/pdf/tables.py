"""Tables of a PDF without tags: which lines are rows, and which strips are one cell.

Drawn lines settle it if there are any (`grid`). Without them a row is what white bands across the
table separate, and lines without such bands are rows of one line each.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from duizhao.corpus.reading.notes import OPEN
from duizhao.corpus.reading.pdf.columns import plain_rows, usual_gap
from duizhao.corpus.reading.pdf.corridors import Corridor, table_corridors
from duizhao.corpus.reading.pdf.grid import Enclosure, Rule
from duizhao.corpus.reading.pdf.lines import LEADING, Paragraph, Strip, first_word
from duizhao.corpus.reading.pdf.strips import NUMBER
from duizhao.corpus.reading.shape import split_label

# A cell of the last row seldom has more lines below its neighbours
MOST_LAST_LINES = 5
# No line of a cell ends on purpose with such a word: "over" / "$3 million", kept together
OPEN_END = re.compile(
    r"\b(?:an?|and|at|by|for|from|in|of|on|or|over|than|the|to|under|with)$", re.IGNORECASE
)
# ... nor with a dash: "2024–" / "2034"
DASHED = re.compile(r"\w[-–—‑]$")
STOPS = tuple("。.；;：:！!？?")
# Rows of one line each have words in this share of their cells; room before the next column, in em
ROWS_FILLED, PADDING = 0.75, 3.0


def _rows(strips: Sequence[Strip]) -> list[list[Strip]]:
    rows: list[list[Strip]] = []
    for strip in strips:
        if rows and abs(rows[-1][0].y - strip.y) <= 0.35 * strip.size:
            rows[-1].append(strip)
        else:
            rows.append([strip])
    return rows


def regions(strips: Sequence[Strip]) -> Iterator[tuple[bool, list[Strip]]]:
    """Runs of lines that are a table (several strips a line) or running text."""
    rows = _rows(strips)
    wide = [len(row) > 1 for row in rows]
    flags = list(wide)
    for number, row in enumerate(rows):
        if not wide[number] and any(wide[max(0, number - 6) : number]):
            running = not flags[number - 1] and _is_next_line(rows[number - 1][0], row[0])
            flags[number] = not running and _in_columns(row[0], rows, wide, number)
    # a cell of several lines is centred beside a cell of one: lines above the first full row
    for number in range(len(rows) - 2, -1, -1):
        if not flags[number] and flags[number + 1]:
            flags[number] = _above_centred(rows, wide, number)
    for first, last in _banded(rows):
        flags[first : last + 1] = [True] * (last + 1 - first)
    start = 0
    for number in range(1, len(rows) + 1):
        if number == len(rows) or flags[number] != flags[start]:
            yield flags[start], [strip for row in rows[start:number] for strip in row]
            start = number


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
        bands = _bands(inside, ())
        both = [
            band
            for band in bands
            if any(s.right <= corridor.right for s in band)
            and any(s.left >= corridor.left for s in band)
        ]
        tall = sum(len(_rows(band)) > 1 for band in both)
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
    aligned = any(abs(strip.left - other.left) <= 3 for other in cells[1:])
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
    if not below and _lone_lines(rows, above[-1]) > MOST_LAST_LINES:
        # text in the left half of the page, below the last row
        return False
    if abs(columns[-1].size - strip.size) > 0.6 or gap > 2.6 * strip.size:
        return False
    edge = min(other.left for other in columns)
    aligned = any(abs(other.left - strip.left) <= 3 for other in columns)
    if aligned and strip.left > edge + 3 * strip.size:
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


def ruled_cells(cells_of: dict[Enclosure, list[Strip]]) -> list[Paragraph]:
    """The paragraphs of a ruled table, row by row."""
    out: list[Paragraph] = []
    edges: dict[tuple[float | None, float | None], float] = {}
    for enclosure, strips in cells_of.items():
        # where the lines of a column end at most, in all of its cells
        sides = (enclosure.left, enclosure.right)
        edges[sides] = max(edges.get(sides, 0.0), *(strip.right for strip in strips))
    leadings = _leadings(cells_of.values())
    for enclosure in sorted(cells_of, key=lambda e: (-e.top, e.left or 0.0)):
        right = edges[enclosure.left, enclosure.right]
        out += _cell_paragraphs(cells_of[enclosure], right, leadings)
    for paragraph in out:
        paragraph.cell = True
    return out


def _leadings(columns: Iterable[Sequence[Strip]]) -> dict[int, float]:
    """The leading within the cells of a table, by type size: the least gap that occurs twice."""
    gaps: dict[int, Counter[float]] = defaultdict(Counter)
    for strips in columns:
        lines = sorted(strips, key=lambda strip: -strip.y)
        for last, strip in pairwise(lines):
            if last.y - strip.y >= 0.8 * strip.size and abs(last.size - strip.size) <= 0.6:
                gaps[round(strip.size)][round(2 * (last.y - strip.y)) / 2] += 1
    return {
        size: min([gap for gap, count in found.items() if count > 1] or found)
        for size, found in gaps.items()
    }


def _cell_paragraphs(
    strips: Sequence[Strip], right: float, leadings: Mapping[int, float]
) -> list[Paragraph]:
    """The paragraphs of one cell: lines further apart, items, and lines ended on purpose."""
    lines = sorted(strips, key=lambda strip: (-round(strip.y), strip.left))
    out = [Paragraph([lines[0]])]
    for last, strip in pairwise(lines):
        ended = last.right + first_word(strip) + strip.size < right
        dashed = bool(DASHED.search(last.text))
        usual = leadings.get(round(strip.size), last.y - strip.y)
        new = last.y - strip.y > 1.3 * usual or _figures(last, strip) or begins(strip)
        goes_on = dashed or strip.text[:1].islower() or OPEN_END.search(last.text)
        new = new or (ended and not goes_on)
        if new and last.y - strip.y > 0.3 * strip.size:
            out.append(Paragraph([strip]))
        else:
            out[-1].strips.append(strip)
    return out


def _figures(last: Strip, strip: Strip) -> bool:
    """Whether one of two lines is a number by itself, not the end of a range."""
    numbers = NUMBER.fullmatch(last.text) or NUMBER.fullmatch(strip.text)
    return bool(numbers) and not DASHED.search(last.text)


def cells(strips: Sequence[Strip], rules: Sequence[Rule] = ()) -> list[Paragraph]:
    """Cells of a table without borders around them."""
    bands = _bands(strips, rules)
    out: list[Paragraph] = []
    every = [_columns(band) for band in bands]
    leadings = _leadings(column for columns in every for column in columns)
    for band, columns in zip(bands, every, strict=True):
        if _are_rows(columns):
            out += [Paragraph([strip]) for row in _rows(band) for strip in row]
        elif len(bands) > 1 and _is_one_row(columns):
            for column in columns:
                right = max(strip.right for strip in column)
                out += _cell_paragraphs(column, right, leadings)
        else:
            out += _line_cells(band)
    return out


def _bands(strips: Sequence[Strip], rules: Sequence[Rule]) -> list[list[Strip]]:
    """The rows of a table: what drawn lines or bands of white across it separate."""
    rows = _rows(sorted(strips, key=lambda strip: (-strip.y, strip.left)))
    left, right = min(s.left for s in strips), max(s.right for s in strips)
    drawn = [y for a, b, y in rules if min(b, right) - max(a, left) > 0.5 * (right - left)]
    gaps = [a[0].y - b[0].y for a, b in pairwise(rows)]
    close = [gap for gap in gaps if gap >= 0.9 * rows[0][0].size]
    usual = min(usual_gap(close), 1.1 * min(close) + 1) if close else 0.0
    bands = [list(rows[0])]
    for upper, lower in pairwise(rows):
        ruled = any(lower[0].y + 0.3 * lower[0].size < y < upper[0].y for y in drawn)
        if ruled or upper[0].y - lower[0].y > 1.25 * usual:
            bands.append([])
        bands[-1] += lower
    return bands


def _columns(band: Sequence[Strip]) -> list[list[Strip]]:
    """The strips of a row by column; one over several columns is a column of its own."""
    out: list[list[Strip]] = []
    wide: list[Strip] = []
    for strip in sorted(band, key=lambda strip: strip.right - strip.left):
        over = [
            column
            for column in out
            if strip.left < max(other.right for other in column) - 1
            and strip.right > min(other.left for other in column) + 1
        ]
        if len(over) > 1:
            wide.append(strip)
        elif over:
            over[0].append(strip)
        else:
            out.append([strip])
    out += [[strip] for strip in wide]
    return sorted(out, key=lambda column: min(strip.left for strip in column))


def _is_one_row(columns: Sequence[Sequence[Strip]]) -> bool:
    """Whether the lines of a band are cells of several lines, not rows of one line each."""
    if max(len(column) for column in columns) == 1:
        return True
    pairs = on = 0
    for column in columns:
        lines = sorted(column, key=lambda strip: -strip.y)
        right = max(strip.right for strip in lines)
        for upper, lower in pairwise(lines):
            pairs += 1
            broken = upper.right + first_word(lower) + lower.size >= right
            on += (
                not _figures(upper, lower)
                and (broken or lower.text[:1].islower())
                and not begins(lower)
            )
    return on >= 0.5 * pairs


def _are_rows(columns: Sequence[Sequence[Strip]]) -> bool:
    """Whether each line has words in nearly every column, and the next line's would fit as well.

    The body of a table with rules only above and below its head and at its foot is like that.
    """
    lines = Counter(round(strip.y) for column in columns for strip in column)
    if len(columns) < 3 or len(lines) < 3 or min(lines.values()) < 2:
        return False
    if lines.total() < ROWS_FILLED * len(lines) * len(columns):
        return False
    rooms = []
    for column, following in pairwise(columns):
        edge = min(strip.left for strip in following) - PADDING * column[0].size
        ordered = sorted(column, key=lambda strip: -strip.y)
        rooms += [last.right + first_word(strip) < edge for last, strip in pairwise(ordered)]
    return sum(rooms) >= ROWS_FILLED * len(rooms)


def _line_cells(strips: Sequence[Strip]) -> list[Paragraph]:
    """Cells of rows that nothing separates: strips of a column close under one another."""
    open_cells: list[Paragraph] = []
    out: list[Paragraph] = []
    figures_above = False
    for row in _rows(strips):
        has_figures = len(row) > 1 and any(NUMBER.fullmatch(strip.text) for strip in row[1:])
        if has_figures and figures_above:
            # a line of figures under a line of figures is the next row, however close
            open_cells = []
        figures_above = has_figures
        for strip in row:
            cell = _cell_above(open_cells, strip)
            if cell is None:
                cell = Paragraph([strip])
                out.append(cell)
                open_cells.append(cell)
            else:
                cell.strips.append(strip)
    return sorted(out, key=lambda cell: (-round(cell.strips[0].y / 3), cell.strips[0].left))


def _cell_above(cells: Sequence[Paragraph], strip: Strip) -> Paragraph | None:
    if begins(strip):
        return None
    for cell in reversed(cells):
        last = cell.strips[-1]
        if _figures(last, strip) or abs(last.size - strip.size) > 0.6:
            continue
        close = 0 < last.y - strip.y <= LEADING * strip.size
        overlap = min(last.right, strip.right) - max(last.left, strip.left)
        if close and overlap > 0:
            return cell
    return None


def begins(strip: Strip) -> bool:
    """Whether a line begins with the label of an item or paragraph."""
    label, rest = split_label(strip.text)
    return bool(label and rest)
