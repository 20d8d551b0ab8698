"""Untranslated copies: the target is the source, or nearly."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.language import count_letters
from duizhao.corpus.cleaning.step import Finding, Parameter, Step

_SPACE = re.compile(r"\s+")


class _Untranslated:
    def __init__(self, similarity: float, min_letters: int) -> None:
        self.similarity = similarity
        self.min_letters = min_letters

    def judge(self, row: Row) -> Finding | None:
        source, target = (_SPACE.sub("", text).casefold() for text in (row.source, row.target))
        if count_letters(target) < self.min_letters:
            return None
        if not 0.5 < len(source) / max(len(target), 1) < 2:
            return None
        matcher = SequenceMatcher(None, source, target, autojunk=False)
        if matcher.quick_ratio() < self.similarity:
            return None
        found = matcher.ratio()
        return {"similarity": round(found, 3)} if found >= self.similarity else None


STEP = Step(
    "untranslated",
    "The target is a copy of the source.",
    _Untranslated,
    (
        Parameter("similarity", 0.8, "Share of equal characters from which it is a copy.", 0, 1),
        Parameter("min_letters", 10, "Symbols and numbers with fewer letters are let through.", 0),
    ),
)
