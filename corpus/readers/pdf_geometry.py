"""Paragraphs and cells of a PDF without tags, from the positions of its lines.

Pieces to lines, lines to strips (at wide gaps), strips to paragraphs: in running text by leading,
indent and type, in tables column by column.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.document import Language
from corpus.readers import pdf_furniture
from corpus.readers.notes import CLOSE, OPEN
from corpus.readers.pdf_lines import Paragraph, Strip, strip_of
from corpus.readers.pdf_text import Page, Piece
from corpus.readers.shape import split_label

# A gap of so many em ends a strip: the next cell, or the text behind a label
CELL_GAP = 1.3
# ... within one text object only at such a gap, as of a tab
INNER_GAP = 4.0
# ... or so many where there is no space character
BARE_GAP = 0.8
LABEL_GAP = 6.0
# So many lines of cells that begin at one place make it the edge of a column
COLUMN_LINES = 4
# A heading's line shorter than this share of the column was not broken for want of room
HEADING_SHARE = 0.62
# Lines of one paragraph stand at most so many times their size apart
LEADING = 1.45
_NUMBER = re.compile(r"[($€–—-]*[\d\s,.]*\d[\d\s,.%)]*|[–—-]+|\.\.\.|n/a", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PageStrips:
    """The strips of a page from top to bottom, and what was left out while making them."""

    number: int
    width: float
    height: float
    strips: tuple[Strip, ...]
    rules: tuple[tuple[float, float, float], ...]
    figure: str = ""


def strips_of_page(page: Page, language: Language) -> PageStrips:
    """Lines of a page, cut at wide gaps, labels put back to their text."""
    upright = [piece for piece in page.pieces if piece.angle == 0]
    figures = [piece for piece in page.pieces if piece.angle != 0]
    strips: list[Strip] = []
    cut = [_cut(line, page) for line in _lines(upright)]
    edges = _column_edges(cut)
    for line in cut:
        pieces = [part for whole in line for part in _cut_at(whole, edges)]
        parts = [s for part in pieces if (s := strip_of(part, page.number, language))]
        strips.extend(_with_labels(parts))
    strips = [
        replace(strip, text=f"• {strip.text}") if has_bullet(page, strip) else strip
        for strip in strips
    ]
    drawn = [strip for strip in strips if _in_figure(strip, page)]
    text = " ".join([*(piece.text for piece in figures), *(strip.text for strip in drawn)])
    kept = tuple(strip for strip in strips if strip not in drawn)
    return PageStrips(page.number, page.width, page.height, kept, page.rules, text)


def has_bullet(page: Page, strip: Strip) -> bool:
    """Whether a bullet is drawn, not written, before a line."""
    return any(
        strip.left - 3 * strip.size <= x < strip.left
        and strip.y - 0.1 * strip.size <= y <= strip.top
        for x, y in page.dots
    )


def _in_figure(strip: Strip, page: Page) -> bool:
    """Whether a strip stands in a chart or beside its axis."""
    if strip.right - strip.left > 0.5 * page.width:
        return False
    return any(
        left - 3 * strip.size <= strip.left
        and strip.right <= right + 2 * strip.size
        and bottom - 0.5 * strip.size <= strip.y <= top
        for left, bottom, right, top in page.figures
    )


def _lines(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces on one baseline, from left to right; raised marks with the line they belong to."""
    lines: list[list[Piece]] = []
    bases: list[tuple[float, float]] = []
    order = sorted(pieces, key=lambda piece: (-piece.size, -piece.y, piece.left))
    for piece in order:
        best = None
        for number in range(len(lines)):
            base, size = bases[number]
            rise = piece.y - base
            small = piece.size < 0.85 * size
            if small and not _touches(piece, lines[number]):
                # a raised mark belongs to the word before it, not to a line of the next column
                continue
            same = abs(rise) <= 0.3 * size
            raised = small and 0 < rise <= 0.65 * size
            if (same or raised) and (best is None or abs(rise) < abs(piece.y - bases[best][0])):
                best = number
        if best is None:
            lines.append([piece])
            bases.append((piece.y, piece.size))
        else:
            lines[best].append(piece)
    numbered = sorted(range(len(lines)), key=lambda number: -bases[number][0])
    return [sorted(lines[number], key=lambda piece: piece.left) for number in numbered]


def _touches(piece: Piece, line: Sequence[Piece]) -> bool:
    room = 0.8 * max(other.size for other in line)
    return any(
        abs(piece.left - other.right) < room or abs(other.left - piece.right) < room
        for other in line
    )


def _cut(line: Sequence[Piece], page: Page) -> list[list[Piece]]:
    """A line's pieces by strip: cut where the gap is wide or a cell's border stands in it."""
    parts: list[list[Piece]] = []
    sure = False
    for piece in line:
        if not parts:
            parts.append([piece])
            continue
        end = max(other.right for other in parts[-1])
        gap = (piece.left - end) / max(piece.size, parts[-1][-1].size)
        wall = any(
            end - 2 <= x <= piece.left + 2 and bottom <= piece.y <= top
            for x, bottom, top in page.walls
        )
        # a line stretched to the margin: no cell begins within a text object
        wide = gap > (INNER_GAP if piece.space == "inner" else CELL_GAP)
        if wide or wall:
            sure = True
            parts.append([piece])
        elif gap > BARE_GAP and piece.space not in ("real", "inner"):
            parts.append([piece])
        else:
            parts[-1].append(piece)
    if len(parts) == 2 and not sure and not any(_is_number(part) for part in parts):
        # one gap in a line of words: a stretched line, as around a link
        return [list(line)]
    return parts


