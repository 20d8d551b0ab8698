"""What can go wrong in a translation from Chinese to English: one check, one flag for each.

    >>> [finding.flag for finding in check("第2532(2020)号决议", "Resolution")]
    ['symbol_missing']

A flag says that something looks wrong, not that it is; nothing is changed here. Limits come from
4,000 sentences of the UN Parallel Corpus and their translations (see `_LENGTH`, `_repeated`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.chinese_numbers import Quantity, dates, normalised, numbers
from models.engine import Translation
from models.english_numbers import english_numbers

EMPTY = "empty"
UNKNOWN = "unknown"
UNTRANSLATED = "untranslated"
REPETITION = "repetition"
TOO_SHORT = "too_short"
TOO_LONG = "too_long"
SYMBOL = "symbol_missing"
DATE = "date_missing"
NUMBER = "number_missing"

FLAGS = {
    EMPTY: "the source has text, the output has none",
    UNKNOWN: "the source has characters that the model does not know, or the output has <unk>",
    UNTRANSLATED: "Chinese characters are left in the output",
    REPETITION: "the output says the same again and again, and the source does not",
    TOO_SHORT: "the output is much shorter than translations of such sources are",
    TOO_LONG: "the output is much longer than translations of such sources are",
    SYMBOL: "a document symbol or resolution number of the source is not in the output",
    DATE: "a date of the source is not in the output",
    NUMBER: "a number of the source is not in the output, in figures or words",
}
"""Every flag with what it means; first those that make an output useless."""

# how much worse than a missing number each flag is, to `better`
_WEIGHT = {EMPTY: 100, UNKNOWN: 8, UNTRANSLATED: 8, REPETITION: 8, TOO_SHORT: 6, TOO_LONG: 6}
_WEIGHT["output_limit"] = 6  # the engine's own flag (models/packed.py)
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that looks wrong: a flag (a key of FLAGS) and what it was found on."""

    flag: str
    detail: str


