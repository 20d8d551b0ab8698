"""Bead-type priors: how frequent each type is, regardless of the texts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.alignment.lattice import TYPES, Band

_NAMED = (
    (1, 0), (0, 1), (1, 1), (1, 2), (2, 1), (1, 3), (3, 1), (2, 2), (1, 4), (4, 1), (2, 3), (3, 2),
)  # fmt: skip
COLUMNS = (
    *(f"{a}-{b}" for a, b in _NAMED),
    "1-many",
    "many-1",
    "many-many",
    "sentences",
)
"""A column for each common type and three for the others; the last is sentences beyond two."""


def _table() -> NDArray[np.float32]:
    table = np.zeros((len(TYPES), len(COLUMNS)), dtype=np.float32)
    for number, (a, b) in enumerate(TYPES):
        if (a, b) in _NAMED:
            name = f"{a}-{b}"
        else:
            name = "1-many" if a == 1 else "many-1" if b == 1 else "many-many"
        table[number, COLUMNS.index(name)] = 1.0
        table[number, -1] = max(a + b - 2, 0)
    return table


TABLE = _table()


def features(table: None, band: Band, at: NDArray[np.int64]) -> NDArray[np.float32]:
    """Features of beads given by their corners: (beads, columns)."""
    return TABLE[at[:, 4]]
