"""The lattice of candidate beads: a band of places, and the bead types that leave each place.

A place (i, j) is before source sentence i and target sentence j. Row i of the band has the
places (i, low[i]) .. (i, high[i]); they are numbered row by row, so that place (i, j) has number
``offset[i] + j - low[i]``. From each place start `len(TYPES)` beads; arrays about beads have the
shape (places, types), and ``place * types + type`` is a bead's flat index. A bead whose end is
outside the band is never used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.alignment.compiled import njit

LARGEST_BEAD = 8
"""Most sentences in a bead, both sides together."""

TYPES: tuple[tuple[int, int], ...] = (
    (1, 0),
    (0, 1),
    *((a, b) for a in range(1, LARGEST_BEAD) for b in range(1, LARGEST_BEAD - a + 1)),
)
"""Every bead type (source sentences, target sentences); the first two are the gaps."""

TYPE_SOURCE: NDArray[np.int64] = np.array([a for a, _ in TYPES], dtype=np.int64)
TYPE_TARGET: NDArray[np.int64] = np.array([b for _, b in TYPES], dtype=np.int64)
TYPE_NUMBER: NDArray[np.int64] = np.full((LARGEST_BEAD + 1, LARGEST_BEAD + 1), -1, dtype=np.int64)
for _number, (_a, _b) in enumerate(TYPES):
    TYPE_NUMBER[_a, _b] = _number


@dataclass(frozen=True, slots=True)
class Band:
    """The places that the search may use; row i of 0..sources, columns low[i]..high[i]."""

    sources: int
    targets: int
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    offset: NDArray[np.int64]

    @property
    def places(self) -> int:
        """The number of places."""
        return int(self.offset[-1])

    @property
    def edges(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """The arguments of the compiled functions: low, high, offset."""
        return self.low, self.high, self.offset

    def holds(self, i: int, j: int) -> bool:
        """Whether the place is in the band."""
        return 0 <= i <= self.sources and bool(self.low[i] <= j <= self.high[i])


def make_band(sources: int, targets: int, low: NDArray[np.int64], high: NDArray[np.int64]) -> Band:
    """A band from its edges, corrected to be within bounds, connected and monotone."""
    low = np.clip(low, 0, targets).astype(np.int64)
    high = np.clip(high, 0, targets).astype(np.int64)
    low[0], high[-1] = 0, targets
    low = np.minimum.accumulate(low[::-1])[::-1].copy()
    high = np.maximum.accumulate(high)
    high = np.maximum(high, low)
    # a step down needs row i + 1 to begin no later than row i ends
    low[1:] = np.minimum(low[1:], high[:-1])
    offset = np.zeros(sources + 2, dtype=np.int64)
    np.cumsum(high - low + 1, out=offset[1:])
    return Band(sources, targets, low, high, offset)


def full_band(sources: int, targets: int) -> Band:
    """Every place: for short texts."""
    rows = np.zeros(sources + 1, dtype=np.int64)
    return make_band(sources, targets, rows, rows + targets)


def widened(narrow: Band, wide: Band, rows: NDArray[np.int64], reach: int) -> Band:
    """The narrow band, as wide as the other one within `reach` rows of each of `rows`."""
    marks = np.zeros(narrow.sources + 2, dtype=np.int64)
    np.add.at(marks, np.maximum(rows - reach, 0), 1)
    np.add.at(marks, np.minimum(rows + reach, narrow.sources) + 1, -1)
    near = np.cumsum(marks)[:-1] > 0
    low = np.where(near, np.minimum(narrow.low, wide.low), narrow.low)
    high = np.where(near, np.maximum(narrow.high, wide.high), narrow.high)
    return make_band(narrow.sources, narrow.targets, low, high)


def band_pairs(band: Band) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The places before a sentence of both sides: (row i, column j, place number) of each."""
    rows = np.repeat(np.arange(band.sources + 1), np.diff(band.offset))
    places = np.arange(band.places)
    columns = places - band.offset[rows] + band.low[rows]
    kept = (rows < band.sources) & (columns < band.targets)
    return rows[kept], columns[kept], places[kept]


@njit
def inside(low, high, i, j):  # type: ignore[no-untyped-def]
    """Whether place (i, j) is in the band."""
    # in one expression this would be five times slower
    if i < 0 or i >= low.shape[0]:
        return False
    return j >= low[i] and j <= high[i]


def corners(band: Band, beads: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each bead (flat index) starts and ends, and its type: columns i, j, p, q, k."""
    places, k = np.divmod(beads, len(TYPES))
    i = np.searchsorted(band.offset, places, side="right") - 1
    j = places - band.offset[i] + band.low[i]
    return np.stack([i, j, i + TYPE_SOURCE[k], j + TYPE_TARGET[k], k], axis=1)


def beads_between(band: Band, first: int, last: int) -> NDArray[np.int64]:
    """Flat indexes of the beads that leave rows first .. last - 1 and end inside the band."""
    places = np.arange(band.offset[first], band.offset[last])
    beads = np.arange(places[0] * len(TYPES), (places[-1] + 1) * len(TYPES))
    ends = corners(band, beads)[:, 2:4]
    p, q = ends[:, 0], ends[:, 1]
    below = p <= band.sources
    row = np.minimum(p, band.sources)
    kept: NDArray[np.int64] = beads[below & (band.low[row] <= q) & (q <= band.high[row])]
    return kept
