"""The characters of a PDF page, mended where PDFium gives them in parts, in old codes or wrong.

- A character beyond U+FFFF comes as two halves (UTF-16): rare Chinese characters, letters of
  formulas, emoji.
- Fonts without accented letters, as TeX's, draw an accent over a letter: two characters in one
  place.
- Fonts of the 1990s have small capitals, old-style figures and parts of brackets at private codes,
  for which Adobe's list of glyph names is the standard.
- Characters without a mapping are guessed (`unmapped`).

    >>> composed("e", "\\u00b4"), composed("\\u0131", "\\u00a8"), composed("x", "\\u00b4")
    ('é', 'ï', '')
"""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from duizhao.corpus.reading.pdf.page.unmapped import UNKNOWN, resolved

# The accents with a width of their own, and the same as combining characters
_ACCENTS = {
    "`": "\u0300", "\u00b4": "\u0301", "\u02c6": "\u0302", "\u02dc": "\u0303", "\u00af": "\u0304",
    "\u02d8": "\u0306", "\u02d9": "\u0307", "\u00a8": "\u0308", "\u02da": "\u030a",
    "\u02dd": "\u030b", "\u02c7": "\u030c", "\u00b8": "\u0327", "\u02db": "\u0328",
}  # fmt: skip
_DOTLESS = {"\u0131": "i", "\u0237": "j"}
# The middles of a letter and its accent are at most so far apart, in em
SAME_PLACE = 0.18
# What PDFium gives for a hyphen at the end of a line
HYPHENS = (2, 0xFFFE)


def _private() -> dict[int, int]:
    """Adobe's private codes and what they show (Adobe Glyph List; Unicode's file of Symbol)."""
    codes = {0xF730 + digit: 0x30 + digit for digit in range(10)}
    codes |= {0xF761 + letter: 0x61 + letter for letter in range(26)}
    codes |= {0xF7E0 + letter: 0xE0 + letter for letter in range(32) if letter != 0x17}
    names = {
        0xF6BE: "ȷ", 0xF6D9: "©", 0xF6DA: "®", 0xF6DB: "™", 0xF6DC: "1", 0xF6DE: "—", 0xF6F9: "ł",
        0xF6FA: "œ", 0xF6FD: "š", 0xF6FF: "ž", 0xF721: "!", 0xF724: "$", 0xF726: "&", 0xF73F: "?",
        0xF7A1: "¡", 0xF7A2: "¢", 0xF7BF: "¿", 0xF8E6: "⏐", 0xF8E7: "⎯", 0xF8E8: "®", 0xF8E9: "©",
        0xF8EA: "™",
    }  # fmt: skip
    codes |= {code: ord(name) for code, name in names.items()}
    brackets = "⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪⎮⎞⎟⎠⎤⎥⎦⎫⎬⎭"
    return codes | {0xF8EB + number: ord(part) for number, part in enumerate(brackets)}


_PRIVATE = _private()
_ACCENT_CODES = frozenset((*map(ord, _ACCENTS), *range(0x300, 0x370)))
_SPECIAL = frozenset((*range(0xD800, 0xE000), *_ACCENT_CODES, *_PRIVATE))


def characters_of(raw: Any, text_page: Any) -> list[str]:
    """Each character of a page by its index; "" for one that is a part of another one.

    A ligature is several letters, and what no one can read U+FFFD.
    """
    unicode_of, is_wrong = raw.FPDFText_GetUnicode, raw.FPDFText_HasUnicodeMapError
    codes: list[int] = []
    unmapped = []
    for index in range(raw.FPDFText_CountChars(text_page)):
        codes.append(unicode_of(text_page, index))
        if is_wrong(text_page, index) == 1:
            unmapped.append(index)
    places = _Places(raw, text_page)
    drawn = codes
    if not _SPECIAL.isdisjoint(codes):
        codes = mended(codes, places.near)
    if not unmapped:
        return [chr(code) if 32 < code < 0xD800 else _character(code) for code in codes]
    guessed = [chr(code) if code < 0xD800 else _character(code) for code in codes]
    # not the parts of others, whose code is 0 now
    whole = [index for index in unmapped if codes[index] or not drawn[index]]
    found = resolved(guessed, whole, places.font)
    return [found.get(index) or _character(code) for index, code in enumerate(codes)]


def _character(code: int) -> str:
    if code == 0 or 31 < code < 0xD800 or code in (9, 10, 13):
        return chr(code) if code else ""
    if code in HYPHENS:
        return "-"
    # Unicode reserves the last ones for programs, and readers mark text with them
    if code < 32 or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF or 0xFDD0 <= code <= 0xFDEF:
        return UNKNOWN
    return chr(code)


def mended(codes: Sequence[int], near: Callable[[int, int], bool]) -> list[int]:
    """The codes with halves and accents joined; ``near(one, other)``: in the same place."""
    out = [_PRIVATE.get(code, code) for code in codes]
    for index, code in enumerate(codes):
        if 0xD800 <= code < 0xDC00 and index + 1 < len(codes):
            low = codes[index + 1]
            if 0xDC00 <= low < 0xE000:
                out[index] = 0x10000 + ((code - 0xD800) << 10) + low - 0xDC00
                out[index + 1] = 0
        elif code in _ACCENT_CODES:
            for letter in (index - 1, index + 1):
                if not 0 <= letter < len(codes) or not near(index, letter):
                    continue
                if whole := composed(_character(out[letter]), chr(code)):
                    out[letter], out[index] = ord(whole), 0
                    break
    return out


def composed(letter: str, accent: str) -> str:
    """The letter with the accent, "" where Unicode has no such letter."""
    base = _DOTLESS.get(letter, letter)
    whole = unicodedata.normalize("NFC", base + _ACCENTS.get(accent, accent))
    return whole if base.isalpha() and len(whole) == 1 else ""


class _Places:
    """Where characters are drawn and in which font, asked only for some."""

    def __init__(self, raw: Any, text_page: Any) -> None:
        self.raw, self.text_page = raw, text_page

    def near(self, one: int, other: int) -> bool:
        """Whether two characters are drawn in the same place, one over the other."""
        (x1, y1, height), (x2, y2, _) = self._middle(one), self._middle(other)
        # the size of the font does not count how the page is scaled
        scale = height or self.raw.FPDFText_GetFontSize(self.text_page, one)
        return bool(abs(x1 - x2) <= SAME_PLACE * scale and abs(y1 - y2) <= scale)

    def font(self, index: int) -> str:
        """The name of the font of a character."""
        buffer = ctypes.create_string_buffer(128)
        self.raw.FPDFText_GetFontInfo(self.text_page, index, buffer, 128, ctypes.c_int())
        return buffer.value.decode("latin-1")

    def _middle(self, index: int) -> tuple[float, float, float]:
        box = self.raw.FS_RECTF()
        self.raw.FPDFText_GetLooseCharBox(self.text_page, index, ctypes.byref(box))
        return (box.left + box.right) / 2, (box.bottom + box.top) / 2, abs(box.top - box.bottom)
