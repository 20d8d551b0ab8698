"""Two printed lines to one text: with a space, without one, or without a hyphen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from duizhao.corpus.document import Language
from duizhao.corpus.script import HAN, HAN_CHARACTER

# No space is put beside these: Chinese punctuation carries its own.
CJK_MARK = re.compile(r"[\u3000-\u3004\u3008-\u303f\uff00-\uffef“”‘’…—·•]")
HAN_LATIN = re.compile(rf"[{HAN}](\s?)[A-Za-z0-9]|[A-Za-z0-9](\s?)(?=[{HAN}])")

# first halves of compounds that are written with a hyphen, and no syllables of longer words
HYPHENATED = frozenset(("self", "quasi", "vice", "well", "long", "high", "low", "half", "cross"))
# ... and those that are no words by themselves
PREFIXES = re.compile(
    r"ante|anti|bi|bio|co|counter|cyber|de|eco|euro|extra|geo|hydro|infra|inter|intra|macro|mega|"
    r"meta|micro|mid|mini|mis|mono|multi|nano|neo|non|para|poly|post|pre|pro|pseudo|psycho|re|"
    r"semi|socio|sub|techno|trans|tri|ultra|un|uni"
)
_SUSPENDED = re.compile(r"(?:and|or|to)\b")


@dataclass(frozen=True, slots=True)
class Joiner:
    """Joins two lines of a paragraph as this document would have written them.

    `spaced` says whether the document puts a space between Chinese characters and Latin letters
    or numbers; `words` are the document's words, asked when a line ends in a hyphen, and
    `breaks_words` whether it is set with hyphenation, so that most hyphens at a line's end are
    no part of the word. `soft`: U+2010 appears at the end of lines alone, and is never part of
    a word.
    """

    language: Language
    spaced: bool = False
    words: Counter[str] = field(default_factory=Counter)
    breaks_words: bool = False
    soft: bool = False

    @classmethod
    def of(cls, lines: Iterable[str], language: Language) -> Joiner:
        """Learn the document's habits from its lines."""
        with_space = without = hyphens = count = 0
        soft, inner = False, False
        words: Counter[str] = Counter()
        for line in lines:
            count += 1
            for match in HAN_LATIN.finditer(line):
                if match[1] or match[2]:
                    with_space += 1
                else:
                    without += 1
            if language == "en":
                words.update(re.findall(r"[a-z]+(?:-[a-z]+)*", line.lower()))
                hyphens += bool(re.search(r"[a-z][-‐]$", line))
                soft = soft or line.endswith("‐")
                inner = inner or "‐" in line[:-1]
        breaks = hyphens > count / 30
        return cls(language, with_space > without, words, breaks, soft and not inner)

    def join(self, first: str, second: str) -> str:
        """Both lines as one, with or without a space between, or without a hyphen."""
        if not first or not second:
            return first + second
        last, next_ = first[-1], second[0]
        if last == "\u00ad":
            return first[:-1] + second
        if last in "-‐" and len(first) > 1 and first[-2].isalpha() and next_.islower():
            return self._hyphenated(first, second)
        return first + self._space(last, next_, first, second) + second

    def knows(self, word: str) -> bool:
        """Whether a word in small letters is in the dictionary or more than once in the text."""
        return self.words[word] > 1 or in_dictionary(word)

    def _space(self, last: str, next_: str, first: str, second: str) -> str:
        if last in "/-‐–" and len(first) > 1 and not first[-2].isspace():
            return ""
        if HAN_CHARACTER.match(last) or HAN_CHARACTER.match(next_):
            if HAN_CHARACTER.match(last) and HAN_CHARACTER.match(next_):
                return ""
            other = next_ if HAN_CHARACTER.match(last) else last
            return " " if self.spaced and other.isascii() and other.isalnum() else ""
        if self.language == "zh" and (CJK_MARK.match(last) or CJK_MARK.match(next_)):
            # the bullet and the ideographic marks; between Latin words a quotation mark needs one
            return ""
        return " "

    def _hyphenated(self, first: str, second: str) -> str:
        """``decision-`` + ``making`` keeps its hyphen, ``govern-`` + ``ment`` loses it."""
        head = re.search(r"[A-Za-z]+(?:-[A-Za-z]+)*[-‐]$", first)
        tail = re.match(r"[a-z]+(?:-[a-z]+)*", second)
        if self.language != "en" or head is None or tail is None:
            return first + second
        if self.soft and first.endswith("‐"):
            return first[:-1] + second
        start, end = head[0][:-1].lower(), tail[0]
        joined, compound = self.words[start + end], self.words[f"{start}-{end}"]
        if joined != compound:
            keep = compound > joined
        elif _SUSPENDED.fullmatch(end) and not in_dictionary(start + end):
            return f"{first} {second}"
        elif len(start) == 1 or head[0][:-1].isupper() or self._is_compound(start, end):
            keep = True
        elif not self._is_word(end):
            keep = False
        else:
            is_head = self._is_word(start) or PREFIXES.fullmatch(start) is not None
            evidence = (is_head, not self.breaks_words, not in_dictionary(start + end))
            keep = sum(evidence) >= 2
        return first + second if keep else first[:-1] + second

    def _is_compound(self, start: str, end: str) -> bool:
        return start in HYPHENATED and len(end) > 4

    def _is_word(self, text: str) -> bool:
        """Whether all parts of a text are words of the document or of the dictionary."""
        # `words` holds the halves at the line's ends themselves: once is no evidence
        return all(self.knows(part) for part in text.split("-"))


def in_dictionary(word: str) -> bool:
    """Whether pyspellchecker's English list has a word, given in lower case."""
    return len(word) > 1 and word in _dictionary()


@cache
def _dictionary() -> frozenset[str]:
    """The words of pyspellchecker's English list, all in lower case."""
    from spellchecker import SpellChecker

    return frozenset(SpellChecker(language="en").word_frequency.words())
