"""Paragraphs that a page break cut in two."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.document import Language
from corpus.readers.pdf_lines import Paragraph
from corpus.readers.shape import split_label

_ENDS: dict[Language, tuple[str, ...]] = {
    "zh": tuple("。！？；：”’）)」』.!?;:"),
    "en": tuple('.!?:;”"’)]'),
}


def join_across_pages(paragraphs: Sequence[Paragraph], language: Language) -> list[Paragraph]:
    """The paragraphs, the last of a page and the first of the next as one where they are."""
    out: list[Paragraph] = []
    last: Paragraph | None = None
    for paragraph in paragraphs:
        if not paragraph.strips:
            continue
        if paragraph.note or paragraph.cell or paragraph.figure:
            out.append(paragraph)
            if paragraph.cell:
                last = None
            continue
        if last is not None and _goes_on(last, paragraph, language):
            last.strips.extend(paragraph.strips)
            continue
        out.append(paragraph)
        last = paragraph
    return out


def _goes_on(first: Paragraph, second: Paragraph, language: Language) -> bool:
    end, start = first.strips[-1], second.strips[0]
    if start.page - end.page != 1 or second.label or split_label(start.text)[0]:
        return False
    if first.heading or second.heading or abs(first.size - second.size) > 0.6:
        return False
    if first.bold != second.bold:
        return False
    if not end.text.rstrip().endswith(_ENDS[language]):
        return language == "zh" or not _new_sentence(start.text, end.text)
    return _full(first) and _unindented(first, second)


def _new_sentence(text: str, before: str) -> bool:
    """Whether an English line begins anew after one without a stop, as after a short heading."""
    return len(before) < 40 and text[:1].isupper()


def _full(paragraph: Paragraph) -> bool:
    """Whether the last line is as long as the lines before it."""
    if len(paragraph.strips) < 2:
        return False
    right = max(strip.right for strip in paragraph.strips[:-1])
    return paragraph.strips[-1].right >= right - 1.2 * paragraph.size


def _unindented(first: Paragraph, second: Paragraph) -> bool:
    """Whether the second begins at the left edge of the first's lines, not as paragraphs do."""
    begins = first.strips[0].left
    edge = min(strip.left for strip in first.strips[1:])
    has_indent = abs(begins - edge) > 0.8 * first.size
    numbered = bool(split_label(first.strips[0].text)[0])
    return abs(second.strips[0].left - edge) <= 2 and (has_indent or numbered)