def _column_edges(lines: Sequence[Sequence[Sequence[Piece]]]) -> set[int]:
    """Where columns begin: left edges (in points) that several lines of cells share."""
    count = Counter(round(part[0].left) for line in lines if len(line) > 1 for part in line[1:])
    return {left for left, times in count.items() if times >= COLUMN_LINES}


def _cut_at(part: Sequence[Piece], edges: set[int]) -> Iterator[list[Piece]]:
    """Cut where a column begins, however narrow the gap before it."""
    start = 0
    for number in range(1, len(part)):
        piece, before = part[number], part[number - 1]
        gap = piece.left - before.right
        # the raised mark of a note stays with its text
        narrow = gap <= 0.3 * piece.size or before.size < 0.85 * piece.size
        if round(piece.left) in edges and not narrow and piece.space not in ("real", "inner"):
            yield list(part[start:number])
            start = number
    yield list(part[start:])


def _is_number(part: Sequence[Piece]) -> bool:
    return bool(_NUMBER.fullmatch(" ".join(piece.text for piece in part)))


def _with_labels(parts: Sequence[Strip]) -> list[Strip]:
    """A number or letter and the text behind its tab are one strip."""
    out: list[Strip] = []
    for strip in parts:
        if out and len(out) == 1 and _is_label(out[0]):
            label = out[0]
            if strip.left - label.right <= LABEL_GAP * strip.size:
                out[0] = replace(
                    strip,
                    text=f"{label.text} {strip.text}",
                    left=label.left,
                    letters=label.letters + strip.letters,
                )
                continue
        out.append(strip)
    return out


def _is_label(strip: Strip) -> bool:
    text = strip.text
    if text.startswith(OPEN) or re.fullmatch(r"\*{1,4}", text):
        return True
    return split_label(f"{text} x") == (text, "x") and not re.fullmatch(r"\d+", text)


def paragraphs_of_page(page: PageStrips, strips: Sequence[Strip], body: float) -> list[Paragraph]:
    """The paragraphs and cells of a page from its strips without furniture."""
    text, notes = _split_notes(page, strips, body)
    column = _column(text, body)
    out: list[Paragraph] = []
    for is_table, group in _regions(text):
        out.extend(_cells(group) if is_table else _running(group, column))
    out.extend(_notes(notes))
    return out


def _split_notes(
    page: PageStrips, strips: Sequence[Strip], body: float
) -> tuple[list[Strip], list[Strip]]:
    """The strips above and below the line that stands over footnotes."""
    separators = [
        strip.y for strip in strips
        if pdf_furniture.is_separator(strip.text) and strip.right - strip.left < 0.4 * page.width
    ]  # fmt: skip
    left = min((strip.left for strip in strips), default=0.0)
    separators += [
        y for start, end, y in page.rules
        if end - start < 0.4 * page.width and abs(start - left) < 40 and y < 0.75 * page.height
    ]  # fmt: skip
    kept = [strip for strip in strips if not pdf_furniture.is_separator(strip.text)]
    for y in sorted(separators):
        below = [strip for strip in kept if strip.y < y]
        above = [strip for strip in kept if strip.y >= y]
        if not below or not above:
            continue
        small = below[0].size < body - 0.4
        number = re.match(r"(\d{1,3})\s", below[0].text)
        called = number is not None and any(
            f"{OPEN}{number[1]}{CLOSE}" in strip.text for strip in above
        )
        if called or (small and (number or below[0].text.startswith((OPEN, "*")))):
            if not small:
                return above, below
            # under a table the text goes on below the notes
            end = next((n for n, s in enumerate(below) if s.size >= body - 0.4), len(below))
            return above + below[end:], below[:end]
    return kept, []


def _notes(strips: Sequence[Strip]) -> list[Paragraph]:
    out: list[Paragraph] = []
    for strip in strips:
        text = strip.text
        if match := re.match(r"(\d{1,3})\s+(?=\S)", text):
            text = f"{OPEN}{match[1]}\ue001 {text[match.end() :]}"
        begins = text.startswith((OPEN, "*"))
        if begins or not out:
            out.append(Paragraph([replace(strip, text=text)], note=True))
        else:
            out[-1].strips.append(strip)
    return out


def _rows(strips: Sequence[Strip]) -> list[list[Strip]]:
    rows: list[list[Strip]] = []
    for strip in strips:
        if rows and abs(rows[-1][0].y - strip.y) <= 0.35 * strip.size:
            rows[-1].append(strip)
        else:
            rows.append([strip])
    return rows


def _regions(strips: Sequence[Strip]) -> Iterator[tuple[bool, list[Strip]]]:
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


