"""White space, for every format: what a space means beside Chinese characters, how lines join."""

from __future__ import annotations

import re
from collections.abc import Set

from corpus.document import Language

CJK = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
# Chinese letters and punctuation: no line of Chinese text needs a space beside these
WIDE = f"{CJK}\u3000-\u3004\u3008-\u303f\uff00-\uffef\u2018\u2019\u201c\u201d\u2014\u2026"
SOFT_HYPHENS = "\u00ad\x02\ufffe"
_COMPOUND_PARTS = """
all anti co cross decision ex follow full gender half high inter least long low medium mid middle
multi non per policy post pre pro rule self semi short small so socio sub third two three well year
"""
COMPOUND_PARTS = frozenset(_COMPOUND_PARTS.split())
_SPACE = re.compile(r"[\s\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\ufffe\uffff]")
# Word sets a quarter of a space between Chinese and digits; PDF tools make a full one of it
_BESIDE_CJK = re.compile(rf"(?<=[{CJK}]) (?=[0-9A-Za-z])|(?<=[0-9A-Za-z%]) (?=[{CJK}])")
_AFTER_WIDE_STOP = re.compile(r"(?<=[，。；：、！？》」』】）]) | (?=[，。；：、！？《「『【（])")


def tidy(text: str, language: Language) -> str:
    """One space where there was white space, none beside Chinese where print has none.

    >>> tidy(" 到 2030 年消除 ", "zh")
    '到2030年消除'
    """
    text = _SPACE.sub(" ", _INVISIBLE.sub("", text.replace("\u2011", "-"))).strip()
    if language == "zh":
        text = _BESIDE_CJK.sub("", text)
        text = _AFTER_WIDE_STOP.sub("", text)
    return text


class Joiner:
    """Puts the printed lines of a paragraph together.

    A Chinese line goes on without a space. An English word cut at a hyphen is put together again
    as the document itself writes it elsewhere: ``vocabulary`` is the words of the document. A word
    that it has nowhere else keeps its hyphen after a part that often stands in compounds.

        >>> Joiner("en", {"implementation"}).join("the imple-", "mentation of")
        'the implementation of'
    """

    def __init__(self, language: Language, vocabulary: Set[str] = frozenset()) -> None:
        self.language = language
        self.vocabulary = vocabulary

    def join(self, first: str, second: str) -> str:
        """Two lines as one string, white space between them settled."""
        first, second = first.rstrip(" \t\u00a0"), second.lstrip(" \t\u00a0")
        if not first or not second:
            return first + second
        if first[-1] in SOFT_HYPHENS:
            return first[:-1] + second
        if self.language == "zh" and (_wide(first[-1]) or _wide(second[0])):
            return first + second
        if first[-1] in "-\u2010":
            return self._join_hyphen(first, second)
        if first[-1] in "/\u2013" and first[-2:-1].strip() and second[0].isalnum():
            return first + second
        return f"{first} {second}"

    def _join_hyphen(self, first: str, second: str) -> str:
        head = re.search(r"([A-Za-z]+)[-\u2010]$", first)
        tail = re.match(r"[a-z]+", second)
        if not head or not tail:
            return first + second if first[-2:-1].strip() else f"{first} {second}"
        whole, compound = head[1] + tail[0], f"{head[1]}-{tail[0]}"
        if compound.lower() in self.vocabulary or head[1].lower() in COMPOUND_PARTS:
            return first + second
        if whole.lower() in self.vocabulary:
            return first[:-1] + second
        both = head[1].lower() in self.vocabulary and tail[0] in self.vocabulary
        return first + second if both else first[:-1] + second


def words(text: str) -> set[str]:
    """The English words of a text in lower case, compounds whole."""
    return {word.lower() for word in re.findall(r"[A-Za-z]+(?:-[A-Za-z]+)*", text)}


def _wide(character: str) -> bool:
    return bool(re.match(f"[{WIDE}]", character))
