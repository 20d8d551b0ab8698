"""Overlap: how much idf weight the translation of a source span shares with a target span.

The same code serves two signals: ``overlap`` counts the tokens of the machine translation,
``copied`` the tokens that both texts share without one (numbers, symbols, Latin names). Shared
weight is the multiset intersection of the two bags, computed exactly for every bead of the band: a
token that appears twice must be matched twice.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.alignment.compiled import njit
from duizhao.corpus.alignment.lattice import LARGEST_BEAD, TYPE_NUMBER, Band, band_pairs, inside
from duizhao.corpus.alignment.signals.signal import features_by
from duizhao.corpus.alignment.tokens import Bags

COLUMNS = (
    "shared",  # shared weight and the weight left over on each side, in mean sentences
    "source_left",
    "target_left",
    "dice",  # dice coefficient
    "dice_sum",  # the same times (sentences - 1)
    "weakest",  # smallest share of its own weight that a sentence on the bead's edge contributes
    "weakest_sum",  # the same times sentences beyond two
    "outside",  # largest share that a neighbour outside would contribute
    "empty",  # whether a side has no weight at all
    "gap_found",  # of gaps: share of the sentence found in some sentence of the other side
    "gap_found_twice",  # its part beyond a half
    "literal",  # literalness times sentences beyond two
    "unsupported",  # how far the weakest share is below the usual one
    "gap_literal",  # of gaps: literalness
    "gap_unfound",  # of gaps: how far the share found is below the usual one
)
"""Literalness is the document's median of the share found of a sentence."""

LEAST_MEAN = 1.0
"""Lower bound for the mean weight of a sentence. Without it, in a text with almost no numbers, one
number that is on both sides by chance would count as much as all words of a paragraph."""


