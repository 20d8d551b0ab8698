"""Plain text: one paragraph a line, or hard-wrapped as a PDF's text is.

The clues that hard-wrapped text may keep, and how far they go:

- white space at a line's end: in text copied from a PDF that Word made it stands where a
  paragraph ends, and nowhere else (the paragraph mark); in ``format=flowed`` text it is the other
  way round. Believed where it fits the lines of the whole file.
- white space at a line's beginning: the first line of a paragraph, more for a heading; the first
  line of a page has one more, which says nothing.
- blank lines: between paragraphs; where they stand between almost any two lines, a missing one
  marks a page break.
- room at a line's end: enough for the next word, so the break was meant.

`corpus.layout` weighs them; without any of them width and punctuation decide.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from corpus import block_kinds, encoding, furniture, layout
from corpus.document import Language
from corpus.layout import Line
from corpus.readers.draft import Draft, LeftOut, Reading, Source

# No printed column is wider than this, in em: 130 Latin letters.
WIDEST_COLUMN = 65.0


@dataclass(frozen=True, slots=True)
class RawLine:
    """A line that is not blank, as the file has it."""

    number: int
    raw: str
    blanks_before: int
    page_break_before: bool

    @property
    def text(self) -> str:
        return self.raw.strip()

    @property
    def lead(self) -> str:
        return self.raw[: len(self.raw) - len(self.raw.lstrip())]

    @property
    def trails(self) -> bool:
        return self.raw != self.raw.rstrip()


def read_drafts(source: Source, language: Language) -> Reading:
    """Blocks of a text file; the encoding found goes into the metadata."""
    decoded = encoding.decode(source.data, source.name)
    drafts, left_out, wrapped = blocks_of(decoded.text, language)
    metadata = {
        "encoding": decoded.encoding,
        "bom": decoded.bom,
        "layout": "hard-wrapped" if wrapped else "a paragraph a line",
        "warnings": list(decoded.warnings),
    }
    return Reading(drafts, left_out, metadata)


def blocks_of(text: str, language: Language) -> tuple[list[Draft], list[LeftOut], bool]:
    """Blocks and furniture of a text, and whether it was hard-wrapped."""
    raw = raw_lines(text)
    wrapped = is_wrapped([line.text for line in raw if not furniture.reason(line.text)])
    lines = wrapped_lines(raw, language) if wrapped else whole_lines(raw)
    drafts, left_out = layout.build(lines, language)
    return drafts, left_out, wrapped


def raw_lines(text: str) -> list[RawLine]:
    """The lines that are not blank; a form feed is a page break."""
    text = re.sub(r"\r\n?|[\u2028\u2029\x85\v]", "\n", text.lstrip("\ufeff"))
    lines: list[RawLine] = []
    blanks = 0
    page_break = False
    for number, raw in enumerate(text.split("\n"), 1):
        pieces = raw.split("\f")
        for place, piece in enumerate(pieces):
            page_break = page_break or place > 0
            if not piece.strip("\ufeff\u200b \t\xa0\u3000"):
                # what is left of a line after a form feed is no blank line
                blanks += 1 if len(pieces) == 1 else 0
                continue
            lines.append(RawLine(number, piece, blanks, page_break))
            blanks, page_break = 0, False
    return lines


def is_wrapped(texts: Sequence[str]) -> bool:
    """Are the lines printed lines (True) or paragraphs (False)?

    Printed lines have a right edge that many of them reach, and most of those stop in the middle
    of a sentence.
    """
    if len(texts) < 2:
        return False
    widths = sorted(map(layout.width, texts))
    edge = widths[int(0.97 * (len(widths) - 1))] if len(widths) > 30 else widths[-1]
    if edge > WIDEST_COLUMN:
        return False
    full = [text for text in texts if layout.width(text) >= 0.85 * edge]
    open_ended = [text for text in full if not block_kinds.ends_like_text(text)]
    return len(full) >= 0.3 * len(texts) and len(open_ended) >= 0.5 * len(full) and edge >= 12


def whole_lines(raw: Sequence[RawLine]) -> list[Line]:
    """Lines that are paragraphs."""
    return [
        Line(line.text, number=line.number, ends=True, page_top=line.page_break_before)
        for line in raw
    ]


def wrapped_lines(raw: Sequence[RawLine], language: Language) -> list[Line]:
    """Printed lines with the clues that the file holds."""
    spaced_out = _blank_between_lines(raw)
    tops = [_is_page_top(raw, number, spaced_out) for number in range(len(raw))]
    edges = _right_edges(raw)
    indents = _indents(raw, tops)
    body = [number for number, line in enumerate(raw) if not furniture.reason(line.text)]
    trailing = _trailing_clue(raw, body, edges, language)
    indented = _indents_start_paragraphs(raw, body, indents)
    # where empty lines part the paragraphs, lines with none between belong together
    within = False if _blank_between_paragraphs(raw, body, edges, language) else None
    page, pages = 1, []
    for number in range(len(raw)):
        page += 1 if tops[number] and number else 0
        pages.append(page)
    shift = _printed_shift(raw, pages)
    lines = []
    for number, line in enumerate(raw):
        ends: bool | None = None
        if trailing:
            ends = line.trails == (trailing > 0)
        elif not spaced_out and number + 1 < len(raw):
            near_edge = tops[number + 1] or furniture.reason(raw[number + 1].text)
            if not near_edge:
                ends = True if raw[number + 1].blanks_before else within
        lines.append(
            Line(
                line.text,
                page=pages[number] + shift if pages[-1] > 1 or shift else None,
                number=line.number,
                indent=indents[number],
                room=max(0.0, edges[number] - indents[number] - layout.width(line.text)),
                page_top=tops[number],
                ends=ends,
                starts=True if indented and indents[number] > 0 else None,
            )
        )
    return lines


def _blank_between_lines(raw: Sequence[RawLine]) -> bool:
    """Do blank lines stand between almost any two lines, and so tell nothing of paragraphs?"""
    apart = sum(1 for line in raw[1:] if line.blanks_before)
    return apart >= 0.85 * (len(raw) - 1)


def _blank_between_paragraphs(
    raw: Sequence[RawLine], body: Sequence[int], edges: Sequence[float], language: Language
) -> bool:
    """Do lines that no empty line follows run on to their edge, all but a few?"""
    inner = [
        number
        for number, following in pairwise(body)
        if not raw[following].blanks_before and following == number + 1
    ]
    room = [edges[number] - layout.width(raw[number].text) for number in inner]
    full = sum(1 for space in room if space <= layout.WIDE_ROOM[language])
    some_blank = sum(1 for number in body if raw[number].blanks_before) >= 0.1 * len(body)
    return bool(inner) and some_blank and full >= 0.97 * len(inner)


def _is_page_top(raw: Sequence[RawLine], number: int, spaced_out: bool) -> bool:
    line = raw[number]
    if line.page_break_before:
        return True
    if number == 0 or furniture.reason(line.text):
        return False
    before = number - 1
    while before >= 0 and furniture.reason(raw[before].text):
        if furniture.reason(raw[before].text) != "link":
            return True
        before -= 1
    return spaced_out and not line.blanks_before


def _right_edges(raw: Sequence[RawLine], reach: int = 5) -> list[float]:
    """The right edge around each line: the widest of its neighbours that is no exception."""
    widths = [0.0 if furniture.reason(line.text) else layout.width(line.text) for line in raw]
    ordered = sorted(width for width in widths if width)
    usual = ordered[int(0.97 * (len(ordered) - 1))] if ordered else 0.0
    edges = []
    for number in range(len(raw)):
        near = widths[max(0, number - reach) : number + reach + 1]
        edges.append(min(max(near), usual) if max(near) >= 0.85 * usual else usual)
    return edges


def _indents(raw: Sequence[RawLine], tops: Sequence[bool]) -> list[float]:
    """Left edges in em, from the usual one; the one space more of a page's first line is gone."""
    leads = [layout.width(line.lead.expandtabs(4)) for line in raw]
    usual = Counter(leads).most_common(1)[0][0] if leads else 0.0
    return [
        max(0.0, lead - usual - (0.5 if top and lead else 0.0))
        for lead, top in zip(leads, tops, strict=True)
    ]


