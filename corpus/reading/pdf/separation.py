"""Tagged paragraphs that are several on the page.

Programs put one tag around paragraphs that only line breaks separate. Lines much further apart
than the lines of this document usually are, and a bold label on a line of its own, begin another
paragraph whatever the tag says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from duizhao.corpus.reading.pdf.columns import usual_gap
from duizhao.corpus.reading.pdf.lines import Paragraph, Strip, first_word

# Lines of one paragraph are at most so many times the usual leading apart
FAR = 1.4
# Lines of a title whose sizes differ by more than this share are several titles
OTHER_SIZE = 0.15
# So many gaps of one type size make a leading usual
EVIDENCE = 5


def separated(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """The paragraphs, those cut in two that the page shows as two."""
    leadings = _leadings(paragraphs)
    return [part for paragraph in paragraphs for part in _parts(paragraph, leadings)]


def _leadings(paragraphs: Sequence[Paragraph]) -> dict[float, float]:
    """The usual leading of each type size."""
    gaps: dict[float, list[float]] = defaultdict(list)
    for paragraph in paragraphs:
        for last, strip in pairwise(paragraph.strips):
            gap = last.y - strip.y
            if last.page == strip.page and gap > 0.5 * strip.size and not paragraph.cell:
                gaps[_key(strip)].append(gap)
    return {size: usual_gap(values) for size, values in gaps.items() if len(values) >= EVIDENCE}


def _parts(paragraph: Paragraph, leadings: dict[float, float]) -> Iterator[Paragraph]:
    if paragraph.cell or paragraph.note or len(paragraph.strips) < 2:
        yield paragraph
        return
    right = max(strip.right for strip in paragraph.strips)
    parts = [[paragraph.strips[0]]]
    for last, strip in pairwise(paragraph.strips):
        if paragraph.heading:
            new = abs(last.size - strip.size) > OTHER_SIZE * min(last.size, strip.size)
        else:
            new = _apart(last, strip, leadings) or _is_label(parts[-1], strip, right)
        if new:
            parts.append([])
        parts[-1].append(strip)
    for number, strips in enumerate(parts):
        label = "" if number else paragraph.label
        yield replace(paragraph, strips=strips, label=label) if len(parts) > 1 else paragraph


def _apart(last: Strip, strip: Strip, leadings: dict[float, float]) -> bool:
    usual = leadings.get(_key(strip))
    if usual is None or last.page != strip.page or _key(last) != _key(strip):
        return False
    return last.y - strip.y > FAR * usual


def _is_label(above: Sequence[Strip], strip: Strip, right: float) -> bool:
    """Whether the lines above are bold, end early, and plain text follows."""
    if any(line.bold < 0.98 for line in above) or strip.bold > 0.5:
        return False
    last = above[-1]
    same = last.page == strip.page and last.y - strip.y > 0.5 * strip.size
    return same and last.right + first_word(strip) + 2 * strip.size < right


def _key(strip: Strip) -> float:
    return round(2 * strip.size) / 2
