"""What can go wrong in a translation from Chinese to English: one check, one flag for each.

    >>> [finding.flag for finding in check("第2532(2020)号决议", "Resolution")]
    ['symbol_missing']

A flag says that something looks wrong, not that it is; nothing is changed here. Limits come from
4,000 sentences of the UN Parallel Corpus and their translations (see `_length`,
models/guards/loops.py, models/guards/missing.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

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

__all__ = [
    "DATE", "EMPTY", "FLAGS", "NUMBER", "REPETITION", "SYMBOL", "TOO_LONG", "TOO_SHORT", "UNKNOWN",
    "UNTRANSLATED", "Finding", "Judgement", "better", "check", "expected_length", "flags", "judge",
]  # fmt: skip


# how much worse than a missing number each flag is, to `better`
_WEIGHT = {EMPTY: 100, UNKNOWN: 8, UNTRANSLATED: 8, REPETITION: 8, TOO_SHORT: 6, TOO_LONG: 6}
_WEIGHT["output_limit"] = 6  # the engine's own flag (models/translation/packed_engine.py)
# characters, radicals, kana, and marks that English does not have: 、。《》「」，（）
_CHINESE = re.compile(
    r"[\u2e80-\u2fdf\u3001-\u3011\u3014-\u301b\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\uf900-\ufaff\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f\uff5e\U00020000-\U0003ffff]"
)
# 非洲经委会, ECA
_ABBREVIATION = re.compile(r"(?:[Tt]he )?[A-Z][A-Za-z]?[A-Z\d-]{1,8}")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def check(source: str, output: str) -> tuple[Finding, ...]:
    """Everything that looks wrong in the output, in the order of FLAGS; empty where all is well."""
    if not _content(output):
        return (Finding(EMPTY, source.strip()[:80]),) if _content(source) else ()
    return (
        *_unknown(source, output),
        *_untranslated(output),
        *repetition(source, output),
        *_length(source, output),
        *missing(source, output),
    )


def flags(source: str, output: str) -> tuple[str, ...]:
    """The flags alone, each once."""
    return tuple(dict.fromkeys(finding.flag for finding in check(source, output)))


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is wrong with a translation: its flags, how much that weighs, and its score."""

    flags: tuple[str, ...]
    weight: int
    score: float

    def better_than(self, other: Judgement) -> bool:
        """Whether it is to be kept in place of the other: see `better`."""
        if self.weight != other.weight:
            return self.weight < other.weight
        return self.score > other.score


def judge(source: str, translation: Translation) -> Judgement:
    """What the guards find in a translation, and what the engine itself said of it."""
    findings = check(source, translation.text)
    said = tuple(dict.fromkeys((*translation.flags, *(finding.flag for finding in findings))))
    weight = sum(_WEIGHT.get(finding.flag, 1) for finding in findings)
    weight += sum(_WEIGHT.get(flag, 1) for flag in translation.flags)
    return Judgement(said, weight, translation.score)


def better(source: str, first: Translation, second: Translation) -> int:
    """0 if the first translation is to be kept, 1 if the second.

    The rule: the one with less wrong in it (each missing number, date or symbol weighs 1, wrong
    length 6, repetition and Chinese left over 8, nothing at all 100; an output cut off at the limit
    counts as too long); with as much wrong in both, the one that the model finds more probable
    a token; else the first.
    """
    return int(judge(source, second).better_than(judge(source, first)))


def _content(text: str) -> str:
    """Letters, digits and Chinese characters of a text."""
    return re.sub(r"[\W_]", "", text)


def _unknown(source: str, output: str) -> Iterator[Finding]:
    """`<unk>`, as engines write what they have no word for."""
    for mark in ("<unk>", "⁇", "\ufffd"):
        if mark in output and mark not in source:
            yield Finding(UNKNOWN, mark)
            return


def _untranslated(output: str) -> Iterator[Finding]:
    left = _CHINESE.findall(output)
    if left:
        yield Finding(UNTRANSLATED, "".join(left)[:40])


def _length(source: str, output: str) -> Iterator[Finding]:
    """Compare with the length that is usual: see `expected_length`.

    Of 4,000 UN sentences and as many machine translations the ratio is 1.1 in the middle; one in
    a thousand is outside of these limits, which widen as sentences get shorter.
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
    """English characters that a source is expected to give: 3.7 a Chinese character, 1 others."""
    han = len(_HAN.findall(source))
    return 3.7 * han + len(re.sub(r"\s", "", source)) - han
