"""Pieces to printed lines, and lines to the text of a paragraph.

A `Strip` is what one paragraph (or cell) has on one printed line; a `Paragraph` is strips in
reading order, whichever way they were found: by the file's tags or by geometry.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from duizhao.corpus.document import Language
from duizhao.corpus.reading.bullets import BULLETS
from duizhao.corpus.reading.notes import OPEN, raised
from duizhao.corpus.reading.pdf.line_numbers import LineNumbers
from duizhao.corpus.reading.pdf.page.text import Piece
from duizhao.corpus.reading.pdf.page.unmapped import UNKNOWN
from duizhao.corpus.reading.pdf.tags import Tag
from duizhao.corpus.script import HAN

_GAP = "\u200a"
_NO_GAP = re.compile(rf"(?<=[{HAN}]){_GAP}|{_GAP}(?=[{HAN}])")
_MARK = re.compile(f"[{BULLETS}–—-]")
_LEADER = re.compile(r"\s?(?:[.．·…‥](?:\s|\u200a)?){4,}\s?|\s?…{2,}\s?")
_ENTRY = re.compile(
    r"\S.*?[.．·…‥](?:[.．·…‥]|\s|\u200a){3,}\s*[-–—]?\s*(?:\d{1,4}|[ivxlcIVXLC]{1,7})\s*[-–—]?"
)
_DOTS = re.compile(r"[.．·…‥\s\u200a]+")
# a bullet, or the square that ends a proof, in a font that does not say what it is
_UNKNOWN_EDGES = re.compile(rf"^{UNKNOWN}+(?:\s+{UNKNOWN}+)*(?:\s+|$)|(?:\s+{UNKNOWN}+)+$")
# what is not broken: a Latin word, with a number before it ("30 June", "$3 million"), or a
# character with the marks around it, and the characters on both sides of a quotation mark
# (Unicode Standard Annex 14, class QU)
_UNIT = (
    r"[（《“‘「『〈【(\[]*(?:[$€£¥]?\d[\d,.]*\s(?=[A-Za-z]))?(?:[!-~’–]+|.)"
    r"[，。；：、！？）》”’」』〉】…,.;:!?)\]]*"
)
_WORD = re.compile(rf"{_UNIT}(?:[“‘]{_UNIT})*")
_NARROW = re.compile(r"[ iljtfrI.,;:'’‘!|()\[\]-]")
_WIDE = re.compile(r"[mwA-HJ-Z@%&—“”]")
# lines of one paragraph stand at most so many times their size apart
LEADING = 1.45
# No line of a cell ends on purpose with such a word: "over" / "$3 million", kept together
OPEN_END = re.compile(
    r"\b(?:an?|and|at|by|for|from|in|of|on|or|over|than|the|to|under|with)$", re.IGNORECASE
)
# a tab: wider than any space in a justified line of Chinese
TAB = 0.9


@dataclass(frozen=True, slots=True)
class Strip:
    """One line's part of a paragraph; lengths in points, `y` the baseline.

    `bold` is the share of bold letters; `space` is the white space before it, as
    `Piece.space` has it. `contents`: dots lead from the text to a page number; `fixed`: all of
    it is in a typeface whose letters are equally wide; `foot`: the baseline of the last line of a
    stack, whose letters are one below the other.
    """

    text: str
    page: int
    left: float
    right: float
    y: float
    size: float
    bold: float
    letters: int
    space: str = ""
    contents: bool = False
    fixed: bool = False
    foot: float | None = None

    @property
    def half_points(self) -> float:
        """The type size to half a point."""
        return round(2 * self.size) / 2

    @property
    def top(self) -> float:
        return self.y + 0.8 * self.size

    @property
    def bottom(self) -> float:
        return (self.y if self.foot is None else self.foot) - 0.2 * self.size


@dataclass(frozen=True, slots=True)
class PageLines:
    """The lines of a page from top to bottom, in points from the page's lower left corner.

    A line that crosses a gutter or the border of a cell is given as several strips. `rules` are
    thin horizontal drawings (left, right, y) and `walls` thin vertical ones (x, bottom, top);
    `figure` is text of charts, which goes to the ledger; `columns` are the left edges of columns
    of prose, without the first; `line_numbers` are the numbers in the margin that count lines.
    """

    number: int
    width: float
    height: float
    strips: tuple[Strip, ...]
    rules: tuple[tuple[float, float, float], ...] = ()
    walls: tuple[tuple[float, float, float], ...] = ()
    figure: str = ""
    columns: tuple[float, ...] = ()
    line_numbers: LineNumbers | None = None


@dataclass(slots=True)
class Paragraph:
    """A paragraph or cell before it is a draft.

    `tag` is set where the file's tags made it. `cell`, `note`, `heading` are what tags or geometry
    found, `aside` is text in the margin; `label` is a list label that the file keeps apart from
    its text. `flow` counts the columns and pages that text flows through.
    """

    strips: list[Strip]
    tag: Tag | None = None
    label: str = ""
    cell: bool = False
    note: bool = False
    heading: bool = False
    aside: bool = False
    table: object = None
    flow: int = 0
    extra: dict[str, object] = field(default_factory=dict)

    @property
    def size(self) -> float:
        """The size that most of its letters have."""
        counts: dict[float, int] = {}
        for strip in self.strips:
            size = strip.half_points
            counts[size] = counts.get(size, 0) + strip.letters
        return max(counts, key=lambda size: counts[size]) if counts else 0.0

    @property
    def bold(self) -> bool:
        letters = sum(strip.letters for strip in self.strips)
        return sum(strip.bold * strip.letters for strip in self.strips) > 0.6 * letters


def strips_of(pieces: Sequence[Piece], page: int, language: Language) -> list[Strip]:
    """The printed lines of pieces that belong together, given in reading order."""
    lines: list[list[Piece]] = []
    base = size = 0.0
    for piece in pieces:
        if lines and _same_line(piece, lines[-1], base, size):
            lines[-1].append(piece)
        else:
            lines.append([piece])
            base, size = piece.y, 0.0
        if piece.size > size:
            base, size = piece.y, piece.size
    # a program may draw the quotation marks of a line after its words
    ordered = [sorted(line, key=lambda piece: piece.left) for line in lines]
    return [strip for line in ordered if (strip := strip_of(line, page, language)) is not None]


def _same_line(piece: Piece, line: Sequence[Piece], base: float, size: float) -> bool:
    largest = max(size, piece.size)
    return abs(piece.y - base) <= 0.55 * largest and piece.left >= line[0].left - largest


def strip_of(pieces: Sequence[Piece], page: int, language: Language) -> Strip | None:
    """One printed line of pieces; None where it is white space or a row of leader dots."""
    pieces = _without_leader(pieces)
    if not pieces:
        return None
    letters: dict[float, int] = {}
    for piece in pieces:
        letters[piece.size] = letters.get(piece.size, 0) + len(piece.text)
    size = max(letters, key=lambda each: (letters[each], each))
    bases = [piece.y for piece in pieces if piece.size == size]
    base = sorted(bases)[len(bases) // 2]
    text = ""
    previous: Piece | None = None
    if len(pieces) > 1 and pieces[0].text == "o" and _is_apart(pieces[0], pieces[1]):
        # Word's bullet of the second level is a letter of Courier New
        pieces = [replace(pieces[0], text="◦"), *pieces[1:]]
    narrowest = _narrowest_space(pieces)
    for piece in pieces:
        raw = piece.text
        if piece.size <= 0.85 * size and piece.y >= base + 0.15 * size:
            raw = raised(raw)
        marked = previous is pieces[0] and _MARK.fullmatch(pieces[0].text)
        apart = marked and piece.left - pieces[0].right > 0.3 * size
        text += (" " if apart else _between(previous, piece, raw, language, narrowest)) + raw
        previous = piece
    text = (_NO_GAP.sub("", text) if language == "zh" else text).replace(_GAP, " ")
    text = _UNKNOWN_EDGES.sub("", text)
    contents = bool(_ENTRY.fullmatch(text.strip()))
    text = _LEADER.sub(" ", text).strip()
    if not text:
        return None
    count = sum(letters.values())
    return Strip(
        text=text,
        page=page,
        left=min(piece.left for piece in pieces),
        right=max(piece.right for piece in pieces),
        y=base,
        size=size,
        bold=sum(len(piece.text) for piece in pieces if piece.bold) / count,
        letters=count,
        space=pieces[0].space,
        contents=contents,
        fixed=all(piece.fixed for piece in pieces),
        foot=pieces[0].foot,
    )


def rows_of(strips: Sequence[Strip]) -> list[list[Strip]]:
    """Strips on one baseline, from top to bottom."""
    rows: list[list[Strip]] = []
    for strip in sorted(strips, key=lambda strip: -strip.y):
        if rows and abs(rows[-1][0].y - strip.y) <= 0.35 * strip.size:
            rows[-1].append(strip)
        else:
            rows.append([strip])
    return [sorted(row, key=lambda strip: strip.left) for row in rows]


def _is_apart(first: Piece, second: Piece) -> bool:
    return second.left - first.right > 0.5 * second.size


def _without_leader(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """The pieces without the row of dots that leads to a page number."""
    end = len(pieces)
    while end and _DOTS.fullmatch(pieces[end - 1].text):
        end -= 1
    dots = sum(piece.text.count(".") for piece in pieces[end:])
    return pieces[:end] if dots > 2 else pieces


def _between(
    previous: Piece | None, piece: Piece, raw: str, language: Language, narrowest: float
) -> str:
    """The white space before a piece."""
    if previous is None:
        return ""
    distance = piece.left - previous.right
    size = max(previous.size, piece.size)
    if piece.space in ("real", "inner", "stretched", "object") or distance > TAB * size:
        return " "
    if raw.startswith(OPEN) or distance <= narrowest * size:
        return ""
    if language == "zh" or piece.space == "gap" or narrowest < 0.2:
        return _GAP
    return _GAP if distance > 0.25 * size else ""


def _narrowest_space(pieces: Sequence[Piece]) -> float:
    """The narrowest distance, in em, that is a space.

    If letters are set one by one, spaces are mere distance: the first wide step
    between the distances of a line divides those within words from those between words.
    """
    if len(pieces) < 8 or sum(len(piece.text) for piece in pieces) >= 2 * len(pieces):
        return 0.2
    distances = sorted((b.left - a.right) / max(a.size, b.size) for a, b in pairwise(pieces))
    for narrow, wide in pairwise(distances):
        if wide - narrow >= 0.05 and wide >= 0.08:
            return (narrow + wide) / 2
    return 0.2


def first_word(strip: Strip) -> float:
    """The width of a line's first word and the space before it, judged by its characters."""
    word = _WORD.match(strip.text)
    if word is None:
        return 0.0
    space = 0.22 * strip.size if word[0][0] < "\x7f" else 0.0
    return space + _width(word[0]) / _width(strip.text) * (strip.right - strip.left)


def _width(text: str) -> float:
    """How wide a text is in small Latin letters, in any proportional typeface, roughly."""
    narrow, wide = len(_NARROW.findall(text)), len(_WIDE.findall(text))
    full = sum(character > "\u2e7f" for character in text)
    return len(text) - 0.4 * narrow + 0.45 * wide + full
