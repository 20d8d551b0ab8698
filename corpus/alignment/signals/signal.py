"""Code shared by the signals: named features, computed by a compiled kernel.

A kernel receives the band's edges, the signal's table, the corners of the beads (lattice.py), and a
record per bead to fill in: ``record.cosine = ...``. The records are returned as a matrix with a
column per name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.alignment.lattice import Band

Features = Callable[[Any, Band, NDArray[np.int64]], NDArray[np.float32]]
"""Features of beads given by their corners, shape (beads, columns)."""


def features_by(kernel: Callable[..., Any], columns: Iterable[str]) -> Features:
    """The function that runs a kernel over beads."""
    names = tuple(columns)
    record = np.dtype([(name, np.float32) for name in names])

    def features(table: Any, band: Band, at: NDArray[np.int64]) -> NDArray[np.float32]:
        records = np.zeros(len(at), dtype=record)
        kernel(*band.edges, table, at, records)
        return records.view(np.float32).reshape(len(at), len(names))

    return features
