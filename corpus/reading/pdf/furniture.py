"""Page furniture: running heads and feet, masthead, page and job numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median_low

from duizhao.corpus.reading import furniture
from duizhao.corpus.reading.notes import OPEN
from duizhao.corpus.reading.pdf.lines import PageLines, Strip, rows_of

HEAD, FOOT = 0.9, 0.1
# ... and so far from the edges if nothing is above the head or below the foot, and it is so many
# em and so many times the usual leading of the page away from the text
LOW_HEAD, HIGH_FOOT, SET_OFF, LEADING = 0.84, 0.16, 1.6, 1.4
# Lines of a note are at most so many em apart
NOTE_LEADING = 1.45
ENDS = tuple("。.；;：:!?！？”’\"')）")
_PAGE_NUMBER = re.compile(
    r"[-–—]?\s*(?:(?:page|第)\s*)?(?:\d{1,4}|[ivxl]{1,6})\s*页?\s*(?:(?:/|of|，?共)\s*\d{1,4}\s*页?)?"
    r"\s*[-–—]?",
    re.IGNORECASE,
)
_JOB = re.compile(r"(?:[A-Z]{1,3}\.\s?)?\d{2}-?\d{5}(?:\s?\([A-Z]\))?(?:[\s*\d]*)|V\.\d\d-\d{5}.*")
# the right half of a UN masthead
_DISTRIBUTION = re.compile(
    r"Distr\.|Original\s?:|原件\s?[:：]|原文\s?[:：]|(?:Chinese|English|中文|英文)$", re.IGNORECASE
)
_DATE = re.compile(
    r"(?:\d{1,2} [A-Z][a-z]+ \d{4}|[A-Z][a-z]+ \d{1,2}, \d{4}"
    r"|\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日)$"
)
_ORGAN = re.compile(
    r"(?:United Nations(?: Nations Unies)?|General Assembly|Security Council"
    r"|Economic and Social Council|Human Rights Council|Official Records"
    r"|联\s*合\s*国|大\s*会|安\s*全\s*理\s*事\s*会|经济及社会理事会|人权理事会|正式记录)$"
)


def reason(text: str, *, page: int, height: float) -> str:
    """The ledger's code for a piece of furniture, from its words and its position.

    `height` is its place on the page, 0 at the foot and 1 at the head.
    """
    text = text.strip()
    if re.fullmatch(r"[_\-–—=. ]+", text):
        return "separator"
    if found := furniture.reason(text):
        return found
    if _JOB.fullmatch(text):
        return "job_number"
    if page == 1 and height > 0.7:
        return "masthead"
    if (height > LOW_HEAD or height < HIGH_FOOT) and _PAGE_NUMBER.fullmatch(text):
        return "page_number"
    if height > 0.88:
        return "running_head"
    if height < 0.12:
        return "running_foot"
    return "artifact"


def text_or_number(text: str) -> str:
    """The text without white space, and the pattern of what is only the number of a page."""
    text = re.sub(r"\s+", "", text)
    return pattern(text) if _PAGE_NUMBER.fullmatch(text) else text


def is_separator(text: str) -> bool:
    """A row of underscores above footnotes, or the line that ends a UN document."""
    return bool(re.fullmatch(r"[_\-–—]{4,}", text.strip()))


def repeated(pages: Sequence[Sequence[Strip]], heights: Sequence[float]) -> set[str]:
    """What occurs at the head or foot of several pages, as `_key` has it."""
    edge: Counter[str] = Counter()
    count: Counter[str] = Counter()
    for strips, height in zip(pages, heights, strict=True):
        edge.update({pattern(s.text) for s in strips if not FOOT < s.y / height < HEAD})
        outer = _outermost(strips, height)
        count.update({_key(s, height) for s in strips if id(s) in outer})
    often = {text for text, times in edge.items() if times >= max(2, min(4, len(pages) // 3))}
    return often | {text for text, times in count.items() if times >= max(3, len(pages) // 4)}


def _outermost(strips: Sequence[Strip], height: float) -> set[int]:
    """The identities of the lines at the head or foot of a page.

    `page_numbers` finds those with the number of the page.
    """
    out = {id(strip) for strip in strips if not FOOT < strip.y / height < HEAD}
    rows = rows_of(strips)
    if len(rows) < 3:
        return out
    gaps = [above[0].y - below[0].y for above, below in pairwise(rows)]
    usual = LEADING * median_low(gaps)
    head, foot = rows[0], rows[-1]
    if head[0].y > LOW_HEAD * height and gaps[0] > max(SET_OFF * head[0].size, usual):
        out |= {id(strip) for strip in head if not _PAGE_NUMBER.fullmatch(strip.text)}
    if foot[0].y < HIGH_FOOT * height and gaps[-1] > max(SET_OFF * foot[0].size, usual):
        out |= {id(strip) for strip in foot if not _PAGE_NUMBER.fullmatch(strip.text)}
    return out


def pattern(text: str) -> str:
    """The text with every number as #, and without white space."""
    return re.sub(r"\d+", "#", re.sub(r"\s+", "", text))


