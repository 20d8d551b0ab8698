"""Candidates for counterparts: the n-grams of a line normalised by `keys.plain`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from duizhao.corpus.script import HAN

CHARACTERS = 6
"""Most characters of a Chinese candidate."""
WORDS = 3
"""Most words of an English candidate."""

_TOKEN = re.compile(r"\w+")
_HAN_RUN = re.compile(f"[{HAN}]+")


def english_grams(text: str) -> Iterator[str]:
    """Runs of one to three words between punctuation marks."""
    for part in re.split(r"[^\w\s'’-]+", text):
        words = _TOKEN.findall(part)
        for length in range(1, WORDS + 1):
            for at in range(len(words) - length + 1):
                yield " ".join(words[at : at + length])


def chinese_grams(text: str) -> Iterator[str]:
    """Substrings of two to six characters of each run of Chinese characters."""
    for run in _HAN_RUN.findall(text):
        for length in range(2, CHARACTERS + 1):
            for at in range(len(run) - length + 1):
                yield run[at : at + length]
