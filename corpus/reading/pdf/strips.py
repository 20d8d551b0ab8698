"""Lines of a PDF page without tags: pieces to lines, lines to strips.

A strip is what stands together on a line: words of a paragraph, or of one cell of a table.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import pairwise
from statistics import median

from duizhao.corpus.document import Language
from duizhao.corpus.reading.bullets import BULLETS
from duizhao.corpus.reading.notes import CLOSE, OPEN
from duizhao.corpus.reading.pdf.axes import chart_labels, drawn_texts
from duizhao.corpus.reading.pdf.corridors import Corridor, Row, continued, corridors
from duizhao.corpus.reading.pdf.grid import joined
from duizhao.corpus.reading.pdf.line_numbers import LineNumbers, line_numbers
from duizhao.corpus.reading.pdf.lines import PageLines, Strip, strip_of
from duizhao.corpus.reading.pdf.page.heading_numbers import labelled, with_numbers
from duizhao.corpus.reading.pdf.page.stacks import with_stacks
from duizhao.corpus.reading.pdf.page.text import Page, Piece
from duizhao.corpus.reading.pdf.stretched import stretched
from duizhao.corpus.reading.shape import split_label

# A gap of so many em ends a strip: the next cell, or the text behind a label
CELL_GAP = 1.3
# ... within one text object only at such a gap, as of a tab
WIDEST = {"inner": 4.0, "stretched": float("inf")}
# ... or so many where there is no space character
BARE_GAP = 0.8
# What `Piece.space` says of spaces that separate words, not cells
WORD_SPACES = ("real", "inner", "stretched")
LABEL_GAP = 6.0
# A line with fewer letters, where few lines begin, is two heads of columns, no stretched line
FEW_LETTERS = 25
# Widest gap behind a label that does not begin the line, in em
NEAR_LABEL = 2.5
# So many lines of cells that begin at one place make it the edge of a column
COLUMN_LINES = 4
# ... and so many with two neighbouring cells behind the first make two columns
PAIR_LINES = 2
# In a line with so many spaces, in em, they differ at most by this factor, and a column's gap more
NO_SPACE, FEW_SPACES, SPACES_VARY = 0.15, 4, 1.25
# The mark of a footnote, and the widest space between it and the text of the note
NOTE_MARK, NOTE_GAP = re.compile(r"\d{1,3}|\*{1,3}"), 8.0
WORDS, DECIMAL = re.compile(r"[^\W\d_]{2}"), re.compile(r"\d+(?:\.\d+)+")
NUMBER = re.compile(r"[($€–—-]*[\d\s,.]*\d[\d\s,.%)]*|[–—-]+|\.\.\.|n/a", re.IGNORECASE)


def strips_of_page(page: Page, language: Language, before: PageLines | None = None) -> PageLines:
    """Lines of a page, cut at wide gaps, labels put back to their text.

    Columns and line numbers of the page `before` may go on where this page alone shows none.
    """
    upright = [piece for piece in page.pieces if piece.angle == 0]
    if language == "en":
        upright = with_stacks(upright, page.width)
    figures = [piece for piece in page.pieces if piece.angle != 0]
    strips: list[Strip] = []
    lines = _lines(upright)
    counted = line_numbers(lines, before.line_numbers if before else None)
    gone = {id(piece) for piece in counted}
    lines = [rest for line in lines if (rest := [each for each in line if id(each) not in gone])]
    found = _corridors(lines, before.columns if before else ())
    starts = _starts(page.pieces)
    spread = list(stretched(list(_by_column(lines, found))))
    lefts = Counter(round(part[0].left) for line in spread for part in line)
    cut = [[piece for part in line for piece in _cut(part, page, starts, lefts)] for line in spread]
    edges = _column_edges(cut)
    neighbours = _neighbours(cut)
    for line in cut:
        pieces = [part for whole in line for part in _cut_at(whole, edges, starts)]
        parts = [s for part in pieces if (s := strip_of(part, page.number, language))]
        strips.extend(_with_labels(parts, neighbours))
    strips = with_numbers(strips, found, page)
    strips = [
        replace(strip, text=f"• {strip.text}") if has_bullet(page, strip) else strip
        for strip in strips
    ]
    rules = joined(page.rules)
    labels = {id(strip) for strip in chart_labels(strips, rules, page.walls)}
    labels |= {id(strip) for strip in drawn_texts(strips, page)}
    drawn = [strip for strip in strips if id(strip) in labels]
    text = " ".join([*(piece.text for piece in figures), *(strip.text for strip in drawn)])
    kept = tuple(strip for strip in strips if id(strip) not in labels)
    columns = tuple(sorted({_left_edge(lines, corridor) for corridor in found}))
    return PageLines(
        page.number,
        page.width,
        page.height,
        kept,
        rules,
        page.walls,
        text,
        columns,
        LineNumbers.of(counted),
    )


def has_bullet(page: Page, strip: Strip) -> bool:
    """Whether a bullet is drawn, not written, before a line."""
    return any(
        strip.left - 3 * strip.size <= x < strip.left
        and strip.y - 0.1 * strip.size <= y <= strip.top
        for x, y in page.dots
    )


def _lines(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces on one baseline, from left to right; raised marks with the line they belong to."""
    lines: list[list[Piece]] = []
    bases: list[tuple[float, float]] = []
    # bullets last, whose size may be any
    order = sorted(pieces, key=lambda p: (p.text in BULLETS, -p.size, -p.y, p.left))
    for piece in order:
        best = None
        nearest = (True, 0.0)
        for number in range(len(lines)):
            base, size = bases[number]
            rise = piece.y - base
            if piece.text in BULLETS:
                # lines of two columns may be one row although their heights differ
                rise = min((piece.y - other.y for other in lines[number]), key=abs)
            small = piece.size < 0.85 * size and piece.text not in BULLETS
            apart = small and not _touches(piece, lines[number])
            if apart and not _leads(piece, lines[number]):
                # a raised mark belongs to the word before it, not to a line of the next column
                continue
            same = abs(rise) <= 0.3 * size
            raised = small and 0 < rise <= 0.65 * size
            if (same or raised) and (best is None or (apart, abs(rise)) < nearest):
                best, nearest = number, (apart, abs(rise))
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


