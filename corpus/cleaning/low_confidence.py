"""Low confidence: the aligner was not sure of the bead."""

from __future__ import annotations

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.step import Finding, Parameter, Step


class _LowConfidence:
    def __init__(self, minimum: float) -> None:
        self.minimum = minimum

    def judge(self, row: Row) -> Finding | None:
        return {"confidence": row.confidence} if row.confidence < self.minimum else None


STEP = Step(
    "low_confidence",
    "The aligner was not sure that the two sides belong together.",
    _LowConfidence,
    (Parameter("minimum", 0.5, "Least confidence of the alignment (a probability).", 0, 1),),
)