def check(source: str, output: str) -> tuple[Finding, ...]:
    """Everything that looks wrong in the output, in the order of FLAGS; empty where all is well."""
    if not _content(output):
        return (Finding(EMPTY, source.strip()[:80]),) if _content(source) else ()
    return (
        *_unknown(source, output),
        *_untranslated(output),
        *_repetition(source, output),
        *_length(source, output),
        *_missing(source, output),
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
    left = _HAN.findall(output)
    if left:
        yield Finding(UNTRANSLATED, "".join(left)[:40])


def _repetition(source: str, output: str) -> Iterator[Finding]:
    words = re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", output.lower())
    found = _repeated(words) or _scattered(words)
    stutter = re.search(r"([^\W\d_]{1,12}?)\1{4,}", output)
    if found is None and stutter:
        found = stutter[0][:60], len(stutter[0]) // len(stutter[1])
    if found and not _source_repeats(source, found[1]):
        yield Finding(REPETITION, f"{found[0]} ({found[1]} times)")


def _repeated(words: Sequence[str]) -> tuple[str, int] | None:
    """A run of words said several times in a row, and how often; None where there is none.

    One word four times, two or three words three times, four words or more twice.
    """
    for size in range(1, len(words) // 2 + 1):
        times = 4 if size == 1 else 3 if size < 4 else 2
        run = 0
        for i in range(size, len(words)):
            run = run + 1 if words[i] == words[i - size] else 0
            if run >= size * (times - 1):
                said = words[i - size + 1 : i + 1]
                if (size == 1 and len(said[0]) == 1) or all(word.isdigit() for word in said):
                    continue  # lists such as a a a or 0 0 0 in tables
                while i + 1 < len(words) and words[i + 1] == words[i + 1 - size]:
                    i, run = i + 1, run + 1
                return " ".join(said)[:60], run // size + 1
    return None


def _scattered(words: Sequence[str]) -> tuple[str, int] | None:
    """The four words said most often, in an output of which half was said before."""
    grams = [tuple(words[i : i + 4]) for i in range(len(words) - 3)]
    if len(grams) < 12 or len(set(grams)) * 2 > len(grams):
        return None
    most = max(set(grams), key=grams.count)
    return " ".join(most), grams.count(most)


def _source_repeats(source: str, times: int) -> bool:
    """Whether the source, too, says something several times in a row, or the same words often."""
    text = re.sub(r"\s", "", source)
    if re.search(rf"([^\d.\-_…]{{2,40}}?)\W?(?:\1\W?){{{min(times, 4) - 1},}}", text):
        return True
    pairs = [text[i : i + 6] for i in range(len(text) - 5)]
    return len(pairs) > 20 and len(set(pairs)) < 0.7 * len(pairs)


def _length(source: str, output: str) -> Iterator[Finding]:
    """Compare with the length that is usual: see `expected_length`.

    Of 4,000 UN sentences and as many machine translations the ratio is 1.1 in the middle; one in
    a thousand is outside of these limits, which widen as sentences get shorter.
    """
    expected = expected_length(source)
    if not expected:
        return
    ratio = len(output.strip()) / expected
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


# A/RES/70/1, S/2021/130, CCPR/C/SR.123; 2532 (2020); 70/1号, 15/COP.8号, S-10/2号
_SYMBOL = re.compile(
    r"(?<![A-Za-z0-9/])(?=[A-Z])[A-Z][A-Za-z0-9.\-]*(?:/[A-Z0-9][A-Za-z0-9.\-]*(?:\([A-Z0-9.]+\))?)+"
    r"|(?<![\d.])\d{1,4} ?\( ?(?:19|20)\d\d ?\)"
    r"|(?<![A-Za-z0-9/])(?:[A-Z]-?)?\d{1,3}/(?:[A-Z]+\.)?\d{1,3}(?: ?[A-Z](?![a-z]))?"
    r"(?=[ 、和及与至A-Z\d/.]*号)"
)


_RECOMMENDATION = re.compile(r" ?号一般性")
_WEEKDAY = re.compile(r"(?:星期|礼拜)([一二三四五六日天])")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "sunday")
_THE_YEAR = re.compile(r"\b(?:the|this|that|same|last|previous|next|current) year", re.I)


def _missing(source: str, output: str) -> Iterator[Finding]:
    """Symbols, dates and numbers of the source that the output lacks."""
    rest = normalised(source)
    output = unicodedata.normalize("NFKC", output)
    for match in _SYMBOL.finditer(rest):
        symbol = match[0].strip(" .-")
        if not re.search(r"\d", symbol):
            continue  # HIV/AIDS
        if _RECOMMENDATION.match(match.string, match.end()):
            symbol = symbol.partition("(")[0]  # 第29(2013)号一般性建议: mostly without its year
        rest = _blank(rest, match.start(), match.end())
        spelled = r"\s*".join(map(re.escape, re.sub(r"\s", "", symbol)))
        # taken out of the output: the 2021 of S/2021/130 is no year that a date could be found in
        output, found = re.subn(
            rf"(?<![\d/]){spelled}(?!\d)", "¤", output, count=1, flags=re.IGNORECASE
        )
        if not found:
            yield Finding(SYMBOL, symbol)
    told = list(dates(rest))
    for _, start, end in told:
        rest = _blank(rest, start, end)
    # the number of a paragraph is furniture, and translators leave it out; so are footnote marks
    rest = re.sub(r"^\s*\(?\d+[.)、](?!\d)|(?<=[。;])\d{1,2}$", " ", rest)
    counted = list(numbers(rest))
    english = english_numbers(output if told or counted else "")
    for date, _, _ in told:
        if not english.has(date) and not (date.is_year and _THE_YEAR.search(output)):
            yield Finding(DATE, date.text)
    for match in _WEEKDAY.finditer(rest):
        name = _WEEKDAYS["一二三四五六日天".index(match[1])]
        if name[:3] not in output.lower():
            yield Finding(DATE, match[0])
    for number in counted:
        if not english.has(number) and not _glued(number, counted, output):
            yield Finding(NUMBER, number.text)


def _blank(text: str, start: int, end: int) -> str:
    """The text with a mark in place of what was read already; positions stay."""
    return text[:start] + "¤" * (end - start) + text[end:]


def _glued(number: Quantity, others: Sequence[Quantity], output: str) -> bool:
    """Whether the output has the number with the next one stuck to it.

    15-64 stands as 1564 in texts that lost their dashes, as much of the UN corpus has.
    """
    if not number.text.isdigit():
        return False
    pairs = {number.text + other.text for other in others}
    pairs |= {other.text + number.text for other in others}
    return any(pair.isdigit() and pair in output for pair in pairs)
