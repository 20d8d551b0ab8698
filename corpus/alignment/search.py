"""The dynamic program over a lattice: best path, and the probability of each bead.

The model is a semi-Markov chain: a path's score is the sum of its beads' scores, plus `run` for
each gap that follows a gap (a long omission is one event, not many). `best_path` finds the highest
score; `probabilities` gives each bead's share in the sum of exp(score) over all paths
(forward-backward), from which confidence is calibrated.
Time and memory are linear in the number of places.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.alignment.compiled import njit
from duizhao.corpus.alignment.evidence import Evidence
from duizhao.corpus.alignment.lattice import TYPE_SOURCE, TYPE_TARGET, Band, inside
from duizhao.corpus.alignment.weights import Weights

NEVER = -1e30


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The best path through a band, and the evidence for it.

    `path` has the place and type of each bead, `probability` its share in the sum over all paths,
    `probabilities` the logarithm of that share for every bead of the band. `forced` is what forced
    decoding adds to the score of each bead of the path (the expected value if its answer could not
    change the path), and `judged` says which of them had competitors; both are None without forced
    decoding.
    """

    evidence: Evidence
    weights: Weights
    scores: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    path: NDArray[np.int64]
    probability: NDArray[np.float32]
    forced: NDArray[np.float64] | None = None
    judged: NDArray[np.bool_] | None = None


@njit
def _joined(one, other, soft):  # type: ignore[no-untyped-def]
    """The better of two scores, or the logarithm of the sum of their exponentials."""
    top = max(one, other)
    if not soft or top <= NEVER:
        return top
    return top + np.log1p(np.exp(min(one, other) - top))


@njit
def _added(top, total, value):  # type: ignore[no-untyped-def]
    """(top, total) with exp(value) added to the sum exp(top) * total."""
    if value > top:
        return value, total * np.exp(top - value) + 1.0
    if value < top - 40.0:  # below the precision of the sum
        return top, total
    return top, total + np.exp(value - top)


@njit
def _forward(low, high, offset, scores, run, soft):  # type: ignore[no-untyped-def]
    """Scores of the paths from the start: of the best one or, if soft, the sum over all.

    alpha[place, state] for the paths to a place (state 1: the last bead was a gap), before[place,
    kind] for those that continue with a bead (kind 1: a gap), and the type of the last bead of
    the best path to each place and state.
    """
    rows = low.shape[0]
    alpha = np.full((offset[rows], 2), NEVER)
    before = np.full((offset[rows], 2), NEVER)
    chosen = np.full((offset[rows], 2), -1, dtype=np.int8)
    alpha[0, 0] = before[0, 0] = before[0, 1] = 0.0
    top = np.empty(2)
    total = np.empty(2)
    for i in range(rows):
        for j in range(low[i], high[i] + 1):
            here = offset[i] + j - low[i]
            if here == 0:
                continue
            top[:] = NEVER
            total[:] = 0.0
            for k in range(scores.shape[1]):
                p = i - TYPE_SOURCE[k]
                q = j - TYPE_TARGET[k]
                if not inside(low, high, p, q):
                    continue
                there = offset[p] + q - low[p]
                gap = 1 if k < 2 else 0
                if scores[there, k] <= NEVER or before[there, gap] <= NEVER:
                    continue
                value = scores[there, k] + before[there, gap]
                if soft:
                    top[gap], total[gap] = _added(top[gap], total[gap], value)
                elif value > top[gap]:
                    top[gap] = value
                    chosen[here, gap] = k
            for state in range(2):
                more = np.log(total[state]) if total[state] > 0.0 else 0.0
                alpha[here, state] = top[state] + more
            before[here, 0] = _joined(alpha[here, 0], alpha[here, 1], soft)
            before[here, 1] = _joined(alpha[here, 0], alpha[here, 1] + run, soft)
    return alpha, before, chosen


@njit
def _backward(low, high, offset, scores, run, soft):  # type: ignore[no-untyped-def]
    """beta[place, state]: scores of the paths from a place to the end, as in `_forward`."""
    rows = low.shape[0]
    places = offset[rows]
    beta = np.full((places, 2), NEVER)
    beta[places - 1] = 0.0
    top = np.empty(2)
    total = np.empty(2)
    for i in range(rows - 1, -1, -1):
        for j in range(high[i], low[i] - 1, -1):
            here = offset[i] + j - low[i]
            if here == places - 1:
                continue
            top[:] = NEVER
            total[:] = 0.0
            for k in range(scores.shape[1]):
                p = i + TYPE_SOURCE[k]
                q = j + TYPE_TARGET[k]
                if not inside(low, high, p, q) or scores[here, k] <= NEVER:
                    continue
                gap = 1 if k < 2 else 0
                value = scores[here, k] + beta[offset[p] + q - low[p], gap]
                if soft:
                    top[gap], total[gap] = _added(top[gap], total[gap], value)
                elif value > top[gap]:
                    top[gap] = value
            for kind in range(2):
                if total[kind] > 0.0:
                    top[kind] += np.log(total[kind])
            beta[here, 0] = _joined(top[0], top[1], soft)
            beta[here, 1] = _joined(top[0], top[1] + run, soft)
    return beta


