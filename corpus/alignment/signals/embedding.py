"""Embedding: cosine of the cross-lingual embeddings of two spans, and its margin.

A cosine alone favours spans that are close to everything. The margins compare it with neighbouring
spans (as Bertalign does) and with spans from the whole document (as Vecalign does).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.alignment.compiled import njit
from duizhao.corpus.alignment.lattice import (
    LARGEST_BEAD,
    TYPE_NUMBER,
    TYPE_SOURCE,
    TYPE_TARGET,
    Band,
    band_pairs,
    inside,
)
from duizhao.corpus.alignment.signals.signal import features_by

Embed = Callable[[Sequence[str], Sequence[tuple[int, int]]], NDArray[np.float32]]
"""From all sentences and spans (start, end) to one unit vector per span."""

COLUMNS = (
    "cosine",
    "cosine_sum",  # the same times sentences beyond two
    "distance_sum",  # distance relative to spans of the whole document, times sentences
    "margin",  # cosine beyond that of neighbouring beads of the same type
    "margin_sum",  # the same times sentences beyond two
    "weakest",  # cosine gained by the sentences on the bead's edges
    "outside",  # cosine that a neighbour outside would add
    "short",  # how far the margin is below 0.3
    "source_best",  # each source sentence's best margin with a target sentence, summed
    "target_best",
    "least_best",  # the smallest of these margins
    "gap_found",  # of gaps: the sentence's best margin with a sentence of the other side
    "literal",  # literalness times sentences beyond two
    "unsupported",  # how far the smallest margin is below the usual one
    "gap_literal",  # of gaps: literalness
    "gap_unfound",  # of gaps: how far its best margin is below the usual one
)
"""Literalness is the document's median of the best margins of its sentences."""

SPAN = LARGEST_BEAD - 1
SAMPLE = 150
ROWS = 128


class Embedding(NamedTuple):
    """`cosine` (places, types); mean cosine of each span with spans of the other side's whole
    document, (sentences, SPAN); best margin of each sentence alone."""

    cosine: NDArray[np.float32]
    source_usual: NDArray[np.float32]
    target_usual: NDArray[np.float32]
    source_found: NDArray[np.float32]
    target_found: NDArray[np.float32]
    literal: float


def spans(first: int, last: int, count: int) -> list[tuple[int, int]]:
    """All spans of up to `SPAN` sentences that start at first .. last - 1 (cut at the end)."""
    return [(i, min(i + size, count)) for i in range(first, last) for size in range(1, SPAN + 1)]


def _sample(embed: Embed, sentences: Sequence[str]) -> NDArray[np.float32]:
    """Embeddings of single sentences and pairs spread evenly over the document."""
    count = len(sentences)
    at = np.unique(np.linspace(0, count - 1, min(SAMPLE, count)).astype(np.int64))
    return embed(sentences, [(int(i), min(int(i) + 1 + int(i) % 2, count)) for i in at])


def _block(embed: Embed, sentences: Sequence[str], first: int, last: int) -> NDArray[np.float32]:
    rows = embed(sentences, spans(first, last, len(sentences)))
    return np.ascontiguousarray(rows, dtype=np.float32).reshape(last - first, SPAN, -1)


def prepare(embed: Embed, source: Sequence[str], target: Sequence[str], band: Band) -> Embedding:
    """Cosines of every bead of the band, a block of rows at a time."""
    n, m = len(source), len(target)
    cosine = np.zeros((band.places, len(TYPE_SOURCE)), dtype=np.float32)
    source_sample = _sample(embed, source)
    target_sample = _sample(embed, target)
    source_usual = np.zeros((n + 1, SPAN), dtype=np.float32)
    target_usual = np.zeros((m + 1, SPAN), dtype=np.float32)
    done = 0  # target spans whose usual cosine is known
    held, held_from = np.zeros((0, SPAN, source_sample.shape[1]), dtype=np.float32), 0
    for first in range(0, n, ROWS):
        last = min(first + ROWS, n)
        here = _block(embed, source, first, last)
        source_usual[first:last] = (here @ target_sample.T).mean(axis=2)
        low, high = int(band.low[first]), min(int(band.high[last - 1]) + 1, m)
        # successive rows share most of the target spans: keep those still needed, add new ones
        keep = held[max(low - held_from, 0) :]
        start = held_from + len(held) - len(keep) if len(keep) else low
        new_from = start + len(keep)
        if high > new_from:
            keep = np.concatenate([keep, _block(embed, target, new_from, high)])
        held, held_from = keep, start
        if high > done:
            fresh = held[max(done - held_from, 0) : high - held_from]
            target_usual[high - len(fresh) : high] = (fresh @ source_sample.T).mean(axis=2)
            done = high
        for i in range(first, last):
            left, right = int(band.low[i]), min(int(band.high[i]) + 1, m)
            if right <= left:
                continue
            there = held[left - held_from : right - held_from]
            table = (here[i - first] @ there.reshape(-1, there.shape[2]).T).reshape(
                SPAN, right - left, SPAN
            )
            place = int(band.offset[i])
            cosine[place : place + right - left, 2:] = table[
                TYPE_SOURCE[2:] - 1, :, TYPE_TARGET[2:] - 1
            ].T
    source_found, target_found = _found(band, cosine, source_usual, target_usual)
    literal = float(np.median(np.concatenate([source_found, target_found])))
    return Embedding(cosine, source_usual, target_usual, source_found, target_found, literal)


