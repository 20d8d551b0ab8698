"""Document symbols, dates and numbers of a source that its translation lacks.

Only their presence is checked, not their position: two swapped numbers or dates are not detected.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from math import isfinite

from duizhao.corpus.script import HAN
from duizhao.models.guards.chinese_numbers import Quantity, dates, normalised, numbers
from duizhao.models.guards.english_numbers import EnglishNumbers, english_numbers, english_words
from duizhao.models.guards.flags import DATE, NUMBER, SYMBOL, Finding

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
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_NO_COUNTER = f"(?=[{HAN}])(?![个名次天年位月日岁票所届项条款段章节号人国万亿多余至])"
# translators leave out paragraph numbers and footnote marks
_FURNITURE = re.compile(
    r"^\s*\(?\d+[.)、](?!\d)"
    rf"|^\s*\d{{1,3}} +{_NO_COUNTER}"
    r"|(?<=[。;])\d{1,2}$"
    r"|(?<=[动况议告定施划明见果展件题作据])\d{1,2}(?=[。;]?$)"
    rf"|(?<=[、,)。]) ?\d{{1,2}} {_NO_COUNTER}"
)
_PERCENT = re.compile(r"\d ?%|百分之")
_SHARE = re.compile(
    r"%|‰|per[ -]?cent|\bpct\b|point|half|halv|thirds?\b|quarter|fifths?\b|tenths?\b|\bin (?:two|"
    r"three|four|five|ten)\b|out of|fold|times|double|ratio|rate|share|proportion|parity",
    re.IGNORECASE,
)
_MERGED = re.compile(
    r"\b(?:each|both|respective|respectively|every|per|same|equal|equally|likewise|apiece|either)\b"
    r"|-",
    re.IGNORECASE,
)
# what may be between a day and its month: other days, years, words that join them
_BETWEEN = r"(?:[\s,;()/–—-]|\d|\b(?:and|to|or|until|through|of|the|from|th|st|nd|rd)\b)*"
_NUMBERED = re.compile(r"^\s*\(?(\d{1,3})[.)、](?!\d)")
_MONTHS = (
    "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905
)


def missing(source: str, output: str) -> Iterator[Finding]:
    """Symbols, dates and numbers of the source that the output lacks."""
    rest = normalised(source)
    output = unicodedata.normalize("NFKC", output)
    ours, theirs = _NUMBERED.match(rest), _NUMBERED.match(output)
    if ours and theirs and ours[1] != theirs[1]:
        yield Finding(NUMBER, ours[0].strip())
    symbols, rest, output = _symbols(rest, output)
    yield from (Finding(SYMBOL, symbol) for symbol in symbols)
    spans = list(dates(rest))
    found_dates = [date for date, _, _ in spans]
    for _, start, end in spans:
        rest = _blank(rest, start, end)
    rest = _FURNITURE.sub(" ", rest)
    counted = list(numbers(rest))
    english = english_numbers(output if spans or counted else "")
    for date in found_dates:
        if not _has_date(english, date, found_dates, output):
            yield Finding(DATE, date.text)
    for match in _WEEKDAY.finditer(rest):
        name = _WEEKDAYS["一二三四五六日天".index(match[1])]
        if name[:3] not in output.lower():
            yield Finding(DATE, match[0])
    neighbours = [*counted, *found_dates]
    certain = [number for number in counted if not number.doubtful]
    for number in certain:
        if not english.has(number) and not _glued(number, neighbours, output):
            yield Finding(NUMBER, number.text)
    yield from _replaced(source, english, counted)
    yield from _less_often(rest, certain, output)
    if _PERCENT.search(rest) and not _SHARE.search(output):
        for number in certain:
            if english.has(number) and re.search(rf"{re.escape(number.text)} ?%|百分之", rest):
                yield Finding(NUMBER, f"{number.text}%".replace("%%", "%"))
                break


def _symbols(rest: str, output: str) -> tuple[list[str], str, str]:
    """Symbols that the output lacks, and both texts without the others."""
    lacking = []
    for match in _SYMBOL.finditer(rest):
        symbol = match[0].strip(" .-")
        if not re.search(r"\d", symbol):
            continue  # HIV/AIDS
        if _RECOMMENDATION.match(match.string, match.end()):
            symbol = symbol.partition("(")[0]  # 第29(2013)号一般性建议: mostly without its year
        rest = _blank(rest, match.start(), match.end())
        spelled = r"\s*".join(map(re.escape, re.sub(r"\s", "", symbol)))
        spelled = spelled.replace(r"\-", "[-–—]").replace(r"/\s*A\s*d\s*d", r"[/\s]*A\s*d\s*d")
        # removed from the output, so that the 2021 of S/2021/130 cannot count as a year
        output, replaced = re.subn(
            rf"(?<![\d/]){spelled}(?!\d|/\w)", "¤", output, count=1, flags=re.IGNORECASE
        )
        if not replaced:
            lacking.append(symbol)
    return lacking, rest, output


def _has_date(
    english: EnglishNumbers, date: Quantity, others: Sequence[Quantity], output: str
) -> bool:
    """Whether the output has a date, in figures or other words."""
    if english.has(date):
        return _together(date, output)
    years = set(_YEAR.findall(output))
    if date.is_year:
        if any(f"{int(date.parts[0][0])}" in run for run in re.findall(r"\d{8}", output)):
            return True  # 20112012, in texts that lost their dashes
        own = {
            f"{int(value)}"
            for each in others
            for part in each.parts
            for value in part
            if isfinite(value)
        }
        return bool(_THE_YEAR.search(output)) and not years - own
    if date.month and len(date.parts) == 1 and date.parts[0][0] > 31 and years:
        # "in December 2014 and January": one year for both
        name = _MONTHS[date.month - 1]
        return date.month in english.months and not re.search(
            rf"\b{name}[a-z]*\.?,? \d{{4}}", output, re.IGNORECASE
        )
    return False


def _together(date: Quantity, output: str) -> bool:
    """Whether the day of a date is next to its month: 3 May, May 3rd, 3, 4 and 5 May."""
    days = [int(part[0]) for part in date.parts if part[0] < 32]
    if not date.month or not days:
        return True
    day, month = rf"\b0?{days[0]}(?:st|nd|rd|th)?\b", rf"\b{_MONTHS[date.month - 1]}[a-z]*\b"
    near = rf"{day}{_BETWEEN}{month}|{month}\.?{_BETWEEN}{day}"
    figures = rf"\b{days[0]}[./-]0?{date.month}\b|\b0?{date.month}[./-]0?{days[0]}\b"
    return bool(re.search(f"{near}|{figures}", output, re.IGNORECASE)) or not re.search(
        rf"\b\d{{1,2}}(?:st|nd|rd|th)? {month}|{month} \d{{1,2}}\b", output, re.IGNORECASE
    )


def _replaced(
    source: str, english: EnglishNumbers, counted: Sequence[Quantity]
) -> Iterator[Finding]:
    """Doubtful numbers that are missing while the output has one that the source lacks."""
    doubtful = [number for number in counted if number.doubtful and not english.has(number)]
    if not doubtful:
        return
    own = {
        value for number in counted for part in (*number.parts, *number.instead) for value in part
    }
    text = unicodedata.normalize("NFKC", source)
    own |= {float(value) for value in re.findall(r"\d+", text) if len(value) < 9}
    own |= {
        float("零一二三四五六七八九十".index(char))
        for char in text
        if char in "一二三四五六七八九十"
    }
    own |= {2.0} if re.search("[两双俩二]", text) else set()
    for number in doubtful:
        others = english.ordinals if number.kind == "ordinal" else english.cardinals
        if others - own:
            yield Finding(NUMBER, number.text)


def _less_often(rest: str, certain: Sequence[Quantity], output: str) -> Iterator[Finding]:
    """A number that counts several things in the source but appears less often in the output.

    10名男子和10名妇女, "10 men and women".
    """
    texts = [number.text for number in certain if number.text.isdigit() and len(number.text) < 4]
    for text in dict.fromkeys(texts):
        # 60岁或60岁以上: 60 or over
        again = rf"{text} ?([名个人岁]) ?[或及和] ?{text} ?\1?(?=以[上下])"
        rest = re.sub(again, rf"{text}\1", rest)
        wanted = len(re.findall(rf"(?<![\d./(-]){text} ?[名个人岁次艘所枚]", rest))
        if wanted < 2 or _MERGED.search(output):
            continue
        spelled = english_words(int(text))
        times = len(re.findall(rf"(?<![\d.,]){text}(?![\d]|,\d)|\b{spelled}\b", output.lower()))
        if 0 < times < wanted:
            yield Finding(NUMBER, f"{text} ({times} of {wanted} times)")


def _blank(text: str, start: int, end: int) -> str:
    """The text with the characters `start` to `end` - 1 masked; positions stay the same."""
    return text[:start] + "¤" * (end - start) + text[end:]


def _glued(number: Quantity, others: Sequence[Quantity], output: str) -> bool:
    """Whether the number appears glued to another one, in the output or in the source.

    Texts that lost their dashes, as many of the UN corpus have, contain 1564 for 15-64.
    """
    text = number.text
    if not text.isdigit():
        return False
    if re.fullmatch(r"(?:(?:19|20)\d\d){2}", text):  # 20142015
        return text[:4] in output and text[4:] in output
    if re.fullmatch(r"0\d\d", text):  # 015年, in texts that lost their beginning
        return True
    digits = {re.sub(r"\D", "", other.text) for other in others}
    return any(text + other in output or other + text in output for other in digits if other)
