"""Low recognition: characters of a scanned page are doubtful."""

from __future__ import annotations

from duizhao.corpus.cleaning.step import Finding, Parameter, Step, by_row
from duizhao.corpus.row import Row


def _judge(row: Row, minimum: float) -> Finding | None:
    known = row.recognition
    return {"recognition": known} if known is not None and known < minimum else None


STEP = Step(
    "low_recognition",
    "The text comes from a scan, and the recognition of its characters is doubtful.",
    by_row(_judge),
    (
        Parameter(
            "minimum", 0.95, "Least mean probability of a sentence's recognised characters.", 0, 1
        ),
    ),
    by_default=False,
)
