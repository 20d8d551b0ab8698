"""Tables of a PDF without tags: which lines are rows, and which strips are one cell.

Drawn lines settle it if there are any (`grid`). Without them a row is what white bands across the
table separate, and lines without such bands are rows of one line each.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from duizhao.corpus.reading.pdf.grid import Enclosure, Rule
from duizhao.corpus.reading.pdf.lines import (
    LEADING,
    OPEN_END,
    Paragraph,
    Strip,
    first_word,
    rows_of,
)
from duizhao.corpus.reading.pdf.strips import NUMBER
from duizhao.corpus.reading.pdf.tables.rows import (
    DASHED,
    are_rows,
    bands_of,
    begins,
    columns_of,
    has_figure,
    head_bands,
    is_one_row,
)
from duizhao.corpus.reading.pdf.tables.stacks import has_stacks, stacked_rows

# The lines of the cells of a head are spread over the lines of the longest one
HEAD_GAP, CELL_GAP = 2.5, 1.3


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
    strips: Sequence[Strip],
    right: float,
    leadings: Mapping[int, float],
    rules: Sequence[Rule] = (),
    *,
    head: bool = False,
) -> list[Paragraph]:
    """The paragraphs of one cell: lines further apart, items, and lines ended on purpose.

    In the head of a table lines are ended anywhere. `rules` are drawn between some of its cells.
    """
    lines = [strip for row in rows_of(strips) for strip in row]
    out = [Paragraph([lines[0]])]
    far = HEAD_GAP if head else CELL_GAP
    for last, strip in pairwise(lines):
        ended = last.right + first_word(strip) + strip.size < right
        dashed = bool(DASHED.search(last.text))
        usual = leadings.get(round(strip.size), last.y - strip.y)
        new = last.y - strip.y > far * usual or _ruled_off(last, strip, rules)
        goes_on = dashed or strip.text[:1].islower() or OPEN_END.search(last.text)
        if not head:
            new = new or has_figure(last, strip) or begins(strip) or (ended and not goes_on)
        if new and last.y - strip.y > 0.3 * strip.size:
            out.append(Paragraph([strip]))
        else:
            out[-1].strips.append(strip)
    return out


def _ruled_off(last: Strip, strip: Strip, rules: Sequence[Rule]) -> bool:
    """Whether a line that is longer than the words above it is drawn between two lines."""
    middle = (strip.left + strip.right) / 2
    return any(
        strip.y + 0.3 * strip.size < y < last.y
        and left <= middle <= right
        and right - left > last.right - last.left + 2 * last.size
        for left, right, y in rules
    )


def cells(strips: Sequence[Strip], rules: Sequence[Rule] = ()) -> list[Paragraph]:
    """Cells of a table without borders around them."""
    stacked = has_stacks(strips)
    parts = stacked_rows(strips) if stacked else bands_of(strips, rules)
    columns_by_band = [columns_of(band) for band in parts]
    leadings = _leadings(column for columns in columns_by_band for column in columns)
    count = head_bands(parts, rules)
    out: list[Paragraph] = []
    for number, (band, columns) in enumerate(zip(parts, columns_by_band, strict=True)):
        head = number < count
        if not stacked and not head and are_rows(columns):
            out += [Paragraph([strip]) for row in rows_of(band) for strip in row]
            continue
        if not (stacked or head or (len(parts) > 1 and is_one_row(columns))):
            out += _line_cells(band)
            continue
        for column in columns:
            right = max(strip.right for strip in column)
            found = _cell_paragraphs(column, right, leadings, rules, head=head)
            for paragraph in found:
                paragraph.cell = stacked
            out += found
    return out


def _line_cells(strips: Sequence[Strip]) -> list[Paragraph]:
    """Cells of rows that nothing separates: strips of a column close under one another."""
    open_cells: list[Paragraph] = []
    out: list[Paragraph] = []
    figures_above = False
    for row in rows_of(strips):
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
    return out


def _cell_above(cells: Sequence[Paragraph], strip: Strip) -> Paragraph | None:
    if begins(strip):
        return None
    for cell in reversed(cells):
        last = cell.strips[-1]
        if has_figure(last, strip) or abs(last.size - strip.size) > 0.6:
            continue
        close = 0 < last.y - strip.y <= LEADING * strip.size
        overlap = min(last.right, strip.right) - max(last.left, strip.left)
        if close and overlap > 0:
            return cell
    return None
