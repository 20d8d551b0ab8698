"""Characters: text that is damaged (U+FFFD, private use, control) or has hardly a letter."""

from __future__ import annotations

import unicodedata

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.language import count_letters
from duizhao.corpus.cleaning.step import Finding, Parameter, Step


def damaged(text: str) -> list[str]:
    """Characters that no text should have, as code points."""
    bad = {c for c in text if c == "\ufffd" or unicodedata.category(c) in ("Cc", "Co", "Cn")}
    return sorted(f"U+{ord(c):04X}" for c in bad - {"\t", "\n"})


class _Characters:
    def __init__(self, min_letters: float) -> None:
        self.min_letters = min_letters

    def judge(self, row: Row) -> Finding | None:
        for side, text in (("source", row.source), ("target", row.target)):
            if found := damaged(text):
                return {"side": side, "characters": found}
            share = count_letters(text) / max(len(text.replace(" ", "")), 1)
            if share < self.min_letters:
                return {"side": side, "letters": round(share, 3)}
        return None


STEP = Step(
    "characters",
    "Damaged characters, or hardly a letter (tables of figures).",
    _Characters,
    (Parameter("min_letters", 0.3, "Least share of letters among a side's characters.", 0, 1),),
    by_default=False,
)
