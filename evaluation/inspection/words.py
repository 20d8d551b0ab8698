"""A recognised sentence in words, each with its confidence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from duizhao.corpus.script import HAN

Level = Literal["", "unsure", "doubtful"]

# A word is as certain as its least certain character: below these it is marked
UNSURE, DOUBTFUL = 0.95, 0.8
# a word with its punctuation, a Chinese character, or white space
_PIECE = re.compile(rf"\s+|[{HAN}]|[^\s{HAN}]+")


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of text; `confidence` is None for white space and for text that was read."""

    text: str
    confidence: float | None = None
    level: Level = ""


def words(text: str, confidences: tuple[float, ...] | None) -> tuple[Word, ...]:
    """The words of a sentence; pieces that need no mark and have no confidence are joined.

    >>> [(word.text, word.level) for word in words("on tho", (0.99,) * 5 + (0.7,))]
    [('on', ''), (' ', ''), ('tho', 'doubtful')]
    """
    if confidences is None or len(confidences) != len(text):
        return (Word(text),)
    out = []
    for match in _PIECE.finditer(text):
        if match[0].isspace():
            out.append(Word(match[0]))
            continue
        value = min(confidences[match.start() : match.end()])
        level: Level = "doubtful" if value < DOUBTFUL else "unsure" if value < UNSURE else ""
        out.append(Word(match[0], round(value, 3), level))
    return tuple(out)
