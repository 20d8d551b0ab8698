"""Characters: text that is damaged (U+FFFD, private use, control) or has almost no letters."""

from __future__ import annotations

import unicodedata

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.step import Finding, Parameter, Step, by_row
from duizhao.corpus.script import count_letters


def _damaged(text: str) -> list[str]:
    """Characters that do not belong in text, as code points."""
    bad = {c for c in text if c == "\ufffd" or unicodedata.category(c) in ("Cc", "Co", "Cn")}
    return sorted(f"U+{ord(c):04X}" for c in bad - {"\t", "\n"})


def _judge(row: Row, min_letters: float) -> Finding | None:
    for side, text in (("source", row.source), ("target", row.target)):
        if damaged := _damaged(text):
            return {"side": side, "characters": damaged}
        share = count_letters(text) / max(len(text.replace(" ", "")), 1)
        if share < min_letters:
            return {"side": side, "letters": round(share, 3)}
    return None


STEP = Step(
    "characters",
    "Damaged characters, or almost no letters (tables of figures).",
    by_row(_judge),
    (Parameter("min_letters", 0.3, "Least share of letters among a side's characters.", 0, 1),),
    by_default=False,
)
