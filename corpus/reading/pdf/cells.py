"""Detect the paragraphs of a page that are cells of a table, by their positions.

Word tags only some tables as such. What all tables have is paragraphs side by side; a row of one
cell only (a heading inside the table, the second paragraph of a cell) is known by the columns and
rows around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from duizhao.corpus.reading.notes import OPEN
from duizhao.corpus.reading.pdf.lines import Paragraph, Strip

# how far before and after a paragraph its neighbours in a row may stand in reading order
NEAR = 40
# most lone rows between two rows of a table
LONE = 8
# rows of one table may be indented against each other, in points
INDENT = 24


@dataclass(frozen=True, slots=True)
class _Row:
    """Cells side by side on one page: their left and right edges, in order."""

    page: int
    top: float
    bottom: float
    edges: tuple[tuple[float, float], ...]


def body_size(paragraphs: Iterable[Paragraph]) -> float:
    """The font size that most of the text has, in points."""
    counts: dict[float, int] = {}
    for paragraph in paragraphs:
        for strip in paragraph.strips:
            size = round(strip.size * 2) / 2
            counts[size] = counts.get(size, 0) + strip.letters
    return max(counts, key=lambda size: counts[size]) if counts else 10.0


def find_cells(paragraphs: Sequence[Paragraph]) -> None:
    """Set `cell` for the paragraphs of tables that the file does not tag as such."""
    rows: dict[int, _Row] = {}
    for number, paragraph in enumerate(paragraphs):
        if not paragraph.strips or paragraph.note or _is_title(paragraph):
            continue
        first, last = paragraph.strips[0].page, paragraph.strips[-1].page
        near = [
            other
            for other in paragraphs[max(0, number - NEAR) : number + NEAR + 1]
            if other is not paragraph and other.strips and not other.note
            and other.flow == paragraph.flow
            and other.strips[0].page <= last and other.strips[-1].page >= first
            and _beside(paragraph, other)
        ]  # fmt: skip
        if near:
            paragraph.cell = True
            rows[number] = _row([paragraph, *near])
    body = body_size(paragraphs)
    _lone_rows(paragraphs, rows, body)


def _beside(first: Paragraph, second: Paragraph) -> bool:
    """Whether a line of one is beside a line of the other."""
    a, b = first.strips, second.strips
    if a[-1].page == b[0].page == a[0].page == b[-1].page and (
        a[0].y < b[-1].y - 20 or b[0].y < a[-1].y - 20
    ):
        return False
    return any(_side_by_side(a, b) for a in first.strips for b in second.strips)


def _side_by_side(first: Strip, second: Strip) -> bool:
    if first.page != second.page:
        return False
    if abs(first.y - second.y) > 0.5 * min(first.size, second.size):
        return False
    return first.right <= second.left + 1 or second.right <= first.left + 1


def _row(cells: Sequence[Paragraph]) -> _Row:
    page = cells[0].strips[0].page
    edges = sorted(
        (min(strip.left for strip in cell.strips), max(strip.right for strip in cell.strips))
        for cell in cells
    )
    strips = [strip for cell in cells for strip in cell.strips if strip.page == page]
    return _Row(
        page,
        max(strip.top for strip in strips),
        min(strip.bottom for strip in strips),
        tuple(edges),
    )


def _lone_rows(paragraphs: Sequence[Paragraph], rows: dict[int, _Row], body: float) -> None:
    """Find the cells with nothing beside them, from one table row to the next."""
    numbers = sorted(rows)
    for before, after in zip([None, *numbers], [*numbers, None], strict=True):
        low = 0 if before is None else before + 1
        high = len(paragraphs) if after is None else after
        if high - low > LONE and before is not None and after is not None:
            _one_side(paragraphs, list(range(low, low + LONE)), rows[before], body)
            _above(paragraphs, list(range(high - 1, high - 3, -1)), rows[after], body)
        elif after is None and before is not None:
            _one_side(paragraphs, list(range(low, min(high, low + LONE))), rows[before], body)
        elif before is None and after is not None:
            _above(paragraphs, list(range(high - 1, max(-1, high - 3), -1)), rows[after], body)
        elif before is not None and after is not None:
            lone = range(low, high)
            if _same_table(paragraphs, lone, rows[before], rows[after], body):
                for number in lone:
                    if not paragraphs[number].note and not _is_note(paragraphs[number]):
                        paragraphs[number].cell = True
            else:
                _one_side(paragraphs, list(lone), rows[before], body)
                _above(paragraphs, list(reversed(lone))[:2], rows[after], body)


def _same_table(
    paragraphs: Sequence[Paragraph], lone: range, before: _Row, after: _Row, body: float
) -> bool:
    """Whether the text between two rows belongs to their table."""
    if any(_is_title(paragraphs[number]) or _is_note(paragraphs[number]) for number in lone):
        return False
    if after.page - before.page > 1:
        return False
    first, last = paragraphs[lone.start - 1], paragraphs[lone.stop]
    if first.table is not None and first.table == last.table:
        return True
    between = [paragraphs[number] for number in lone if paragraphs[number].strips]
    left = min(before.edges[0][0], after.edges[0][0])
    if abs(before.edges[0][0] - after.edges[0][0]) > INDENT:
        return False
    if all(each.size < body - 0.6 for each in [first, *between, last]):
        return True
    return all(
        each.strips[0].left >= left - INDENT and _near(each, before, after, first, last)
        for each in between
    )


def _near(
    paragraph: Paragraph, before: _Row, after: _Row, first: Paragraph, last: Paragraph
) -> bool:
    """A row like its neighbours: their size, no wider than two lines of white around it."""
    if abs(paragraph.size - first.size) > 0.6 and abs(paragraph.size - last.size) > 0.6:
        return False
    top, bottom = paragraph.strips[0], paragraph.strips[-1]
    # what is as wide as the page is text between two tables
    right = max(strip.right for strip in paragraph.strips)
    if len(paragraph.strips) > 2 and right > after.edges[-1][1] - 20:
        return False
    room = 2.1 * paragraph.size
    above = before.page != top.page or before.bottom - top.top <= room
    below = after.page != bottom.page or bottom.bottom - after.top <= room
    return above and below


def _one_side(
    paragraphs: Sequence[Paragraph], numbers: Sequence[int], row: _Row, body: float
) -> None:
    """The rest of a table after its last row: more of a cell, or a row over all columns."""
    previous = paragraphs[numbers[0] - 1] if numbers else None
    for number in numbers:
        paragraph = paragraphs[number]
        if previous is None or not paragraph.strips or _is_title(paragraph) or paragraph.note:
            return
        if _is_note(paragraph) or paragraph.strips[0].page - previous.strips[-1].page > 1:
            return
        left = paragraph.strips[0].left
        in_column = any(abs(left - edge[0]) <= 3 for edge in row.edges[1:]) and left > (
            row.edges[0][0] + 4 * paragraph.size
        )
        small = paragraph.size < body - 0.6 and abs(paragraph.size - previous.size) < 0.3
        if not in_column and not (small and left >= row.edges[0][0] - INDENT and previous.cell):
            return
        paragraph.cell = True
        previous = paragraph


def _above(paragraphs: Sequence[Paragraph], numbers: Sequence[int], row: _Row, body: float) -> None:
    """The head above the first row of a table, over some of its columns."""
    for number in numbers:
        paragraph = paragraphs[number]
        if paragraph.cell or not paragraph.strips or _is_title(paragraph) or paragraph.note:
            return
        strip = paragraph.strips[-1]
        if strip.page != row.page or strip.bottom - row.top > 3 * paragraph.size + 6:
            return
        first_right = row.edges[0][1]
        over = any(
            strip.left <= right + 6 and strip.right >= left - 6 for left, right in row.edges[1:]
        )
        if not over or strip.left < min(first_right, row.edges[1][0]) - 6:
            return
        paragraph.cell = True


def _is_title(paragraph: Paragraph) -> bool:
    """A heading or caption by its tag: not a cell in any position."""
    return paragraph.heading or (paragraph.tag is not None and paragraph.tag.kind == "Caption")


def _is_note(paragraph: Paragraph) -> bool:
    text = paragraph.strips[0].text if paragraph.strips else ""
    return text.startswith((OPEN, "*", "Note:", "Source:", "Notes:", "注：", "资料来源", "来源："))
