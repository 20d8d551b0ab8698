"""Correlation of two lists of numbers, such as a reference-free score and a metric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Correlation:
    """Pearson's and Spearman's coefficients over `segments` pairs; None if undefined."""

    pearson: float | None
    spearman: float | None
    segments: int


def correlate(left: Sequence[float], right: Sequence[float]) -> Correlation:
    """Both coefficients; None for fewer than three pairs or if one side is constant."""
    if len(left) != len(right):
        raise ValueError(f"{len(left)} numbers beside {len(right)}")
    return Correlation(_pearson(left, right), _pearson(_ranks(left), _ranks(right)), len(left))


def _pearson(left: Sequence[float], right: Sequence[float]) -> float | None:
    import numpy

    if len(left) < 3 or len(set(left)) == 1 or len(set(right)) == 1:
        return None
    value = float(numpy.corrcoef(left, right)[0, 1])
    return value if value == value else None


def _ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 1; equal values share the mean of theirs."""
    import numpy

    _, place, count = numpy.unique(values, return_inverse=True, return_counts=True)
    last = numpy.cumsum(count)
    mean: list[float] = ((last - count + 1 + last) / 2)[place].tolist()
    return mean
