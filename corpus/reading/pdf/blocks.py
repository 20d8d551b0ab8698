"""Paragraphs of a PDF to drafts: notes, headings, list items, code, and the text of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from duizhao.corpus.document import BlockKind, Language
from duizhao.corpus.reading.draft import Draft, LeftOut
from duizhao.corpus.reading.notes import CLOSE, OPEN, leading_mark
from duizhao.corpus.reading.pdf.joining import LineJoiner
from duizhao.corpus.reading.pdf.lines import Paragraph
from duizhao.corpus.reading.pdf.page.ligatures import repaired
from duizhao.corpus.reading.shape import item_mark, kind_of
from duizhao.corpus.reading.spacing import tidy

_ENTRY = re.compile(r"(?P<title>.+?)\s*[-–—]?\s*(?P<page>\d{1,4}|[ivxlcIVXLC]{1,7})\s*[-–—]?")
# what the structure tree calls a table of contents
CONTENTS = frozenset(("TOC", "TOCI"))
# A document with more of its letters in a typewriter face is written in it
MOST_FIXED = 0.5
# Least share of these signs among the characters of code; prose has hardly any
SIGNS = re.compile(r"[{}()\[\]<>=;_\\|#$*/&]")
LEAST_SIGNS = 0.05


def drafts_of(paragraphs: Sequence[Paragraph], language: Language) -> list[tuple[Draft, Paragraph]]:
    """The drafts of a document, each with the paragraph that it was made of."""
    joiner = LineJoiner(paragraphs, language)
    texts = [joiner.text(paragraph) for paragraph in paragraphs]
    if language == "en":
        texts = repaired(texts)
    out = []
    for paragraph, text in zip(paragraphs, texts, strict=True):
        if text.strip(f" {OPEN}{CLOSE}"):
            out.append((_draft(paragraph, text, language), paragraph))
    return out


def _draft(paragraph: Paragraph, text: str, language: Language) -> Draft:
    page = paragraph.strips[0].page if paragraph.strips else None
    if note := leading_mark(text):
        return Draft("footnote", note[1], page, note[0])
    if paragraph.note:
        return Draft("footnote", text, page)
    plain = tidy(text, language)
    if is_contents(paragraph):
        return _entry(plain, page)
    kind: BlockKind = "table_cell"
    if not paragraph.cell:
        kind = kind_of(
            plain, language, heading=paragraph.heading, bold=paragraph.bold,
            caption=paragraph.tag is not None and paragraph.tag.kind == "Caption",
        )  # fmt: skip
    return Draft(kind, text, page, item_mark(kind, plain))


def is_contents(paragraph: Paragraph) -> bool:
    """Whether a paragraph is an entry of a table of contents."""
    tagged = paragraph.tag is not None and paragraph.tag.kind in CONTENTS
    return tagged or (bool(paragraph.strips) and paragraph.strips[-1].contents)


def _entry(text: str, page: int | None) -> Draft:
    """An entry of a table of contents; its mark is the page number."""
    match = _ENTRY.fullmatch(text)
    if match is None:
        return Draft("contents_entry", text, page)
    return Draft("contents_entry", match["title"], page, match["page"])


def without_code(paragraphs: Sequence[Paragraph]) -> tuple[list[Paragraph], list[LeftOut]]:
    """The paragraphs without those that are code, and the code as entries for the ledger.

    Code is in a typewriter face among text in another one, and has signs that prose hardly has.
    """
    fixed = sum(s.letters for p in paragraphs for s in p.strips if s.fixed)
    total = sum(s.letters for p in paragraphs for s in p.strips)
    if not fixed or fixed > MOST_FIXED * total:
        return list(paragraphs), []
    kept: list[Paragraph] = []
    left_out = []
    for is_fixed, run in groupby(paragraphs, lambda p: all(s.fixed for s in p.strips)):
        group = list(run)
        lines = [strip for paragraph in group for strip in paragraph.strips]
        text = "\n".join(strip.text for strip in lines)
        if is_fixed and len(SIGNS.findall(text)) >= LEAST_SIGNS * len(text):
            left_out.append(LeftOut("code", text, lines[0].page))
        else:
            kept += group
    return kept, left_out
