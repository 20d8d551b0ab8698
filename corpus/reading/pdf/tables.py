"""Tables of a PDF without tags: which lines are rows, and which strips are one cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from duizhao.corpus.reading.pdf.lines import LEADING, Paragraph, Strip
from duizhao.corpus.reading.pdf.strips import NUMBER
from duizhao.corpus.reading.shape import split_label


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
            flags[number] = _in_columns(row[0], rows, wide, number)
    start = 0
    for number in range(1, len(rows) + 1):
        if number == len(rows) or flags[number] != flags[start]:
            yield flags[start], [strip for row in rows[start:number] for strip in row]
            start = number


def _in_columns(
    strip: Strip, rows: Sequence[Sequence[Strip]], wide: Sequence[bool], number: int
) -> bool:
    """Whether a lone strip is one more line of a cell of the rows around it."""
    above = [n for n in range(max(0, number - 6), number) if wide[n]]
    below = [n for n in range(number + 1, min(len(rows), number + 7)) if wide[n]]
    columns = [other for n in above[-3:] for other in rows[n]]
    gap = rows[number - 1][0].y - strip.y
    if abs(columns[-1].size - strip.size) > 0.6 or gap > 2.6 * strip.size:
        return False
    edge = min(other.left for other in columns)
    aligned = any(abs(other.left - strip.left) <= 3 for other in columns)
    if aligned and strip.left > edge + 3 * strip.size:
        return True
    right_columns = [other.left for other in columns if other.left > edge + 3 * strip.size]
    narrow = bool(right_columns) and strip.right < min(right_columns)
    return narrow and (bool(below) or gap <= LEADING * strip.size)


def cells(strips: Sequence[Strip]) -> list[Paragraph]:
    """Cells of a table: the strips of each column that stand close under one another."""
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
    if NUMBER.fullmatch(strip.text) or begins(strip):
        return None
    for cell in reversed(cells):
        last = cell.strips[-1]
        if NUMBER.fullmatch(last.text) or abs(last.size - strip.size) > 0.6:
            continue
        close = 0 < last.y - strip.y <= LEADING * strip.size
        overlap = min(last.right, strip.right) - max(last.left, strip.left)
        if close and overlap > 0:
            return cell
    return None


def begins(strip: Strip) -> bool:
    label, rest = split_label(strip.text)
    return bool(label and rest)
