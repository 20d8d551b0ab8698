"""Length: a translation is about as long as its source, times the ratio of the two languages.

After Gale and Church (1993), with ratio and variance estimated from the pair of documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.alignment.compiled import njit
from corpus.alignment.lattice import ALL, NONE, TYPE_SOURCE, TYPE_TARGET, Band

COLUMNS = ("ratio", "ratio_squared", "deviation", "deviation_large", "gap_length", "gap_short")
"""|log ratio|, its square, the squared deviation in standard deviations (up to 9) and what lies
beyond 2; for gaps, log of the length in mean sentences, and whether it is very short."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """Running lengths in characters (first 0); `ratio` target characters a source character;
    `variance` of the target's length a source character."""

    source: NDArray[np.float64]
    target: NDArray[np.float64]
    ratio: float
    variance: float


def lengths(sentences: Sequence[str]) -> NDArray[np.float64]:
    """Characters of each sentence without white space, at least 1."""
    return np.array([max(len("".join(text.split())), 1) for text in sentences], dtype=np.float64)


def prepare(
    source: NDArray[np.float64],
    target: NDArray[np.float64],
    pairs: NDArray[np.float64] | None = None,
) -> Lengths:
    """Estimate ratio and variance; `pairs` are lengths of known pairs, shape (pairs, 2)."""
    totals = max(float(target.sum()), 1.0) / max(float(source.sum()), 1.0)
    ratio = totals
    if pairs is not None and len(pairs) >= 10:
        each = np.log(pairs[:, 1] / pairs[:, 0])
        middle = float(np.median(each))
        near = np.abs(each - middle) < 0.7
        if near.sum() >= 5:
            ratio = float(pairs[near, 1].sum() / pairs[near, 0].sum())
            pairs = pairs[near]
    variance = 1.5 * ratio * max(ratio, 1.0)
    if pairs is not None and len(pairs) >= 30:
        spread = (pairs[:, 1] - ratio * pairs[:, 0]) ** 2 / pairs[:, 0]
        variance = float(np.clip(spread.mean(), variance / 3, variance * 3))
    return Lengths(
        np.concatenate(([0.0], np.cumsum(source))),
        np.concatenate(([0.0], np.cumsum(target))),
        ratio,
        variance,
    )


@njit
def _features(  # type: ignore[no-untyped-def]
    low, high, offset, first, last, source, target, ratio, variance, sizes_a, sizes_b, only, out
):
    rows = low.shape[0]
    base = offset[first]
    mean_source = max(source[-1] / (source.shape[0] - 1), 1.0)
    mean_target = max(target[-1] / (target.shape[0] - 1), 1.0)
    for i in range(first, last):
        for j in range(low[i], high[i] + 1):
            here = offset[i] + j - low[i]
            wanted = only[here]
            if wanted == NONE:
                continue
            for k in range(sizes_a.shape[0]):
                if wanted != ALL and wanted != k:
                    continue
                p = i + sizes_a[k]
                q = j + sizes_b[k]
                if p >= rows or q < low[p] or q > high[p]:
                    continue
                f = out[here - base, k]
                s = source[p] - source[i]
                t = target[q] - target[j]
                if k < 2:
                    relative = s / mean_source if k == 0 else t / mean_target
                    f[4] = np.log(relative + 0.1)
                    f[5] = 1.0 if relative < 0.25 else 0.0
                    continue
                expected = ratio * s
                d = abs(np.log((t + 4.0 * ratio) / (expected + 4.0 * ratio)))
                f[0] = d
                f[1] = min(d * d, 4.0)
                z2 = (t - expected) ** 2 / (variance * (s + t / ratio) / 2.0 + 9.0 * ratio)
                f[2] = min(z2, 9.0)
                f[3] = max(np.sqrt(min(z2, 64.0)) - 2.0, 0.0)


def features(
    table: Lengths, band: Band, first: int, last: int, only: NDArray[np.int8]
) -> NDArray[np.float32]:
    """Features of the beads that leave rows first .. last - 1: (places, types, columns).

    `only` says which types of each place of the band are wanted (lattice.ALL, NONE or a type).
    """
    places = int(band.offset[last] - band.offset[first])
    out = np.zeros((places, len(TYPE_SOURCE), len(COLUMNS)), dtype=np.float32)
    _features(
        band.low, band.high, band.offset, first, last, table.source, table.target,
        table.ratio, table.variance, TYPE_SOURCE, TYPE_TARGET, only, out,
    )  # fmt: skip
    return out
