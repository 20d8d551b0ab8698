"""The numbers and months of English text, in figures or in words.

Generous on purpose: "two hundred and fifty" gives 2, 50, 200 and 250, "half a century" gives 50.
The guards look numbers up here, and a number in any form counts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from duizhao.models.guards.chinese_numbers import Quantity


def _words(text: str) -> list[str]:
    return text.split()


MONTHS = _words(
    "january february march april may june july august september october november december"
)
_SMALL_WORDS = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS = _words("twenty thirty forty fifty sixty seventy eighty ninety")
_ORDINALS = _words(
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
)
_CARDINAL = {word: value for value, word in enumerate(_SMALL_WORDS)} | {
    word: 10 * value for value, word in enumerate(_TENS, start=2)
}
_ORDINAL = {word: value for value, word in enumerate(_ORDINALS)} | {
    word[:-1] + "ieth": 10 * value for value, word in enumerate(_TENS, start=2)
}
_SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9}
_SCALES |= {"trillion": 10**12, "m": 10**6, "bn": 10**9}
_IMPLIED: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("single once annual year", (1,)),
    ("both twice double doubled doubling dual pair couple bilateral", (2,)),
    ("biennial biennium bienniums either neither latter", (2,)),
    ("thrice triple tripled trilateral tripartite triennial triennium", (3,)),
    ("quadrennial quadrennium quadripartite quadruple", (4,)),
    ("quinquennial quinquennium", (5,)),
    ("half halved", (0.5, 2, 50)),
    ("halves", (0.5, 2)),
    ("quarter quarters", (0.25, 4)),
    ("quarterly", (4, 3)),
    ("week", (7,)),
    ("decade decades", (10,)),
    ("dozen dozens noon midday", (12,)),
    ("midnight", (0, 12, 24)),
    ("fortnight", (14, 2)),
    ("century centuries", (100,)),
    ("thousands millennium", (10**3,)),
    ("millions", (10**6,)),
    ("billions", (10**9,)),
    ("trillions", (10**12,)),
)
"""Other words that imply numbers."""
_MEANT = {word: values for words, values in _IMPLIED for word in words.split()}
_ROUND_TENS = frozenset(range(20, 100, 10))


@dataclass(frozen=True, slots=True)
class EnglishNumbers:
    """The numbers of English text, in figures or words, and its months (1 to 12).

    `cardinals` and `ordinals` are those certain to be whole numbers: nine, 9, ninth.
    """

    values: frozenset[float]
    months: frozenset[int]
    cardinals: frozenset[float]
    ordinals: frozenset[float]

    def has(self, quantity: Quantity) -> bool:
        """Whether every part of a number or date is present."""
        if quantity.month and quantity.month not in self.months:
            return False
        ways = [quantity.parts, quantity.instead] if quantity.instead else [quantity.parts]
        return any(
            all(any(self._near(value) for value in part) for part in parts) for parts in ways
        )

    def _near(self, value: float) -> bool:
        return round(value, 4) in self.values


_ENGLISH_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
# fiftyninth, tenyear: texts that lost their hyphens
_JOINED = re.compile(
    rf"({'|'.join(_TENS)})(?=(?:{'|'.join(_SMALL_WORDS + _ORDINALS)})\b)"
    rf"|\b({'|'.join(_SMALL_WORDS + _TENS)})(?=(?:year|month|week|day|fold|point|member)s?\b)"
)
# the Roman numerals I, V and X, where they are neither initials nor the word I
_ROMAN_DIGIT = re.compile(
    r"(?:(?i:chapter|chap\.|part|annex|section|sect\.|title|article|table|phase|volume|appendix|class|type|group"
    r"|category|tier|schedule|protocol|convention|figure|round|level|vol\.|no\.)s? |\()([IVX])\b"
)
_NUMBER_WORD = rf"(?:{'|'.join([*_SMALL_WORDS, *_TENS, *_SCALES])})"
_ALONE = re.compile(
    rf"(?<![\w.,/–—-])"
    rf"(?:(?P<ordinal>{'|'.join(_ORDINALS[1:])}|\d{{1,2}}(?:st|nd|rd|th))"
    rf"|(?P<word>{'|'.join(_SMALL_WORDS[2:] + _TENS)})|(?P<figures>\d{{1,2}}(?= [a-z])))"
    rf"(?![\w/–—-]|[.,]\d|[ ]{_NUMBER_WORD}\b)"
)
_NUMBER_BEFORE = re.compile(rf"(?:\d|\b{_NUMBER_WORD})[ -](?:and )?$")
_WORDS = re.compile(r"[a-z]+|[\d][\d,]*(?:\.\d+)?")


def english_numbers(text: str) -> EnglishNumbers:
    """The numbers and months of a text."""
    text = unicodedata.normalize("NFKC", text)
    values: set[float] = set()
    for match in _ENGLISH_NUMBER.finditer(text):
        values.add(float(match[0].replace(",", "")))
    # 10.47 a.m.
    for match in re.finditer(r"(\d\d?)[.:](\d\d?) ?[ap]\.?m", text):
        values |= {float(match[1]), float(match[2])}
    # 1 500 and 12 345 678
    for match in re.finditer(r"(?<!\d)\d{1,3}(?: \d{3})+(?!\d)", text):
        values.add(float(match[0].replace(" ", "")))
    # 1-3, 1 to 3: paragraphs 1, 2 and 3
    for match in re.finditer(
        r"(?<![\d.,/])(\d{1,3}) ?(?:[–—-]|to|through) ?(\d{1,3})(?![\d.,/])", text
    ):
        first, last = int(match[1]), int(match[2])
        if first < last <= first + 20:
            values |= set(map(float, range(first, last)))
    # 2010/11, 2010-11
    for match in re.finditer(r"(?<!\d)((?:19|20)\d\d)[/–—-](\d\d)(?!\d)", text):
        values.add(float(match[1][:2] + match[2]))
    # '98
    for match in re.finditer(r"['’](\d\d)(?!\d)", text):
        values |= {1900 + float(match[1]), 2000 + float(match[1])}
    values |= {float(_roman(match)) for match in re.findall(r"\b[IVXLC]{2,}\b", text)}
    values |= {float(_roman(match)) for match in _ROMAN_DIGIT.findall(text)}
    # (xi), (k): items of a list
    values |= {float(_roman(item.upper())) for item in re.findall(r"\(([ivxl]{1,6})\)", text)}
    values |= {float(ord(item) - 96) for item in re.findall(r"\(([a-z])\)", text)}
    words = _WORDS.findall(_JOINED.sub(r"\1\2 ", text.lower()))
    values |= set(_spelled_english(words))
    # capitalised words, because the verbs may and march are not months
    names = {name.lower() for name in re.findall(r"[A-Z][A-Za-z]+", text)}
    months = {n for n, name in enumerate(MONTHS, start=1) if names & {name, name[:3]}}
    if "sept" in names:
        months.add(9)
    if re.search(r"\b9/11\b", text):
        months.add(9)
    if re.search(r"\ba?round[ -]the[ -]clock|\bday and night", text, re.IGNORECASE):
        values.add(24.0)
    # 31/12/2009, 2009-12-31
    for match in re.finditer(r"\b\d{1,4}[./-](\d{1,2})[./-]\d{1,4}\b", text):
        months.add(int(match[1]))
    cardinals, ordinals = _alone(text)
    return EnglishNumbers(
        frozenset(round(value, 4) for value in values), frozenset(months), cardinals, ordinals
    )


def _alone(text: str) -> tuple[frozenset[float], frozenset[float]]:
    """Cardinals and ordinals that are whole numbers by themselves, except one and zero."""
    cardinals, ordinals = set(), set()
    text = text.lower()
    for match in _ALONE.finditer(text):
        if _NUMBER_BEFORE.search(text[max(0, match.start() - 14) : match.start()]):
            continue  # two hundred and five
        if match["ordinal"]:
            word = match["ordinal"]
            ordinals.add(float(_ORDINAL[word] if word in _ORDINAL else re.sub(r"\D", "", word)))
        elif match["word"]:
            cardinals.add(float(_CARDINAL[match["word"]]))
        else:
            cardinals.add(float(match["figures"]))
    return frozenset(cardinals), frozenset(ordinals)


def _spelled_english(words: list[str]) -> Iterator[float]:
    """Values of number words, alone and together: two hundred and fifty gives 2, 100, 50, 250."""
    total = current = 0.0
    counting = False
    cardinal = 0.0  # the last number, which "thirds" may divide
    for word in [*words, ""]:
        value: float | None = None
        if word in _CARDINAL:
            value = float(_CARDINAL[word])
            # twenty three, two hundred three; but not in 2012 three
            fits = not current % 100 or (value < 10 and current % 100 in _ROUND_TENS)
            yield total + current
            current = current + value if fits else value
        elif word[:1].isdigit():
            yield total + current
            value = current = float(word.replace(",", ""))
        ordinal = _ORDINAL.get(word, _ORDINAL.get(word[:-1] if word.endswith("s") else ""))
        if value is not None:
            yield value
            cardinal, counting = value, True
        elif word in _SCALES and (counting or len(word) > 2):
            scale = _SCALES[word]
            yield float(scale)
            if scale == 100:
                current = (current or 1) * 100
            else:
                total += (current or 1) * scale
                yield (current or 1) * scale
                current = 0.0
            counting = True
            yield total + current
        elif ordinal is not None:
            yield float(ordinal)
            yield total + current + ordinal
            if ordinal:
                yield (cardinal or 1) / ordinal
            total = current = cardinal = 0.0
            counting = False
        elif word == "and" and counting:
            yield total + current
        else:
            yield total + current
            total = current = 0.0
            counting = False
            for meant in _MEANT.get(word, ()):
                yield meant
                yield meant * (cardinal or 1)  # three quarters, five decades
            if word in _MEANT and _MEANT[word][0] < 1:
                cardinal = _MEANT[word][0]  # half a century
            elif word not in ("a", "of", "and"):
                cardinal = 0.0
            if word.endswith("ies") and word[:-3] + "y" in _CARDINAL:  # nineties
                yield float(_CARDINAL[word[:-3] + "y"])


def english_words(value: int) -> str:
    """A number under a hundred in words, as a pattern: twenty[ -]five; others as figures.

    >>> english_words(25)
    'twenty[ -]five'
    """
    if value < len(_SMALL_WORDS):
        return str(_SMALL_WORDS[value])
    if value < 100:
        tens, ones = _TENS[value // 10 - 2], value % 10
        return f"{tens}[ -]{_SMALL_WORDS[ones]}" if ones else str(tens)
    return str(value)


def _roman(numeral: str) -> int:
    """The value of a Roman numeral, by its letters' values."""
    letters = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
    values = [letters[letter] for letter in numeral]
    return sum(
        -value if value < max(values[i + 1 :], default=0) else value
        for i, value in enumerate(values)
    )
