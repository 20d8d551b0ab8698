"""The signals' evidence about a pair of texts within a band, and the scores of its beads.

To add a signal, write a module in `signals/` and a line in `_FEATURES`. A bead's score is the
weighted sum of its features (weights.py); the part from each signal is its share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.alignment.lattice import TYPES, Band, beads_between, corners
from duizhao.corpus.alignment.signals import embedding, length, overlap, prior, structure
from duizhao.corpus.alignment.signals.signal import Features

_FEATURES: Mapping[str, tuple[tuple[str, ...], Features]] = {
    "prior": (prior.COLUMNS, prior.features),
    "overlap": (overlap.COLUMNS, overlap.features),
    "copied": (overlap.COLUMNS, overlap.features),
    "marks": (overlap.COLUMNS, overlap.features),
    "embedding": (embedding.COLUMNS, embedding.features),
    "length": (length.COLUMNS, length.features),
    "structure": (structure.COLUMNS, structure.features),
}

BLOCK = 1024
"""About how many places are processed at once: few enough for the processor's cache."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A band and each signal's table for it (the prior's is None)."""

    band: Band
    tables: Mapping[str, Any]

    def columns(self) -> tuple[tuple[str, str], ...]:
        """(signal, feature) of each column, in order."""
        return tuple((name, column) for name in self.tables for column in _FEATURES[name][0])

    def features(self, beads: NDArray[np.int64]) -> NDArray[np.float32]:
        """Features of beads given by flat index (lattice.py): (beads, columns)."""
        at = corners(self.band, beads)
        return np.concatenate(
            [_FEATURES[name][1](table, self.band, at) for name, table in self.tables.items()],
            axis=1,
        )

    def scores(self, weights: NDArray[np.float32]) -> NDArray[np.float32]:
        """The score of each bead of the band: (places, types)."""
        # the prior, the first table, is the same at every place
        start = len(prior.COLUMNS)
        scores = np.tile(prior.TABLE @ weights[:start], (self.band.places, 1))
        flat = scores.ravel()
        offset = self.band.offset
        first = 0
        while first <= self.band.sources:
            last = int(np.searchsorted(offset, offset[first] + BLOCK, side="right")) - 1
            last = max(last, first + 1)
            beads = beads_between(self.band, first, last)
            ends = corners(self.band, beads)
            total = flat[beads]
            at = start
            for name, table in list(self.tables.items())[1:]:
                columns, features = _FEATURES[name]
                total += features(table, self.band, ends) @ weights[at : at + len(columns)]
                at += len(columns)
            flat[beads] = total
            first = last
        return scores

    def of_path(self, path: NDArray[np.int64]) -> NDArray[np.float32]:
        """Features of the beads of a path (place, type): (beads, columns)."""
        return self.features(path[:, 0] * len(TYPES) + path[:, 1])
