"""Scanned pages of vertical Chinese, whose characters are right but whose punctuation is not.

The recognition model reads such a page once it is turned on its side. It leaves out the marks,
which are in a corner of their square there, and is still certain of everything else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from duizhao.corpus.reading.draft import Draft
from duizhao.corpus.reading.scan.recognition.page import RecognisedPage
from duizhao.corpus.script import count_han

# Lines with fewer Chinese characters may be cells or headings, which have no marks
LONG = 10
# Long lines needed to decide how a page is set
FEWEST = 3
# Marks for a Chinese character: printed text has 0.08 to 0.15
FEW_MARKS = 0.03
MARKS = re.compile(r"[，。、；：？！,.;:?!]")
CONFIDENCE = 0.5
"""Greatest confidence of a sentence without its punctuation."""


def vertical_pages(pages: Mapping[int, RecognisedPage]) -> list[int]:
    """The numbers of the pages that are set vertically."""
    return [number for number, page in sorted(pages.items()) if is_vertical(page)]


def is_vertical(page: RecognisedPage) -> bool:
    """Whether the lines of a page are columns that have lost their punctuation.

    A page with horizontal lines that was scanned on its side keeps its punctuation.
    """
    if page.turned not in (90, 270):
        return False
    texts = [line.text for line in page.lines if count_han(line.text) >= LONG]
    marks = sum(len(MARKS.findall(text)) for text in texts)
    return len(texts) >= FEWEST and marks < FEW_MARKS * sum(map(count_han, texts))


def doubted(draft: Draft) -> Draft:
    """The block of such a page, with low confidence."""
    if draft.confidences is None:
        return draft
    return replace(draft, confidences=tuple(min(CONFIDENCE, one) for one in draft.confidences))


def warnings(pages: Sequence[int]) -> list[str]:
    """The warning about these pages, if there are any."""
    if not pages:
        return []
    named = ", ".join(map(str, pages[:5])) + (" ..." if len(pages) > 5 else "")
    return [
        f"pages set vertically ({named}): their punctuation is lost or wrong, and their sentences "
        f"have a confidence of {CONFIDENCE} at most; look at them with duizhao inspect --html, or "
        "leave their rows out with the cleaning step low_recognition"
    ]
