"""Queries: Chinese by substring; English by word, "phrase in quotation marks" and prefix*.

    parse("落实 implement*")  # rows with 落实 on the Chinese side and a word in implement...

Chinese is indexed as pairs of neighbouring characters: a substring is then a phrase of pairs,
which SQLite's FTS5 finds in its index for any length (its own trigrams need three characters, and
落实 has two). Query and index are in simplified characters, so 落實 finds 落实 and the other way
round.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from duizhao.corpus.errors import InputError
from duizhao.corpus.keys import plain
from duizhao.corpus.script import HAN_CHARACTER
from duizhao.evaluation.search.simplified import simplify

_PART = re.compile(r'"([^"]*)"|(\S+)')
_TOKEN = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Query:
    """Chinese substrings and English phrases (words; the last may be a prefix) to search for.

    A row matches if it contains all of them.
    """

    chinese: tuple[str, ...]
    english: tuple[tuple[str, ...], ...]
    prefixes: tuple[bool, ...]

    @property
    def matches(self) -> dict[str, str]:
        """The FTS5 expression by table; without a table for a side that is not searched."""
        both = {"chinese": self.chinese_match, "english": self.english_match}
        return {table: match for table, match in both.items() if match}

    @property
    def chinese_match(self) -> str:
        """The FTS5 expression for the Chinese side, "" for none."""
        return " AND ".join(_chinese_phrase(text) for text in self.chinese)

    @property
    def english_match(self) -> str:
        """The FTS5 expression for the English side, "" for none."""
        parts = []
        for words, prefix in zip(self.english, self.prefixes, strict=True):
            parts.append(f'"{" ".join(words)}"' + (" *" if prefix else ""))
        return " AND ".join(parts)


def parse(text: str) -> Query:
    """The query of a line; InputError if it has neither letters nor digits."""
    chinese: list[str] = []
    english: list[tuple[str, ...]] = []
    prefixes: list[bool] = []
    for quoted, unquoted in _PART.findall(text):
        part = simplify(plain(quoted or unquoted))
        if HAN_CHARACTER.search(part):
            chinese += ["".join(run) for run in _TOKEN.findall(part)]
            continue
        words = tuple(_TOKEN.findall(part))
        if words:
            english.append(words)
            prefixes.append(not quoted and unquoted.endswith("*"))
    if not chinese and not english:
        raise InputError(
            f'query {text!r}: give a Chinese string, an English word, a "phrase" or a prefix*'
        )
    return Query(tuple(chinese), tuple(english), tuple(prefixes))


def pairs(text: str) -> str:
    """The neighbouring pairs of each run of letters and digits, separated by spaces.

    >>> pairs("落实《决议》。")
    '落实 实 决议 议'
    """
    tokens: list[str] = []
    for run in _TOKEN.findall(simplify(plain(text))):
        # the last character alone, so that a prefix finds every single character
        tokens += [run[at : at + 2] for at in range(len(run))]
    return " ".join(tokens)


def _chinese_phrase(text: str) -> str:
    if len(text) == 1:
        return f'"{text}" *'
    return '"' + " ".join(text[at : at + 2] for at in range(len(text) - 1)) + '"'
