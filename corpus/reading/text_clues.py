"""What the white space of a hard-wrapped text tells; how far to believe it is in `text`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from duizhao.corpus.document import Language
from duizhao.corpus.reading import block_kinds, furniture, layout
from duizhao.corpus.reading.footnotes import NOTE_MARK
from duizhao.corpus.reading.spacing import WIDE
from duizhao.corpus.script import HAN_CHARACTER

SPACES = re.compile(r"[^\S\u3000]{2,}|[\xa0\t\u2000-\u200b\ufeff]")


@dataclass(frozen=True, slots=True)
class RawLine:
    """A line that is not blank, as the file has it."""

    number: int
    raw: str
    text: str
    blanks_before: int
    page_break_before: bool

    @property
    def lead(self) -> str:
        return self.raw[: len(self.raw) - len(self.raw.lstrip())]

    @property
    def trails(self) -> bool:
        return self.raw != self.raw.rstrip()


# what a Chinese sentence or heading never begins with, or ends in
MID_BEGINNING = re.compile(r"[的了着过们之等及或与和年月日号段、，；：。！？）》”’」』〉】%％)]")
MID_ENDING = re.compile(r"[的第在对为是把被向由以于从和与及或（《“「(]$")
BRACKETS = (("（", "）"), ("(", ")"), ("《", "》"), ("“", "”"), ("「", "」"))


def goes_on_in_mid_sentence(text: str, following: str) -> bool:
    """Does a line that ends in no stop surely go on in the next one?"""
    if following[:1].islower() or MID_BEGINNING.match(following):
        return True
    if HAN_CHARACTER.match(following) and MID_ENDING.search(text):
        return True
    return any(
        text.count(opens) > text.count(closes) and following.count(closes) > following.count(opens)
        for opens, closes in BRACKETS
    )


def raw_lines(text: str) -> list[RawLine]:
    """The lines that are not blank; a form feed is a page break."""
    text = re.sub(r"\r\n?|[\u2029\x85]", "\n", text.lstrip("\ufeff"))
    # Word and web pages write a line break inside a paragraph like this
    text = re.sub(rf"(?<=[{WIDE}])[\v\u2028](?=[{WIDE}])", "", text)
    text = re.sub(r"[\v\u2028]", " ", text)
    lines: list[RawLine] = []
    blanks = 0
    page_break = False
    for number, raw in enumerate(text.split("\n"), 1):
        pieces = raw.split("\f")
        for place, piece in enumerate(pieces):
            page_break = page_break or place > 0
            if not piece.strip("\ufeff\u200b \t\xa0\u3000"):
                # what is left of a line after a form feed is no blank line
                blanks += 1 if len(pieces) == 1 else 0
                continue
            tidy = SPACES.sub(" ", piece.strip())
            lines.append(RawLine(number, piece, tidy, blanks, page_break))
            blanks, page_break = 0, False
    return lines


def blank_between_lines(raw: Sequence[RawLine]) -> bool:
    """Do blank lines stand between almost any two lines, and so tell nothing of paragraphs?"""
    apart = sum(1 for line in raw[1:] if line.blanks_before)
    return apart >= 0.85 * (len(raw) - 1)


def blank_between_paragraphs(
    raw: Sequence[RawLine], body: Sequence[int], edges: Sequence[float], language: Language
) -> bool:
    """Do lines that no empty line follows run on to their edge, all but a few?"""
    inner = [
        number
        for number, following in pairwise(body)
        if not raw[following].blanks_before and following == number + 1
    ]
    room = [edges[number] - layout.width(raw[number].text) for number in inner]
    full = sum(1 for space in room if space <= layout.WIDE_ROOM[language])
    some_blank = sum(1 for number in body if raw[number].blanks_before) >= 0.1 * len(body)
    return bool(inner) and some_blank and full >= 0.97 * len(inner)


def is_page_top(raw: Sequence[RawLine], number: int, spaced_out: bool) -> bool:
    line = raw[number]
    if line.page_break_before:
        return True
    if number == 0 or furniture.reason(line.text):
        return False
    before = number - 1
    while before >= 0 and furniture.reason(raw[before].text):
        if furniture.reason(raw[before].text) not in ("link", "separator"):
            return True
        before -= 1
    return spaced_out and not line.blanks_before


def pages(raw: Sequence[RawLine], tops: Sequence[bool]) -> list[int]:
    """The page of each line, counted from 1 at the breaks that have text between them."""
    pages, page, text_since = [], 1, False
    for line, top in zip(raw, tops, strict=True):
        if top and text_since:
            page, text_since = page + 1, False
        text_since = text_since or not furniture.reason(line.text)
        pages.append(page)
    return pages


def note_lines(raw: Sequence[RawLine], tops: Sequence[bool]) -> set[int]:
    """Numbers of the lines of footnotes: from a rule to the foot of its page.

    A rule that no line with a note's mark follows is an ornament.
    """
    found: set[int] = set()
    inside = False
    for number, line in enumerate(raw):
        reason = furniture.reason(line.text)
        if reason == "separator":
            following = raw[number + 1].text if number + 1 < len(raw) else ""
            inside = bool(NOTE_MARK.match(following))
        elif inside and (tops[number] or reason not in (None, "link")):
            inside = False
        elif inside and reason is None:
            found.add(number)
    return found


def right_edges(raw: Sequence[RawLine], usual: float, reach: int = 5) -> list[float]:
    """The right edge around each line: the widest of its neighbours that is no exception."""
    widths = [0.0 if furniture.reason(line.text) else layout.width(line.text) for line in raw]
    edges = []
    for number in range(len(raw)):
        near = max(widths[max(0, number - reach) : number + reach + 1])
        edges.append(min(near, 1.02 * usual) if near >= 0.85 * usual else usual)
    return edges


def indents(raw: Sequence[RawLine], tops: Sequence[bool], pages: Sequence[int]) -> list[float]:
    """Left edges in em, from the usual one; the one space more of a page's first line is gone.

    The usual edge is that of lines that go on from the line before, and may differ from page to
    page (left and right pages are set off differently).
    """
    leads = [layout.width(line.lead.expandtabs(4)) for line in raw]
    usual = Counter(leads).most_common(1)[0][0] if leads else 0.0
    edge = max((layout.width(line.text) for line in raw), default=0.0)
    inner: dict[int, Counter[float]] = {}
    for number, (before, line) in enumerate(pairwise(raw), 1):
        goes_on = not block_kinds.ends_like_text(before.text) and not tops[number]
        if goes_on and layout.width(before.text) > 0.6 * edge and not furniture.reason(line.text):
            inner.setdefault(pages[number], Counter())[leads[number]] += 1
    indents = []
    for lead, top, page in zip(leads, tops, pages, strict=True):
        own = inner.get(page, Counter())
        base = own.most_common(1)[0][0] if own.total() >= 4 else usual
        indents.append(max(0.0, lead - base - (0.5 if top and lead else 0.0)))
    return indents


def trailing_clue(
    raw: Sequence[RawLine], body: Sequence[int], edges: Sequence[float], language: Language
) -> int:
    """1: white space at the end ends a paragraph; -1: its absence does; 0: it says nothing."""
    with_space = [number for number in body if raw[number].trails]
    without = [number for number in body if not raw[number].trails]
    if not with_space or not without:
        return 0
    looks_ended = {
        number: block_kinds.ends_like_text(raw[number].text)
        or edges[number] - layout.width(raw[number].text) > layout.WIDE_ROOM[language]
        for number in body
    }
    ended_with = sum(looks_ended[number] for number in with_space) / len(with_space)
    ended_without = sum(looks_ended[number] for number in without) / len(without)
    if ended_with > 0.8 and ended_without < 0.35:
        return 1
    if ended_without > 0.8 and ended_with < 0.35:
        return -1
    return 0


def indents_start_paragraphs(
    raw: Sequence[RawLine], body: Sequence[int], indents: Sequence[float]
) -> bool:
    """Do indented lines follow lines that ended? Then an indent starts a paragraph."""
    pairs = [(before, number) for before, number in pairwise(body) if indents[number] > 0]
    if not pairs:
        return False
    widths = [layout.width(raw[before].text) for before, _ in pairs]
    edge = max(layout.width(raw[number].text) for number in body)
    after_end = sum(
        block_kinds.ends_like_text(raw[before].text) or width < 0.7 * edge
        for (before, _), width in zip(pairs, widths, strict=True)
    )
    return after_end >= 0.8 * len(pairs)


def printed_shift(raw: Sequence[RawLine], pages: Sequence[int]) -> int:
    """What brings the counted pages to the first page number printed.

    ``21-01922 6/14`` is at the end of page 6, or, if the text was extracted in another order, at
    its beginning; the number of pages shows which.
    """
    for number, line in enumerate(raw):
        if furniture.reason(line.text) not in ("job_number", "page_number"):
            continue
        printed = furniture.printed_page(line.text)
        if printed is None:
            continue
        page, total = printed
        shift = page - pages[number]
        if pages[-1] + shift > total >= pages[-1] + shift - 1:
            shift -= 1
        return max(0, shift)
    return 0
