"""Check whether the text of a PDF page matches what is printed on it.

A font without a correct character map gives other characters than its glyphs show; the layer of a
bad OCR gives other words. Text that cannot be right must not enter a corpus.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

from duizhao.corpus.document import Language
from duizhao.corpus.reading.pdf.page.text import Page

Fault = Literal["no_text", "wrong_characters", "ocr_layer"]
"""Reasons why the text of a page cannot or should not be used."""

# A picture over this share of a page is a scan of it
SCAN_SHARE = 0.6
# A page of a scan with fewer letters has a stamp or a page number for a text layer
FEW_LETTERS = 40
# Above this share of characters without a mapping, or of foreign scripts, the map is broken
MOST_WRONG = 0.03
# A page with fewer characters is too short to judge by shares
SHORT = 30
_FOREIGN: dict[Language, re.Pattern[str]] = {
    # Latin letters with accents occur in names, but not in this number in Chinese text
    "zh": re.compile(
        "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00a1-\u00a6\u00a8-\u00af\u00b4-\u00b6\u00b8-\u00d6\u00d8-\u00f6\u00f8-\u036f"
        "\u0400-\u1fff\u2c00-\u2e7f\ua000-\ua97f\ufdd2-\ufdef\ufffd]"
    ),
    "en": re.compile(
        "[\x00-\x08\x0e-\x1f\x7f-\x9f\u0250-\u036f\u0400-\u1dff\u2c00-\u2e7f\ufdd2-\ufdef\ufffd]"
    ),
}


def fault_of(handle: Any, page: Page, language: Language) -> Fault | None:
    """What is wrong with the text of a page; `handle` is the page of the `pypdfium2` document."""
    letters = sum(len(piece.text) for piece in page.pieces)
    if page.image_share > SCAN_SHARE and letters < FEW_LETTERS:
        return "no_text"
    invisible = sum(len(piece.text) for piece in page.pieces if piece.invisible)
    hidden = invisible > 0.5 * letters or page.covered > 0.5
    if letters and hidden and page.image_share > SCAN_SHARE:
        return "ocr_layer"
    return "wrong_characters" if wrong_share(handle, page, language) > MOST_WRONG else None


def wrong_share(handle: Any, page: Page, language: Language) -> float:
    """The share of a page's characters that have no mapping or belong to a foreign script."""
    text = "".join(piece.text for piece in page.pieces)
    if len(text) < SHORT:
        return 0.0
    return max(len(_FOREIGN[language].findall(text)), _unmapped(handle)) / len(text)


def _unmapped(handle: Any) -> int:
    """Characters for which the font gives no mapping: PDFium guesses them."""
    import pypdfium2.raw as raw

    text_page = handle.get_textpage()
    try:
        numbers = range(raw.FPDFText_CountChars(text_page.raw))
        return sum(raw.FPDFText_HasUnicodeMapError(text_page.raw, n) == 1 for n in numbers)
    finally:
        text_page.close()


def describe(faults: Sequence[Fault]) -> str:
    """The faults of a document's pages in words, for a message."""
    names = {
        "no_text": "a scan without text",
        "wrong_characters": "its fonts have no correct character map, so its text cannot be read",
        "ocr_layer": "a scan whose text is a layer of OCR",
    }
    return names[max(set(faults), key=lambda fault: list(faults).count(fault))]
