"""How the two languages of a file are arranged, by the order of its pieces."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby, pairwise

from duizhao.corpus.document import Language
from duizhao.corpus.reading.bilingual.amounts import HAN_PER_WORD
from duizhao.corpus.reading.bilingual.pieces import Piece
from duizhao.corpus.reading.bilingual.switches import WORD
from duizhao.corpus.script import count_han

SAME_LINE = "both languages in each paragraph"
TABLE = "a column for each language"
PARAGRAPHS = "alternating paragraphs"
PAGES = "alternating pages"
AFTER = "one language after the other"
SECTIONS = "alternating sections"
SUBTITLES = "bilingual subtitles"

Run = list[Piece]
Point = tuple[int, int]
"""How many Chinese and how many English pieces are before a group."""

SHORT_RUN = 3.0
"""Pieces of a run, on average, up to which paragraphs alternate."""
PURE = 0.85
"""Share of a page's text in one language from which the page is in that language."""
CLEARER = 0.75
"""Fit of one way to pair runs, as a part of the other way's, from which it is the right one."""


def arrangement(pieces: Sequence[Piece], subtitles: bool = False) -> str:
    """The arrangement, one of the texts above."""
    runs = runs_of(pieces)
    mean_run = len(pieces) / len(runs)
    if is_same_line(pieces):
        return SUBTITLES if subtitles else SAME_LINE
    if alternates_by_page(pieces):
        return PAGES
    if len(runs) >= 4 and mean_run <= SHORT_RUN:
        in_table = sum(piece.draft.kind == "table_cell" for piece in pieces)
        if subtitles:
            return SUBTITLES
        return TABLE if in_table >= 0.6 * len(pieces) else PARAGRAPHS
    longest = {
        language: max((amount(run) for run in runs if run[0].language == language), default=0.0)
        for language in ("zh", "en")
    }
    return AFTER if sum(longest.values()) >= 0.7 * amount(pieces) else SECTIONS


def groups(pieces: Sequence[Piece], kind: str) -> list[Point]:
    """Where each group of pieces that translate each other begins; [] if nothing shows it."""
    if is_same_line(pieces):
        return _lines(pieces)
    if kind in (TABLE, PARAGRAPHS, SUBTITLES):
        return _pairs_of_runs(runs_of(pieces))
    return []


def runs_of(pieces: Sequence[Piece]) -> list[Run]:
    """Neighbouring pieces of one language."""
    return [list(run) for _, run in groupby(pieces, key=lambda piece: piece.language)]


def amount(pieces: Sequence[Piece]) -> float:
    """How much text there is, in Chinese characters or their equivalent in words."""
    return sum(weight(piece.draft.text) for piece in pieces)


def weight(text: str) -> float:
    """The same for a text of either language."""
    return count_han(text) + HAN_PER_WORD * len(WORD.findall(text))


def is_same_line(pieces: Sequence[Piece]) -> bool:
    """Whether at least half of the blocks with Chinese have English too."""
    languages: dict[int, set[Language]] = defaultdict(set)
    for piece in pieces:
        languages[piece.block].add(piece.language)
    chinese = [both for both in languages.values() if "zh" in both]
    return bool(chinese) and sum(len(both) == 2 for both in chinese) >= 0.5 * len(chinese)


def alternates_by_page(pieces: Sequence[Piece]) -> bool:
    """Whether pages are in one language each, and it changes more than once."""
    pages: dict[int, dict[Language, float]] = defaultdict(lambda: {"zh": 0.0, "en": 0.0})
    for piece in pieces:
        if piece.draft.page is None:
            return False
        pages[piece.draft.page][piece.language] += weight(piece.draft.text)
    if len(pages) < 3:
        return False
    pure = [max(one.values()) >= PURE * sum(one.values()) for one in pages.values()]
    order = [one["zh"] > one["en"] for _, one in sorted(pages.items())]
    changes = sum(a != b for a, b in pairwise(order))
    return sum(pure) >= 0.8 * len(pages) and changes >= max(2, 0.4 * len(pages))


def _lines(pieces: Sequence[Piece]) -> list[Point]:
    """A group for each block that has both languages."""
    both = {
        number
        for number, own in groupby(pieces, key=lambda piece: piece.block)
        if len({piece.language for piece in own}) == 2
    }
    points: list[Point] = []
    before = {"zh": 0, "en": 0}
    last = -1
    for piece in pieces:
        if piece.block in both and piece.block != last:
            points.append((before["zh"], before["en"]))
        last = piece.block
        before[piece.language] += 1
    return points


def _pairs_of_runs(runs: Sequence[Run]) -> list[Point]:
    """A group for each two neighbouring runs; the first or the second run begins the first pair.

    Both ways are tried, and neither is taken if their lengths fit about equally well.
    """
    fits = [_misfit(runs[first:]) for first in (0, 1)]
    best = 0 if fits[0] <= fits[1] else 1
    if fits[best] > CLEARER * fits[1 - best]:
        return []
    points: list[Point] = []
    before = {"zh": 0, "en": 0}
    for number, run in enumerate(runs):
        if number % 2 == best:
            points.append((before["zh"], before["en"]))
        before[run[0].language] += len(run)
    return points


def _misfit(runs: Sequence[Run]) -> float:
    """How far the lengths of runs 0 and 1, 2 and 3 ... differ, as the mean absolute logarithm."""
    ratios = [
        abs(math.log((1 + amount(one)) / (1 + amount(other))))
        for one, other in zip(runs[::2], runs[1::2], strict=False)
    ]
    return sum(ratios) / len(ratios) if ratios else math.inf
