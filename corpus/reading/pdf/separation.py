"""Tagged paragraphs that are several on the page, and tags that are only lines of one.

Programs put one tag around paragraphs that only line breaks separate. Lines much further apart
than the lines of this document usually are, and a bold label on a line of its own, begin another
paragraph whatever the tag says. Text pasted from a mail or a PDF file has a tag a line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from duizhao.corpus.document import Language
from duizhao.corpus.reading.pdf.columns import usual_gap
from duizhao.corpus.reading.pdf.lines import Paragraph, Strip, first_word
from duizhao.corpus.reading.pdf.measures import reads_on, same_style

# Lines of one paragraph are at most so many times the usual leading apart
FAR = 1.4
# Lines of a title whose sizes differ by more than this share are several titles
OTHER_SIZE = 0.15
# So many gaps of one type size make a leading usual
EVIDENCE = 5
# So many lines that the next tag continues, and so large a share of all full lines that end one,
# show that tags are lines
CUT_LINES, CUT_SHARE = 3, 0.25
# A full line ends at most so many em before the others
ROOM = 1.6
# The next line is at most so many em below
NEXT_LINE = 2.6


def separated(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """The paragraphs, those cut in two that the page shows as two."""
    leadings = _leadings(paragraphs)
    return [part for paragraph in paragraphs for part in _parts(paragraph, leadings)]


def joined_lines(paragraphs: Sequence[Paragraph], language: Language) -> list[Paragraph]:
    """The paragraphs, full lines joined to the lines that continue them if tags are lines."""
    edges: dict[int, float] = {}
    for paragraph in paragraphs:
        for strip in paragraph.strips:
            if not paragraph.cell:
                edges[strip.page] = max(edges.get(strip.page, 0.0), strip.right)
    full = on = 0
    for last, paragraph in pairwise(paragraphs):
        if _is_full(last, edges) and paragraph.strips:
            full += 1
            on += _continues(last, paragraph, language)
    if on < CUT_LINES or on < CUT_SHARE * full:
        return list(paragraphs)
    out: list[Paragraph] = []
    for paragraph in paragraphs:
        if out and _is_full(out[-1], edges) and _continues(out[-1], paragraph, language):
            out[-1] = replace(out[-1], strips=[*out[-1].strips, *paragraph.strips])
        else:
            out.append(paragraph)
    return out


def _is_full(paragraph: Paragraph, edges: dict[int, float]) -> bool:
    if paragraph.cell or paragraph.note or paragraph.heading or not paragraph.strips:
        return False
    last = paragraph.strips[-1]
    return last.right >= edges[last.page] - ROOM * last.size


def _continues(paragraph: Paragraph, other: Paragraph, language: Language) -> bool:
    """Whether the first line of another paragraph is the next line of this one."""
    if other.cell or other.note or other.heading or other.label or not other.strips:
        return False
    last, strip = paragraph.strips[-1], other.strips[0]
    below = last.page == strip.page and 0 < last.y - strip.y <= NEXT_LINE * strip.size
    left = paragraph.strips[-1].left if len(paragraph.strips) > 1 else strip.left
    aligned = abs(strip.left - left) <= 2 and strip.left <= last.left + 2
    return below and aligned and same_style(last, strip) and reads_on(last, strip, language)


def _leadings(paragraphs: Sequence[Paragraph]) -> dict[float, float]:
    """The usual leading of each type size."""
    gaps: dict[float, list[float]] = defaultdict(list)
    for paragraph in paragraphs:
        for last, strip in pairwise(paragraph.strips):
            gap = last.y - strip.y
            if last.page == strip.page and gap > 0.5 * strip.size and not paragraph.cell:
                gaps[strip.half_points].append(gap)
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
    usual = leadings.get(strip.half_points)
    if usual is None or last.page != strip.page or last.half_points != strip.half_points:
        return False
    return last.y - strip.y > FAR * usual


def _is_label(above: Sequence[Strip], strip: Strip, right: float) -> bool:
    """Whether the lines above are bold, end early, and plain text follows."""
    if any(line.bold < 0.98 for line in above) or strip.bold > 0.5:
        return False
    last = above[-1]
    same = last.page == strip.page and last.y - strip.y > 0.5 * strip.size
    return same and last.right + first_word(strip) + 2 * strip.size < right
