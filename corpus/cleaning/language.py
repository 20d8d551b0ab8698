"""Language: Chinese on the left, English on the right.

The share of Chinese characters decides, because for this pair of scripts it is more accurate than
any library. A detector checks longer text, where English could be French, or Chinese Japanese
(corpus/language.py).
"""

from __future__ import annotations

import re

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.step import Finding, Parameter, Step, by_row
from duizhao.corpus.language import detect
from duizhao.corpus.script import HANGUL, KANA, count_han, count_letters

_KANA_OR_HANGUL = re.compile(f"[{KANA}{HANGUL}]")
_LETTERS_TO_DETECT = 80
"""Characters passed to the detector, which needs no more than a sentence."""


def _judge(
    row: Row, min_source_cjk: float, max_target_cjk: float, certainty: float
) -> Finding | None:
    source, target = _han_share(row.source), _han_share(row.target)
    if source is not None and source < min_source_cjk and _is_prose(row.source):
        return {"side": "source", "cjk": round(source, 3)}
    if target is not None and target > max_target_cjk:
        return {"side": "target", "cjk": round(target, 3)}
    for side, text, wanted in (("source", row.source, "zh"), ("target", row.target, "en")):
        if not _could_be_another(text, wanted):
            continue
        language, probability = detect(text[:_LETTERS_TO_DETECT])
        if language != wanted and probability >= certainty:
            return {"side": side, "language": language, "certainty": round(probability, 3)}
    return None


def _han_share(text: str) -> float | None:
    """Chinese characters among letters, None for a text without letters."""
    letters = count_letters(text)
    return count_han(text) / letters if letters else None


def _is_prose(text: str) -> bool:
    """Whether Latin text is more than a name, an acronym or a document symbol."""
    return len(re.findall(r"\b[a-z]{2,}\b", text)) >= 3


def _could_be_another(text: str, wanted: str) -> bool:
    """Whether to ask the detector, which fails on A/RES/70/1, names, and lists of countries."""
    if wanted == "zh":
        return len(_KANA_OR_HANGUL.findall(text)) >= 3
    return len(re.findall(r"\b[^\W\d_A-Z]{2,}\b", text)) >= 5


STEP = Step(
    "language",
    "The source is not Chinese or the target not English.",
    by_row(_judge),
    (
        Parameter("min_source_cjk", 0.1, "Least share of CJK among the source's letters.", 0, 1),
        Parameter("max_target_cjk", 0.2, "Largest share of CJK among the target's letters.", 0, 1),
        Parameter("certainty", 0.9, "Least certainty of a detection that counts.", 0, 1),
    ),
)
