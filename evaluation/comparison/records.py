"""A comparison as JSON: what `duizhao compare --json` prints (docs/evaluation.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

from duizhao.evaluation.metrics.ngrams import FrequencyScores, NgramCounts
from duizhao.evaluation.metrics.records import ScoreRecords
from duizhao.evaluation.metrics.significance import Test

SystemScores = Mapping[str, Mapping[str, float]]
"""Scores by system and metric."""


class PairedResult(TypedDict):
    """A system against the baseline in one metric (`significance.Comparison`)."""

    system: str
    metric: str
    score: float
    difference: float
    p: float
    mean: float | None
    margin: float | None
    signature: str


class Wins(TypedDict):
    """Segments that a system wins, ties and loses against the baseline."""

    system: str
    wins: int
    ties: int
    losses: int


class PartScores(TypedDict):
    """The scores of all systems over some of the segments."""

    segments: int
    scores: SystemScores


class LengthScores(PartScores):
    """The segments whose references have so many `words`."""

    words: str


class DocumentScores(PartScores):
    """The segments of a document."""

    document: str


class SectionScores(DocumentScores):
    """The segments of a section."""

    section: str


class Distribution(TypedDict):
    """The number of segments of each system between two edges of chrF++."""

    edges: list[int]
    segments: dict[str, list[int]]


class WordScores(TypedDict):
    """Words of a class that match, that a system has, and that the reference has."""

    matched: int
    hypothesis: int
    reference: int
    precision: float | None
    recall: float | None
    f1: float | None


Example = TypedDict(
    "Example",
    {
        "segment": int,
        "system": str,
        "difference": float,
        "document": NotRequired[str],
        "section": NotRequired[str],
        "source": NotRequired[str],
        "reference": str,
        "hypotheses": dict[str, str],
        "chrf++": dict[str, float],
    },
)
"""A segment in which a system differs from the baseline."""


class ComparisonRecord(TypedDict):
    """A comparison; `systems` are the scores, `words` by class and system, `ngrams` by system."""

    segments: int
    baseline: str
    systems: dict[str, ScoreRecords]
    significance: dict[Test, list[PairedResult]]
    wins: list[Wins]
    tie: float
    lengths: list[LengthScores]
    documents: list[DocumentScores]
    sections: list[SectionScores]
    distribution: Distribution
    words: dict[str, dict[str, WordScores]]
    frequency: list[FrequencyScores]
    ngrams: dict[str, dict[str, list[NgramCounts]]]
    examples: list[Example]
    notes: Sequence[str]
