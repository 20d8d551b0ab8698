"""Repetition loops in an output: repeated words, letters, figures or marks."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

from duizhao.models.guards.flags import REPETITION, Finding

# longer loops are detected by `_scattered`
_LONGEST_UNIT = 60
_MARKS = re.compile(r"((?:[^\w\s]\s*){1,3}?)\1{4,}")
_SOURCE_MARKS = re.compile(r"(?:[^\w\s]\s*){4}|[…⋯]|—{2}")


def repetition(source: str, output: str) -> Iterator[Finding]:
    """Repetitions in the output that the source does not have."""
    words = re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", output.lower())
    loop = _repeated(words, source) or _scattered(words)
    stutter = re.search(r"([^\W\d_]{1,12}?)\1{4,}", output)
    if loop is None and stutter:
        loop = stutter[0][:60], len(stutter[0]) // len(stutter[1])
    if loop and not _source_repeats(source, loop[1]):
        yield Finding(REPETITION, f"{loop[0]} ({loop[1]} times)")
        return
    marks = _MARKS.search(output)
    if marks and not _SOURCE_MARKS.search(source):
        times = len(marks[0].rstrip()) // len(marks[1])
        yield Finding(REPETITION, f"{marks[1].strip()} ({times} times)")


def _repeated(words: Sequence[str], source: str) -> tuple[str, int] | None:
    """A run of words repeated in a row, and how often; None if there is none.

    One or two words three times, three words almost three times (the report and the report and the
    report), four words or more twice. Figures and single letters, as in tables, count only if the
    source has fewer of them.
    """
    own: Counter[str] | None = None
    for size in range(1, min(_LONGEST_UNIT, len(words) // 2) + 1):
        times = 3 if size < 4 else 2
        enough = size * (times - 1) - (size == 3)
        run = 0
        for i in range(size, len(words)):
            run = run + 1 if words[i] == words[i - size] else 0
            if run >= enough:
                unit = words[i - size + 1 : i + 1]
                end = i
                while end + 1 < len(words) and words[end + 1] == words[end + 1 - size]:
                    end, run = end + 1, run + 1
                often = -(-(run + size) // size)
                if all(len(word) == 1 or word.isdigit() for word in unit):
                    own = own or Counter(_figures(source))
                    if all(own[word] * 2 >= often for word in unit):
                        continue  # such as 0 0 0 in tables
                return " ".join(unit)[:60], often
    return None


def _figures(source: str) -> list[str]:
    """Figures and Latin letters of a source."""
    return re.findall(r"\d+|[a-z]", unicodedata.normalize("NFKC", source).lower())


def _scattered(words: Sequence[str]) -> tuple[str, int] | None:
    """The most frequent four words, if at least half of the output repeats earlier words."""
    grams = Counter(tuple(words[i : i + 4]) for i in range(len(words) - 3))
    if grams.total() < 12 or len(grams) * 2 > grams.total():
        return None
    most, times = grams.most_common(1)[0]
    return " ".join(most), times


def _source_repeats(source: str, times: int) -> bool:
    """Whether the source also repeats something in a row, or the same words often."""
    text = re.sub(r"\s", "", source)
    if re.search(rf"([^\d.\-_…]{{2,40}}?)\W?(?:\1\W?){{{min(times, 4) - 1},}}", text):
        return True
    pairs = [text[i : i + 6] for i in range(len(text) - 5)]
    return len(pairs) > 20 and len(set(pairs)) < 0.7 * len(pairs)
