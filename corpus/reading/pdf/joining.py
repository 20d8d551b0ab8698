"""Printed lines to the text of a paragraph.

A word that is wider than its column is broken where the line is full, without a hyphen:

    especia     The lines of such a column end within a word if they have room for no other
    lly         letter; a whole word at the end of a line has its space, or is in the dictionary.
    women
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from duizhao.corpus.document import Language
from duizhao.corpus.reading.layout import Joiner
from duizhao.corpus.reading.pdf.lines import Paragraph, Strip

_RANGE = re.compile(r"\d[-\u2010\u2011\u2013]$")
_DASH = re.compile(r"\w[-\u2010\u2013]$")
_LAST, _FIRST = re.compile(r"[^\W\d_]+$"), re.compile(r"[^\W\d_]+")


class LineJoiner:
    """Joins printed lines as `reading.layout.Joiner` does, using the geometry of the PDF too.

    A space character at the end of a line is a space.
    """

    def __init__(self, paragraphs: Sequence[Paragraph], language: Language) -> None:
        lines = [strip.text for paragraph in paragraphs for strip in paragraph.strips]
        self.language = language
        self._joiner = Joiner.of(lines, language)

    def join(self, first: str, strip: Strip) -> str:
        if not first:
            return strip.text
        if strip.foot is not None:
            return first + strip.text
        if _RANGE.search(first) and strip.text[:1].isdigit():
            # some programs write a space at the end of every line
            return first + strip.text
        if self.language == "en":
            # at a line's end Word leaves an empty object behind some hyphens and dashes
            tight = _DASH.search(first)
            if strip.space == "real" or (strip.space == "object" and not tight):
                return f"{first} {strip.text}"
        return self._joiner.join(first, strip.text)

    def text(self, paragraph: Paragraph) -> str:
        """Raw text: lines joined, footnote marks still between OPEN and CLOSE."""
        strips = paragraph.strips
        text = strips[0].text if strips else ""
        for last, strip in pairwise(strips):
            tight = self._breaks_word(text, last, strip, strips)
            text = text + strip.text if tight else self.join(text, strip)
        return f"{paragraph.label} {text}".strip() if paragraph.label else text

    def _breaks_word(self, text: str, last: Strip, strip: Strip, strips: Sequence[Strip]) -> bool:
        """Whether a line goes on in the middle of a word at the end of `text`, of line `last`.

        `strips` are all lines of the paragraph. A word begins a line before it is broken.
        """
        if strip.space in ("real", "object") or " " in last.text or self.language != "en":
            return False
        following = strip.text.split(" ", 1)[0]
        before, after = _LAST.search(text), _FIRST.match(following)
        share = len(following) / len(strip.text)
        # of a word that is broken twice, more is on the lines before
        lines = max(1.0, len(before[0]) / len(last.text)) if before else 1.0
        joined = lines * (last.right - last.left) + share * (strip.right - strip.left)
        # the paragraph may go on in another column of the page
        width = max(_width(strips, last), _width(strips, strip))
        if joined <= width or last.right - last.left < width - last.size:
            return False
        if before is None or after is None:
            # the symbol of a document: "A/RES/79/25" / "2"
            return "/" in last.text and last.text[-1].isdigit() and following.isdigit()
        if not after[0].islower():
            return False
        word = before[0].lower() + after[0]
        return self._joiner.knows(word) or not self._joiner.knows(before[0].lower())


def _width(strips: Sequence[Strip], strip: Strip) -> float:
    """Width of the column that one of the strips is in."""
    column = [
        other for other in strips
        if other.page == strip.page and other.left <= strip.right and other.right >= strip.left
    ]  # fmt: skip
    return max(other.right for other in column) - min(other.left for other in column)
