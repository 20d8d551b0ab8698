"""Learn the aligner's weights: a semi-Markov conditional random field over gold alignments.

The loss of a document is log(sum over paths of exp(score)) - score of the gold path, whose
gradient is (expected features - gold features); a quadratic penalty keeps weights small. One set
of weights is learned for each combination of signals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.alignment import search
from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.alignment.evidence import Evidence
from duizhao.corpus.alignment.lattice import TYPE_NUMBER, TYPES, Band, beads_between


@dataclass(frozen=True, slots=True)
class Case:
    """A document ready to learn from: features of its usable beads, and which are gold.

    `at` are the flat indexes (place * types + type) of the beads that have features.
    """

    name: str
    band: Band
    at: NDArray[np.int64]
    features: NDArray[np.float32]
    gold: NDArray[np.int64]
    runs: int
    weight: float
    beads: tuple[Bead, ...]


def gold_path(band: Band, beads: Sequence[Bead]) -> tuple[NDArray[np.int64], int] | None:
    """Flat indexes of the gold beads and the number of gaps after gaps; None if not in the band."""
    at, runs, gap = [], 0, False
    i = j = 0
    for bead in beads:
        a, b = len(bead.source), len(bead.target)
        kind = int(TYPE_NUMBER[a, b]) if a + b <= len(TYPE_NUMBER) - 1 else -1
        if kind < 0 or not band.holds(i, j) or not band.holds(i + a, j + b):
            return None
        at.append((int(band.offset[i]) + j - int(band.low[i])) * len(TYPES) + kind)
        runs += gap and kind < 2
        gap = kind < 2
        i, j = i + a, j + b
    return np.array(at, dtype=np.int64), runs


def make_case(name: str, evidence: Evidence, beads: Sequence[Bead], weight: float) -> Case | None:
    """Collect the features of a document; None where the gold path leaves the band."""
    band = evidence.band
    path = gold_path(band, beads)
    if path is None:
        return None
    at = beads_between(band, 0, band.sources + 1)
    return Case(name, band, at, evidence.features(at), *path, weight, tuple(beads))


def loss(case: Case, weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Loss of a document and its gradient; the last weight is `run`."""
    scores = scores_of(case, weights)
    values = scores.ravel()[case.at]
    logs, runs, whole = search.probabilities(case.band, scores, float(weights[-1]))
    share = np.exp(np.minimum(logs.ravel()[case.at], 0.0))
    gold = np.searchsorted(case.at, case.gold)
    share[gold] -= 1.0
    gradient = np.concatenate([share @ case.features, [runs - case.runs]]).astype(np.float64)
    reached = float(values[gold].sum(dtype=np.float64)) + case.runs * float(weights[-1])
    return whole - reached, gradient


def pruned(case: Case, weights: NDArray[np.float64], limit: float = 14.0) -> Case:
    """The document with only the beads whose best path scores at most `limit` below the best."""
    scores = scores_of(case, weights)
    below = search.shortfalls(case.band, scores, float(weights[-1])).ravel()[case.at]
    keep = below <= limit
    keep[np.searchsorted(case.at, case.gold)] = True
    return replace(case, at=case.at[keep], features=np.ascontiguousarray(case.features[keep]))


def learn(
    cases: Sequence[Case],
    penalty: float | NDArray[np.float64] = 2.0,
    steps: int = 40,
    first_steps: int = 12,
) -> NDArray[np.float64]:
    """Weights (and `run` last) of least loss, by L-BFGS on standardised features.

    `penalty` may differ by weight. The first steps use every bead of the bands, the others those
    near the best path.
    """
    scale = np.sqrt(
        np.mean([np.mean(np.square(case.features), axis=0) for case in cases], axis=0)
    ).astype(np.float64)
    scale = np.concatenate([np.where(scale > 1e-8, scale, 1.0), [0.3]])
    # a penalty in the scale instead of the loss keeps the descent well conditioned
    scale = scale * np.sqrt(penalty)
    x = _descend(cases, np.zeros(len(scale)), scale, first_steps)
    cases = [pruned(case, x / scale) for case in cases]
    weights: NDArray[np.float64] = _descend(cases, x, scale, steps) / scale
    return weights


def _descend(
    cases: Sequence[Case],
    x: NDArray[np.float64],
    scale: NDArray[np.float64],
    steps: int,
) -> NDArray[np.float64]:
    def objective(x: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, gradient = 0.5 * float(x @ x), x
        for case in cases:
            value, slope = loss(case, x / scale)
            total += case.weight * value
            gradient = gradient + case.weight * slope / scale
        return total, gradient

    found: NDArray[np.float64] = lbfgs(objective, x, steps)  # type: ignore[no-untyped-call]
    return found


def scores_of(case: Case, weights: NDArray[np.float64]) -> NDArray[np.float32]:
    scores = np.full(case.band.places * len(TYPES), search.NEVER, dtype=np.float32)
    scores[case.at] = case.features @ weights[:-1].astype(np.float32)
    return scores.reshape(-1, len(TYPES))


def lbfgs(objective, x, steps, memory=12, tolerance=2e-5):  # type: ignore[no-untyped-def]
    """Limited-memory BFGS with a backtracking line search (Nocedal and Wright, chapter 7)."""
    value, gradient = objective(x)
    history: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
    for _ in range(steps):
        direction = -gradient
        used = []
        for s, y in reversed(history):
            a = (s @ direction) / (s @ y)
            direction = direction - a * y
            used.append(a)
        if history:
            s, y = history[-1]
            direction = direction * (s @ y) / (y @ y)
        else:
            direction = direction / max(np.abs(gradient).max(), 1.0)
        for (s, y), a in zip(history, reversed(used), strict=True):
            direction = direction + s * (a - (y @ direction) / (s @ y))
        slope = gradient @ direction
        if slope > -1e-4:
            break
        length = 1.0
        while True:
            moved = x + length * direction
            new_value, new_gradient = objective(moved)
            if new_value <= value + 1e-4 * length * slope or length < 1e-3:
                break
            length /= 2
        s, y = moved - x, new_gradient - gradient
        if s @ y > 1e-10:
            history = [*history[-(memory - 1) :], (s, y)]
        done = value - new_value < tolerance * abs(value)
        x, value, gradient = moved, new_value, new_gradient
        if done:
            break
    return x


def predict(case: Case, weights: NDArray[np.float64]) -> list[Bead]:
    """The best path of a document under the weights, with probabilities as confidence."""
    scores = scores_of(case, weights)
    path = search.best_path(case.band, scores, float(weights[-1]))
    places = search.place_coordinates(case.band, path[:, 0])
    logs, _, _ = search.probabilities(case.band, scores, float(weights[-1]))
    sure = np.exp(np.minimum(logs[path[:, 0], path[:, 1]], 0.0))
    return [
        Bead(
            tuple(range(i, i + TYPES[k][0])),
            tuple(range(j, j + TYPES[k][1])),
            confidence=float(probability),
        )
        for (i, j), k, probability in zip(
            places.tolist(), path[:, 1].tolist(), sure.tolist(), strict=True
        )
    ]
