"""Check whether the text of a PDF page matches what is printed on it.

A font without a correct character map gives other characters than its glyphs show; the layer of a
bad OCR gives other words. Text that cannot be right must not enter a corpus.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any, Literal

from duizhao.corpus.document import Language
from duizhao.corpus.reading.pdf.page.text import Page, Piece
from duizhao.corpus.reading.pdf.page.unmapped import UNKNOWN
from duizhao.corpus.script import HAN_CHARACTER, everyday

Fault = Literal["no_text", "wrong_characters", "ocr_layer"]
"""Reasons why the text of a page cannot or should not be used."""

# A picture over this share of a page is a scan of it
SCAN_SHARE = 0.6
# ... and so is one over this share if the text on it is without ink: a scan without its margins
CROPPED_SHARE = 0.3
# A page of a scan with fewer letters has a stamp or a page number for a text layer
FEW_LETTERS = 40
# Above this share of characters without a mapping, or of foreign scripts, the map is broken
MOST_WRONG = 0.03
# An image of a page with this longest side, in pixels, shows whether there is anything on it
SMALL_IMAGE, CONTRAST = 400.0, 40
# ... which is more than a line
LEAST_INK = 0.003
# A page with fewer characters is too short to judge by shares
SHORT = 30
# Chinese text has at least this share of common characters, names and old texts included
LEAST_EVERYDAY = 0.6
# ... judged by so many
FEW_HAN = 100
# Signs with the first codes of ASCII, which hardly anyone writes within Chinese text: in a font
# that numbers its glyphs they stand for the comma, the full stop and so on
_HAN = HAN_CHARACTER.pattern
_FIRST_CODES = re.compile(f"(?<={_HAN})\n?([!#$])(?=\n?{_HAN})")
# ... and the sign that others write for quotation marks: two of a line are a pair of these
_QUOTE = re.compile(f'(?<={_HAN})"(?=$|{_HAN})|^"(?={_HAN})')
# The marks of Chinese text, and those of ASCII that some write instead
_MARKS = re.compile("[，。、；：？！“”]")
_ASCII_MARKS = re.compile(f"(?<={_HAN})\n?[,.;:](?=\n?{_HAN})")
# A page with fewer of the signs may quote them
FEW_SIGNS = 4
# A piece of a new line is so many em above or below the line before it
NEW_LINE = 0.6
# Signs that no font explains, each by itself and not in a word, are symbols up to this share
FEW_SYMBOLS = 0.1
# Two letters or more, which make no variable of a formula
_LETTERS = re.compile("[A-Za-z]{2}")
_FOREIGN: dict[Language, re.Pattern[str]] = {
    # Latin letters with accents occur in names, but not in this number in Chinese text
    "zh": re.compile(
        "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00a1-\u00a6\u00a8-\u00af\u00b4-\u00b6\u00b8-\u00d6\u00d8-\u00f6\u00f8-\u036f"
        "\u0400-\u1fff\u2c00-\u2e7f\ua000-\ua97f\ufffd]"
    ),
    # Latin letters of no language in Europe, nor of Vietnamese or Pinyin, are guesses too
    "en": re.compile(
        "[\x00-\x08\x0e-\x1f\x7f-\x9f\u0180-\u019f\u01a2-\u01ae\u01b1-\u01cc\u01dd-\u0217"
        "\u021c-\u036f\u0400-\u1dff\u2c00-\u2e7f\ufffd]"
    ),
}
# Words of Cyrillic, Armenian, Hebrew, Arabic, Indian scripts, Thai or Georgian: quoted, not wrong
_QUOTED = re.compile(
    "[\u0400-\u052f]{2,}|[\u0530-\u058f]{2,}|[\u0590-\u05ff]{2,}|[\u0600-\u06ff]{2,}"
    "|[\u0900-\u0dff]{2,}|[\u0e00-\u0eff]{2,}|[\u10a0-\u10ff]{2,}"
)
# A letter of these scripts beside a Latin letter or a figure, in one piece, is no word: it is the
# punctuation of a font that numbers its glyphs
_LONE = re.compile(
    "(?<=[0-9A-Za-z,.])[\u0530-\u1cff](?![\u0530-\u1cff])"
    "|(?<![\u0530-\u1cff])[\u0530-\u1cff](?=[0-9A-Za-z])"
)


def fault_of(page: Page, language: Language) -> Fault | None:
    """What is wrong with the text of a page."""
    letters = sum(len(piece.text) for piece in page.pieces)
    if page.image_share > SCAN_SHARE and letters < FEW_LETTERS:
        return "no_text"
    invisible = sum(len(piece.text) for piece in page.pieces if piece.invisible)
    if invisible > 0.5 * letters and page.image_share > CROPPED_SHARE:
        return "ocr_layer"
    if letters and page.covered > 0.5 and page.image_share > SCAN_SHARE:
        return "ocr_layer"
    return "wrong_characters" if has_wrong_characters(page, language) else None


def pages_with_ink(pdf: Any, numbers: Iterable[int]) -> list[int]:
    """The pages of a `pypdfium2` document on which anything is to be seen."""
    out = []
    for number in numbers:
        with closing(pdf[number - 1]) as page:
            scale = SMALL_IMAGE / max(1.0, *page.get_size())
            with closing(page.render(scale=scale, grayscale=True)) as bitmap:
                pixels = bitmap.to_numpy()
                ground = int(pixels.max())
                if (pixels < ground - CONTRAST).mean() > LEAST_INK:
                    out.append(number)
    return out


def has_wrong_characters(page: Page, language: Language) -> bool:
    """Whether too many of a page's characters have no mapping, are foreign or make no text."""
    text = "".join(piece.text for piece in page.pieces)
    if len(text) < SHORT:
        return False
    if any(_LONE.search(piece.text) for piece in page.pieces):
        return True
    wrong = len(_FOREIGN[language].findall(_QUOTED.sub("", text)))
    before, after = (None, *page.pieces[:-1]), (*page.pieces[1:], None)
    symbols = sum(map(_is_symbol, before, page.pieces, after))
    if symbols <= FEW_SYMBOLS * len(text):
        wrong -= symbols
    if wrong > MOST_WRONG * len(text):
        return True
    return language == "zh" and (_has_rare_characters(text) or has_wrong_marks(_in_lines(page)))


