"""What scores.json holds (scores.py computes it)."""

from __future__ import annotations

from typing import NotRequired

# pydantic, which checks stored scores, needs this one up to Python 3.11
from typing_extensions import TypedDict


class ScoreRecord(TypedDict):
    """A `Score` (translation.py) with sacrebleu's margin: half the width of its interval."""

    metric: str
    value: float
    low: float | None
    high: float | None
    signature: str
    mean: float | None
    margin: float | None


ScoreRecords = dict[str, ScoreRecord]
"""By metric: bleu, chrf++, ter."""


class WholeScores(TypedDict):
    """Scores with one segment per document; `made_of` says which text a document is."""

    made_of: str
    documents: int
    scores: ScoreRecords


class DocumentScores(TypedDict):
    """Scores of the beads of one document."""

    document: str
    beads: int
    scores: ScoreRecords


class SectionScores(TypedDict):
    """Scores of a run of rows with the same section title; `first` is the id of the first row."""

    document: str
    section: str
    first: str
    beads: int
    scores: ScoreRecords


class CorrelationRecord(TypedDict):
    """A `Correlation` (correlation.py)."""

    pearson: float | None
    spearman: float | None
    segments: int


class CorpusScores(TypedDict):
    """The scores of a corpus.

    `notes` say why there are none, and what was left out; `segments` have the `id` of each scored
    row and its value by metric.
    """

    rows: int
    scored: int
    mean_mt_score: float | None
    notes: list[str]
    aligned_beads: NotRequired[ScoreRecords]
    whole_document: NotRequired[WholeScores]
    documents: NotRequired[list[DocumentScores]]
    sections: NotRequired[list[SectionScores]]
    correlation_to_chrf: NotRequired[dict[str, CorrelationRecord]]
    segments: NotRequired[list[dict[str, str | float]]]