def _trailing_clue(
    raw: Sequence[RawLine], body: Sequence[int], edges: Sequence[float], language: Language
) -> int:
    """1: white space at the end ends a paragraph; -1: its absence does; 0: it says nothing."""
    with_space = [number for number in body if raw[number].trails]
    without = [number for number in body if not raw[number].trails]
    if not with_space or not without:
        return 0
    looks_ended = {
        number: block_kinds.ends_like_text(raw[number].text)
        or edges[number] - layout.width(raw[number].text) > layout.WIDE_ROOM[language]
        for number in body
    }
    ended_with = sum(looks_ended[number] for number in with_space) / len(with_space)
    ended_without = sum(looks_ended[number] for number in without) / len(without)
    if ended_with > 0.8 and ended_without < 0.35:
        return 1
    if ended_without > 0.8 and ended_with < 0.35:
        return -1
    return 0


def _indents_start_paragraphs(
    raw: Sequence[RawLine], body: Sequence[int], indents: Sequence[float]
) -> bool:
    """Do indented lines follow lines that ended? Then an indent starts a paragraph."""
    pairs = [(before, number) for before, number in pairwise(body) if indents[number] > 0]
    if not pairs:
        return False
    widths = [layout.width(raw[before].text) for before, _ in pairs]
    edge = max(layout.width(raw[number].text) for number in body)
    after_end = sum(
        block_kinds.ends_like_text(raw[before].text) or width < 0.7 * edge
        for (before, _), width in zip(pairs, widths, strict=True)
    )
    return after_end >= 0.8 * len(pairs)


def _printed_shift(raw: Sequence[RawLine], pages: Sequence[int]) -> int:
    """What brings the counted pages to the first page number printed.

    ``21-01922 6/14`` stands at the end of page 6, or, where the text was taken out of the file
    in another order, at its beginning; the number of pages tells which.
    """
    for number, line in enumerate(raw):
        if furniture.reason(line.text) not in ("job_number", "page_number"):
            continue
        printed = furniture.printed_page(line.text)
        if printed is None:
            continue
        page, total = printed
        shift = page - pages[number]
        if pages[-1] + shift > total >= pages[-1] + shift - 1:
            shift -= 1
        return max(0, shift)
    return 0
