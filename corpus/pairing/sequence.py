"""Whether the sentences of two documents match each other in order.

Neighbouring parts of one text share subject and names, so that their sentences are similar in any
order. Only those of a translation are similar in the same order, even if one side is an excerpt.
Instead of an alignment this uses the best chain of matches that increases on both sides, compared
with the chains in shuffled sentences.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

SHUFFLES = 16
LONGEST = 256
"""Rows and columns that are compared: in a longer document, neighbouring sentences are one."""


def in_order(cosines: Floats) -> float:
    """How far the best chain exceeds those of shuffled sentences, in the square root of its length.

    About 0 for unrelated documents and neighbours, 0.5 and more for translations.
    """
    matrix = _centred(_pooled(cosines))
    rows, columns = matrix.shape
    if min(rows, columns) < 2:
        return 0.0
    chance = np.random.default_rng(0)
    orders = [np.arange(columns), *(chance.permutation(columns) for _ in range(SHUFFLES))]
    best = _chains(np.stack([matrix[:, order] for order in orders], axis=1))
    return float((best[0] - best[1:].mean()) / np.sqrt(min(rows, columns)))


def _pooled(cosines: Floats) -> Floats:
    """The best matches of neighbouring sentences, at most LONGEST rows and columns."""
    for axis in (0, 1):
        size = cosines.shape[axis]
        if size > LONGEST:
            starts = np.arange(LONGEST) * size // LONGEST
            cosines = np.maximum.reduceat(cosines, starts, axis=axis)
    return cosines


def _centred(cosines: Floats) -> Floats:
    """The cosines without the share that is due to sentences similar to all others."""
    rows = cosines.mean(axis=1, keepdims=True)
    columns = cosines.mean(axis=0, keepdims=True)
    return np.asarray(np.maximum(cosines - rows - columns + cosines.mean(), 0), dtype=np.float32)


def _chains(matrices: Floats) -> Floats:
    """The weight of the best chain of each matrix, shape (rows, matrices, columns) to (matrices,).

    A chain takes each row and each column at most once and goes forward in both.
    """
    best = np.zeros((matrices.shape[1], matrices.shape[2] + 1), dtype=np.float32)
    for row in matrices:
        taken = np.maximum.accumulate(best[:, :-1] + row, axis=1)
        np.maximum(best[:, 1:], taken, out=best[:, 1:])
    return best[:, -1]
