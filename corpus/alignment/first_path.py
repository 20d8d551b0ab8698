"""A first path through the similarities of single sentences, to narrow the band.

A bead costs about thirty times as much as a pair of sentences. So a path through the wide band
around the anchors is first found by dynamic time warping (steps to the right, down or diagonal; a
cell gains the similarity of its two sentences), and beads are only considered in a narrow band
around that path: narrower where the path is well supported.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.alignment.compiled import njit
from duizhao.corpus.alignment.lattice import Band, band_pairs, make_band
from duizhao.corpus.alignment.signals.embedding import Embed
from duizhao.corpus.alignment.tokens import Bags, postings

JUMP = 2
"""Rows on either side of a jump of the path that include both of its ends."""
USUAL = 0.1
"""Similarity above which a cell is worth visiting."""
REACH = 6
"""Rows on either side over which a path's support is averaged."""

PINNED = 1000.0
"""Bonus of a cell that the path must visit."""


@njit
def _pair_overlap(  # type: ignore[no-untyped-def]
    low, high, offset, source_ids, source_starts, first, sentences, times, weight,
    source_mass, target_mass, out,
):  # fmt: skip
    """Add to out[place] the shared weight relative to the geometric mean of both sentences'.

    `first`, `sentences` and `times` are the postings of the target's words.
    """
    sources = low.shape[0] - 1
    targets = target_mass.shape[0]
    count = np.zeros(weight.shape[0], dtype=np.int32)
    begin = first.copy()
    shared = np.zeros(targets)
    smooth = 0.3 * (source_mass.sum() + target_mass.sum()) / (sources + targets) + 1e-6
    for i in range(sources):
        for t in range(source_starts[i], source_starts[i + 1]):
            count[source_ids[t]] += 1
        end = min(high[i] + 1, targets)
        for t in range(source_starts[i], source_starts[i + 1]):
            word = source_ids[t]
            if count[word] == 0 or weight[word] <= 0.0:
                continue
            # the band only moves forward, so the postings before it are never needed again
            while begin[word] < first[word + 1] and sentences[begin[word]] < low[i]:
                begin[word] += 1
            for at in range(begin[word], first[word + 1]):
                if sentences[at] >= end:
                    break
                shared[sentences[at]] += weight[word] * min(count[word], times[at])
            count[word] = 0
        for t in range(source_starts[i], source_starts[i + 1]):
            count[source_ids[t]] = 0
        for j in range(low[i], end):
            if shared[j] > 0.0:
                middle = np.sqrt((source_mass[i] + smooth) * (target_mass[j] + smooth))
                out[offset[i] + j - low[i]] += shared[j] / middle
                shared[j] = 0.0


def _centred(band: Band, similarity: NDArray[np.float32]) -> NDArray[np.float32]:
    """Similarity minus the usual one of the two sentences (the mean of their means in the band)."""
    i, j, places = band_pairs(band)
    values = similarity[places]
    usual = [
        # summed in the order of the places, on which the last digit depends
        np.bincount(side, values, count) / np.maximum(np.bincount(side, minlength=count), 1)
        for side, count in ((i, band.sources), (j, band.targets))
    ]
    out = np.zeros_like(similarity)
    out[places] = values - (usual[0][i] + usual[1][j]) / 2
    return out


@njit
def _warp(low, high, offset, similarity, usual):  # type: ignore[no-untyped-def]
    """The best monotone path of cells (i, j), i < sources, j < targets, from corner to corner."""
    rows = low.shape[0] - 1
    targets = high[rows]
    best = np.full(offset[rows + 1], -1e30)
    step = np.zeros(offset[rows + 1], dtype=np.int8)
    for i in range(rows):
        for j in range(low[i], min(high[i] + 1, targets)):
            here = offset[i] + j - low[i]
            value = 0.0 if i == 0 and j == 0 else -1e30
            kind = 0
            if i > 0 and j > low[i - 1] and j - 1 <= high[i - 1]:
                value = best[offset[i - 1] + j - 1 - low[i - 1]]
                kind = 1
            if i > 0 and j >= low[i - 1] and j <= high[i - 1]:
                other = best[offset[i - 1] + j - low[i - 1]]
                if other > value:
                    value = other
                    kind = 2
            if j > low[i] and best[here - 1] > value:
                value = best[here - 1]
                kind = 3
            best[here] = value + similarity[here] - usual
            step[here] = kind
    first = np.full(rows, targets, dtype=np.int64)
    last = np.zeros(rows, dtype=np.int64)
    support = np.zeros(rows)
    i, j = rows - 1, targets - 1
    while True:
        here = offset[i] + j - low[i]
        first[i] = min(first[i], j)
        last[i] = max(last[i], j)
        support[i] = max(support[i], similarity[here])
        kind = step[here]
        if kind == 0:
            break
        if kind != 3:
            i -= 1
        if kind != 2:
            j -= 1
    return first, last, support


