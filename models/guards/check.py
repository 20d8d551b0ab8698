"""Checks of a translation from Chinese to English, with a flag for each kind of error.

    >>> [finding.flag for finding in check("第2532(2020)号决议", "Resolution")]
    ['symbol_missing']

A flag marks a possible error, and the checks change nothing. Limits are calibrated on 4,000
sentences of the UN Parallel Corpus and their translations (see `_length`, models/guards/loops.py,
models/guards/missing.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from duizhao.corpus.script import HAN, KANA, count_han, simplified
from duizhao.corpus.translation import Translation
from duizhao.models.guards.flags import (
    DATE,
    EMPTY,
    FLAGS,
    NUMBER,
    REPETITION,
    SYMBOL,
    TOO_LONG,
    TOO_SHORT,
    UNKNOWN,
    UNTRANSLATED,
    Finding,
)
from duizhao.models.guards.loops import repetition
from duizhao.models.guards.missing import missing
from duizhao.models.guards.ratings import ratings

__all__ = [
    "DATE", "EMPTY", "FLAGS", "NUMBER", "REPETITION", "SYMBOL", "TOO_LONG", "TOO_SHORT", "UNKNOWN",
    "UNTRANSLATED", "Finding", "Judgement", "better", "check", "expected_length", "flags", "judge",
]  # fmt: skip


# how much worse than a missing number each flag is
_WEIGHT = {EMPTY: 100, UNKNOWN: 8, UNTRANSLATED: 8, REPETITION: 8, TOO_SHORT: 6, TOO_LONG: 6}
_WEIGHT["output_limit"] = 6  # the engine's own flag (models/translation/packed_engine.py)
# characters, kana, and marks that English does not have: 、。《》「」，（）
_CHINESE = re.compile(
    f"[{HAN}{KANA}\u3001-\u3011\u3014-\u301b\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f\uff5e]"
)
# 非洲经委会, ECA
_ABBREVIATION = re.compile(r"(?:[Tt]he )?[A-Z][A-Za-z]?[A-Z\d-]{1,8}")


def check(source: str, output: str) -> tuple[Finding, ...]:
    """All possible errors in the output, in the order of FLAGS."""
    if not _content(output):
        return (Finding(EMPTY, source.strip()[:80]),) if _content(source) else ()
    return (
        *_unknown(source, output),
        *_untranslated(output),
        *repetition(source, output),
        *_length(source, output),
        *missing(simplified(source), output),
        *ratings(simplified(source), output),
    )


def flags(source: str, output: str) -> tuple[str, ...]:
    """The flags alone, each once."""
    return tuple(dict.fromkeys(finding.flag for finding in check(source, output)))


@dataclass(frozen=True, slots=True)
class Judgement:
    """A translation's flags, their total weight, and its score."""

    flags: tuple[str, ...]
    weight: int
    score: float

    def better_than(self, other: Judgement) -> bool:
        """Whether this translation should be kept instead of the other: see `better`."""
        if self.weight != other.weight:
            return self.weight < other.weight
        return self.score > other.score


def judge(source: str, translation: Translation) -> Judgement:
    """The flags of the guards and of the engine for a translation."""
    findings = check(source, translation.text)
    all_flags = tuple(dict.fromkeys((*translation.flags, *(finding.flag for finding in findings))))
    weight = sum(_WEIGHT.get(finding.flag, 1) for finding in findings)
    weight += sum(_WEIGHT.get(flag, 1) for flag in translation.flags)
    return Judgement(all_flags, weight, translation.score)


def better(source: str, first: Translation, second: Translation) -> int:
    """0 if the first translation should be kept, 1 if the second.

    The one with the lower weight of flags is kept (a missing number, date or symbol weighs 1, a
    wrong length 6, repetition and leftover Chinese 8, empty output 100; output cut off at the limit
    counts as too long); at equal weight the one with the higher score per token, else the first.
    """
    return int(judge(source, second).better_than(judge(source, first)))


def _content(text: str) -> str:
    """Letters, digits and Chinese characters of a text."""
    return re.sub(r"[\W_]", "", text)


def _unknown(source: str, output: str) -> Iterator[Finding]:
    """Characters that the model does not know, and `<unk>` in the output."""
    for mark in ("<unk>", "⁇", "\ufffd"):
        if mark in output and mark not in source:
            yield Finding(UNKNOWN, mark)
            return


def _untranslated(output: str) -> Iterator[Finding]:
    left = _CHINESE.findall(output)
    if left:
        yield Finding(UNTRANSLATED, "".join(left)[:40])


def _length(source: str, output: str) -> Iterator[Finding]:
    """Compare the length with the usual one: see `expected_length`.

    In 4,000 UN sentences and their machine translations the median ratio is 1.1, and one in a
    thousand is outside these limits, which widen as sentences get shorter.
    """
    expected = expected_length(source)
    if not expected:
        return
    ratio = len(output.strip()) / expected
    if expected < 60 and _ABBREVIATION.fullmatch(output.strip()):
        return
    lowest = max(0.2, 0.75 * (1 - 3.2 / expected**0.5))
    highest = 1.55 * (1 + 5 / expected**0.5)
    if ratio < lowest:
        yield Finding(TOO_SHORT, f"{len(output.strip())} characters, {expected:.0f} expected")
    elif ratio > highest:
        yield Finding(TOO_LONG, f"{len(output.strip())} characters, {expected:.0f} expected")


def expected_length(source: str) -> float:
    """Expected English characters of a translation: 3.7 per Chinese character, 1 per other."""
    han = count_han(source)
    return 3.7 * han + len(re.sub(r"\s", "", source)) - han
