"""Numbers and dates in Chinese text that a translation into English should have.

Their values, not their spellings: 3.5亿 is 350 million, 二十三 is 23, 百分之五 is 5, 三分之二 is
two thirds, 二〇二〇年 is 2020. Expressions that translations rarely render as numbers (一方面,
数百万, 两三个) are left out, so everything returned is certain to be a number.
models/guards/english_numbers.py is the counterpart for English.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import Literal

from duizhao.corpus.numerals import DIGITS, LARGE_UNITS, UNITS, chinese_value

_NUMERAL = r"[零〇○一二两三四五六七八九十百千万亿]"
_ARABIC = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?: \d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number or date of a text, with the values to look for in the translation.

    Each of the `parts` must occur as one of its alternatives; `instead` has equivalent parts:
    two thirds or two in three. `doubtful` numbers are often translated without a number
    (一个, 两国, 第二次): they count as missing only if the translation has a different number.
    """

    text: str
    kind: Literal["number", "date", "ordinal"]
    parts: tuple[tuple[float, ...], ...]
    month: int = 0
    instead: tuple[tuple[float, ...], ...] = ()
    doubtful: bool = False

    @property
    def is_year(self) -> bool:
        """Whether it is a date with only a year."""
        return self.kind == "date" and not self.month and len(self.parts) == 1


def normalised(text: str) -> str:
    """NFKC, with one kind of space, no control characters, and years in digits (二〇二〇年)."""
    text = unicodedata.normalize("NFKC", text).replace("\u00a0", " ").replace("\u3000", " ")

    def digits(match: re.Match[str]) -> str:
        return "".join(str(DIGITS[char]) for char in match[0])

    text = re.sub(r"[零〇○一二三四五六七八九]{4}(?= ?年)", digits, text)
    text = re.sub(r"2019 ?年?(?=(?:新型)?冠状病毒)", lambda match: "¤" * len(match[0]), text)
    text = _FORMAL.sub(lambda match: match[0].translate(_PLAIN), text)
    text = _IDIOMS_OF_NUMBERS.sub(lambda match: "¤" * len(match[0]), text)
    text = re.sub(r"(?<!\d)9[·•・.]?11(?=[”’]? ?(?:事件|恐怖|袭击|攻击))", "9月11日", text)
    # 7-8月 is July and August
    return re.sub(r"(?<!\d)(1[0-2]|[1-9])(?= ?[-–—~至、和] ?(?:1[0-2]|[1-9]) ?月)", r"\1月", text)


# financial numerals, as on cheques: 伍拾万元; a single one may belong to a name or to 大陆, 队伍
_FORMAL = re.compile(
    r"[壹贰叁参肆伍陆柒捌玖](?:[拾佰仟](?:[零壹贰叁参肆伍陆柒捌玖拾佰仟萬億]|[万亿])*|[万亿](?=[元圆]))"
)
_PLAIN = str.maketrans("壹贰叁参肆伍陆柒捌玖拾佰仟萬億", "一二三三四五六七八九十百千万亿")
_IDIOMS_OF_NUMBERS = re.compile(
    "三位一体|四面八方|五花八门|三令五申|三番五次|千方百计|千千万万|百折不挠|百年大计|一五一十"
    "|九牛一毛|十全十美|四分五裂|五湖四海|三三两两|接二连三|独一无二|一心一意"
)
_DATE = re.compile(
    r"(?:(?P<year>(?:1[5-9]|20)\d\d) ?年)? ?"
    r"(?:(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九]) ?月(?!球|亮|经)"
    r"(?: ?份)?"
    r"(?: ?(?P<day>[12]\d|3[01]|0?[1-9]|三十一?|二?十[一二三四五六七八九]?"
    r"|[一二三四五六七八九]) ?[日号])?)?"
)


def dates(text: str) -> Iterator[tuple[Quantity, int, int]]:
    """Dates of normalised Chinese text (year, month, day, or some of these) with their spans."""
    for match in _DATE.finditer(text):
        year, month, day = match["year"], match["month"], match["day"]
        if not (year or month):
            continue
        start = match.start("month")
        if not year and re.search(r"\d\.?$|个 ?$", text[max(0, start - 3) : start]):
            continue  # 6 个月 is a length of time
        parts: list[tuple[float, ...]] = []
        if year:
            parts.append((float(year),))
        if day:
            parts.append((_number(day),))
        yield (
            Quantity(match[0].strip(), "date", tuple(parts), int(_number(month)) if month else 0),
            match.start(),
            match.end(),
        )


