"""Lines with positions to blocks: what PDF and hard-wrapped text share.

A reader makes a `Line` of each printed line, with its position in widths of a Chinese character
(1 em), so that the same rules do for a PDF's coordinates and for the spaces of a text file:

    blocks, furniture = build(lines, "zh")
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.document import Language
from corpus.readers.draft import Draft, LeftOut


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line.

    Attributes:
        text: without the white space around it.
        page: from 1, None where unknown.
        number: of the line in the file, from 1, None where the format has none.
        indent: left edge, in em to the right of the column's usual left edge.
        room: empty space at the right end, in em to the column's usual right edge.
        gap: white space above beyond the usual distance of lines, in line heights; None where
            the format does not tell.
        page_top: the first line of a page.
        ends: the format says that a paragraph ends (True) or goes on (False) after this line;
            None where it does not tell.
        starts: the same for the beginning of a paragraph.
        size: font size relative to the body's; 1.0 where unknown.
        bold: set in bold type.
    """

    text: str
    page: int | None = None
    number: int | None = None
    indent: float = 0.0
    room: float = 0.0
    gap: float | None = None
    page_top: bool = False
    ends: bool | None = None
    starts: bool | None = None
    size: float = 1.0
    bold: bool = False


SYMBOL = r"[A-Z][A-Z0-9]{0,8}(?:\.[A-Z0-9]{1,6})?/[A-Z0-9][A-Za-z0-9()./\- –—]*"


def furniture_reason(text: str) -> str | None:
    """Why this line is no part of the text, None where it is.

        >>> furniture_reason("21-01922 6/14")
        'job_number'
    """
    text = text.strip()
    if re.fullmatch(r"(?:https?://|www\.)\S+", text):
        return "link"
    if re.fullmatch(SYMBOL, text):
        return "document_symbol"
    if re.fullmatch(r"\d{2}-\d{5}(?:\s+\d+\s?/\s?\d+)?|\d+\s?/\s?\d+\s+\d{2}-\d{5}", text):
        return "job_number"
    return None


def build(lines: Sequence[Line], language: Language) -> tuple[list[Draft], list[LeftOut]]:
    """Blocks and furniture of a document's lines, in reading order."""
    raise NotImplementedError
