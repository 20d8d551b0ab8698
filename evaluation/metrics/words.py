"""Words that must be right: numbers, names and terms, counted segment by segment.

For each class: the share of the system's words that are in the reference (precision), and the share
of the reference's words that the system has (recall). Every occurrence counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from duizhao.corpus import tsv
from duizhao.corpus.errors import InputError

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_TITLE = r"(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bDr)(?<!\bSt)(?<!\bNo)(?<!\bNos)(?<!\b[A-Z])"
_SENTENCE_END = re.compile(_TITLE + r"[.!?:;]['\"”’)\]]*\s+$")

_MONTHS_AND_DAYS = """January February March April May June July August September October
November December Monday Tuesday Wednesday Thursday Friday Saturday Sunday"""
_SMALL_WORDS = """I The A An In On At Of For To And Or But By With From As It This That These
Those"""
_NOT_NAMES = frozenset(f"{_MONTHS_AND_DAYS} {_SMALL_WORDS}".split())

Extract = Callable[[str], Iterable[str]]


@dataclass(frozen=True, slots=True)
class WordCounts:
    """Words of a class that match, that the hypothesis has, and that the reference has."""

    matched: int
    hypothesis: int
    reference: int

    @property
    def precision(self) -> float | None:
        """Share of the hypothesis' words that are right; None if it has none."""
        return self.matched / self.hypothesis if self.hypothesis else None

    @property
    def recall(self) -> float | None:
        """Share of the reference's words that the hypothesis has; None if there are none."""
        return self.matched / self.reference if self.reference else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of both; None if neither side has a word of the class."""
        total = self.hypothesis + self.reference
        return 2 * self.matched / total if total else None


def count(extract: Extract, hypotheses: Sequence[str], references: Sequence[str]) -> WordCounts:
    """Count the words that `extract` returns, segment by segment."""
    matched = written = wanted = 0
    for hypothesis, reference in zip(hypotheses, references, strict=True):
        ours, theirs = Counter(extract(hypothesis)), Counter(extract(reference))
        matched += (ours & theirs).total()
        written += ours.total()
        wanted += theirs.total()
    return WordCounts(matched, written, wanted)


def numbers(text: str) -> list[str]:
    """Numbers in digits, without thousands separators.

    >>> numbers("1,250 of 3.5 million (S/2021/130)")
    ['1250', '3.5', '2021', '130']
    """
    return [
        number.replace(",", "") if _GROUPED.fullmatch(number) else number
        for number in NUMBER.findall(text)
    ]


def names(text: str) -> list[str]:
    """Capitalised words that do not begin a sentence, and words in capitals anywhere.

    >>> names("The mission in Cyprus (UNFICYP) met Ms. Spehar.")
    ['Cyprus', 'UNFICYP', 'Ms', 'Spehar']
    """
    words = []
    for match in WORD.finditer(text):
        word = match.group()
        if not word[0].isupper() or word in _NOT_NAMES:
            continue
        before = text[: match.start()]
        begins = not before.strip(" \t\"'“‘(") or _SENTENCE_END.search(before) is not None
        if not begins or (len(word) > 1 and word.isupper()):
            words.append(word)
    return words


def terms(glossary: Iterable[str]) -> Extract:
    """A function that lists the glossary's terms in a text, the longest first, in any case."""
    wanted = sorted({term.strip() for term in glossary if term.strip()}, key=lambda t: (-len(t), t))
    if not wanted:
        return lambda text: []
    pattern = re.compile(
        r"(?<!\w)(?:" + "|".join(re.escape(term) for term in wanted) + r")(?!\w)", re.IGNORECASE
    )
    return lambda text: [match.lower() for match in pattern.findall(text)]


def read_terms(path: Path) -> list[str]:
    """English terms of a glossary: the second column of a TSV, or the only one; # is a comment."""
    try:
        rows = tsv.listed(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"cannot read the glossary {path}: {error}; give a TSV of Chinese and English terms"
        ) from error
    terms = [row[1 if len(row) > 1 else 0] for _, row in rows]
    if not any(terms):
        raise InputError(f"the glossary {path} has no terms; give Chinese, a tab, English")
    return terms
