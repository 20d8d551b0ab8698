"""Expected scores of forced decoding for the beads that it has not scored.

A Gaussian process (Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, chapter
2). The mean is linear in a bead's lengths and its score by the cheap signals, with coefficients
that differ from document to document. The deviations of two beads from it are the more correlated,
the more target text they share and the more their source text overlaps: if one bead explains a
sentence badly, so do the neighbouring beads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

BLOCK = 800
"""Beads whose scores are estimated jointly; memory grows with its square, time with its cube."""

SHARED = 0.95
"""Correlation of the deviations of two beads with the same sentences."""

# `python -m duizhao.evaluation.benchmarks.alignment.forced_budget DATA --fit`
MEAN = np.array([-1.1, 0.12, 0.22, 0.03, 0.04, 0.43])
SPREAD = np.array([0.7, 0.3, 0.3, 0.4, 0.2, 0.25])
VARIANCE = 4.5
"""Coefficients of `features`, their spread between documents, and the variance of the deviation
for 100 target characters."""


@dataclass(frozen=True, slots=True)
class Spans:
    """The sentences of beads, [first, last) on each side, and their lengths in characters."""

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    source_ends: Floats
    target_ends: Floats

    def source_length(self) -> Floats:
        """Source characters of each bead."""
        lengths: Floats = np.diff(self.source_ends[self.source], axis=1)[:, 0]
        return lengths

    def target_length(self) -> Floats:
        """Target characters of each bead."""
        lengths: Floats = np.diff(self.target_ends[self.target], axis=1)[:, 0]
        return lengths

    def only(self, which: NDArray[np.int64]) -> Spans:
        """Some of the beads."""
        return Spans(self.source[which], self.target[which], self.source_ends, self.target_ends)


def make_spans(
    source: Sequence[str],
    target: Sequence[str],
    starts: NDArray[np.int64],
    sizes: NDArray[np.int64],
) -> Spans:
    """The spans of beads from their places and numbers of sentences, both of shape (beads, 2)."""
    ends = starts + sizes
    return Spans(
        np.stack([starts[:, 0], ends[:, 0]], axis=1),
        np.stack([starts[:, 1], ends[:, 1]], axis=1),
        np.cumsum([0.0, *(len(text) for text in source)]),
        np.cumsum([0.0, *(len(text) + 1.0 for text in target)]),
    )


def features(spans: Spans, cheap: Floats, others: Floats) -> Floats:
    """The variables in which the expected answer is linear: shape (beads, 6)."""
    source, target = spans.source_length() / 15.0, spans.target_length() / 50.0
    shorter = np.minimum(source, target)
    return np.stack([np.ones_like(source), target, source, shorter, cheap, others], axis=1)


class Belief:
    """Expected answers for beads and their variance, updated with each answer.

    `cheap` is the beads' score by the cheap signals, `others` the one that is added to the answer.
    """

    def __init__(self, spans: Spans, cheap: Floats, others: Floats) -> None:
        self._spans = spans
        self._features = features(spans, cheap, others)
        self.mean: Floats = self._features @ MEAN
        self.deviation: Floats = np.zeros_like(self.mean)
        self._answers = np.full(len(self.mean), np.nan)
        self._blocks = list(_blocks(spans.source))
        for block in self._blocks:
            self._update(block)

    @property
    def known(self) -> Flags:
        """Which beads have an answer."""
        known: Flags = ~np.isnan(self._answers)
        return known

    def learn(self, beads: Flags, answers: NDArray[np.floating[Any]]) -> None:
        """Update the expectations with the answers for some of the beads."""
        self._answers[beads] = answers
        for block in self._blocks:
            if beads[block].any():
                self._update(block)

    def _update(self, block: NDArray[np.int64]) -> None:
        spans, features = self._spans.only(block), self._features[block]
        shared, own = _likeness(spans), VARIANCE * (1.0 - SHARED)
        noise = own * np.diag(shared) + own
        covariance = SHARED * VARIANCE * shared + (features * SPREAD**2) @ features.T
        expected = features @ MEAN
        variance = np.diag(covariance) + noise
        answers = self._answers[block]
        known = ~np.isnan(answers)
        if known.any():
            lower = np.linalg.cholesky(covariance[np.ix_(known, known)] + np.diag(noise[known]))
            gain = np.linalg.solve(lower, covariance[known])
            expected += gain.T @ np.linalg.solve(lower, answers[known] - expected[known])
            variance -= np.einsum("ij,ij->j", gain, gain)
        self.mean[block] = np.where(known, answers, expected)
        self.deviation[block] = np.where(known, 0.0, np.sqrt(np.maximum(variance, 0.0)))


def _likeness(spans: Spans) -> Floats:
    """Shared target text, in hundreds of characters, times the Jaccard index of the sources."""
    target = _overlap(spans.target, spans.target_ends) / 100.0
    source = _overlap(spans.source, spans.source_ends)
    lengths = spans.source_length()
    union = lengths[:, None] + lengths[None] - source
    likeness: Floats = target * source / np.maximum(union, 1.0)
    return likeness


def _overlap(sides: NDArray[np.int64], ends: Floats) -> Floats:
    """Characters that each two spans have in common."""
    first = np.maximum(sides[:, None, 0], sides[None, :, 0])
    last = np.minimum(sides[:, None, 1], sides[None, :, 1])
    common: Floats = ends[np.maximum(last, first)] - ends[first]
    return common


def _blocks(source: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Consecutive beads, cut where no bead crosses if there is such a place within a block."""
    order = np.argsort(source[:, 0], kind="stable")
    reach = np.maximum.accumulate(source[order, 1])
    clean = np.flatnonzero(source[order[1:], 0] >= reach[:-1]) + 1
    start = 0
    while start < len(order):
        stop = min(start + BLOCK, len(order))
        if stop < len(order):
            inside = clean[(clean > start) & (clean <= stop)]
            stop = int(inside[-1]) if len(inside) else stop
        yield np.sort(order[start:stop])
        start = stop