def similarities(
    band: Band,
    bags: Sequence[Bags],
    embed: Embed | None,
    source: Sequence[str],
    target: Sequence[str],
) -> NDArray[np.float32]:
    """Similarity of the two sentences after each place of the band, about 0 to 1."""
    out = np.zeros(band.places, dtype=np.float32)
    for bag in bags:
        _pair_overlap(
            band.low, band.high, band.offset, bag.source_ids, bag.source_starts,
            *postings(bag.target_ids, bag.target_starts, len(bag.weight)),
            bag.weight, bag.source_mass, bag.target_mass, out,
        )  # fmt: skip
    if embed is not None:
        of_source = embed(source, [(i, i + 1) for i in range(len(source))])
        of_target = embed(target, [(j, j + 1) for j in range(len(target))])
        usual = float((of_source[:: max(len(source) // 99, 1)] @ of_target.mean(axis=0)).mean())
        for i in range(len(source)):
            low, high = int(band.low[i]), min(int(band.high[i]) + 1, len(target))
            place = int(band.offset[i])
            cosine = of_target[low:high] @ of_source[i]
            out[place : place + high - low] += (cosine - usual) / (1 - usual)
    return out


def narrowed(
    band: Band,
    similarity: NDArray[np.float32],
    width: int,
    rectangles: Sequence[tuple[int, int, int, int]] = (),
) -> Band:
    """The band `width` places around the warping path, up to 3 times that where support is weak.

    The path goes through the `rectangles` (first and end source sentence, first and end target
    sentence), and the band contains them whole.
    """
    similarity = _centred(band, similarity)
    for i0, i1, j0, j1 in rectangles:
        for step in range(max(i1 - i0, j1 - j0)):
            i, j = min(i0 + step, i1 - 1), min(j0 + step, j1 - 1)
            if band.holds(i, j):
                similarity[band.offset[i] + j - band.low[i]] += PINNED
    first, last, support = _warp(band.low, band.high, band.offset, similarity, USUAL)
    kernel = np.ones(2 * REACH + 1) / (2 * REACH + 1)
    padded = np.pad(support, REACH, mode="edge")
    mean = np.convolve(padded, kernel, mode="valid")
    good = np.percentile(similarity[similarity > 0], 95) if (similarity > 0).any() else 1.0
    doubt = np.clip(1.0 - mean / max(float(good), 1e-3), 0.0, 1.0)
    extra = np.rint(width * (1.0 + 2.0 * doubt)).astype(np.int64)
    # an omission may be a row or two from where the path jumps, so its neighbours include it whole
    low = _slide(first, -JUMP, JUMP - 1, np.minimum)
    high = _slide(last + 1, -JUMP, JUMP - 1, np.maximum)
    low = low - np.append(extra, width)
    high = high + np.append(extra, width)
    for i0, i1, j0, j1 in rectangles:
        low[i0 : i1 + 1] = np.minimum(low[i0 : i1 + 1], j0)
        high[i0 : i1 + 1] = np.maximum(high[i0 : i1 + 1], j1)
    return make_band(
        band.sources,
        band.targets,
        np.maximum(low, band.low),
        np.minimum(high, band.high),
    )


def _slide(values: NDArray[np.int64], start: int, end: int, reduce: np.ufunc) -> NDArray[np.int64]:
    """For each row 0..len(values): `reduce` over the values from row + start to row + end."""
    count = len(values)
    rows = np.arange(count + 1)
    out = values[np.clip(rows + start, 0, count - 1)]
    for shift in range(start + 1, end + 1):
        out = reduce(out, values[np.clip(rows + shift, 0, count - 1)])
    return out
