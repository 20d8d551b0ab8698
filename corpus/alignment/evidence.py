"""All that is known about a pair of texts within a band, and the score of its beads.

One table of signals: adding one is a module in `signals/` and a line in `_FEATURES`. A bead's
score is the weighted sum of its features (weights.py); what each signal adds is its share.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.alignment.lattice import ALL, NONE, TYPES, Band
from corpus.alignment.signals import embedding, length, overlap, prior, structure

_FEATURES: Mapping[str, tuple[tuple[str, ...], Callable[..., NDArray[np.float32]]]] = {
    "prior": (prior.COLUMNS, prior.features),
    "overlap": (overlap.COLUMNS, overlap.features),
    "copied": (overlap.COLUMNS, overlap.features),
    "marks": (overlap.COLUMNS, overlap.features),
    "embedding": (embedding.COLUMNS, embedding.features),
    "length": (length.COLUMNS, length.features),
    "structure": (structure.COLUMNS, structure.features),
}

ROWS = 128
"""Rows of the band whose features are in memory at once."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A band and each signal's table for it (the prior's is None)."""

    band: Band
    tables: Mapping[str, Any]

    def columns(self) -> tuple[tuple[str, str], ...]:
        """(signal, feature) of each column, in order."""
        return tuple((name, column) for name in self.tables for column in _FEATURES[name][0])

    def features(
        self, first: int, last: int, only: NDArray[np.int8] | None = None
    ) -> NDArray[np.float32]:
        """Features of the beads that leave rows first .. last - 1: (places, types, columns)."""
        if only is None:
            only = np.full(self.band.places, ALL, dtype=np.int8)
        return np.concatenate(
            [
                _FEATURES[name][1](table, self.band, first, last, only)
                for name, table in self.tables.items()
            ],
            axis=2,
        )

    def scores(
        self, weights: NDArray[np.float32], places: NDArray[np.int64] | None = None
    ) -> NDArray[np.float32]:
        """The score of each bead of the band, or of those that leave `places`: (places, types)."""
        rows = self.band.sources + 1
        scores = np.zeros((self.band.places, len(TYPES)), dtype=np.float32)
        wanted = np.full(self.band.places, ALL if places is None else NONE, dtype=np.int8)
        if places is not None:
            wanted[places] = ALL
        for first in range(0, rows, ROWS):
            last = min(first + ROWS, rows)
            block = scores[self.band.offset[first] : self.band.offset[last]]
            at = 0
            for name, table in self.tables.items():
                columns, features = _FEATURES[name]
                made = features(table, self.band, first, last, wanted)
                block += made @ weights[at : at + len(columns)]
                at += len(columns)
        return scores

    def of_path(self, path: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Features of the beads of a path (place, type), whose rows are given: (beads, columns)."""
        found = []
        only = np.full(self.band.places, NONE, dtype=np.int8)
        only[path[:, 0]] = path[:, 1]
        for first in range(0, self.band.sources + 1, ROWS):
            last = min(first + ROWS, self.band.sources + 1)
            start, end = np.searchsorted(rows, [first, last])
            if end == start:
                continue
            base = int(self.band.offset[first])
            at = (path[start:end, 0] - base, path[start:end, 1])
            found.append(
                np.concatenate(
                    [
                        _FEATURES[name][1](table, self.band, first, last, only)[at]
                        for name, table in self.tables.items()
                    ],
                    axis=1,
                )
            )
        return np.concatenate(found)
