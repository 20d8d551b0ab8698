"""The heads and feet of pages that have the number of the page: furniture, wherever they are.

Numbers that go up by one with each page, or by two with each image of two pages, are page numbers;
in lines that are not set apart, such as the rows of a table, only on three pages near each other.
Words beside the number are part of the head if they come again, or if other pages of the series
have a number alone: numbered headings, one a page, are text. On a page by itself a number without
words in the first or last line is one if the line is set apart and the number is at the edge of the
text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
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
# The number and its words are one strip, or at most so many times their size apart
BESIDE = 4.0
# A first line with words in type so many times as large as that of the page is a heading
LARGER = 1.2
# "Unit 4" is the label of a heading
LABEL = re.compile(
    r"(?:annex|appendix|chapter|figure|lesson|module|part|section|step|table|unit)\s+\d+", re.I
)
# So many pages show that numbers count them; more where the number is within words
FEWEST, FEWEST_WITHIN = 2, 3
# A title beside the number of a page has at most so many letters
TITLE = 40
STOPS = tuple("。.；;：:!?！？，,")


# First or last row, pages on an image, and the number that page 0 would have
_Series = tuple[bool, int, int]


@dataclass(frozen=True, slots=True)
class _Edge:
    """The first or the last row of a page that has a number.

    `within` is true if the number is in the same strip as words or close to them; `apart` if the
    row is set apart. `words` are those beside the number.
    """

    page: int
    head: bool
    strips: Sequence[Strip]
    number: int
    within: bool
    apart: bool
    words: str

    @property
    def series(self) -> tuple[_Series, ...]:
        """The series that the number may belong to: of pages, or of images of two pages each."""
        return tuple((self.head, step, self.number - step * self.page) for step in (1, 2))


def numbered(pages: Sequence[PageLines]) -> dict[int, str]:
    """The strips of the numbered heads and feet of pages by identity: why they are left out."""
    edges = [edge for page in pages for edge in _edges(page)]
    members: defaultdict[_Series, list[_Edge]] = defaultdict(list)
    for edge in edges:
        for key in edge.series:
            members[key].append(edge)
    known = {key: _Known.of(series) for key, series in members.items()}
    out: dict[int, str] = {}
    for edge in edges:
        counted = any(_counts(edge, known[key]) for key in edge.series)
        if counted or (edge.apart and not edge.words):
            words = "running_head" if edge.head else "running_foot"
            for strip in edge.strips:
                out[id(strip)] = "page_number" if NUMBER.fullmatch(strip.text) else words
    return out


@dataclass(frozen=True, slots=True)
class _Known:
    """What the edges of a series have in common.

    `apart_from_words` counts those whose number is not within words; `titled` is true if the words
    are those of heads.
    """

    pages: frozenset[int]
    apart_from_words: int
    titled: bool

    @classmethod
    def of(cls, series: Sequence[_Edge]) -> _Known:
        outside = sum(not edge.within for edge in series)
        return cls(frozenset(edge.page for edge in series), outside, _titled(series))


def _counts(edge: _Edge, series: _Known) -> bool:
    """Whether the edges of a series count the pages, and this one is among them."""
    if not edge.apart and not _in_run(edge.page, series.pages):
        return False
    if series.apart_from_words >= FEWEST:
        # the words of the rows of a table are beside their numbers, too, and change
        return series.titled or not (edge.within or (edge.words and not edge.apart))
    return series.titled and len(series.pages) >= FEWEST_WITHIN


def _titled(series: Sequence[_Edge]) -> bool:
    """Whether the words of a series are those of heads: a number is alone, or they come again."""
    if any(not edge.words for edge in series):
        return True
    found: defaultdict[str, set[int]] = defaultdict(set)
    for edge in series:
        found[edge.words].add(edge.page)
    return any(len(on) >= 3 or any(page + 2 in on for page in on) for on in found.values())


def _in_run(page: int, known: Collection[int]) -> bool:
    """Whether a page has near pages of its series on both sides, or two of them on one side."""
    return _near(page, known, 1) + _near(page, known, -1) >= 2


def _near(page: int, known: Collection[int], way: int) -> int:
    """How many pages of a series, at most two, follow in one direction without a long gap."""
    for count in range(2):
        found = [page + way * step for step in (1, 2) if page + way * step in known]
        if not found:
            return count
        page = found[0]
    return 2


def _edges(page: PageLines) -> Iterator[_Edge]:
    rows = rows_of(page.strips)
    if len(rows) < 3:
        return
    gaps = [above[0].y - below[0].y for above, below in pairwise(rows)]
    usual = median(gaps)
    size = median(strip.size for strip in page.strips)
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
        words = " ".join(s.text for s in row if s is not place or within)
        words = re.sub(r"^\d{1,4}\s+|\s+\d{1,4}$", "", words)
        if head and words and max(strip.size for strip in row) > LARGER * size:
            continue
        within = within or any(
            max(s.left - place.right, place.left - s.right) < BESIDE * s.size
            for s in row if s is not place
        )  # fmt: skip
        ruled = _ruled(page, rows[1][0].top if head else row[0].top, row, head=head)
        apart = (gap > APART * usual or ruled) and _at_edge(place, left, right, page.width)
        apart = apart and not 1900 <= number <= 2100
        if not apart and _in_column(place, rows[1] if head else rows[-2]):
            continue
        yield _Edge(page.number, head, row, number, within, apart, words)


def _number(row: Sequence[Strip]) -> tuple[int, bool, Strip] | None:
    """The number of a row, whether it is within words, and the strip that has it."""
    if len(row) > 3 or any(LABEL.fullmatch(strip.text) for strip in row):
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


def _in_column(number: Strip, row: Sequence[Strip]) -> bool:
    """Whether the next row has a number in the same column, as in a table."""
    return any(
        NUMBER.fullmatch(strip.text)
        and min(abs(strip.left - number.left), abs(strip.right - number.right)) <= 2
        for strip in row
    )


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
