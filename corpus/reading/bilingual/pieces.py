"""The language of each block, and where a block changes from one language to the other.

    pieces(Draft("paragraph", "本报告于周五提交。 The report was submitted on Friday."), 0)

gives a Chinese and an English piece. English words within a Chinese sentence (names, terms,
quotations) stay in it: an English piece begins and ends where sentences or lines do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from duizhao.corpus.document import Language
from duizhao.corpus.reading.bilingual.amounts import HAN_PER_WORD
from duizhao.corpus.reading.bilingual.lists import list_runs
from duizhao.corpus.reading.bilingual.switches import (
    BLANK,
    CLOSE_FIT,
    WORD,
    Run,
    Switch,
    both_parts,
    fit,
    in_brackets,
)
from duizhao.corpus.reading.draft import Draft
from duizhao.corpus.script import EAST_ASIAN, count_han

_STRETCH = re.compile(rf"[^{EAST_ASIAN}]+")
_ENDS = re.compile(r"[.!?:;…][\"'”’)\]]*$")
_CHINESE_END = re.compile(r"[。！？；：…][”’」』）)\]]*$")
_MARKS = "/|／｜"
_BETWEEN = BLANK + _MARKS
"""White space, and the marks that people put between a text and its translation."""
_DASHES = "-–—"
NEAR = 40
"""Characters beside an English piece that show whether a sentence ends there."""
LONGEST_LIST = 600
"""Characters of a block that may be a list of terms."""
SENTENCE = 5
"""Words of an English piece that needs no comparison with the Chinese beside it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A block, or the part of a block, in one language; `block` is the number of the block."""

    language: Language
    draft: Draft
    block: int


def pieces(draft: Draft, block: int, before: Language, switch: Switch | None = None) -> list[Piece]:
    """The pieces of a block in order; one without letters is of the language `before` it.

    `switch` is how most blocks of the file change their language.
    """
    found = []
    for start, end, language in _runs(draft.text, before, switch):
        found.append(Piece(language, _part(draft, start, end), block))
    return found


def _part(draft: Draft, start: int, end: int) -> Draft:
    if (start, end) == (0, len(draft.text)):
        return draft
    confidences = draft.confidences[start:end] if draft.confidences is not None else None
    text = draft.text[start:end]
    spans = ((0, len(text)),) if draft.spans is not None else None
    return replace(draft, text=text, spans=spans, confidences=confidences)


def _runs(text: str, before: Language, switch: Switch | None) -> Sequence[Run]:
    """(start, end, language) of the runs of a text, without what is between two."""
    if not count_han(text):
        return [(0, len(text), "en" if WORD.search(text) else before)]
    bracketed = in_brackets(text)
    if bracketed and fit(text, bracketed, CLOSE_FIT):
        return bracketed
    if len(text) <= LONGEST_LIST and (listed := list_runs(text)):
        return listed
    runs = list(_by_sentences(text))
    if switch and (len(runs) == 1 or switch.mark not in (" ", "")):
        return both_parts(text, switch) or runs
    return runs


def _by_sentences(text: str) -> Iterator[Run]:
    """The runs of a text whose language changes where sentences, lines or marks are."""
    at = 0
    for start, end in _english(text):
        if (chinese := _stripped(text, at, start)) is not None:
            yield (*chinese, "zh")
        yield start, end, "en"
        at = end
    if (chinese := _stripped(text, at, len(text))) is not None:
        yield (*chinese, "zh") if at else (0, len(text), "zh")


def _stripped(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The piece without what is around it; a dash where the language changes is a mark as well."""
    piece = text[start:end].rstrip(_BETWEEN + _DASHES * (end < len(text)))
    kept = piece.lstrip(_BETWEEN + _DASHES * (start > 0))
    lead = len(piece) - len(kept)
    return (start + lead, start + lead + len(kept)) if kept else None


def _english(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of a text with Chinese in it that are English pieces."""
    han = count_han(text)
    for match in _STRETCH.finditer(text):
        bare = _stripped(text, *match.span())
        if bare is None or not WORD.search(match[0]):
            continue
        start, end = bare
        # what is near is enough: a file may be one block, with thousands of stretches
        head = text[max(0, match.start() - NEAR) : match.start()]
        tail = text[match.end() : match.end() + NEAR]
        gap = text[match.start() : start], text[end : match.end()]
        begins = not head or bool(_CHINESE_END.search(head)) or "\n" in gap[0]
        stops = not tail or bool(gap[1] and _ENDS.search(text[start:end])) or "\n" in gap[1]
        begins = begins or head.endswith(tuple(_MARKS))
        stops = stops or tail.startswith(tuple(_MARKS))
        # "报告 Report", "报告（Report of the Council）"
        begins = begins or (not tail and (bool(gap[0]) or text[start] == "("))
        stops = stops or (not head and bool(gap[1]))
        if begins and stops and _is_text(text[start:end], han):
            yield start, end


def _is_text(english: str, han: int) -> bool:
    """Whether words are a sentence, or as many as the Chinese characters beside them need."""
    return len(WORD.findall(english)) >= SENTENCE or _fits(english, han)


def _fits(english: str, han: int) -> bool:
    """Whether there are as many words as so many Chinese characters need."""
    words = len(WORD.findall(english))
    return bool(words and han) and CLOSE_FIT[0] <= words * HAN_PER_WORD / han <= CLOSE_FIT[1]
