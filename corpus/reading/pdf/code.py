"""Program code in a PDF: lines in a typewriter face among text in another one, with its signs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from duizhao.corpus.reading.draft import LeftOut
from duizhao.corpus.reading.pdf.lines import Paragraph

# A document with more of its letters in a typewriter face is written in it
MOST_FIXED = 0.5
# Code has at least so many of these signs for each character; prose has hardly any
SIGNS = re.compile(r"[{}()\[\]<>=;_\\|#$*/&]")
LEAST_SIGNS = 0.05


def without_code(paragraphs: Sequence[Paragraph]) -> tuple[list[Paragraph], list[LeftOut]]:
    """The paragraphs without those that are code, and the code as entries for the ledger."""
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
