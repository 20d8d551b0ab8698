"""F1 of words by frequency, and n-grams that one system gets right and another does not.

After compare-mt (Neubig et al. 2019): the F1 of rare words reveals differences that an average
hides, and the n-grams in which two systems differ most often are examples of the difference.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypedDict

BUCKETS = ((1, 2), (2, 5), (5, 10), (10, 100), (100, 1000), (1000, 10**12))
"""Buckets of frequency in the references, without the upper bound."""

_TOKEN = re.compile(r"\w+(?:[-'’.,/]\w+)*")


class FrequencyScores(TypedDict):
    """The words of a bucket of frequency, and each system's F1 on them."""

    frequency: str
    words: int
    f1: dict[str, float | None]


class NgramCounts(TypedDict):
    """How often each of two systems has an n-gram of the reference."""

    ngram: str
    baseline: int
    system: int


def tokens(text: str) -> list[str]:
    """Words in lower case, including marks inside them (``13.5``, ``S/2021/130``)."""
    return _TOKEN.findall(text.lower())


def by_frequency(
    systems: Mapping[str, Sequence[str]], references: Sequence[str]
) -> list[FrequencyScores]:
    """F1 of each system's words, by their frequency in the references."""
    wanted = [Counter(tokens(reference)) for reference in references]
    frequency: Counter[str] = Counter()
    for counts in wanted:
        frequency.update(counts)
    bucket = {
        word: place
        for word, count in frequency.items()
        for place, (low, high) in enumerate(BUCKETS)
        if low <= count < high
    }
    total: Counter[int] = Counter()
    for word, count in frequency.items():
        total[bucket[word]] += count
    f1: dict[str, list[float | None]] = {}
    for name, hypotheses in systems.items():
        matched: Counter[int] = Counter()
        written: Counter[int] = Counter()
        for hypothesis, counts in zip(hypotheses, wanted, strict=True):
            ours = Counter(tokens(hypothesis))
            for word, count in ours.items():
                if word in bucket:
                    written[bucket[word]] += count
                    matched[bucket[word]] += min(count, counts[word])
        f1[name] = [
            2 * matched[place] / (written[place] + total[place]) if total[place] else None
            for place in range(len(BUCKETS))
        ]
    return [
        {
            "frequency": _label(low, high),
            "words": total[place],
            "f1": {name: values[place] for name, values in f1.items()},
        }
        for place, (low, high) in enumerate(BUCKETS)
        if total[place]
    ]


def outstanding(
    baseline: Sequence[str],
    system: Sequence[str],
    references: Sequence[str],
    *,
    longest: int = 4,
    count: int = 10,
) -> dict[str, list[NgramCounts]]:
    """N-grams of the reference (2 to `longest` words) that one of two systems has more often.

    ``better`` lists those of `system`, ``worse`` those of `baseline`, with both systems' counts.
    """
    ours: Counter[tuple[str, ...]] = Counter()
    theirs: Counter[tuple[str, ...]] = Counter()
    for first, second, reference in zip(baseline, system, references, strict=True):
        wanted = _ngrams(tokens(reference), longest)
        theirs.update(_ngrams(tokens(first), longest) & wanted)
        ours.update(_ngrams(tokens(second), longest) & wanted)
    differences = {gram: ours[gram] - theirs[gram] for gram in ours.keys() | theirs.keys()}
    # the largest differences; of equal ones the longest, which is the most informative
    order = sorted(differences, key=lambda gram: (differences[gram], len(gram), gram))
    worse = sorted(order, key=lambda gram: (differences[gram], -len(gram), gram))

    def listed(grams: Sequence[tuple[str, ...]]) -> list[NgramCounts]:
        return [
            {"ngram": " ".join(gram), "baseline": theirs[gram], "system": ours[gram]}
            for gram in grams[:count]
        ]

    return {
        "better": listed([gram for gram in reversed(order) if differences[gram] > 0]),
        "worse": listed([gram for gram in worse if differences[gram] < 0]),
    }


def _ngrams(words: Sequence[str], longest: int) -> Counter[tuple[str, ...]]:
    return Counter(
        tuple(words[start : start + size])
        for size in range(2, longest + 1)
        for start in range(len(words) - size + 1)
    )


def _label(low: int, high: int) -> str:
    if high == low + 1:
        return str(low)
    return f"{low:,} and more" if high == BUCKETS[-1][1] else f"{low:,} to {high - 1:,}"
