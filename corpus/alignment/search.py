"""The dynamic program over a lattice: best path, and the probability of each bead.

The model is a semi-Markov chain: a path's score is the sum of its beads' scores, and of `run` for
each gap that follows a gap (a long omission is one event, not many). `best_path` finds the highest
score; `probabilities` gives each bead's share in the sum of exp(score) over all paths
(forward-backward), which is what a confidence is made from.
Time and memory are linear in the band's places.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from corpus.alignment.compiled import njit
from corpus.alignment.lattice import TYPE_SOURCE, TYPE_TARGET, Band

NEVER = -1e30


@njit
def _forward(low, high, offset, scores, run, sizes_a, sizes_b, soft):  # type: ignore[no-untyped-def]
    """alpha[place, state] (state 1: the last bead was a gap), and the choices for best paths."""
    rows = low.shape[0]
    places = offset[rows]
    alpha = np.full((places, 2), NEVER)
    chosen = np.full((places, 2), -1, dtype=np.int16)
    alpha[0, 0] = 0.0
    types = sizes_a.shape[0]
    for i in range(rows):
        for j in range(low[i], high[i] + 1):
            here = offset[i] + j - low[i]
            if here == 0:
                continue
            best0 = NEVER
            best1 = NEVER
            sum0 = 0.0
            sum1 = 0.0
            for k in range(types):
                p = i - sizes_a[k]
                q = j - sizes_b[k]
                if p < 0 or q < low[p] or q > high[p]:
                    continue
                there = offset[p] + q - low[p]
                score = scores[there, k]
                if score <= NEVER:
                    continue
                from0 = alpha[there, 0]
                from1 = alpha[there, 1]
                if k < 2:
                    from1 = from1 + run
                if soft:
                    top = from0 if from0 > from1 else from1
                    if top <= NEVER:
                        continue
                    value = score + top + np.log(np.exp(from0 - top) + np.exp(from1 - top))
                else:
                    value = score + (from0 if from0 >= from1 else from1)
                if value <= NEVER:
                    continue
                choice = 2 * k + (1 if from1 > from0 else 0)
                if k < 2:
                    if value > best1:
                        sum1 = sum1 * np.exp(best1 - value) + 1.0
                        best1 = value
                        chosen[here, 1] = choice
                    else:
                        sum1 += np.exp(value - best1)
                elif value > best0:
                    sum0 = sum0 * np.exp(best0 - value) + 1.0
                    best0 = value
                    chosen[here, 0] = choice
                else:
                    sum0 += np.exp(value - best0)
            alpha[here, 0] = best0 + np.log(sum0) if soft and sum0 > 0.0 else best0
            alpha[here, 1] = best1 + np.log(sum1) if soft and sum1 > 0.0 else best1
    return alpha, chosen


@njit
def _backward(low, high, offset, scores, run, sizes_a, sizes_b, soft):  # type: ignore[no-untyped-def]
    """beta[place, state]: log of the summed (or best) scores from a place to the end."""
    rows = low.shape[0]
    places = offset[rows]
    beta = np.full((places, 2), NEVER)
    beta[places - 1, 0] = 0.0
    beta[places - 1, 1] = 0.0
    types = sizes_a.shape[0]
    for i in range(rows - 1, -1, -1):
        for j in range(high[i], low[i] - 1, -1):
            here = offset[i] + j - low[i]
            if here == places - 1:
                continue
            best0 = NEVER
            best1 = NEVER
            sum0 = 0.0
            sum1 = 0.0
            for k in range(types):
                p = i + sizes_a[k]
                q = j + sizes_b[k]
                if p >= rows or q < low[p] or q > high[p]:
                    continue
                score = scores[here, k]
                if score <= NEVER:
                    continue
                onward = beta[offset[p] + q - low[p], 1 if k < 2 else 0]
                if onward <= NEVER:
                    continue
                value0 = score + onward
                value1 = value0 + (run if k < 2 else 0.0)
                if value0 > best0:
                    sum0 = sum0 * np.exp(best0 - value0) + 1.0
                    best0 = value0
                else:
                    sum0 += np.exp(value0 - best0)
                if value1 > best1:
                    sum1 = sum1 * np.exp(best1 - value1) + 1.0
                    best1 = value1
                else:
                    sum1 += np.exp(value1 - best1)
            beta[here, 0] = best0 + np.log(sum0) if soft and sum0 > 0.0 else best0
            beta[here, 1] = best1 + np.log(sum1) if soft and sum1 > 0.0 else best1
    return beta


@njit
def _trace(low, high, offset, alpha, chosen, sizes_a, sizes_b):  # type: ignore[no-untyped-def]
    """The best path as (place, type) from the end backwards."""
    rows = low.shape[0]
    i = rows - 1
    j = high[i]
    here = offset[i] + j - low[i]
    state = 1 if alpha[here, 1] > alpha[here, 0] else 0
    path = np.empty((i + j, 2), dtype=np.int64)
    length = 0
    while i > 0 or j > 0:
        choice = chosen[here, state]
        k = choice // 2
        state = choice % 2
        i -= sizes_a[k]
        j -= sizes_b[k]
        here = offset[i] + j - low[i]
        path[length, 0] = here
        path[length, 1] = k
        length += 1
    return path[:length]


@njit
def _marginals(low, high, offset, scores, run, alpha, beta, sizes_a, sizes_b):  # type: ignore[no-untyped-def]
    """log of each bead's share, and the same for gaps that follow a gap."""
    rows = low.shape[0]
    places = offset[rows]
    types = sizes_a.shape[0]
    last = places - 1
    whole = np.logaddexp(alpha[last, 0], alpha[last, 1])
    out = np.full(scores.shape, NEVER, dtype=np.float32)
    runs = 0.0
    for i in range(rows):
        for j in range(low[i], high[i] + 1):
            here = offset[i] + j - low[i]
            for k in range(types):
                p = i + sizes_a[k]
                q = j + sizes_b[k]
                if p >= rows or q < low[p] or q > high[p] or scores[here, k] <= NEVER:
                    continue
                onward = beta[offset[p] + q - low[p], 1 if k < 2 else 0]
                value = scores[here, k] + onward - whole
                if k < 2:
                    after_gap = alpha[here, 1] + run
                    runs += np.exp(min(after_gap + value, 0.0))
                    out[here, k] = np.logaddexp(alpha[here, 0], after_gap) + value
                else:
                    out[here, k] = np.logaddexp(alpha[here, 0], alpha[here, 1]) + value
    return out, runs, whole


