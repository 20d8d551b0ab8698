"""Plain text: one paragraph a line, or hard-wrapped as a PDF's text is.

The clues that hard-wrapped text may keep, and how far they go:

- white space at a line's end: text copied from a PDF of Word's has it where a paragraph ends and
  nowhere else (the paragraph mark); in ``format=flowed`` text it is the other way round. It counts
  if it fits the lines of the whole file.
- white space at a line's beginning: the first line of a paragraph, more for a heading; the first
  line of a page has one more, which says nothing.
- blank lines: between paragraphs; if there is one between almost any two lines, a missing one
  marks a page break.
- room at a line's end: enough for the next word, so the break was meant.

`duizhao.corpus.reading.layout` weighs them; without any of them width and punctuation decide.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from duizhao.corpus.document import Language
from duizhao.corpus.reading import block_kinds, encoding, furniture, layout
from duizhao.corpus.reading import text_clues as clues
from duizhao.corpus.reading.bilingual import switches
from duizhao.corpus.reading.draft import Draft, LeftOut, Reading, Source
from duizhao.corpus.reading.layout import Line
from duizhao.corpus.reading.text_clues import RawLine
from duizhao.corpus.script import HAN_CHARACTER

# No printed column is wider than this, in em: 130 Latin letters.
WIDEST_COLUMN = 65.0
NARROWEST_COLUMN = 12.0
FEW_EDGE = 20.0


def read_drafts(source: Source, language: Language) -> Reading:
    """Blocks of a text file; the encoding goes into the metadata."""
    decoded = encoding.read_text(source.data, source.name)
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
    raw = clues.raw_lines(text)
    texts = [line.text for line in raw if not furniture.reason(line.text)]
    edge = None if switches.in_each_line(texts) else right_edge(texts)
    lines = whole_lines(raw) if edge is None else wrapped_lines(raw, edge, language)
    drafts, left_out = layout.build(lines, language)
    return drafts, left_out, edge is not None


def right_edge(texts: Sequence[str]) -> float | None:
    """The right edge of printed lines in em, or None where the lines are paragraphs.

    Printed lines have an edge that many of them reach and few go beyond, and they stop there in
    the middle of a sentence. A text with large tables is recognised by its English lines
    that begin with a small letter.
    """
    widths = [layout.width(text) for text in texts]
    open_ended = sorted(
        width
        for width, text in zip(widths, texts, strict=True)
        if NARROWEST_COLUMN <= width <= WIDEST_COLUMN and not block_kinds.ends_like_text(text)
    )
    if not open_ended:
        return None
    in_reach = [
        (place + 1 - bisect_left(open_ended, 0.88 * width), width)
        for place, width in enumerate(open_ended)
    ]
    reaching, edge = max(in_reach)
    beyond = sum(1 for width in widths if width > 1.02 * edge)
    full = sum(1 for width in widths if 0.88 * edge <= width <= 1.02 * edge)
    few = len(texts) < 8
    wrapped = (
        reaching >= max(0.12 * len(texts), min(3, 0.4 * len(texts)))
        and (edge >= 20 if few else reaching >= 0.5 * full)
        and beyond <= 0.15 * (full + beyond)
    )
    carried_on = sum(
        1
        for (text, width), following in zip(
            zip(texts, widths, strict=True), texts[1:], strict=False
        )
        if 0.8 * edge <= width <= 1.1 * edge
        and following[:1].islower()
        and not block_kinds.ends_like_text(text)
    )
    if wrapped or carried_on >= max(3, 0.05 * len(texts)):
        return edge
    return _edge_of_few(texts, widths, open_ended[-1])


def _edge_of_few(texts: Sequence[str], widths: Sequence[float], edge: float) -> float | None:
    """The edge of a short text with one wrapped paragraph: its longest lines break off.

    Where one of them surely goes on in the next line, one will do; else there must be two that
    are longer than headings are, with Chinese on both sides of the break.
    """
    if edge < FEW_EDGE or max(widths) > 1.02 * edge:
        return None
    pairs = [
        (text, following)
        for (text, following), width in zip(pairwise(texts), widths, strict=False)
        if width >= 0.88 * edge
        and not block_kinds.ends_like_text(text)
        and not block_kinds.list_mark(following)
        and not layout.NUMBERED_PARAGRAPH.match(following)
    ]
    sure = sum(1 for pair in pairs if clues.goes_on_in_mid_sentence(*pair))
    if sure >= max(1, 0.05 * len(texts)):
        return edge
    likely = sum(1 for text, after in pairs if all(map(HAN_CHARACTER.match, (text[-1], after[0]))))
    return edge if edge >= 1.5 * FEW_EDGE and likely >= max(2, 0.12 * len(texts)) else None


def whole_lines(raw: Sequence[RawLine]) -> list[Line]:
    """Lines that are paragraphs."""
    tops = [line.page_break_before for line in raw]
    in_notes = clues.note_lines(raw, tops)
    return [
        Line(
            line.text,
            number=line.number,
            ends=True,
            page_top=top,
            kind="footnote" if number in in_notes else None,
        )
        for number, (line, top) in enumerate(zip(raw, tops, strict=True))
    ]


def wrapped_lines(raw: Sequence[RawLine], edge: float, language: Language) -> list[Line]:
    """Printed lines with the clues that the file holds."""
    spaced_out = clues.blank_between_lines(raw)
    tops = [clues.is_page_top(raw, number, spaced_out) for number in range(len(raw))]
    edges = clues.right_edges(raw, edge)
    pages = clues.pages(raw, tops)
    indents = clues.indents(raw, tops, pages)
    body = [number for number, line in enumerate(raw) if not furniture.reason(line.text)]
    trailing = clues.trailing_clue(raw, body, edges, language)
    indented = clues.indents_start_paragraphs(raw, body, indents)
    # where empty lines part the paragraphs, lines with none between belong together
    within = False if clues.blank_between_paragraphs(raw, body, edges, language) else None
    shift = clues.printed_shift(raw, pages)
    in_notes = clues.note_lines(raw, tops)
    lines = []
    for number, line in enumerate(raw):
        ends: bool | None = None
        if trailing:
            ends = line.trails == (trailing > 0)
        elif not spaced_out and number + 1 < len(raw):
            near_edge = tops[number + 1] or furniture.reason(raw[number + 1].text)
            if not near_edge and raw[number + 1].blanks_before:
                room = edges[number] - indents[number] - layout.width(line.text)
                looks_ended = block_kinds.ends_like_text(line.text) or room > 3
                ends = True if within is False or looks_ended else None
            elif not near_edge:
                ends = within
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
                kind="footnote" if number in in_notes else None,
            )
        )
    return lines