def _cells(strips: Sequence[Strip]) -> list[Paragraph]:
    """Cells of a table: the strips of each column that stand close under one another."""
    open_cells: list[Paragraph] = []
    out: list[Paragraph] = []
    figures_above = False
    for row in _rows(strips):
        has_figures = len(row) > 1 and any(_NUMBER.fullmatch(strip.text) for strip in row[1:])
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
    if _NUMBER.fullmatch(strip.text) or _begins(strip):
        return None
    for cell in reversed(cells):
        last = cell.strips[-1]
        if _NUMBER.fullmatch(last.text) or abs(last.size - strip.size) > 0.6:
            continue
        close = 0 < last.y - strip.y <= LEADING * strip.size
        overlap = min(last.right, strip.right) - max(last.left, strip.left)
        if close and overlap > 0:
            return cell
    return None


def _begins(strip: Strip) -> bool:
    label, rest = split_label(strip.text)
    return bool(label and rest)


def _column(strips: Sequence[Strip], body: float) -> tuple[float, float] | None:
    """Left and right edge of the page's running text, None where it has too little."""
    lines = [
        (round(strip.left), round(strip.right))
        for strip in strips
        if abs(strip.size - body) < 0.6 and strip.right - strip.left > 20 * strip.size
    ]
    if len(lines) < 4:
        return None
    lefts, rights = Counter(line[0] for line in lines), Counter(line[1] for line in lines)
    return float(lefts.most_common(1)[0][0]), float(rights.most_common(1)[0][0])


def _running(strips: Sequence[Strip], column: tuple[float, float] | None) -> list[Paragraph]:
    """Paragraphs of running text: where leading, type, indent or a label say that one begins."""
    out: list[Paragraph] = []
    for number, strip in enumerate(strips):
        if out and not _starts(out[-1], strip, _right_edge(strips, number), column):
            out[-1].strips.append(strip)
        else:
            out.append(Paragraph([strip]))
    return out


def _right_edge(strips: Sequence[Strip], number: int) -> float:
    """Where the lines around this one end at most, of those set like it."""
    here = strips[number]
    near = [
        strip.right
        for strip in strips[max(0, number - 6) : number + 6]
        if abs(strip.size - here.size) <= 0.6 and (strip.bold > 0.6) == (here.bold > 0.6)
    ]
    return max(near)


def _starts(
    paragraph: Paragraph, strip: Strip, right: float, column: tuple[float, float] | None
) -> bool:
    last = paragraph.strips[-1]
    if abs(last.size - strip.size) > 0.6 or (last.bold > 0.6) != (strip.bold > 0.6):
        return not _inside_bold(last, strip, right)
    gap = last.y - strip.y
    leading = LEADING * strip.size
    if len(paragraph.strips) > 1:
        leading = max(1.15 * (paragraph.strips[-2].y - last.y), 1.15 * strip.size)
    elif strip.size >= 10:
        leading = 1.75 * strip.size
    if gap > leading or gap <= 0 or strip.text.startswith((OPEN, "*")):
        return True
    if last.text.endswith("-") and strip.text[:1].islower():
        return False
    if _ended_early(last, strip, right, column):
        return True
    indent = strip.left - last.left
    if _begins(strip):
        ended = last.right < right - strip.size
        ended = ended and last.text.endswith((".", ";", "；", "。", ":", "："))
        hanging = len(paragraph.strips) > 1 or indent > 0
        return ended or (hanging and abs(indent) > 0.8 * strip.size)
    if len(paragraph.strips) > 1 and indent > 0.8 * strip.size:
        return True
    short = last.right < right - 3 * strip.size
    return short and last.text.endswith(tuple("。.！!？?；;：:"))


def _ended_early(
    last: Strip, strip: Strip, right: float, column: tuple[float, float] | None
) -> bool:
    """Whether there was room for more on the line before: it was ended on purpose."""
    if strip.bold <= 0.6 or column is None or last.left < column[0] - 2 * strip.size:
        spare = 8 if strip.bold > 0.6 else 4
        return last.right + _first_word(strip) + spare * strip.size < right
    # headings keep away from the right edge, by a fourth of the column and more
    return last.right < column[0] + HEADING_SHARE * (column[1] - column[0])


def _first_word(strip: Strip) -> float:
    """The width of a line's first word, judged by its share of the line's letters."""
    word = re.match(r"[!-~]+|.", strip.text)
    share = len(word[0]) / max(1, len(strip.text)) if word else 0.0
    return share * (strip.right - strip.left)


def _inside_bold(last: Strip, strip: Strip, right: float) -> bool:
    """Whether type only changes within a paragraph: in a line, or after a full one."""
    mixed = 0.02 < last.bold < 0.98 or 0.02 < strip.bold < 0.98
    full = (
        last.right > right - strip.size
        and last.right - last.left > 20 * last.size
        and not last.text.endswith(tuple("。.！!？?"))
    )
    close = 0 < last.y - strip.y <= LEADING * strip.size
    return (mixed or full) and close and abs(last.size - strip.size) <= 0.6
