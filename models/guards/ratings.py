"""Star ratings and match results of a source that its translation lacks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from duizhao.corpus.numerals import chinese_value
from duizhao.models.guards.english_numbers import english_words
from duizhao.models.guards.flags import NUMBER, Finding

_FULL, _HALF, _EMPTY = "★⭐✭🌟", "⯪⯨", "☆✩"
_STARS = re.compile(f"[{_FULL}{_HALF}{_EMPTY}]{{2,}}")
_NUMBER = r"\d{1,3}|[零一二两三四五六七八九]?十?[零一二两三四五六七八九十]"
# a colon before two digits may belong to a time of day, and 比 after a unit compares amounts
_RESULT = re.compile(
    r"(?<![\d.,:/-])(?P<left>\d{1,2}) ?: ?(?P<right>\d)(?![\d.,:%]\d|[\d%])"
    rf"|(?<![\d.,零一二两三四五六七八九十百千万亿])(?P<ours>{_NUMBER}) ?比 ?(?P<theirs>{_NUMBER})"
    r"(?![\d.,]\d|[\d%零一二两三四五六七八九十百千万亿年月日个倍大小高低多少])"
)
_BETWEEN = (
    r"\W{0,3}(?:(?:goals?|points?|sets?|games?|votes?)\W{1,2})?"
    r"(?:(?:to|in|against|by|versus|vs|v)\W{1,2})?"
)


def ratings(source: str, output: str) -> Iterator[Finding]:
    """Ratings in stars whose number, and results whose two numbers, are not in the output."""
    for match in _STARS.finditer(source):
        if not _has_stars(match[0], output):
            yield Finding(NUMBER, match[0])
    output = unicodedata.normalize("NFKC", output).lower()
    for match in _RESULT.finditer(unicodedata.normalize("NFKC", source)):
        left, right = match["left"] or match["ours"], match["right"] or match["theirs"]
        first, second = _spellings(left), _spellings(right)
        # the winner may come first: 2比3 is "lost 3-2"
        pairs = rf"\b(?:(?:{first}){_BETWEEN}(?:{second})|(?:{second}){_BETWEEN}(?:{first}))\b"
        if not re.search(pairs, output):
            yield Finding(NUMBER, match[0])


def _has_stars(stars: str, output: str) -> bool:
    """Whether the output has the same stars, or their number: 4 stars, four-star, 4/5, 4.5."""
    if stars in re.sub(r"\s", "", output):
        return True
    full = sum(star in _FULL for star in stars)
    words = english_words(full)
    number = rf"(?<![\d.]){full}(?!\d|\.\d)|\b{words}\b"
    if any(star in _HALF for star in stars):
        number = rf"\b{full}[.,]5\b|\b{words} and a half\b"
    return bool(re.search(number, output, re.IGNORECASE))


def _spellings(number: str) -> str:
    """A pattern for a number in figures or words."""
    value = int(number) if number.isdecimal() else int(chinese_value(number) or 0)
    return f"{value}|{english_words(value)}" + "|nil|love" * (value == 0)