def _key(strip: Strip, height: float) -> str:
    """By what a line is compared with those of other pages.

    That is its pattern at the edge of the page. Farther in there are headings as well, such as
    "Lesson 4" and "Lesson 8", so only the same text is the same head or foot.
    """
    at_edge = not FOOT < strip.y / height < HEAD
    return pattern(strip.text) if at_edge else re.sub(r"\s+", "", strip.text)


def strips_of_page(page: PageLines, known: set[str]) -> list[Strip]:
    """The lines of a page that are furniture; `known` is what `repeated` found."""
    notes = _of_notes(page.strips, page.height, known)
    outer = _outermost(page.strips, page.height)
    out = [
        strip for strip in page.strips
        if id(strip) in outer - notes and is_furniture(strip, page.height, known)
    ]  # fmt: skip
    # ... and the numbers beside them, however long the title of the page is
    names = {id(strip) for strip in out}
    for row in rows_of(page.strips):
        if any(id(strip) in names for strip in row):
            out += [s for s in row if id(s) not in names and _PAGE_NUMBER.fullmatch(s.text)]
    if page.number == 1:
        names = {id(strip) for strip in out}
        head = masthead(page.strips, page.width, page.height)
        out += [strip for strip in head if id(strip) not in names]
    return out


def _of_notes(strips: Sequence[Strip], height: float, known: set[str]) -> set[int]:
    """The identities of the lines of notes: one that begins with a raised mark, and those below.

    "Ibid." and the like are at the foot of many pages, as running feet are.
    """
    out: set[int] = set()
    above: list[Strip] = []
    for strip in sorted(strips, key=lambda strip: -strip.y):
        # a line in the middle of a sentence is no running foot, however often it is repeated
        goes_on = any(
            0 < last.y - strip.y <= NOTE_LEADING * strip.size
            and abs(last.size - strip.size) <= 0.6
            and last.left - 3 * last.size <= strip.left < last.right
            and (_key(strip, height) not in known or not last.text.endswith(ENDS))
            for last in above
        )
        if _PAGE_NUMBER.fullmatch(strip.text) or _JOB.fullmatch(strip.text):
            continue
        if goes_on or (strip.text.startswith(OPEN) and any(c.isalpha() for c in strip.text)):
            out.add(id(strip))
            above.append(strip)
    return out


def is_furniture(strip: Strip, height: float, known: set[str]) -> bool:
    """Whether a line at the head or foot of a page is no text."""
    place = strip.y / height
    if _key(strip, height) in known or furniture.reason(strip.text) is not None:
        return True
    at_edge = place > HEAD + 0.02 or place < FOOT - 0.02
    return at_edge and bool(_PAGE_NUMBER.fullmatch(strip.text) or _JOB.fullmatch(strip.text))


def masthead(strips: Sequence[Strip], width: float, height: float) -> list[Strip]:
    """The lines of the first page that are its masthead: organ, symbol, distribution, dates."""
    upper = [strip for strip in strips if strip.y > 0.55 * height]
    marks = [strip for strip in upper if _DISTRIBUTION.match(strip.text)]
    if not marks:
        return [strip for strip in upper if strip.y > 0.85 * height and _ORGAN.match(strip.text)]
    low = min(strip.bottom for strip in marks)
    edge = min(strip.left for strip in marks) - 2
    out = []
    for strip in upper:
        right_half = strip.left >= edge and strip.y >= low - 1
        known = _ORGAN.match(strip.text) or furniture.reason(strip.text) or _DATE.match(strip.text)
        large = strip.size >= 15 and strip.y >= low
        if right_half or (strip.y >= low - 1 and (known or large)):
            out.append(strip)
    return out
