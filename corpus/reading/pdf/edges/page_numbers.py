"""The heads and feet of pages that have the number of the page: furniture, wherever they are.

Numbers that go up by one with each page, or by two with each image of two pages, are page numbers.
On a page by itself a number in the first or last line is one if the line is set apart and the
number is at the edge of the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from duizhao.corpus.reading.pdf.lines import PageLines, Strip, rows_of

NUMBER = re.compile(r"[-–—·•]?\s?(\d{1,4})\s?[-–—·•.]?")
LEADING, TRAILING = re.compile(r"(\d{1,4})\s+(?=\D)"), re.compile(r"(?<=\D)\s+(\d{1,4})")
# Where the first and the last line of a page are, in heights of the page
HIGHEST, LOWEST = 0.8, 0.2
# A head is so many times the usual distance of lines from the text
APART = 1.35
# So many pages show that numbers count them; more where the number is within words
FEWEST, FEWEST_WITHIN = 2, 3
# A title beside the number of a page has at most so many letters
TITLE = 40
STOPS = tuple("。.；;：:!?！？，,")


@dataclass(frozen=True, slots=True)
class _Edge:
    """The first or the last row of a page that has a number.

    `within` is true if the number is in the same strip as words; `apart` if the row is set apart.
    """

    page: int
    head: bool
    strips: Sequence[Strip]
    number: int
    within: bool
    apart: bool

    @property
    def series(self) -> tuple[tuple[bool, int, int], ...]:
        """The series that the number may belong to: of pages, or of images of two pages each."""
        return tuple((self.head, step, self.number - step * self.page) for step in (1, 2))


def numbered(pages: Sequence[PageLines]) -> dict[int, str]:
    """The strips of the numbered heads and feet of pages by identity: why they are left out."""
    edges = [edge for page in pages for edge in _edges(page)]
    series = Counter(key for edge in edges for key in edge.series)
    alone = Counter(key for edge in edges if not edge.within for key in edge.series)
    out: dict[int, str] = {}
    for edge in edges:
        counted = any(alone[s] >= FEWEST or series[s] >= FEWEST_WITHIN for s in edge.series)
        if counted or (edge.apart and not edge.within):
            words = "running_head" if edge.head else "running_foot"
            for strip in edge.strips:
                out[id(strip)] = "page_number" if NUMBER.fullmatch(strip.text) else words
    return out


def _edges(page: PageLines) -> Iterator[_Edge]:
    rows = rows_of(page.strips)
    if len(rows) < 3:
        return
    gaps = [above[0].y - below[0].y for above, below in pairwise(rows)]
    usual = median(gaps)
    left = min(strip.left for strip in page.strips)
    right = max(strip.right for strip in page.strips)
    for head, row, gap in ((True, rows[0], gaps[0]), (False, rows[-1], gaps[-1])):
        height = row[0].y / page.height
        if not (height > HIGHEST if head else height < LOWEST):
            continue
        found = _number(row)
        if found is None:
            continue
        number, within, place = found
        ruled = _ruled(page, rows[1][0].top if head else row[0].top, row, head=head)
        apart = (gap > APART * usual or ruled) and _at_edge(place, left, right, page.width)
        yield _Edge(page.number, head, row, number, within, apart and not 1900 <= number <= 2100)


def _number(row: Sequence[Strip]) -> tuple[int, bool, Strip] | None:
    """The number of a row, whether it is within words, and the strip that has it."""
    if len(row) > 3:
        return None
    titles = [strip for strip in row if not NUMBER.fullmatch(strip.text)]
    numbers = [strip for strip in row if NUMBER.fullmatch(strip.text)]
    words = sum(strip.letters for strip in titles)
    if words > TITLE * len(titles) or any(strip.text.endswith(STOPS) for strip in titles):
        return None
    if len(numbers) == 1 and numbers[0] in (row[0], row[-1]):
        match = NUMBER.fullmatch(numbers[0].text)
        return (int(match[1]), False, numbers[0]) if match else None
    if numbers:
        return None
    if match := LEADING.match(row[0].text):
        return int(match[1]), True, row[0]
    for match in TRAILING.finditer(row[-1].text):
        if match.end() == len(row[-1].text):
            return int(match[1]), True, row[-1]
    return None


def _at_edge(strip: Strip, left: float, right: float, width: float) -> bool:
    """Whether a number is at an edge of the text or in the middle of the page."""
    near = 2 * strip.size
    middle = (strip.left + strip.right) / 2
    return (
        strip.left <= left + near
        or strip.right >= right - near
        or min(abs(middle - width / 2), abs(middle - (left + right) / 2)) <= near
    )


def _ruled(page: PageLines, below: float, row: Sequence[Strip], *, head: bool) -> bool:
    """Whether a line of some length is drawn between a head, or a foot, and the text."""
    base = min(strip.y for strip in row)
    if head:
        low, high = below, base
    else:
        low, high = max(strip.top for strip in row), max(strip.top for strip in row) + 12
    return any(
        low - 1 <= y <= high + 1 and end - start > 0.4 * page.width for start, end, y in page.rules
    )