def _found(
    band: Band,
    cosine: NDArray[np.float32],
    source_usual: NDArray[np.float32],
    target_usual: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The best margin of each sentence with one of the other side."""
    i, j, places = band_pairs(band)
    usual = (source_usual[i, 0] + target_usual[j, 0]).astype(np.float64) / 2
    margins = (cosine[places, TYPE_NUMBER[1, 1]] - usual).astype(np.float32)
    source_found = np.full(band.sources, -1.0, dtype=np.float32)
    target_found = np.full(band.targets, -1.0, dtype=np.float32)
    np.maximum.at(source_found, i, margins)
    np.maximum.at(target_found, j, margins)
    return source_found, target_found


@njit
def _margin(low, high, offset, table, x, y):  # type: ignore[no-untyped-def]
    """Cosine of two sentences beyond what is usual for them; -1 outside the band."""
    if not inside(low, high, x, y):
        return -1.0
    cosine = table.cosine[offset[x] + y - low[x], TYPE_NUMBER[1, 1]]
    return cosine - (table.source_usual[x, 0] + table.target_usual[y, 0]) / 2


@njit
def _features(low, high, offset, table, at, out):  # type: ignore[no-untyped-def]
    cosine, literal = table.cosine, table.literal
    for n in range(len(at)):
        i, j, p, q, k = at[n, 0], at[n, 1], at[n, 2], at[n, 3], at[n, 4]
        f = out[n]
        a, b = p - i, q - j
        here = offset[i] + j - low[i]
        if k < 2:
            found = table.source_found[i] if k == 0 else table.target_found[j]
            f.gap_found = found
            f.gap_literal = literal
            f.gap_unfound = max(0.6 * literal - found, 0.0)
            continue
        c = cosine[here, k]
        f.cosine = c
        f.cosine_sum = c * (a + b - 2)
        usual = (table.source_usual[i, a - 1] + table.target_usual[j, b - 1]) / 2
        f.distance_sum = (1.0 - c) / (1.0 - usual + 1e-3) * (a + b)
        # beads of the same type next to it
        total = 0.0
        count = 0
        if inside(low, high, i, q) and q + b <= high[p]:
            total += cosine[offset[i] + q - low[i], k]
            count += 1
        if inside(low, high, i, j - b):
            total += cosine[here - b, k]
            count += 1
        if inside(low, high, p, j) and inside(low, high, p + a, q):
            total += cosine[offset[p] + j - low[p], k]
            count += 1
        if inside(low, high, i - a, j):
            total += cosine[offset[i - a] + j - low[i - a], k]
            count += 1
        near = (total + usual) / (count + 1)
        f.margin = c - near
        f.margin_sum = f.margin * (a + b - 2)
        # the bead without its last or first sentence, and with one more at either end
        best = -1.0
        if a > 1:
            one = TYPE_NUMBER[a - 1, b]
            if inside(low, high, p - 1, q):
                best = max(best, cosine[here, one])
            if inside(low, high, i + 1, j):
                best = max(best, cosine[offset[i + 1] + j - low[i + 1], one])
        if b > 1:
            one = TYPE_NUMBER[a, b - 1]
            if inside(low, high, p, q - 1):
                best = max(best, cosine[here, one])
            if inside(low, high, i, j + 1):
                best = max(best, cosine[here + 1, one])
        if best > -1.0:
            f.weakest = c - best
        best = -1.0
        if a + b < LARGEST_BEAD:
            one = TYPE_NUMBER[a + 1, b]
            if inside(low, high, p + 1, q):
                best = max(best, cosine[here, one])
            if inside(low, high, i - 1, j):
                best = max(best, cosine[offset[i - 1] + j - low[i - 1], one])
            one = TYPE_NUMBER[a, b + 1]
            if inside(low, high, p, q + 1):
                best = max(best, cosine[here, one])
            if inside(low, high, i, j - 1):
                best = max(best, cosine[here - 1, one])
        if best > -1.0:
            f.outside = max(best - c, 0.0)
        f.short = max(0.3 - f.margin, 0.0)
        least = 1.0
        for x in range(i, p):
            best = -0.2
            for y in range(j, q):
                best = max(best, _margin(low, high, offset, table, x, y))
            f.source_best += best
            least = min(least, best)
        for y in range(j, q):
            best = -0.2
            for x in range(i, p):
                best = max(best, _margin(low, high, offset, table, x, y))
            f.target_best += best
            least = min(least, best)
        f.least_best = least
        f.literal = literal * (a + b - 2)
        f.unsupported = max(0.6 * literal - least, 0.0) if a + b > 2 else 0.0


features = features_by(_features, COLUMNS)