@njit
def _trace(low, high, offset, alpha, chosen, run):  # type: ignore[no-untyped-def]
    """The best path as (place, type) from the end backwards."""
    i = low.shape[0] - 1
    j = high[i]
    here = offset[i] + j - low[i]
    state = 1 if alpha[here, 1] > alpha[here, 0] else 0
    path = np.empty((i + j, 2), dtype=np.int64)
    length = 0
    while i > 0 or j > 0:
        k = chosen[here, state]
        i -= TYPE_SOURCE[k]
        j -= TYPE_TARGET[k]
        here = offset[i] + j - low[i]
        state = 1 if alpha[here, 1] + (run if k < 2 else 0.0) > alpha[here, 0] else 0
        path[length, 0] = here
        path[length, 1] = k
        length += 1
    return path[:length]


@njit
def _through(low, high, offset, scores, before, beta):  # type: ignore[no-untyped-def]
    """Scores of the paths through each bead; NEVER for beads on no path."""
    out = np.full(scores.shape, NEVER, dtype=np.float32)
    rows = low.shape[0]
    whole = before[offset[rows] - 1, 0]
    for i in range(rows):
        for j in range(low[i], high[i] + 1):
            here = offset[i] + j - low[i]
            for k in range(scores.shape[1]):
                p = i + TYPE_SOURCE[k]
                q = j + TYPE_TARGET[k]
                if inside(low, high, p, q) and scores[here, k] > NEVER:
                    gap = 1 if k < 2 else 0
                    onward = beta[offset[p] + q - low[p], gap]
                    out[here, k] = before[here, gap] + scores[here, k] + onward - whole
    return out, whole


@njit
def _runs(low, high, offset, scores, run, alpha, beta, whole):  # type: ignore[no-untyped-def]
    """The expected number of gaps that follow a gap."""
    runs = 0.0
    for i in range(low.shape[0]):
        for j in range(low[i], high[i] + 1):
            here = offset[i] + j - low[i]
            for k in range(2):
                p = i + TYPE_SOURCE[k]
                q = j + TYPE_TARGET[k]
                if inside(low, high, p, q) and scores[here, k] > NEVER:
                    onward = beta[offset[p] + q - low[p], 1]
                    value = alpha[here, 1] + run + scores[here, k] + onward - whole
                    runs += np.exp(min(value, 0.0))
    return runs


def best_path(band: Band, scores: NDArray[np.float32], run: float) -> NDArray[np.int64]:
    """The best path, in order: an array (beads, 2) of place numbers and bead types.

    `scores` has the shape (places, types).
    """
    alpha, _, chosen = _forward(*band.edges, scores, run, False)
    path: NDArray[np.int64] = _trace(*band.edges, alpha, chosen, run)
    return path[::-1]


def probabilities(
    band: Band, scores: NDArray[np.float32], run: float
) -> tuple[NDArray[np.float32], float, float]:
    """(log probability of each bead, expected gaps after gaps, log of the sum over paths)."""
    alpha, before, _ = _forward(*band.edges, scores, run, True)
    beta = _backward(*band.edges, scores, run, True)
    logs, whole = _through(*band.edges, scores, before, beta)
    runs = _runs(*band.edges, scores, run, alpha, beta, whole)
    return logs, float(runs), float(whole)


def shortfalls(band: Band, scores: NDArray[np.float32], run: float) -> NDArray[np.float32]:
    """How much lower the best path through each bead scores than the best path (0 on it)."""
    _, before, _ = _forward(*band.edges, scores, run, False)
    beta = _backward(*band.edges, scores, run, False)
    through, _ = _through(*band.edges, scores, before, beta)
    below: NDArray[np.float32] = -through
    return below


def place_coordinates(band: Band, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """(i, j) of each place number, shape (places, 2)."""
    rows = np.searchsorted(band.offset, places, side="right") - 1
    return np.stack([rows, places - band.offset[rows] + band.low[rows]], axis=1)