def _has_rare_characters(text: str) -> bool:
    han = HAN_CHARACTER.findall(text)
    return len(han) >= FEW_HAN and sum(map(everyday, han)) < LEAST_EVERYDAY * len(han)


def _in_lines(page: Page) -> str:
    """The text of a page with a line break wherever a new line begins."""
    text, last = "", None
    for piece in page.pieces:
        if last is None or abs(piece.y - last.y) > NEW_LINE * max(piece.size, last.size):
            text += "\n" if last else ""
            last = piece
        text += piece.text
    return text


def has_wrong_marks(text: str) -> bool:
    """Whether a Chinese text, line by line, has other signs for its punctuation marks.

    >>> has_wrong_marks('教师指导学生练习!评价结果"运球#传球#投篮等"基本技术!战术')
    True
    >>> has_wrong_marks('加油!教师说"好",学生练习,评价结果.运球,传球,投篮,射门')
    False
    >>> has_wrong_marks('推进"水运"建设"港口"改革"航道"规划"船闸"')
    False
    """
    signs = _FIRST_CODES.findall(text)
    signs += ['"' for line in text.split("\n") if line.count('"') % 2 and _QUOTE.search(line)]
    marks = len(_MARKS.findall(text))
    if len(signs) >= FEW_SIGNS and len(signs) > marks + len(_ASCII_MARKS.findall(text)):
        return True
    # not even with the punctuation of ASCII
    never = sum(sign in "#$" for sign in signs)
    return never >= FEW_SIGNS and never > marks


def _is_symbol(before: Piece | None, piece: Piece, after: Piece | None) -> bool:
    """Whether a piece is a single sign that its font does not explain, and no letter of a word."""
    if piece.text != UNKNOWN:
        return False
    if before is None or after is None or piece.space or after.space:
        return True
    return not (_LETTERS.fullmatch(before.text[-2:]) and _LETTERS.fullmatch(after.text[:2]))


def describe(faults: Sequence[Fault]) -> str:
    """The faults of a document's pages in words, for a message."""
    names = {
        "no_text": "a scan without text",
        "wrong_characters": "its fonts have no correct character map, so its text cannot be read",
        "ocr_layer": "a scan whose text is a layer of OCR",
    }
    return names[max(set(faults), key=lambda fault: list(faults).count(fault))]