def _leads(piece: Piece, line: Sequence[Piece]) -> bool:
    """Whether a mark is that of a footnote that begins after a wide space on this line."""
    first = min(line, key=lambda other: other.left)
    room = first.left - piece.right
    return bool(NOTE_MARK.fullmatch(piece.text)) and 0 < room < NOTE_GAP * first.size


def _corridors(lines: Sequence[Sequence[Piece]], known: Sequence[float]) -> list[Corridor]:
    """The corridors between the columns of a page, and those of the page before that go on."""
    if not lines:
        return []
    rows = [
        Row(line[0].y, max(piece.size for piece in line), tuple((p.left, p.right) for p in line))
        for line in lines
    ]
    found = corridors(rows)
    return found + [
        each
        for each in continued(rows, known)
        if not any(other.left < each.right and each.left < other.right for other in found)
    ]


def _left_edge(lines: Sequence[Sequence[Piece]], corridor: Corridor) -> float:
    """Where most lines of the column on the right of a corridor begin."""
    begin = Counter[float]()
    for line in lines[corridor.first : corridor.last + 1]:
        lefts = [piece.left for piece in line if piece.left >= corridor.right - 1]
        if lefts:
            begin[round(min(lefts), 1)] += 1
    return max(begin, key=lambda left: (begin[left], -left), default=corridor.right)


def _by_column(
    lines: Sequence[Sequence[Piece]], found: Sequence[Corridor]
) -> Iterator[list[list[Piece]]]:
    """The lines, each cut where a corridor between columns of prose crosses it."""
    for number, line in enumerate(lines):
        cuts = sorted(c.middle for c in found if c.first <= number <= c.last)
        parts: list[list[Piece]] = [[] for _ in range(len(cuts) + 1)]
        for piece in line:
            parts[sum(piece.left >= cut for cut in cuts)].append(piece)
        yield [part for part in parts if part]


def _cut(
    line: Sequence[Piece], page: Page, starts: AbstractSet[int], lefts: Mapping[int, int]
) -> list[list[Piece]]:
    """A line's pieces by strip: cut where the gap is wide or a cell's border stands in it."""
    parts: list[list[Piece]] = []
    sure = False
    for piece in line:
        if not parts:
            parts.append([piece])
            continue
        if parts == [[line[0]]] and _is_mark_of(line[0], piece):
            parts[-1].append(piece)
            continue
        end = max(other.right for other in parts[-1])
        gap = (piece.left - end) / max(piece.size, parts[-1][-1].size)
        wall = any(
            end - 2 <= x <= piece.left + 2 and bottom <= piece.y <= top
            for x, bottom, top in page.walls
        )
        # a stack is a cell, however narrow the gap beside it
        wall = wall or (piece.foot, parts[-1][-1].foot) != (None, None)
        # a line stretched to the margin: no cell begins within a text object
        wide = gap > WIDEST.get(piece.space, CELL_GAP)
        if wide or wall:
            sure = True
            parts.append([piece])
        elif gap > BARE_GAP and (id(piece) in starts or piece.space not in WORD_SPACES):
            parts.append([piece])
        else:
            parts[-1].append(piece)
    if len(parts) != 2 or sure or any(map(_is_number, parts)):
        return parts
    words = sum(character.isalpha() for piece in line for character in piece.text)
    bullet = len(line[0].text) == 1
    if bullet or words >= FEW_LETTERS or lefts[round(line[0].left)] >= COLUMN_LINES:
        # one gap in a line of words: a stretched line, as around a link
        return [list(line)]
    return parts


