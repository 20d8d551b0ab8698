"""Paragraphs of a PDF without tags, from the positions of its lines.

Running text is cut into paragraphs by leading, indent, type, labels and the room at a line's end;
tables are left to `pdf_tables`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from duizhao.corpus.reading.notes import CLOSE, OPEN
from duizhao.corpus.reading.pdf import furniture as pdf_furniture
from duizhao.corpus.reading.pdf.lines import LEADING, Paragraph, Strip
from duizhao.corpus.reading.pdf.page_lines import PageLines
from duizhao.corpus.reading.pdf.tables import begins, cells, regions

# A heading's line shorter than this share of the column was not broken for want of room
HEADING_SHARE = 0.62


def paragraphs_of_page(page: PageLines, strips: Sequence[Strip], body: float) -> list[Paragraph]:
    """The paragraphs and cells of a page from its strips without furniture."""
    text, notes = _split_notes(page, strips, body)
    column = _column(text, body)
    out: list[Paragraph] = []
    for is_table, group in regions(text):
        out.extend(cells(group) if is_table else _running(group, column))
    out.extend(_notes(notes))
    return out


def _split_notes(
    page: PageLines, strips: Sequence[Strip], body: float
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
            text = f"{OPEN}{match[1]}{CLOSE} {text[match.end() :]}"
        begins = text.startswith((OPEN, "*"))
        if begins or not out:
            out.append(Paragraph([replace(strip, text=text)], note=True))
        else:
            out[-1].strips.append(strip)
    return out


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
    if begins(strip):
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
