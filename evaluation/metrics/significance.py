"""Test whether the difference between two systems is due to chance, by sacrebleu's paired tests.

Paired bootstrap (Koehn 2004) and paired approximate randomization (Riezler and Maxwell 2005), run
by `sacrebleu.significance.PairedTest` itself, so that values equal those of its command line for
the same seed. The statistics of segments are computed once and reused: TER is slow.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from duizhao.corpus.errors import InputError
from duizhao.evaluation.metrics.translation import SEED, Rows, Statistics, measure

Test = Literal["bootstrap", "randomization"]

SAMPLES: Mapping[Test, int] = {"bootstrap": 1000, "randomization": 10_000}
"""sacrebleu's numbers of resamples and of trials."""

OPTIONS: Mapping[Test, str] = {"bootstrap": "--samples", "randomization": "--trials"}
"""The command-line options for these numbers."""

MEMORY = 6_000_000_000
"""Most bytes for a test: sacrebleu keeps all resamples in memory, 4 GB for 40,000 segments."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One system against the baseline in one metric.

    `p` is the probability of a difference at least as large by chance; `mean` and `margin` are
    sacrebleu's ``μ ± 95% CI`` of the system's score (bootstrap only).
    """

    system: str
    metric: str
    score: float
    difference: float
    p: float
    mean: float | None
    margin: float | None
    signature: str


@dataclass(frozen=True, slots=True)
class _System:
    """Replaces a list of hypotheses of the same length, with statistics computed before."""

    rows: Mapping[str, Rows]
    segments: int

    def __len__(self) -> int:
        return self.segments


class _Measured:
    """A metric that looks up the statistics of a `_System` instead of computing them."""

    def __init__(self, name: str, metric: Any) -> None:
        self._name = name
        self._metric = metric

    def _extract_corpus_statistics(self, system: _System, _references: object) -> list[list[float]]:
        return [list(row) for row in system.rows[self._name]]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._metric, name)


def paired_test(
    test: Test,
    systems: Mapping[str, Mapping[str, Statistics]],
    *,
    samples: int | None = None,
    seed: int = SEED,
) -> list[Comparison]:
    """Each further system against the first, in each metric.

    `systems` has each system's statistics by metric; all must have the same metrics and number of
    segments. `samples` defaults to sacrebleu's (see SAMPLES).
    """
    from sacrebleu.significance import PairedTest

    samples = SAMPLES[test] if samples is None else samples
    if seed < 1 or samples < 1:
        raise ValueError("seed and samples must be at least 1")
    baseline, *others = systems
    metrics = list(systems[baseline])
    count = _check(systems, metrics, test, samples)
    named = [
        (name, _System({m: taken[m].rows for m in metrics}, count))
        for name, taken in systems.items()
    ]
    measured = {m: _Measured(m, systems[baseline][m].metric) for m in metrics}
    with _sacrebleu_seed(seed):
        kind = {"bootstrap": "bs", "randomization": "ar"}[test]
        run: Any = PairedTest
        signatures, results = run(named, measured, None, kind, samples)()
    return [
        Comparison(
            system=name,
            metric=metric,
            score=by_system[place].score,
            difference=by_system[place].score - by_system[0].score,
            p=by_system[place].p_value,
            mean=None if by_system[place].mean is None else float(by_system[place].mean),
            margin=None if by_system[place].ci is None else float(by_system[place].ci),
            signature=str(signatures[metric]),
        )
        for metric, by_system in results.items()
        if metric != "System"
        for place, name in enumerate(others, 1)
    ]


def _check(
    systems: Mapping[str, Mapping[str, Statistics]],
    metrics: Sequence[str],
    test: Test,
    samples: int,
) -> int:
    """The number of segments; raises unless they match and fit into memory."""
    lengths = {len(taken[metric].rows) for taken in systems.values() for metric in metrics}
    if len(systems) < 2 or len(lengths) != 1:
        raise ValueError("a paired test needs two or more systems with the same number of segments")
    count = lengths.pop()
    check_memory(test, metrics, count, samples)
    return count


def check_memory(test: Test, metrics: Sequence[str], count: int, samples: int) -> None:
    """InputError if a test over so many segments would not fit into memory."""
    width = max((len(measure(metric, ["a"], ["a"]).rows[0]) for metric in metrics), default=0)
    needed = samples * count * (4 * width + 8 if test == "bootstrap" else 2)
    if needed > MEMORY:
        raise InputError(
            f"the {test} test over {count:,} segments with {samples:,} samples would take "
            f"{needed / 1e9:.0f} GB of memory; use fewer ({OPTIONS[test]}) or fewer segments"
        )


@contextmanager
def _sacrebleu_seed(seed: int) -> Iterator[None]:
    """Set the seed of PairedTest, which reads it only from the environment."""
    before = os.environ.get("SACREBLEU_SEED")
    os.environ["SACREBLEU_SEED"] = str(seed)
    try:
        yield
    finally:
        if before is None:
            del os.environ["SACREBLEU_SEED"]
        else:
            os.environ["SACREBLEU_SEED"] = before