def _number(text: str) -> float:
    value = chinese_value(text) if not text[0].isdigit() else float(text)
    return float(value or 0)


_DECIMAL = rf"{_NUMERAL}+点[零〇一二三四五六七八九]+"
_FRACTION = re.compile(rf"(?P<below>{_NUMERAL}+)分之(?P<above>{_ARABIC}|{_DECIMAL}|{_NUMERAL}+)")
# 三点五分 is a time, 两点一线 no number
_SPELLED_DECIMAL = re.compile(
    rf"(?P<number>{_DECIMAL})(?=[倍米元吨公度])|(?P<many>{_DECIMAL})(?P<unit>[万亿])"
)
_CENTURY = re.compile(
    rf"(?:(?P<century>\d\d?|{_NUMERAL}{{1,3}}) ?世纪 ?)?(?P<years>\d0|{_NUMERAL}{{1,2}}) ?年代"
)
_WITH_DIGITS = re.compile(
    rf"(?<![A-Za-z\d])(?P<number>{_ARABIC})"
    r"(?: ?[多余]? ?(?P<unit>[百千]?万亿|[十百千]?[万亿]|[百千])(?![克米瓦卡伏赫帕字升]))?"
)
_COMPOUND = re.compile(r"(?<![A-Za-z\d.])\d[\d,]*[亿万] ?\d[\d,]*(?:[十百千]?万|千|百)(?![克米瓦])")
_ONE_OF = re.compile(r" ?[个名年月天次小周项位份名]")
_TIME = re.compile(r"(\d\d?) ?[时点:] ?(\d\d?) ?分")
_VAGUE_BEFORE = re.compile(r"[数几成上以]$")
_COUNTED = re.compile(r"[名次个天年位岁票所艘枚人]")
_LOOSELY_COUNTED = re.compile(
    "[名次个天年位岁票所艘枚人国省县市州村届项条批支架辆座间户家起轮类种方级组队对]"
)
_NOT_COUNTED = re.compile(r"[每各之方一二三四五六七八九两、]$")
_ORDINAL_OF = re.compile(r"[届次个项章条款段]")
# 千百万 is millions, 万一 in case
_IDIOMS = {"千万", "万千", "百万", "千百万", "百千万", "万一", "一千零一"}


def numbers(text: str) -> Iterator[Quantity]:
    """Numbers of normalised Chinese text that a translation should have."""
    taken = [False] * len(text)

    def free(match: re.Match[str]) -> bool:
        if any(taken[match.start() : match.end()]):
            return False
        taken[match.start() : match.end()] = [True] * (match.end() - match.start())
        return True

    for match in _FRACTION.finditer(text):
        below, above = chinese_value(match["below"]), _value(match["above"])
        if free(match) and below and above is not None and isfinite(above):
            # 百分之五 is 5 per cent, 千分之五 5 per thousand
            if below in (100, 1000):
                yield Quantity(match[0], "number", ((above,),))
                continue
            share = above / below
            percent = (round(100 * share), round(100 * share, 1), int(100 * share))
            alternatives = (round(share, 4), *map(float, percent))
            # two thirds, 67 per cent, two in three
            yield Quantity(match[0], "number", (alternatives,), instead=((above,), (below,)))
    for match in _CENTURY.finditer(text):
        years = _value(match["years"])
        if free(match) and years is not None and years % 10 == 0:
            century = _value(match["century"]) if match["century"] else None
            likely = [1900.0, 2000.0] if century is None else [(century - 1) * 100]
            values = (years, *(start + years for start in likely))
            yield Quantity(match[0], "number", (values,))
    for match in _TIME.finditer(text):
        if free(match):
            hour, minute = float(match[1]), float(match[2])
            together = hour * 100 + minute  # 1310
            yield Quantity(
                match[0], "number", ((hour, (hour - 12) % 24, together), (minute, together))
            )
    for match in _COMPOUND.finditer(text):
        amounts = [_arabic(each, text).parts[0][0] for each in _WITH_DIGITS.finditer(match[0])]
        falling = all(a > b for a, b in pairwise(amounts))
        if falling and free(match):  # 2亿5千万 is 250 million
            each = tuple((amount,) for amount in amounts)
            yield Quantity(match[0], "number", ((sum(amounts),),), instead=each)
    for match in _WITH_DIGITS.finditer(text):
        # 1 名 is mostly "a"
        if free(match) and not (match[0] == "1" and _ONE_OF.match(text, match.end())):
            yield _arabic(match, text)
    for match in _SPELLED_DECIMAL.finditer(text):
        value = _value(match["number"] or match["many"])
        if value is not None and free(match):
            factor = LARGE_UNITS[match["unit"]] if match["unit"] else 1
            yield Quantity(match[0], "number", ((round(value * factor, 6),),))
    for match in re.finditer(rf"{_NUMERAL}+", text):
        if free(match) and (quantity := _spelled(match, text)):
            yield quantity


