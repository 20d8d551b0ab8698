"""Length: a translation is as long as its source times the ratio of the two languages.

After Gale and Church (1993), with ratio and variance estimated from the pair of documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.alignment.compiled import njit
from duizhao.corpus.alignment.signals.signal import features_by

COLUMNS = (
    "ratio",  # |log ratio|
    "ratio_squared",
    "deviation",  # squared, in standard deviations, up to 9
    "deviation_large",  # its part beyond 2 standard deviations
    "gap_length",  # of gaps: log of the length in mean sentences
    "gap_short",  # of gaps: whether it is very short
)


class Lengths(NamedTuple):
    """Running lengths in characters (first 0); target characters per source character, and the
    variance of the target's length per source character."""

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
def _features(low, high, offset, table, at, out):  # type: ignore[no-untyped-def]
    source, target, ratio = table.source, table.target, table.ratio
    mean_source = max(source[-1] / (source.shape[0] - 1), 1.0)
    mean_target = max(target[-1] / (target.shape[0] - 1), 1.0)
    for n in range(len(at)):
        i, j, p, q, k = at[n, 0], at[n, 1], at[n, 2], at[n, 3], at[n, 4]
        f = out[n]
        s = source[p] - source[i]
        t = target[q] - target[j]
        if k < 2:
            relative = s / mean_source if k == 0 else t / mean_target
            f.gap_length = np.log(relative + 0.1)
            f.gap_short = 1.0 if relative < 0.25 else 0.0
            continue
        expected = ratio * s
        d = abs(np.log((t + 4.0 * ratio) / (expected + 4.0 * ratio)))
        f.ratio = d
        f.ratio_squared = min(d * d, 4.0)
        z2 = (t - expected) ** 2 / (table.variance * (s + t / ratio) / 2.0 + 9.0 * ratio)
        f.deviation = min(z2, 9.0)
        f.deviation_large = max(np.sqrt(min(z2, 64.0)) - 2.0, 0.0)


features = features_by(_features, COLUMNS)
