"""The two sides of a corpus as arrays of tokens: Chinese by character, English by word."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from duizhao.corpus.script import HAN
from duizhao.evaluation.terms.grams import BREAK, Ints

_PARTS = re.compile(f"[{HAN}A-Za-z0-9]+")
_WORDS = re.compile(r"[^\W_]+(?:['’./-][^\W_]+)*|[^\w\s]+")
_IRREGULAR = {"women": "woman", "men": "man", "children": "child", "people": "people"}


def lemma(word: str) -> str:
    """A word without its case and without a regular plural: ``Parties`` and ``party`` are one.

    >>> [lemma(word) for word in ("Parties", "States", "access", "status", "UN")]
    ['party', 'state', 'access', 'status', 'un']
    """
    low = word.lower().removesuffix("'s").removesuffix("’s")
    if low in _IRREGULAR:
        return _IRREGULAR[low]
    if len(low) > 4 and low.endswith("ies"):
        return f"{low[:-3]}y"
    if len(low) > 4 and low.endswith(("sses", "ches", "shes", "xes")):
        return low[:-2]
    if len(low) > 3 and low.endswith("s") and not low.endswith(("ss", "us", "is")):
        return low[:-1]
    return low


@dataclass
class Side:
    """Tokens of one side. `surfaces` are the texts by place, `names` the texts of the tokens.

    chinese: tokens are characters, and a gram's text has no spaces.
    """

    chinese: bool
    tokens: Ints
    rows: Ints
    surfaces: list[str] | str
    names: list[str] = field(default_factory=list)

    def text(self, place: int, length: int) -> str:
        """The text of the gram of `length` tokens at a place, as the corpus has it."""
        return ("" if self.chinese else " ").join(self.surfaces[place : place + length])


def chinese_side(texts: Iterable[str]) -> Side:
    """Characters that are Chinese, letters or digits; anything else is a break."""
    pieces: list[str] = []
    rows: list[int] = []
    lengths: list[int] = []
    for row, text in enumerate(texts):
        found = _PARTS.findall(text)
        pieces += found
        rows += [row] * len(found)
        lengths += map(len, found)
    surfaces = "\n".join([*pieces, ""])
    points = np.frombuffer(surfaces.encode("utf-32-le"), np.uint32).astype(np.int64)
    _, tokens = np.unique(points, return_inverse=True)
    tokens = tokens.astype(np.int64) - 1  # the line ends are the smallest
    return Side(True, tokens, np.repeat(rows, np.asarray(lengths, int) + 1), surfaces)


def english_side(texts: Iterable[str]) -> Side:
    """Words by their lemma; punctuation and the end of a row are breaks."""
    numbers: dict[str, int] = {}
    names: list[str] = []
    known: dict[str, int] = {}
    surfaces: list[str] = []
    tokens: list[int] = []
    starts = [0]
    for text in texts:
        for word in _WORDS.findall(text):
            number = known.get(word)
            if number is None:
                if word[0].isalnum():
                    base = lemma(word)
                    number = numbers.setdefault(base, len(names))
                    if number == len(names):
                        names.append(base)
                else:
                    number = BREAK
                known[word] = number
            surfaces.append(word)
            tokens.append(number)
        surfaces.append("")
        tokens.append(BREAK)
        starts.append(len(tokens))
    lengths = [end - start for start, end in pairwise(starts)]
    rows = np.repeat(np.arange(len(lengths)), lengths)
    return Side(False, np.asarray(tokens, np.int64), rows, surfaces, names)
