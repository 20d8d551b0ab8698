"""Lines with positions to blocks. Independent of where the lines come from (a PDF, or OCR).

    built = blocks_from_lines(pages, "zh")
    reading = Reading(built.drafts, built.left_out, ...)

Furniture is removed first, so that a paragraph that crosses a page break grows together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from duizhao.corpus.document import Language
from duizhao.corpus.reading.bilingual import switches
from duizhao.corpus.reading.draft import Draft, LeftOut
from duizhao.corpus.reading.notes import settle
from duizhao.corpus.reading.pdf import blocks, cells, furniture
from duizhao.corpus.reading.pdf.edges import page_numbers
from duizhao.corpus.reading.pdf.geometry import paragraphs_of
from duizhao.corpus.reading.pdf.lines import PageLines, Paragraph, Strip
from duizhao.corpus.reading.pdf.pages import join_across_pages, join_cells, repeated_heads
from duizhao.corpus.reading.scan.places import Box, Places
from duizhao.corpus.reading.spacing import tidy


@dataclass(slots=True)
class Built:
    """The blocks of a document.

    `lines` has the printed lines of each draft, in the order of `drafts`; `furniture` those that
    were left out as furniture. `notes` says where footnotes are called, as `settle` has it.
    `scans` are the recognised pages, as `Places` has them; `magnified` says how many points of the
    file a point of these pages is; `vertical` are those of them that are set in columns and have
    lost their punctuation, and `illegible` those that cannot be read.
    """

    drafts: list[Draft]
    lines: list[tuple[Strip, ...]]
    left_out: list[LeftOut] = field(default_factory=list)
    furniture: list[Strip] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    scans: dict[int, tuple[int, float]] = field(default_factory=dict)
    magnified: dict[int, float] = field(default_factory=dict)
    vertical: list[int] = field(default_factory=list)
    illegible: list[int] = field(default_factory=list)

    def places(self) -> Places:
        """Where the lines of the blocks and of the furniture are."""
        # a block is made of every draft with text
        kept = [number for number, draft in enumerate(self.drafts) if draft.text.strip()]
        return Places(
            [[self._box(strip) for strip in self.lines[number]] for number in kept],
            [self._box(strip) for strip in self.furniture],
            [self.drafts[number].confidences for number in kept],
            self.scans,
        )

    def _box(self, strip: Strip) -> Box:
        by = self.magnified.get(strip.page, 1.0)
        edges = (strip.left, strip.bottom, strip.right, strip.top)
        return Box(strip.page, *(by * edge for edge in edges))


def blocks_from_lines(
    pages: Sequence[PageLines], language: Language, *, keep_contents: bool = False
) -> Built:
    """The blocks of a document from the lines of its pages, in the order of the pages.

    Entries of a table of contents are left out unless `keep_contents`.
    """
    away: list[Strip] = []
    left_out: list[LeftOut] = []
    known = furniture.repeated([page.strips for page in pages], [page.height for page in pages])
    numbered = page_numbers.numbered(pages)
    kept: list[tuple[PageLines, list[Strip]]] = []
    for page in pages:
        gone = furniture.strips_of_page(page, known)
        left_out += [
            furniture_entry(strip, page.height, language)
            for strip in gone
            if id(strip) not in numbered
        ]
        names = {id(strip) for strip in gone}
        gone += [s for s in page.strips if id(s) in numbered and id(s) not in names]
        left_out += [
            LeftOut(numbered[id(strip)], tidy(strip.text, language), strip.page)
            for strip in gone
            if id(strip) in numbered
        ]
        away += gone
        if page.figure:
            left_out.append(LeftOut("figure", page.figure, page.number))
        left_out += counted_lines(page)
        names = {id(strip) for strip in gone}
        kept.append((page, [strip for strip in page.strips if id(strip) not in names]))
    body = cells.body_size([Paragraph(strips) for _, strips in kept])
    paragraphs = bilingual_lines_apart(paragraphs_of(kept, body, language))
    built = blocks_from_paragraphs(paragraphs, language, keep_contents=keep_contents)
    built.left_out[:0] = left_out
    built.furniture += away
    return built


def bilingual_lines_apart(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Each line a paragraph where lines hold a text and its translation, as in a list of terms."""
    lines = [strip.text for paragraph in paragraphs for strip in paragraph.strips]
    if not switches.in_each_line(lines):
        return list(paragraphs)
    return [
        replace(paragraph, strips=[strip]) for paragraph in paragraphs for strip in paragraph.strips
    ]


def blocks_from_paragraphs(
    paragraphs: Sequence[Paragraph], language: Language, *, keep_contents: bool = False
) -> Built:
    """Blocks from paragraphs in reading order; joins what a page break cut in two."""
    cells.find_cells(paragraphs)
    paragraphs = [each for each in paragraphs if each.strips]
    paragraphs, left_out = blocks.without_code(paragraphs)
    heads = repeated_heads(paragraphs)
    left_out += [
        LeftOut("repeated_table_head", strip.text, strip.page)
        for number in sorted(heads)
        for strip in paragraphs[number].strips
    ]
    paragraphs = [each for number, each in enumerate(paragraphs) if number not in heads]
    paragraphs = join_cells(join_across_pages(paragraphs, language), language)
    drafts = blocks.drafts_of(paragraphs, language)
    contents = [each for each in drafts if each[0].kind == "contents_entry" and not keep_contents]
    left_out += [
        LeftOut("contents_entry", f"{draft.text} {draft.mark or ''}".strip(), draft.page)
        for draft, _ in contents
    ]
    if not keep_contents:
        drafts = [each for each in drafts if each[0].kind != "contents_entry"]
    settled = settle([draft for draft, _ in drafts], language)
    return Built(
        settled.drafts,
        [tuple(drafts[number][1].strips) for number in settled.order],
        [*left_out, *settled.left_out],
        furniture=[strip for _, paragraph in contents for strip in paragraph.strips],
        notes=settled.places,
    )


def counted_lines(page: PageLines) -> list[LeftOut]:
    """The ledger entry of the line numbers of a page, if it has any."""
    if page.line_numbers is None:
        return []
    text = " ".join(map(str, page.line_numbers.numbers))
    return [LeftOut("line_numbers", text, page.number)]


def furniture_entry(strip: Strip, height: float, language: Language) -> LeftOut:
    """The ledger entry of a line of furniture on a page of this height."""
    text = tidy(strip.text, language)
    reason = furniture.reason(text, page=strip.page, height=strip.y / height)
    return LeftOut(reason, text, strip.page)
