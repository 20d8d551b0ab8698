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

_TRADITIONAL = (
    "並侷倆個們兩別劃動協參員唸問嚴國圓報婦審寫將專對屆幹幾強從慮戶換撓擊據敎數於時書會條標樣"
    "檢權歡歲決況滿濟為無爲狀獨發確祕禮種箇節簽籤紀級組結統經網縣總聯與舉處號補製襲見觀計討記"
    "訪註評詞認語說説調請論講謝識議譴讚負責貳賓賞贊軍載輛輪辦這連週進過還醜釋銘錄録錶長門間閣"
    "閱閲關陸隊雙頁項題類顧餘驚體點萬億"
)
_SIMPLIFIED = (
    "并局俩个们两别划动协参员念问严国圆报妇审写将专对届干几强从虑户换挠击据教数于时书会条标样"
    "检权欢岁决况满济为无为状独发确秘礼种个节签签纪级组结统经网县总联与举处号补制袭见观计讨记"
    "访注评词认语说说调请论讲谢识议谴赞负责贰宾赏赞军载辆轮办这连周进过还丑释铭录录表长门间阁"
    "阅阅关陆队双页项题类顾余惊体点万亿"
)
_TO_SIMPLIFIED = str.maketrans(_TRADITIONAL, _SIMPLIFIED)


def simplified(text: str) -> str:
    """The text with the characters of the rules for Chinese in simplified form.

    Only characters that occur in rules (numerals, units, titles, verbs of saying ...) are
    replaced, one by one, so that positions stay the same. It is not a conversion for readers.

    >>> simplified("主席說：「兩億三千萬元。」")
    '主席说：「两亿三千万元。」'
    """
    return text if text.isascii() else text.translate(_TO_SIMPLIFIED)


def everyday(character: str) -> bool:
    """Whether a Chinese character is one of the common ones, simplified or traditional.

    >>> everyday("国"), everyday("國"), everyday("喆")
    (True, True, False)
    """
    try:
        # GB2312's first level and Big5's first level: the characters in use, by frequency
        lead = character.encode("gb2312")[0]
    except UnicodeEncodeError:
        try:
            return 0xA4 <= character.encode("big5")[0] <= 0xC6
        except UnicodeEncodeError:
            return False
    return 0xB0 <= lead <= 0xD7


def in_gb2312(character: str) -> bool:
    """Whether a character is in GB2312, which has Chinese characters in simplified form only.

    >>> in_gb2312("国"), in_gb2312("國")
    (True, False)
    """
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def count_han(text: str) -> int:
    """The number of Chinese characters in a text.

    >>> count_han("联合国 UN 会员国")
    6
    """
    return sum(map(len, _HAN_RUN.findall(text)))


def has_chinese(text: str) -> bool:
    """Whether a text has a Chinese character, alone or within a sign such as ㈠ or ㋀.

    >>> has_chinese("第3条"), has_chinese("㈠"), has_chinese("NIST § 3。")
    (True, True, False)
    """
    return bool(HAN_CHARACTER.search(unicodedata.normalize("NFKC", text)))


def count_letters(text: str) -> int:
    """The number of letters of any script in a text."""
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