def _is_mark_of(mark: Piece, piece: Piece) -> bool:
    """Whether a raised mark that begins a line is that of the note behind a wide space."""
    raised = mark.size < 0.85 * piece.size and mark.y > piece.y + 0.15 * piece.size
    near = piece.left - mark.right < NOTE_GAP * piece.size
    return raised and near and NOTE_MARK.fullmatch(mark.text) is not None


def _starts(pieces: Sequence[Piece]) -> set[int]:
    """The pieces before which the file has the line above: the space before them is at its end."""
    return {
        id(piece) for before, piece in pairwise(pieces)
        if before.y - piece.y > 0.8 * max(before.size, piece.size)
        and before.left < piece.right and piece.left < before.right
    }  # fmt: skip


def _column_edges(lines: Sequence[Sequence[Sequence[Piece]]]) -> set[int]:
    """Where columns begin: left edges (in points) that several lines of cells share."""
    count = Counter(round(part[0].left) for line in lines if len(line) > 1 for part in line[1:])
    return {left for left, times in count.items() if times >= COLUMN_LINES}


def _neighbours(lines: Sequence[Sequence[Sequence[Piece]]]) -> set[tuple[int, int]]:
    """The left edges of two columns that several lines have behind a first one."""
    pairs = (pairwise(round(part[0].left) for part in line[1:]) for line in lines)
    count = Counter(pair for each in pairs for pair in each)
    return {pair for pair, times in count.items() if times >= PAIR_LINES}


def _cut_at(
    part: Sequence[Piece], edges: set[int], starts: AbstractSet[int]
) -> Iterator[list[Piece]]:
    """Cut where a column begins, however narrow the gap before it, if it is wider than a space."""
    start = 0
    spaces = [
        gap for before, piece in pairwise(part)
        if (gap := (piece.left - before.right) / piece.size) > NO_SPACE
    ]  # fmt: skip
    usual = median(spaces) if len(spaces) >= FEW_SPACES else 0.0
    for number in range(1, len(part)):
        piece, before = part[number], part[number - 1]
        gap = piece.left - before.right
        # the raised mark of a note stays with its text
        narrow = gap <= max(0.3, SPACES_VARY * usual) * piece.size
        narrow = narrow or before.size < 0.85 * piece.size
        spaced = piece.space in WORD_SPACES and id(piece) not in starts
        if round(piece.left) in edges and not narrow and not spaced:
            yield list(part[start:number])
            start = number
    yield list(part[start:])


def _is_number(part: Sequence[Piece]) -> bool:
    return bool(NUMBER.fullmatch(" ".join(piece.text for piece in part)))


def _with_labels(parts: Sequence[Strip], neighbours: set[tuple[int, int]]) -> list[Strip]:
    """Join a number or letter and the text after its tab to one strip.

    `neighbours` are the left edges of columns side by side: a number and a text at two of them are
    two cells.
    """
    out: list[Strip] = []
    room = LABEL_GAP
    for strip in parts:
        if not out:
            out.append(strip)
            continue
        gap = (strip.left - out[-1].right) / strip.size
        # behind other cells a figure is a cell of its own
        words = WORDS.search(strip.text) and not _is_label(strip)
        first = len(out) == 1 or (words and not DECIMAL.fullmatch(out[-1].text))
        apart = (round(out[-1].left), round(strip.left)) in neighbours
        apart = apart and DECIMAL.fullmatch(out[-1].text) is not None
        labels = _is_label(out[-1]) or _is_heading(parts)
        if first and not apart and gap <= room and labels:
            label = out.pop()
            strip = labelled(label, strip)
        else:
            # in the next column the label is nearer to its text than to the text before it
            room = min(gap, NEAR_LABEL)
        out.append(strip)
    return out


def _is_heading(parts: Sequence[Strip]) -> bool:
    """Whether a number and the text after it are a heading: both are bold, and no cell follows."""
    number, *others = parts
    return (
        len(others) == 1
        and re.fullmatch(r"\d{1,3}", number.text) is not None
        and min(number.bold, others[0].bold) > 0.9
        and abs(number.size - others[0].size) <= 0.6
    )


def _is_label(strip: Strip) -> bool:
    text = strip.text
    if re.fullmatch(rf"{OPEN}[^{CLOSE}]*{CLOSE}|\*{{1,4}}", text):
        return True
    if re.fullmatch(r"[a-z]\.|[ivx]{1,5}\.", text):
        return True
    return split_label(f"{text} x") == (text, "x") and not re.fullmatch(r"\d+", text)
