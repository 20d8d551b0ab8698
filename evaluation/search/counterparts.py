"""Translations of a phrase: words that occur with it far more often than by chance.

Candidates are the n-grams of the other side of the matching rows. The best by Dunning's
log-likelihood ratio (1993) against the whole corpus accounts for the rows that contain it; the next
best is then chosen from the other rows, so each row counts for one counterpart. Without word
alignment, rare counterparts and rows with several are missed.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from duizhao.corpus.keys import plain
from duizhao.evaluation.search.grams import chinese_grams, english_grams
from duizhao.evaluation.search.query import Query
from duizhao.evaluation.search.simplified import simplify

MOST = 12
"""Most counterparts that are reported."""
CONSIDERED = 120
"""Most candidates whose frequency in the whole corpus is looked up."""
LEAST_RATIO = 10.8
"""Log-likelihood ratio below which a candidate may be chance (p = 0.001)."""
LEAST_ROWS = 3
"""Least rows of a counterpart."""
COMMON = 0.25
"""An English word in more than this share of all rows neither begins nor ends a counterpart."""
FAMILIAR = 4.0
"""Least ratio of a counterpart's frequency in matching rows to that in all rows."""

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Translation:
    """A counterpart, the number of sampled rows in which it is the likeliest, and their share."""

    text: str
    rows: int
    share: float


def translations(
    query: Query, sample: Sequence[tuple[str, str]], indexes: Sequence[sqlite3.Connection]
) -> tuple[Translation, ...]:
    """The counterparts of a query about one side, most frequent first."""
    if bool(query.chinese) == bool(query.english) or len(sample) < 2:
        return ()
    to_english = bool(query.chinese)
    texts = [plain(target) if to_english else simplify(plain(source)) for source, target in sample]
    grams = [set(english_grams(t) if to_english else chinese_grams(t)) for t in texts]
    background = _Background(indexes)
    counted = Counter(chain.from_iterable(grams))
    common = [gram for gram, count in counted.items() if count >= LEAST_ROWS and not gram.isdigit()]
    # by name where they are equally frequent: the order of a set differs from run to run
    likely = sorted(common, key=lambda gram: (-counted[gram], gram))[: 10 * CONSIDERED]
    # frequent candidates first, but not those that are frequent everywhere
    if to_english:
        likely = [gram for gram in likely if background.edges_are_rare(gram)]
    likely = likely[:CONSIDERED]
    grams = [row.intersection(likely) for row in grams]
    found: list[Translation] = []
    left = list(range(len(grams)))
    while left and len(found) < MOST:
        remaining = Counter(gram for row in left for gram in grams[row])
        best, ratio = "", LEAST_RATIO
        for gram in likely:
            if remaining[gram] < LEAST_ROWS:
                continue
            value = _ratio(remaining[gram], len(left), background.share(gram))
            # of candidates in the same rows, the longer one
            if value > ratio or (value == ratio and len(gram) > len(best)):
                best, ratio = gram, value
        if not best:
            break
        rows = [row for row in left if best in grams[row]]
        found.append(Translation(best, len(rows), round(len(rows) / len(grams), 4)))
        left = [row for row in left if best not in grams[row]]
    return tuple(sorted(found, key=lambda one: -one.rows))


def spans_of(
    query: Query, counted: Sequence[Translation], source: str, target: str
) -> tuple[Spans, Spans]:
    """The spans to mark in a row: the matches, and the first counterpart on the other side."""
    source_marks = _chinese_spans(query.chinese, source)
    target_marks = _english_spans(query.english, query.prefixes, target)
    for one in counted:
        if query.chinese and not target_marks:
            target_marks = _english_spans([tuple(one.text.split())], [False], target)
        elif query.english and not source_marks:
            source_marks = _chinese_spans([one.text], source)
    return source_marks, target_marks


def _chinese_spans(texts: Sequence[str], line: str) -> Spans:
    line = simplify(line)
    marks = [
        match.span()
        for text in texts
        for match in re.finditer(r"\W*".join(map(re.escape, text)), line, re.IGNORECASE)
        if not re.search(r"\W", match[0]) or len(text) == 1
    ]
    return tuple(sorted(set(marks)))


def _english_spans(
    phrases: Sequence[tuple[str, ...]], prefixes: Sequence[bool], line: str
) -> Spans:
    marks = []
    for words, prefix in zip(phrases, prefixes, strict=True):
        pattern = (
            r"(?<!\w)" + r"\W+".join(map(re.escape, words)) + (r"\w*" if prefix else r"(?!\w)")
        )
        marks += [match.span() for match in re.finditer(pattern, line, re.IGNORECASE)]
    return tuple(sorted(set(marks)))


class _Background:
    """The frequency of candidates in all rows, estimated from the sample in each index."""

    def __init__(self, indexes: Sequence[sqlite3.Connection]) -> None:
        self.indexes = indexes
        sql = "SELECT value FROM about WHERE key = 'sampled'"
        self.rows = sum(int(index.execute(sql).fetchone()[0]) for index in indexes)
        self.shares: dict[str, float] = {}

    def share(self, gram: str) -> float:
        """The share of all rows that contain the candidate."""
        if gram not in self.shares:
            sql = "SELECT rows FROM grams WHERE gram = ?"
            found = [index.execute(sql, (gram,)).fetchone() for index in self.indexes]
            self.shares[gram] = sum(row[0] for row in found if row) / max(self.rows, 1)
        return self.shares[gram]

    def edges_are_rare(self, gram: str) -> bool:
        """Whether neither the first nor the last English word occurs in many rows."""
        words = gram.split()
        return len(words) == 0 or all(self.share(word) <= COMMON for word in {words[0], words[-1]})


def _ratio(count: int, rows: int, share: float) -> float:
    """Dunning's statistic of `count` in `rows`, where `share` is expected; 0 for too few."""
    if not rows or count / rows < min(FAMILIAR * share, (1 + share) / 2):
        return 0.0
    expected = max(rows * share, 1e-9)
    value = count * math.log(count / expected) if count else 0.0
    if rows > count:
        value += (rows - count) * math.log((rows - count) / max(rows - expected, 1e-9))
    return 2 * value
