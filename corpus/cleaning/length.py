"""Length: too short or too long to be useful, or to fit into a model."""

from __future__ import annotations

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.step import Finding, Parameter, Step, by_row


def _judge(
    row: Row, min_source: int, max_source: int, min_words: int, max_words: int
) -> Finding | None:
    source, words = len(row.source), len(row.target.split())
    if min_source <= source <= max_source and min_words <= words <= max_words:
        return None
    return {"source_characters": source, "target_words": words}


STEP = Step(
    "length",
    "A side is too short or too long.",
    by_row(_judge),
    (
        Parameter("min_source", 2, "Least number of characters of the source.", 0),
        Parameter("max_source", 500, "Largest number of characters of the source.", 1),
        Parameter("min_words", 1, "Least number of words of the target.", 0),
        Parameter("max_words", 250, "Largest number of words of the target.", 1),
    ),
    by_default=False,
)
