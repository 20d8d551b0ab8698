"""Untranslated copies: the target is the same as the source, or almost."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.step import Finding, Parameter, Step, by_row
from duizhao.corpus.script import count_letters

_SPACE = re.compile(r"\s+")


def _judge(row: Row, similarity: float, min_letters: int) -> Finding | None:
    source, target = (_SPACE.sub("", text).casefold() for text in (row.source, row.target))
    if count_letters(target) < min_letters:
        return None
    if not 0.5 < len(source) / max(len(target), 1) < 2:
        return None
    matcher = SequenceMatcher(None, source, target, autojunk=False)
    if matcher.quick_ratio() < similarity:
        return None
    ratio = matcher.ratio()
    return {"similarity": round(ratio, 3)} if ratio >= similarity else None


STEP = Step(
    "untranslated",
    "The target is a copy of the source.",
    by_row(_judge),
    (
        Parameter("similarity", 0.8, "Share of equal characters from which it is a copy.", 0, 1),
        Parameter("min_letters", 10, "Symbols and numbers with fewer letters pass.", 0),
    ),
)
