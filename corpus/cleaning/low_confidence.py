"""Low confidence: the bead is doubtful."""

from __future__ import annotations

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.step import Finding, Parameter, Step, by_row
from duizhao.corpus.row import MIN_CONFIDENCE


def _judge(row: Row, minimum: float) -> Finding | None:
    return {"confidence": row.confidence} if row.confidence < minimum else None


STEP = Step(
    "low_confidence",
    "It is doubtful that the two sides are translations of each other.",
    by_row(_judge),
    (
        Parameter(
            "minimum", MIN_CONFIDENCE, "Least confidence of the alignment (a probability).", 0, 1
        ),
    ),
)
