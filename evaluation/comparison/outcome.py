"""A comparison of systems as a value: scores, p-values, verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from duizhao.corpus.errors import InputError
from duizhao.evaluation.comparison.compare import compare
from duizhao.evaluation.comparison.page import verdicts
from duizhao.evaluation.comparison.records import ComparisonRecord
from duizhao.evaluation.comparison.systems import Segments
from duizhao.evaluation.comparison.tables import p_values
from duizhao.evaluation.metrics.records import ScoreRecord
from duizhao.evaluation.metrics.translation import SEED, Score


@dataclass(frozen=True, slots=True)
class Comparison:
    """Systems on the same segments; every further one is tested against `baseline`.

    `scores` is by system and metric; `p_values` is by further system, metric and test; `verdicts`
    has a sentence for each further system. `details` is what ``duizhao compare --json`` prints:
    segments won and lost, words, n-grams, examples.
    """

    baseline: str
    segments: int
    scores: Mapping[str, Mapping[str, Score]]
    p_values: Mapping[str, Mapping[str, Mapping[str, float]]]
    verdicts: tuple[str, ...]
    details: ComparisonRecord = field(repr=False)


def compare_systems(
    systems: Mapping[str, Sequence[str]],
    references: Sequence[str],
    *,
    sources: Sequence[str] | None = None,
    metrics: Sequence[str],
    seed: int = SEED,
) -> Comparison:
    """Compare two systems or more; InputError unless all lists have the same length."""
    if len(systems) < 2:
        raise InputError(f"{len(systems)} systems; give at least two to compare")
    for name, texts in (*systems.items(), *([("sources", sources)] if sources else ())):
        if isinstance(texts, str) or len(texts) != len(references):
            raise InputError(f"{name}: {len(texts)} segments, but {len(references)} references")
    comparison = compare(Segments(references, systems, sources), metrics=metrics, seed=seed)
    return Comparison(
        comparison["baseline"],
        comparison["segments"],
        {
            name: {metric: _score(one) for metric, one in scores.items()}
            for name, scores in comparison["systems"].items()
        },
        {
            name: {metric: dict(p_values(comparison, name, metric)) for metric in metrics}
            for name in list(systems)[1:]
        },
        tuple(verdicts(comparison)),
        comparison,
    )


def _score(values: ScoreRecord) -> Score:
    return Score(
        values["metric"],
        values["value"],
        values["low"],
        values["high"],
        values["signature"],
        values["mean"],
    )