class Overlap(NamedTuple):
    """Input of the features; `shared` has the shape (places, types), masses are running sums."""

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
    """The weight that each bead's two sides share.

    If the nth occurrence of a word is x sentences on in the source and y sentences on in the
    target, it is shared by all beads that extend beyond both. So its weight is put at (x, y), and
    the weights are summed along both sides.
    """
    sources = low.shape[0] - 1
    targets = target_starts.shape[0] - 1
    reach = most - 1
    out = np.zeros((offset[sources + 1], most * reach // 2 + 2), dtype=np.float32)
    widest, longest = 0, 0
    for i in range(sources):
        end = min(i + reach, sources)
        widest = max(widest, source_starts[end] - source_starts[i])
        right = min(high[i] + reach, high[end], targets)
        longest = max(longest, target_starts[right] - target_starts[min(low[i], right)])
    count = np.zeros(weight.shape[0], dtype=np.int32)
    used = np.zeros(weight.shape[0], dtype=np.int32)
    begin = np.zeros(weight.shape[0], dtype=np.int32)
    where = np.zeros(widest, dtype=np.int32)
    met = np.zeros(longest, dtype=np.int32)
    met_starts = np.zeros(targets + 2, dtype=np.int64)
    first = np.zeros((reach, reach))
    column = np.zeros(reach)
    for i in range(sources):
        end = min(i + reach, sources)
        for t in range(source_starts[i], source_starts[end]):
            count[source_ids[t]] += 1
        at = 0
        for x in range(end - i):
            for t in range(source_starts[i + x], source_starts[i + x + 1]):
                word = source_ids[t]
                if used[word] == 0:
                    begin[word] = at
                    at += count[word]
                where[begin[word] + used[word]] = x
                used[word] += 1
        for t in range(source_starts[i], source_starts[end]):
            used[source_ids[t]] = 0
        left = low[i]
        right = min(high[i] + reach, high[end], targets)
        size = 0
        for q in range(left, right):
            met_starts[q - left] = size
            for t in range(target_starts[q], target_starts[q + 1]):
                word = target_ids[t]
                if count[word] > 0 and weight[word] > 0.0:
                    met[size] = word
                    size += 1
        met_starts[max(right - left, 0)] = size
        for j in range(left, min(high[i] + 1, right)):
            first[:] = 0.0
            column[:] = 0.0
            stop = min(j + reach, right)
            for q in range(j, stop):
                for t in range(met_starts[q - left], met_starts[q - left + 1]):
                    word = met[t]
                    if used[word] < count[word]:
                        first[where[begin[word] + used[word]], q - j] += weight[word]
                        used[word] += 1
            for t in range(met_starts[j - left], met_starts[stop - left]):
                used[met[t]] = 0
            here = offset[i] + j - left
            for a in range(1, end - i + 1):
                value = 0.0
                last = min(targets, high[i + a]) - j
                for b in range(1, most - a + 1):
                    column[b - 1] += first[a - 1, b - 1]
                    value += column[b - 1]
                    if b <= last:
                        out[here, numbers[a, b]] = value
        for t in range(source_starts[i], source_starts[end]):
            count[source_ids[t]] = 0
    return out


def _found(
    band: Band,
    shared: NDArray[np.float32],
    source_mass: NDArray[np.float64],
    target_mass: NDArray[np.float64],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The largest share of each sentence's weight that one sentence of the other side has."""
    i, j, places = band_pairs(band)
    value = shared[places, TYPE_NUMBER[1, 1]]
    i, j, value = i[value > 0.0], j[value > 0.0], value[value > 0.0]
    source_found = np.zeros(band.sources, dtype=np.float32)
    target_found = np.zeros(band.targets, dtype=np.float32)
    shares = value / (np.diff(source_mass)[i] + 1e-6)
    np.maximum.at(source_found, i, shares.astype(np.float32))
    shares = value / (np.diff(target_mass)[j] + 1e-6)
    np.maximum.at(target_found, j, shares.astype(np.float32))
    return source_found, target_found


@njit
def _features(low, high, offset, table, at, out):  # type: ignore[no-untyped-def]
    shared, mean, literal = table.shared, table.mean, table.literal
    source_mass, target_mass = table.source_mass, table.target_mass
    source_found, target_found = table.source_found, table.target_found
    small = 0.05 * mean
    for n in range(len(at)):
        i, j, p, q, k = at[n, 0], at[n, 1], at[n, 2], at[n, 3], at[n, 4]
        f = out[n]
        a, b = p - i, q - j
        here = offset[i] + j - low[i]
        source = source_mass[p] - source_mass[i]
        target = target_mass[q] - target_mass[j]
        f.source_left = source / mean
        f.target_left = target / mean
        if k < 2:
            found = source_found[i] if k == 0 else target_found[j]
            f.gap_found = found
            f.gap_found_twice = max(found - 0.5, 0.0)
            f.gap_literal = literal
            f.gap_unfound = max(0.6 * literal - found, 0.0)
            continue
        value = shared[here, k]
        f.shared = value / mean
        f.source_left -= value / mean
        f.target_left -= value / mean
        f.dice = 2.0 * value / (source + target + 1e-6)
        f.dice_sum = f.dice * (a + b - 1)
        # the bead without its last or first sentence, and with one more at either end
        weakest = 1.0
        outside = 0.0
        if a > 1:
            one = TYPE_NUMBER[a - 1, b]
            if inside(low, high, p - 1, q):
                gain = value - shared[here, one]
                weakest = min(weakest, gain / (_mass(source_mass, p - 1) + small))
            if inside(low, high, i + 1, j):
                gain = value - shared[offset[i + 1] + j - low[i + 1], one]
                weakest = min(weakest, gain / (_mass(source_mass, i) + small))
        if b > 1:
            one = TYPE_NUMBER[a, b - 1]
            if inside(low, high, p, q - 1):
                gain = value - shared[here, one]
                weakest = min(weakest, gain / (_mass(target_mass, q - 1) + small))
            if inside(low, high, i, j + 1):
                gain = value - shared[here + 1, one]
                weakest = min(weakest, gain / (_mass(target_mass, j) + small))
        if a + b > 2:
            f.weakest = weakest
            f.weakest_sum = weakest * (a + b - 2)
            f.literal = literal * (a + b - 2)
            f.unsupported = max(0.6 * literal - weakest, 0.0)
        if a + b < LARGEST_BEAD:
            one = TYPE_NUMBER[a + 1, b]
            if inside(low, high, p + 1, q):
                gain = shared[here, one] - value
                outside = max(outside, gain / (_mass(source_mass, p) + small))
            if inside(low, high, i - 1, j):
                gain = shared[offset[i - 1] + j - low[i - 1], one] - value
                outside = max(outside, gain / (_mass(source_mass, i - 1) + small))
            one = TYPE_NUMBER[a, b + 1]
            if inside(low, high, p, q + 1):
                gain = shared[here, one] - value
                outside = max(outside, gain / (_mass(target_mass, q) + small))
            if inside(low, high, i, j - 1):
                gain = shared[here - 1, one] - value
                outside = max(outside, gain / (_mass(target_mass, j - 1) + small))
        f.outside = outside
        if source <= 1e-6 or target <= 1e-6:
            f.empty = 1.0


@njit
def _mass(running, sentence):  # type: ignore[no-untyped-def]
    return running[sentence + 1] - running[sentence]


def prepare(bags: Bags, band: Band) -> Overlap:
    """Count the shared weight of every bead of the band."""
    edges = band.edges
    shared = _shared(
        *edges, bags.source_ids, bags.source_starts, bags.target_ids, bags.target_starts,
        bags.weight, TYPE_NUMBER, LARGEST_BEAD,
    )  # fmt: skip
    source_mass = np.concatenate(([0.0], np.cumsum(bags.source_mass)))
    target_mass = np.concatenate(([0.0], np.cumsum(bags.target_mass)))
    source_found, target_found = _found(band, shared, source_mass, target_mass)
    count = band.sources + band.targets
    mean = max(float(source_mass[-1] + target_mass[-1]) / max(count, 1), LEAST_MEAN)
    literal = float(np.median(np.concatenate([source_found, target_found])))
    return Overlap(shared, source_mass, target_mass, source_found, target_found, mean, literal)


features = features_by(_features, COLUMNS)