def _arabic(match: re.Match[str], text: str) -> Quantity:
    """A number in digits, with a unit such as 万 that multiplies it."""
    written = match["number"]
    factor = 1.0
    for char in match["unit"] or "":
        factor *= {**UNITS, **LARGE_UNITS}[char]
    value = float(re.sub("[, ]", "", written))
    alternatives = [value * factor]
    after = text[match.end() : match.end() + 2].strip()
    if factor == 1 and after[:1] in ("时", "点", ":") and 12 < value <= 24:
        alternatives.append(value - 12)
    if factor == 1 and after[:1] == "时":
        alternatives.append(value * 100)  # 0300
    after = text[match.end() : match.end() + 4].replace(" ", "")
    if after.startswith("小时") and value and value % 24 == 0:
        alternatives.append(value / 24)  # 48 小时 is two days
    if after.startswith("个月") and value and value % 6 == 0:
        alternatives.append(value / 12)
    parts: tuple[tuple[float, ...], ...] = (tuple(alternatives),)
    return Quantity(match[0].strip(), "number", parts)


def _spelled(match: re.Match[str], text: str) -> Quantity | None:
    """A number in Chinese numerals, if it is certain to be one."""
    numeral = match[0]
    if re.search("[十百千万]两$", numeral):
        numeral = numeral[:-1]  # 二十两 is twenty taels
    before = text[max(0, match.start() - 6) : match.start()].rstrip()
    after = text[match.end() : match.end() + 6].lstrip()
    if re.match("[多余]?[万亿]", after):
        return None
    value = chinese_value(numeral)
    if value is None or _VAGUE_BEFORE.search(before) or after[:1] in ("几", "余", "数"):
        return None
    ordinal = before.endswith("第")
    small = len(numeral) < 2 or value < 10
    if numeral in _IDIOMS:
        return None
    if small and not ordinal and not _counts(value, before, after):
        doubtful = 0 < value < 10 and _LOOSELY_COUNTED.match(after) and not before.endswith("每")
        return Quantity(numeral, "number", ((float(value),),), doubtful=True) if doubtful else None
    if ordinal and (after.startswith("委员会") or (value < 4 and not _ORDINAL_OF.match(after))):
        return Quantity("第" + numeral, "ordinal", ((float(value),),), doubtful=True)
    if after[:1] in ("分", "足") and numeral.endswith(("十", "百")):
        return None
    return Quantity(("第" if ordinal else "") + numeral, "number", ((float(value),),))


def _counts(value: float, before: str, after: str) -> bool:
    """Whether a numeral of one character counts something: 三名 does, 一方面 does not."""
    return 2 < value <= 10 and bool(_COUNTED.match(after)) and not _NOT_COUNTED.search(before)


def _value(text: str) -> float | None:
    if text[0].isdigit():
        return float(re.sub("[, ]", "", text))
    whole, _, decimals = text.partition("点")
    value = chinese_value(whole)
    if not decimals or value is None:
        return value
    return float(f"{value}." + "".join(str(DIGITS[char]) for char in decimals))
