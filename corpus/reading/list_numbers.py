"""Numbers of lists as text: "iv", "bb", "三十四", for the readers of Word and HTML."""

from __future__ import annotations

import re

CHINESE = "〇一二三四五六七八九"
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
STEMS = "甲乙丙丁戊己庚辛壬癸"
BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
# The largest numbers that Word writes in these styles: thirty letters, the Roman numerals.
_MOST = {"lowerLetter": 780, "upperLetter": 780, "lowerRoman": 32767, "upperRoman": 32767}
MOST_ROMAN_HTML = 3999
_WHOLE = re.compile(r"\s*([+-]?[0-9]{1,10})", re.ASCII)
_LARGEST = 2**31 - 1


def whole_number(text: str | None, default: int) -> int:
    """The whole number that an attribute starts with; `default` if it has none or a huge one.

    >>> whole_number("12", 1), whole_number("x", 1), whole_number("9" * 30, 1)
    (12, 1, 1)
    """
    match = _WHOLE.match(text or "")
    if match is None or (text or "")[match.end() : match.end() + 1].isdigit():
        return default
    number = int(match[1])
    return number if -_LARGEST <= number <= _LARGEST else default


def html_number(number: int, type: str) -> str:
    """A number of an HTML list of this type, as browsers show it.

    >>> html_number(28, "a"), html_number(0, "i"), html_number(9, "I")
    ('ab', '0', 'IX')
    """
    if type in ("i", "I") and 0 < number <= MOST_ROMAN_HTML:
        return format_number(number, "lowerRoman" if type == "i" else "upperRoman")
    if type not in ("a", "A") or number < 1:
        return str(number)
    letters = ""
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(ord(type) + place) + letters
    return letters


def format_number(number: int, style: str) -> str:
    """A number as Word's `numFmt` writes it; plain digits where the style has no such number.

    >>> format_number(4, "lowerRoman"), format_number(28, "lowerLetter")
    ('iv', 'bb')
    >>> format_number(10**12, "upperRoman")
    '1000000000000'
    """
    if number < 0 or number > _MOST.get(style, number):
        return str(number)
    if style in ("lowerRoman", "upperRoman"):
        text = _roman(number)
        return text.upper() if style == "upperRoman" else text
    if style in ("lowerLetter", "upperLetter"):
        if number == 0:
            return ""
        text = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return text.upper() if style == "upperLetter" else text
    if style in ("chineseCounting", "chineseCountingThousand", "japaneseCounting",
                 "taiwaneseCounting", "taiwaneseCountingThousand"):  # fmt: skip
        return _chinese(number)
    if style in ("ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital"):
        return "".join(CHINESE[int(digit)] for digit in str(number))
    if style in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese"):
        return CIRCLED[number - 1] if 0 < number <= len(CIRCLED) else f"({number})"
    if style == "decimalEnclosedParen":
        return f"({number})"
    if style == "decimalFullWidth":
        return "".join(chr(ord("０") + int(digit)) for digit in str(number))
    if style == "ideographTraditional":
        return STEMS[(number - 1) % 10]
    if style == "ideographZodiac":
        return BRANCHES[(number - 1) % 12]
    if style == "decimalZero":
        return f"{number:02d}"
    if style == "ordinal":
        return f"{number}{_ordinal_ending(number)}"
    return str(number)


def _roman(number: int) -> str:
    out = ""
    for value, letters in ROMAN:
        count, number = divmod(number, value)
        out += letters * count
    return out


def _ordinal_ending(number: int) -> str:
    if 10 <= number % 100 <= 20:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _chinese(number: int) -> str:
    if not 0 < number < 10000:
        return str(number) if number else CHINESE[0]
    out = ""
    for value, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        count, number = divmod(number, value)
        if count:
            # ten is 十, not 一十, at the start
            out += (CHINESE[count] if count > 1 or value != 10 or out else "") + unit
        elif out and number and not out.endswith("零"):
            out += "零"
    return out
