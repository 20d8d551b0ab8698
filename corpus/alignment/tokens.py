"""Sentences as bags of weighted tokens, for the overlap signal and the anchors.

A word is a token, a long word also yields its first five letters as a stem; Chinese, Japanese and
Thai yield characters and character pairs; numbers lose their separators (``1,000`` and ``1 000``
are ``1000``) and Chinese numerals become digits, so that they match without a translation.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.numerals import DIGITS, UNITS, chinese_value
from duizhao.corpus.script import HAN, KANA

STEM = 5
_UNSPACED = f"{HAN}{KANA}\u0e00-\u0e7f"
_UNSPACED_RUN = re.compile(rf"[{_UNSPACED}]+")
# a to z separately only because a small class is matched faster than a large one
_WORD = rf"[a-z]+[^\W\d_{_UNSPACED}]*|[^\W\d_{_UNSPACED}]+"
_TOKEN = re.compile(rf"{_WORD}|\d+(?:[.,]\d+)*|[{_UNSPACED}]+")
_COPIED = re.compile(
    rf"{_WORD}|\d+(?:[.,]\d+)*月?|第[〇零一二三四五六七八九十百千]+"
    "|[〇零一二三四五六七八九十百千]{2,}"
)
_THOUSANDS = re.compile(r"(?<=\d)[\s,](?=\d{3}(?!\d))")
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
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return _THOUSANDS.sub("", text.lower())


def pieces(sentences: Sequence[str]) -> list[list[str]]:
    """The words, numbers and unspaced runs of normalised sentences."""
    return [_TOKEN.findall(sentence) for sentence in sentences]


def copied_pieces(
    sentences: Sequence[str], known: Sequence[list[str]] | None = None
) -> list[list[str]]:
    """The words and numbers of normalised sentences that a translation may copy.

    For text without unspaced script they are the `pieces`, which may be passed as `known`.
    """
    if known is None:
        return [_COPIED.findall(sentence) for sentence in sentences]
    return [
        _COPIED.findall(sentence)
        if not sentence.isascii() and _UNSPACED_RUN.search(sentence)
        else same
        for sentence, same in zip(sentences, known, strict=True)
    ]


def expanded(piece: str) -> tuple[str, ...]:
    """A word and its stem, or the characters and pairs of an unspaced run."""
    if "\u0e00" <= piece[0] <= "\u0e7f" or piece[0] >= "\u2e80":
        return (*piece, *(piece[k : k + 2] for k in range(len(piece) - 1)))
    if len(piece) > STEM and not piece[0].isdigit():
        return (piece, "~" + piece[:STEM])
    return (piece,)


def tokens(text: str) -> list[str]:
    """The tokens of a text, with repetition.

    >>> tokens("1,000 resolutions")
    ['1000', 'resolutions', '~resol']
    >>> tokens("联合国")
    ['联', '合', '国', '联合', '合国']
    """
    return list(chain.from_iterable(map(expanded, _TOKEN.findall(normalise(text)))))


def copied(piece: str) -> tuple[str, ...]:
    """The tokens that a number, a date or a name may have in the other language."""
    if piece[0] == "第" or piece[0] in DIGITS or piece[0] in UNITS:
        value = chinese_value(piece.removeprefix("第"))
        return () if value is None else (str(value),)
    if piece.endswith("月"):
        return (piece[:-1], piece) if len(piece) < 4 else (piece[:-1],)
    if month := _MONTHS.get(piece):
        return (month[:-1], month)
    if number := _ENGLISH_NUMBERS.get(piece):
        return (number,)
    return expanded(piece)


def copied_tokens(text: str) -> list[str]:
    """The tokens that a translation copies: numbers, dates, document symbols, Latin names.

    >>> copied_tokens("第七十届会议2020年12月")
    ['70', '2020', '12', '12月']
    >>> copied_tokens("December 2020")
    ['12', '12月', '2020']
    """
    return list(chain.from_iterable(map(copied, _COPIED.findall(normalise(text)))))


_MARKS = str.maketrans(
    {
        "「": "“", "『": "“", "«": "“", "」": "”", "』": "”", "»": "”", "【": "(", "】": ")",
        "、": ",", "。": ".", "〈": "《", "〉": "》", "–": "—", "‐": "-",
    }
)  # fmt: skip
_MARK = re.compile(r"[?!:;“”\"()《》…—]")


def marks(text: str) -> list[str]:
    """The punctuation that translations usually keep, in one form for all scripts.

    Straight quotation marks open and close in turn.

    >>> marks('他问：“为什么？”'), marks('"Why?" he asked.')
    ([':', '“', '?', '”'], ['“', '?', '”'])
    """
    kept: list[str] = []
    opened = False
    for mark in _MARK.findall(unicodedata.normalize("NFKC", text.translate(_MARKS))):
        if mark == '"':
            kept.append("”" if opened else "“")
            opened = not opened
        else:
            kept.append(mark)
    return kept


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


class _Numbered(dict[str, tuple[int, ...]]):
    """The token numbers of each piece, computed at its first use."""

    def __init__(self, expand: Callable[[str], Sequence[str]]) -> None:
        self.expand = expand
        self.vocabulary: dict[str, int] = {}

    def __missing__(self, piece: str) -> tuple[int, ...]:
        vocabulary = self.vocabulary
        numbers = tuple(vocabulary.setdefault(t, len(vocabulary)) for t in self.expand(piece))
        self[piece] = numbers
        return numbers


def bags(
    source: Sequence[Sequence[str]],
    target: Sequence[Sequence[str]],
    *,
    expand: Callable[[str], Sequence[str]] = lambda piece: (piece,),
    shared_only: bool = False,
) -> Bags:
    """Number the tokens of both sides and weight them; `expand` gives the tokens of a piece.

    The weights come from this pair of documents. A stem and its word share their weight. With
    `shared_only`, tokens on one side only get no weight (the raw sentences of two languages share
    few).
    """
    numbered = _Numbered(expand)
    sides = []
    for sentences in (source, target):
        flat = array("i")
        ends = array("q", [0])
        for sentence in sentences:
            flat.extend(chain.from_iterable(map(numbered.__getitem__, sentence)))
            ends.append(len(flat))
        sides.append((np.array(flat, dtype=np.int32), np.array(ends, dtype=np.int64)))
    vocabulary = numbered.vocabulary
    size = max(len(vocabulary), 1)
    in_source, in_target = (_sentences_with(ids, starts, size) for ids, starts in sides)
    total = max(len(source) + len(target), 1)
    weight = np.log((total + 1) / (np.maximum(np.maximum(in_source, in_target), 1) * 2 - 0.5))
    halved = np.ones(size)
    for token, number in vocabulary.items():
        if len(token) > STEM and (token[0] == "~" or token.isalpha()):
            halved[number] = 0.5
    weight = np.maximum(weight * halved, 0.02).astype(np.float32)
    if shared_only:
        weight[(in_source == 0) | (in_target == 0)] = 0.0
    masses = []
    for ids, starts in sides:
        running = np.concatenate(([0.0], np.cumsum(weight[ids], dtype=np.float64)))
        masses.append(running[starts[1:]] - running[starts[:-1]])
    return Bags(*sides[0], *sides[1], weight, *masses)


def postings(
    ids: NDArray[np.int32], starts: NDArray[np.int64], words: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    """The sentences of each word, each once, ascending, with the word's count in each.

    Word w has ``sentences[first[w]:first[w + 1]]`` and ``times[first[w]:first[w + 1]]``.
    """
    count = max(len(starts) - 1, 1)
    rows = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    pairs, times = np.unique(ids * np.int64(count) + rows, return_counts=True)
    first = np.zeros(words + 1, dtype=np.int64)
    np.cumsum(np.bincount(pairs // count, minlength=words), out=first[1:])
    return first, pairs % count, times.astype(np.int32)


def _sentences_with(
    ids: NDArray[np.int32], starts: NDArray[np.int64], size: int
) -> NDArray[np.float64]:
    """The number of sentences with each token."""
    return np.diff(postings(ids, starts, size)[0]).astype(np.float64)
