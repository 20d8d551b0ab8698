"""Writing systems: which characters are Chinese, and how sentences are joined.

The constants are contents of a regular expression's character class: ``re.compile(f"[{HAN}]")``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

HAN = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
"""Chinese characters: ideographs with all extensions, radicals, 々, 〆 and 〇."""

KANA = "\u3040-\u30ff"
HANGUL = "\uac00-\ud7af"

EAST_ASIAN = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003134f"
"""Characters written without spaces: Chinese and Japanese, their marks, and full-width forms."""

HAN_CHARACTER = re.compile(f"[{HAN}]")
EAST_ASIAN_CHARACTER = re.compile(f"[{EAST_ASIAN}]")
_HAN_RUN = re.compile(f"[{HAN}]+")
_LETTERS = re.compile(r"[^\W\d_]+")


def count_han(text: str) -> int:
    """How many Chinese characters a text has.

    >>> count_han("联合国 UN 会员国")
    6
    """
    return sum(map(len, _HAN_RUN.findall(text)))


def has_chinese(text: str) -> bool:
    """Whether a text has a Chinese character, also within a sign such as ㈠ or ㋀.

    >>> has_chinese("第3条"), has_chinese("㈠"), has_chinese("NIST § 3。")
    (True, True, False)
    """
    return bool(HAN_CHARACTER.search(unicodedata.normalize("NFKC", text)))


def count_letters(text: str) -> int:
    """How many letters of any script a text has."""
    return sum(map(len, _LETTERS.findall(text)))


def join(sentences: Sequence[str]) -> str:
    """Join sentences as their script does: no space between two East Asian characters.

    >>> join(["好。", "是。"]), join(["Yes.", "No."])
    ('好。是。', 'Yes. No.')
    """
    text = ""
    for sentence in filter(None, map(str.strip, sentences)):
        close = EAST_ASIAN_CHARACTER.match(text[-1:]) and EAST_ASIAN_CHARACTER.match(sentence)
        text += sentence if close or not text else " " + sentence
    return text
