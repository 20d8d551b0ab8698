"""Overlap: how much idf weight the translation of a source span shares with a target span.

The same code serves two signals: ``overlap`` counts the tokens of the machine translation,
``copied`` the tokens that stand in both texts without one (numbers, symbols, Latin names).
Shared weight is the multiset intersection of the two bags, counted exactly for every bead of the
band: a token that stands twice must be met twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.alignment.compiled import njit
from corpus.alignment.lattice import (
    ALL,
    LARGEST_BEAD,
    NONE,
    TYPE_NUMBER,
    TYPE_SOURCE,
    TYPE_TARGET,
    Band,
)
from corpus.alignment.tokens import Bags

COLUMNS = (
    "shared",
    "source_left",
    "target_left",
    "dice",
    "dice_sum",
    "weakest",
    "weakest_sum",
    "outside",
    "empty",
    "gap_found",
    "gap_found_twice",
    "literal",
    "unsupported",
    "gap_literal",
    "gap_unfound",
)
"""Features of a bead: shared weight, weight left over on either side (all in mean sentences), dice
coefficient, dice times sentences, the smallest share that a sentence on the bead's edge brings in
of its own, the largest share that a neighbour outside would bring in, whether a side has no weight
at all; for gaps, the share of the sentence that is found in some sentence of the other side, and
how far that goes beyond a half. The last four set this against how literal the translation is, the
median of what is found of a sentence: literalness times sentences beyond two, how far the smallest
share stays below it; and for gaps, literalness, and how far what is found stays below it."""

LEAST_MEAN = 1.0
"""Least mean weight of a sentence. Without it, in a text with hardly a number, one number that
chance puts on both sides would be worth as much as all the words of a paragraph."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """What the features are made of; `shared` has the shape (places, types)."""

    shared: NDArray[np.float32]
    source_mass: NDArray[np.float64]
    target_mass: NDArray[np.float64]
    source_found: NDArray[np.float32]
    target_found: NDArray[np.float32]
    mean: float
    literal: float


@njit
def _shared(  # type: ignore[no-untyped-def]
    low, high, offset, source_ids, source_starts, target_ids, target_starts, weight, numbers, most
):
    rows = low.shape[0]
    sources = rows - 1
    targets = target_starts.shape[0] - 1
    out = np.zeros((offset[rows], most * (most - 1) // 2 + 2), dtype=np.float32)
    counts = np.zeros(weight.shape[0], dtype=np.int32)
    for i in range(sources):
        widest = min(most - 1, sources - i)
        for a in range(1, widest + 1):
            for t in range(source_starts[i + a - 1], source_starts[i + a]):
                counts[source_ids[t]] += 1
            for j in range(low[i], high[i] + 1):
                here = offset[i] + j - low[i]
                end = min(j + most - a, targets, high[i + a])
                value = 0.0
                for b in range(1, end - j + 1):
                    for t in range(target_starts[j + b - 1], target_starts[j + b]):
                        word = target_ids[t]
                        if counts[word] > 0:
                            value += weight[word]
                        counts[word] -= 1
                    out[here, numbers[a, b]] = value
                if end > j:
                    for t in range(target_starts[j], target_starts[end]):
                        counts[target_ids[t]] += 1
        for t in range(source_starts[i], source_starts[i + widest]):
            counts[source_ids[t]] -= 1
    return out


@njit
def _found(low, high, offset, shared, one, source_mass, target_mass):  # type: ignore[no-untyped-def]
    sources = low.shape[0] - 1
    targets = target_mass.shape[0] - 1
    source_found = np.zeros(sources, dtype=np.float32)
    target_found = np.zeros(targets, dtype=np.float32)
    for i in range(sources):
        whole = source_mass[i + 1] - source_mass[i]
        for j in range(low[i], min(high[i] + 1, targets)):
            value = shared[offset[i] + j - low[i], one]
            if value <= 0.0:
                continue
            source_found[i] = max(source_found[i], value / (whole + 1e-6))
            other = target_mass[j + 1] - target_mass[j]
            target_found[j] = max(target_found[j], value / (other + 1e-6))
    return source_found, target_found


@njit
def _features(  # type: ignore[no-untyped-def]
    low, high, offset, first, last, shared, source_mass, target_mass,
    source_found, target_found, mean, literal, numbers, sizes_a, sizes_b, only, out,
):  # fmt: skip
    rows = low.shape[0]
    types = sizes_a.shape[0]
    base = offset[first]
    for i in range(first, last):
        for j in range(low[i], high[i] + 1):
            here = offset[i] + j - low[i]
            wanted = only[here]
            if wanted == NONE:
                continue
            for k in range(types):
                if wanted != ALL and wanted != k:
                    continue
                a = sizes_a[k]
                b = sizes_b[k]
                p = i + a
                q = j + b
                if p >= rows or q < low[p] or q > high[p]:
                    continue
                f = out[here - base, k]
                source = source_mass[p] - source_mass[i]
                target = target_mass[q] - target_mass[j]
                f[1] = source / mean
                f[2] = target / mean
                if k < 2:
                    found = source_found[i] if k == 0 else target_found[j]
                    f[9] = found
                    f[10] = max(found - 0.5, 0.0)
                    f[13] = literal
                    f[14] = max(0.6 * literal - found, 0.0)
                    continue
                value = shared[here, k]
                f[0] = value / mean
                f[1] -= value / mean
                f[2] -= value / mean
                f[3] = 2.0 * value / (source + target + 1e-6)
                f[4] = f[3] * (a + b - 1)
                weakest = 1.0
                if a > 1:
                    if q >= low[p - 1] and q <= high[p - 1]:
                        own = source_mass[p] - source_mass[p - 1]
                        gain = value - shared[here, numbers[a - 1, b]]
                        weakest = min(weakest, gain / (own + 0.05 * mean))
                    if j >= low[i + 1] and j <= high[i + 1]:
                        own = source_mass[i + 1] - source_mass[i]
                        gain = value - shared[offset[i + 1] + j - low[i + 1], numbers[a - 1, b]]
                        weakest = min(weakest, gain / (own + 0.05 * mean))
                if b > 1:
                    if q - 1 >= low[p]:
                        own = target_mass[q] - target_mass[q - 1]
                        gain = value - shared[here, numbers[a, b - 1]]
                        weakest = min(weakest, gain / (own + 0.05 * mean))
                    if j + 1 <= high[i]:
                        own = target_mass[j + 1] - target_mass[j]
                        gain = value - shared[here + 1, numbers[a, b - 1]]
                        weakest = min(weakest, gain / (own + 0.05 * mean))
                if a + b > 2:
                    f[5] = weakest
                    f[6] = weakest * (a + b - 2)
                    f[11] = literal * (a + b - 2)
                    f[12] = max(0.6 * literal - weakest, 0.0)
                outside = 0.0
                if numbers[a + 1, b] >= 0 and a + b < numbers.shape[0] - 1:
                    if p + 1 < rows and q >= low[p + 1] and q <= high[p + 1]:
                        own = source_mass[p + 1] - source_mass[p]
                        gain = shared[here, numbers[a + 1, b]] - value
                        outside = max(outside, gain / (own + 0.05 * mean))
                    if i > 0 and j >= low[i - 1] and j <= high[i - 1]:
                        own = source_mass[i] - source_mass[i - 1]
                        gain = shared[offset[i - 1] + j - low[i - 1], numbers[a + 1, b]] - value
                        outside = max(outside, gain / (own + 0.05 * mean))
                    if q + 1 <= high[p]:
                        own = target_mass[q + 1] - target_mass[q]
                        gain = shared[here, numbers[a, b + 1]] - value
                        outside = max(outside, gain / (own + 0.05 * mean))
                    if j - 1 >= low[i]:
                        own = target_mass[j] - target_mass[j - 1]
                        gain = shared[here - 1, numbers[a, b + 1]] - value
                        outside = max(outside, gain / (own + 0.05 * mean))
                f[7] = outside
                if source <= 1e-6 or target <= 1e-6:
                    f[8] = 1.0


def prepare(bags: Bags, band: Band) -> Overlap:
    """Count the shared weight of every bead of the band."""
    edges = (band.low, band.high, band.offset)
    shared = _shared(
        *edges, bags.source_ids, bags.source_starts, bags.target_ids, bags.target_starts,
        bags.weight, TYPE_NUMBER, LARGEST_BEAD,
    )  # fmt: skip
    source_mass = np.concatenate(([0.0], np.cumsum(bags.source_mass)))
    target_mass = np.concatenate(([0.0], np.cumsum(bags.target_mass)))
    one = int(TYPE_NUMBER[1, 1])
    source_found, target_found = _found(*edges, shared, one, source_mass, target_mass)
    count = band.sources + band.targets
    mean = max(float(source_mass[-1] + target_mass[-1]) / max(count, 1), LEAST_MEAN)
    literal = float(np.median(np.concatenate([source_found, target_found])))
    return Overlap(shared, source_mass, target_mass, source_found, target_found, mean, literal)


def features(
    table: Overlap, band: Band, first: int, last: int, only: NDArray[np.int8]
) -> NDArray[np.float32]:
    """Features of the beads that leave rows first .. last - 1: (places, types, columns).

    `only` says which types of each place of the band are wanted (lattice.ALL, NONE or a type).
    """
    places = int(band.offset[last] - band.offset[first])
    out = np.zeros((places, len(TYPE_SOURCE), len(COLUMNS)), dtype=np.float32)
    _features(
        band.low, band.high, band.offset, first, last, table.shared, table.source_mass,
        table.target_mass, table.source_found, table.target_found, table.mean, table.literal,
        TYPE_NUMBER, TYPE_SOURCE, TYPE_TARGET, only, out,
    )  # fmt: skip
    return out
