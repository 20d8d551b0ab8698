"""Where a line changes from one language to the other, if most lines of the file do so alike.

    usual_switch(["图书馆；library", "借书证；library card", "罚款；fine"])     # zh first, by "；"

A single line with `；` may be anything. If most lines have it where the language changes, it is
what parts a text from its translation, in all of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from duizhao.corpus.document import Language
from duizhao.corpus.reading.bilingual.amounts import HAN_PER_WORD
from duizhao.corpus.script import HAN_CHARACTER, count_han

Span = tuple[int, int]
Run = tuple[int, int, Language]
"""(start, end, language) of a part of a text."""

WORD = re.compile(r"[A-Za-z][A-Za-z’'-]*")
BLANK = " \t\n\r\f\v\u00a0\u3000"
STRONG = "\t\n|｜"
"""Marks that no sentence has: they part the languages also if several are there."""
WEAK = "/／-–—―·•・=＝→：:；;，,、"
BRACKETS = "()"
"""The mark of a translation in brackets of any kind."""
_OPENING, _CLOSING = "(（[［【〔", ")）]］】〕"
_QUOTES = "《“‘「『"
_TWINS = {"：": ":", "；": ";", "，": ","}

FEWEST = 3
"""Lines that a rule needs."""
USUAL = 0.6
"""Share of the lines with Chinese that have both languages, parted by the same mark."""
NEARLY_ALL = 0.8
"""Share of all lines, from which each line is a paragraph."""
FIT, CLOSE_FIT = (0.3, 3.3), (0.4, 2.5)
"""Words of English, as Chinese characters, for a Chinese character: of a line among others of its
kind, and of one alone."""


@dataclass(frozen=True, slots=True)
class Switch:
    """The language that comes first, and the mark: a blank for white space, "" for nothing."""

    first: Language
    mark: str


def usual_switch(texts: Sequence[str]) -> Switch | None:
    """How most of the texts with Chinese change their language, None if they do not."""
    chinese = [text for text in texts if count_han(text)]
    votes: Counter[Switch] = Counter()
    for text in chinese:
        votes.update(switches(text))
    least = max(FEWEST, USUAL * len(chinese))
    likely = [switch for switch, count in votes.items() if count >= least]

    def weight(switch: Switch) -> tuple[bool, int, str, str]:
        # a mark says more than white space around it
        return switch.mark not in (" ", ""), votes[switch], switch.first, switch.mark

    return max(likely, key=weight, default=None)


def in_each_line(lines: Sequence[str]) -> bool:
    """Whether nearly all printed lines hold both languages, so that each is a paragraph."""
    switch = usual_switch(lines)
    if switch is None:
        return False
    return sum(bool(both_parts(line, switch)) for line in lines) >= NEARLY_ALL * len(lines)


def both_parts(text: str, switch: Switch) -> list[Run]:
    """The parts in both languages, [] if the text has no such switch."""
    if switch.mark == BRACKETS:
        return in_brackets(text)
    between = _mark(text, switch)
    if between is None:
        return []
    spans = _bare(text, *between)
    second: Language = "en" if switch.first == "zh" else "zh"
    return [(*spans[0], switch.first), (*spans[1], second)] if spans else []


def in_brackets(text: str) -> list[Run]:
    """Both parts of a text that ends with another language in brackets, [] for any other."""
    end = len(text.rstrip())
    start = _opening(text[:end])
    outside = len(text[:start].rstrip())
    if not outside:
        return []
    spans = ((0, outside), (start + 1, end - 1))
    languages = [_language(text[slice(*span)]) for span in spans]
    if set(languages) != {"zh", "en"}:
        return []
    return [(*span, language) for span, language in zip(spans, languages, strict=True) if language]


def fit(text: str, runs: Sequence[Run], bounds: tuple[float, float]) -> bool:
    """Whether there are as many English words as the Chinese characters need."""
    parts = {language: text[start:end] for start, end, language in runs}
    han = count_han(parts["zh"])
    ratio = len(WORD.findall(parts["en"])) * HAN_PER_WORD / han
    return bounds[0] <= ratio <= bounds[1]


def _language(text: str) -> Language | None:
    if count_han(text):
        return "zh"
    return "en" if WORD.search(text) else None


def _opening(text: str) -> int:
    """Where the bracket opens that closes at the end of the text, 0 if none does."""
    if not text.endswith(tuple(_CLOSING)):
        return 0
    depth = 0
    for at in range(len(text) - 1, 0, -1):
        depth += (text[at] in _CLOSING) - (text[at] in _OPENING)
        if not depth:
            return at
    return 0


def switches(text: str) -> set[Switch]:
    """The ways in which a text changes its language whose parts fit each other in length."""
    bracketed = in_brackets(text)
    if bracketed and fit(text, bracketed, FIT):
        return {Switch(bracketed[0][2], BRACKETS)}
    found: set[Switch] = set()
    languages: tuple[Language, Language] = ("zh", "en")
    for first in languages:
        if (region := _region(text, first)) is None:
            continue
        between = text[slice(*region)]
        marks = {mark for mark in (*STRONG, *WEAK) if mark in between}
        marks |= {" "} if any(mark in BLANK for mark in between) else {""}
        for switch in (Switch(first, mark) for mark in sorted(marks)):
            parts = both_parts(text, switch)
            if parts and fit(text, parts, FIT):
                found.add(switch)
    return found


def _region(text: str, first: Language) -> Span | None:
    """From the last letter of the first language to the first one of the second.

    None if the languages change more than once, or not at all.
    """
    places = [match.start() for match in HAN_CHARACTER.finditer(text)]
    if not places:
        return None
    if first == "zh":
        word = WORD.search(text, places[-1] + 1)
        return (places[-1] + 1, word.start()) if word else None
    words = [match.end() for match in WORD.finditer(text, 0, places[0])]
    return (words[-1], places[0]) if words else None


def _mark(text: str, switch: Switch) -> Span | None:
    """Where the mark is."""
    region = _region(text, switch.first)
    if region is None:
        return None
    chinese_first = switch.first == "zh"
    if switch.mark == "":
        at = region[0] if chinese_first else region[1]
        while not chinese_first and text[at - 1] in _OPENING + _QUOTES:
            at -= 1
        return at, at
    marks = BLANK if switch.mark == " " else switch.mark
    places = [at for at in range(*region) if text[at] in marks]
    if not places:
        # names and figures are beside the mark: "审议了 COVID-19 / The Committee"
        reach = (region[1], len(text)) if chinese_first else (0, region[0])
        places = [at for at in range(*reach) if text[at] in marks]
        if switch.mark in WEAK and len(places) > 1:
            places = [at for at in places if text[at - 1] in BLANK and text[at + 1] in BLANK]
            places = places if len(places) == 1 else []
    if not places:
        return None
    at = places[0] if chinese_first else places[-1]
    english = text[at + 1 :] if chinese_first else text[:at]
    return (at, at + 1) if WORD.search(english) else None


_PARTING = BLANK + STRONG + WEAK
_CLOSES = re.compile(rf"[^\w{re.escape(_PARTING + _OPENING + _QUOTES)}]+")


def _bare(text: str, start: int, end: int) -> tuple[Span, Span] | None:
    """Both parts without what is between; a mark that ends both of them stays with the first."""
    lead, last = len(text) - len(text.lstrip()), len(text.rstrip())
    while start > lead and text[start - 1] in _PARTING:
        start -= 1
    # what closes the first part, where the split is right after its last letter
    if closing := _CLOSES.match(text, start):
        start = closing.end()
    end = max(end, start)
    while end < last and text[end] in _PARTING:
        end += 1
    if lead >= start or end >= last:
        return None
    if start < end and _same_mark(text[start], text[last - 1]):
        start += 1
    return (lead, start), (end, last)


def _same_mark(one: str, other: str) -> bool:
    return one in ":;,：；，" and _TWINS.get(one, one) == _TWINS.get(other, other)
