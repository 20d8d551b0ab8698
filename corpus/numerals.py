"""Chinese numerals: their value, and which of them are vague.

The package cn2an was compared: where both give a value, they agree, but cn2an reads 七八 ("seven or
eight") as 78, rejects 百 and 千百, and is ten times as slow.
"""

from __future__ import annotations

DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    **{"〇": 0, "○": 0, "两": 2}
}
UNITS = {"十": 10, "百": 100, "千": 1000}
LONGEST = 15
"""Digits of the longest number that is written digit by digit."""
LARGE_UNITS = {"万": 10**4, "亿": 10**8, "兆": 10**12}


def chinese_value(numeral: str) -> int | None:
    """The value of a Chinese numeral; None for a vague one such as 三四十 ("thirty or forty").

    >>> chinese_value("一亿二千万"), chinese_value("二〇二〇"), chinese_value("三四十")
    (120000000, 2020, None)
    """
    if all(char in DIGITS for char in numeral):
        if len(numeral) == 1:
            return DIGITS[numeral]
        # 二〇二〇 is read digit by digit; two or three digits (三四, 七八) are vague, and a row of
        # 一 may be drawn as a line
        if not 3 < len(numeral) <= LONGEST:
            return None
        return int("".join(str(DIGITS[char]) for char in numeral))
    total = section = 0
    digit: int | None = None
    unit = largest = 1  # the unit before the last digit, and the largest one so far
    for char in numeral:
        if char in DIGITS:
            if digit and DIGITS[char]:
                return None
            unit = unit if digit is None else 1  # 二百零五: the zero ends the place of the tens
            digit = DIGITS[char]
        elif char in UNITS:
            unit = UNITS[char]
            section += (1 if digit is None else digit or 1) * unit
            digit = None
        else:
            unit = LARGE_UNITS[char]
            section += digit or 0
            if unit > largest:  # 三百万亿
                total = (total + section or 1) * unit
            else:  # 一亿二千万
                total += section * unit
            largest, section, digit = max(largest, unit), 0, None
    if digit and unit > 10:
        digit *= unit // 10  # 三万五 is 35,000
    return total + section + (digit or 0)
