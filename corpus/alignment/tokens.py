"""Sentences as bags of weighted tokens: what the overlap signal and the anchors count.

A word gives itself, a long word also its first five letters as a stem; Chinese, Japanese and Thai
give characters and character pairs; numbers lose their separators (``1,000`` and ``1 000`` are
``1000``) and Chinese numerals become digits, so that they match without a translation.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

STEM = 5
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0e7f"
_TOKEN = re.compile(
    rf"[{_UNSPACED}]+"
    r"|\d+(?:[.,]\d+)*"
    r"|[^\W\d_]+(?:['’][^\W\d_]+)?",
)
_UNSPACED_START = re.compile(f"[{_UNSPACED}]")
_THOUSANDS = re.compile(r"(?<=\d)[\s,](?=\d{3}(?!\d))")
_CHINESE_NUMBER = re.compile("[〇零一二三四五六七八九十百千]+")
_DIGITS = dict(zip("〇零一二三四五六七八九", (0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_UNITS = {"十": 10, "百": 100, "千": 1000}
_NUMBER_NAMES = """first,one second,two third,three fourth,four fifth,five sixth,six seventh,seven
eighth,eight ninth,nine tenth,ten eleventh,eleven twelfth,twelve thirteenth,thirteen
fourteenth,fourteen fifteenth,fifteen sixteenth,sixteen seventeenth,seventeen
eighteenth,eighteen nineteenth,nineteen twentieth,twenty"""
_ENGLISH_NUMBERS = {
    name: str(value)
    for value, names in enumerate(_NUMBER_NAMES.split(), start=1)
    for name in names.split(",")
}
_MONTH_NAMES = (
    "january february march april may june july august september october november december"
)
_MONTHS = {name: f"{number}月" for number, name in enumerate(_MONTH_NAMES.split(), start=1)}


def normalise(text: str) -> str:
    """NFKC, lower case, thousands joined."""
    return _THOUSANDS.sub("", unicodedata.normalize("NFKC", text).lower())


def tokens(text: str) -> list[str]:
    """The tokens of a text, with repetition.

    >>> tokens("1,000 resolutions")
    ['1000', 'resolutions', '~resol']
    >>> tokens("联合国")
    ['联', '合', '国', '联合', '合国']
    """
    found: list[str] = []
    for match in _TOKEN.finditer(normalise(text)):
        piece = match.group()
        if _UNSPACED_START.match(piece):
            found.extend(piece)
            found.extend(piece[k : k + 2] for k in range(len(piece) - 1))
            continue
        found.append(piece)
        if len(piece) > STEM and piece.isalpha():
            found.append("~" + piece[:STEM])
    return found


def chinese_number(text: str) -> int | None:
    """``二十五`` is 25, ``二〇二一`` 2021; None for what is neither."""
    if not any(character in _UNITS for character in text):
        return int("".join(str(_DIGITS[character]) for character in text))
    total, digit = 0, -1
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        else:
            total += (1 if digit < 0 else digit) * _UNITS[character]
            digit = -1
    return total + max(digit, 0)


def copied_tokens(text: str) -> list[str]:
    """The tokens that a translation copies: numbers, dates, document symbols, Latin names.

    >>> copied_tokens("第七十届会议2020年12月")
    ['70', '2020', '12', '12月']
    >>> copied_tokens("December 2020")
    ['2020', '12月', '12', '~decem', 'december']
    """
    found: list[str] = []
    for match in _TOKEN.finditer(normalise(text)):
        piece = match.group()
        if _UNSPACED_START.match(piece):
            if piece[0] == "月" and found and found[-1].isdigit() and len(found[-1]) < 3:
                found.append(found[-1] + "月")
            found.extend(
                str(chinese_number(number.group()))
                for number in _CHINESE_NUMBER.finditer(piece)
                if len(number.group()) > 1 or piece.startswith("第")
            )
        elif piece in _MONTHS:
            found.extend((_MONTHS[piece], _MONTHS[piece][:-1], "~" + piece[:STEM], piece))
        elif piece in _ENGLISH_NUMBERS:
            found.append(_ENGLISH_NUMBERS[piece])
        else:
            found.append(piece)
            if len(piece) > STEM and piece.isalpha():
                found.append("~" + piece[:STEM])
    return found


_MARKS = str.maketrans(
    {
        "「": "“", "『": "“", "«": "“", "」": "”", "』": "”", "»": "”", "【": "(", "】": ")",
        "、": ",", "。": ".", "〈": "《", "〉": "》", "–": "—", "‐": "-",
    }
)  # fmt: skip
_MARK = re.compile(r"[?!:;“”\"()《》…—]")


def marks(text: str) -> list[str]:
    """The punctuation that a translation tends to keep, in one form for all scripts.

    Straight quotation marks open and close in turn.

    >>> marks('他问：“为什么？”'), marks('"Why?" he asked.')
    ([':', '“', '?', '”'], ['“', '?', '”'])
    """
    found: list[str] = []
    opened = False
    for mark in _MARK.findall(unicodedata.normalize("NFKC", text.translate(_MARKS))):
        if mark == '"':
            found.append("”" if opened else "“")
            opened = not opened
        else:
            found.append(mark)
    return found


@dataclass(frozen=True, slots=True)
class Bags:
    """Both sides as token ids: sentence i has ``ids[starts[i]:starts[i + 1]]``.

    `weight` is the idf weight of each id, `mass` the summed weight of each sentence.
    """

    source_ids: NDArray[np.int32]
    source_starts: NDArray[np.int64]
    target_ids: NDArray[np.int32]
    target_starts: NDArray[np.int64]
    weight: NDArray[np.float32]
    source_mass: NDArray[np.float64]
    target_mass: NDArray[np.float64]


def document_frequencies(sentences: Iterable[Sequence[str]]) -> Counter[str]:
    """In how many of the tokenised sentences each token stands."""
    counts: Counter[str] = Counter()
    for sentence in sentences:
        counts.update(set(sentence))
    return counts


def bags(
    source: Sequence[Sequence[str]],
    target: Sequence[Sequence[str]],
    idf: Mapping[str, float] | None = None,
    *,
    shared_only: bool = False,
) -> Bags:
    """Number the tokens of both sides and weigh them.

    `idf` maps tokens to weights; without it (and for tokens it lacks) the weight comes from this
    pair of documents. A stem and its word share their weight. With `shared_only` tokens that only
    one side has weigh nothing (the raw sentences of two languages share few).
    """
    source_frequency = document_frequencies(source)
    target_frequency = document_frequencies(target)
    vocabulary: dict[str, int] = {}
    for frequency in (source_frequency, target_frequency):
        for token in frequency:
            vocabulary.setdefault(token, len(vocabulary))
    total = max(len(source) + len(target), 1)
    weight = np.zeros(max(len(vocabulary), 1), dtype=np.float32)
    for token, number in vocabulary.items():
        in_source, in_target = source_frequency[token], target_frequency[token]
        if shared_only and not (in_source and in_target):
            continue
        value = idf.get(token) if idf is not None else None
        if value is None:
            value = math.log((total + 1) / (max(in_source, in_target) * 2 - 0.5))
        if token[0] == "~" or (len(token) > STEM and token.isalpha() and token.isascii()):
            value /= 2
        weight[number] = max(value, 0.02)
    sides = []
    for sentences in (source, target):
        starts = np.zeros(len(sentences) + 1, dtype=np.int64)
        np.cumsum([len(sentence) for sentence in sentences], out=starts[1:])
        ids = np.fromiter(
            (vocabulary[token] for sentence in sentences for token in sentence),
            dtype=np.int32,
            count=int(starts[-1]),
        )
        running = np.concatenate(([0.0], np.cumsum(weight[ids], dtype=np.float64)))
        sides.append((ids, starts, running[starts[1:]] - running[starts[:-1]]))
    (source_ids, source_starts, source_mass), (target_ids, target_starts, target_mass) = sides
    return Bags(
        source_ids, source_starts, target_ids, target_starts, weight, source_mass, target_mass
    )