@njit
def _reach(low, high, offset, scores, run, alpha, beta, sizes_a, sizes_b):  # type: ignore[no-untyped-def]
    """How much the best path through each bead falls short of the best path (>= 0)."""
    rows = low.shape[0]
    places = offset[rows]
    types = sizes_a.shape[0]
    last = places - 1
    best = max(alpha[last, 0], alpha[last, 1])
    out = np.full(scores.shape, 1e30, dtype=np.float32)
    for i in range(rows):
        for j in range(low[i], high[i] + 1):
            here = offset[i] + j - low[i]
            for k in range(types):
                p = i + sizes_a[k]
                q = j + sizes_b[k]
                if p >= rows or q < low[p] or q > high[p] or scores[here, k] <= NEVER:
                    continue
                onward = beta[offset[p] + q - low[p], 1 if k < 2 else 0]
                before = alpha[here, 1] + (run if k < 2 else 0.0)
                if alpha[here, 0] > before:
                    before = alpha[here, 0]
                out[here, k] = best - (before + scores[here, k] + onward)
    return out


def best_path(band: Band, scores: NDArray[np.float32], run: float) -> NDArray[np.int64]:
    """The best path, in order: an array (beads, 2) of place numbers and bead types.

    `scores` has the shape (places, types).
    """
    edges = (band.low, band.high, band.offset)
    alpha, chosen = _forward(*edges, scores, run, TYPE_SOURCE, TYPE_TARGET, False)
    path: NDArray[np.int64] = _trace(*edges, alpha, chosen, TYPE_SOURCE, TYPE_TARGET)
    return path[::-1]


def probabilities(
    band: Band, scores: NDArray[np.float32], run: float
) -> tuple[NDArray[np.float32], float, float]:
    """(log probability of each bead, expected gaps after gaps, log of the sum over paths)."""
    edges = (band.low, band.high, band.offset)
    alpha, _ = _forward(*edges, scores, run, TYPE_SOURCE, TYPE_TARGET, True)
    beta = _backward(*edges, scores, run, TYPE_SOURCE, TYPE_TARGET, True)
    logs, runs, whole = _marginals(*edges, scores, run, alpha, beta, TYPE_SOURCE, TYPE_TARGET)
    return logs, float(runs), float(whole)


def shortfalls(band: Band, scores: NDArray[np.float32], run: float) -> NDArray[np.float32]:
    """How far the best path through each bead stays below the best path (0 on the path)."""
    edges = (band.low, band.high, band.offset)
    alpha, _ = _forward(*edges, scores, run, TYPE_SOURCE, TYPE_TARGET, False)
    beta = _backward(*edges, scores, run, TYPE_SOURCE, TYPE_TARGET, False)
    below: NDArray[np.float32] = _reach(*edges, scores, run, alpha, beta, TYPE_SOURCE, TYPE_TARGET)
    return below


def place_coordinates(band: Band, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """(i, j) of each place number, shape (places, 2)."""
    rows = np.searchsorted(band.offset, places, side="right") - 1
    return np.stack([rows, places - band.offset[rows] + band.low[rows]], axis=1)
