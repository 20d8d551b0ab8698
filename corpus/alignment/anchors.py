"""Anchors: sentence pairs that share rare tokens, and the best increasing chain through them.

A token in few sentences of both sides votes for each pair of its sentences; the votes of a pair are
summed. The heaviest chain of pairs that increases on both sides is found in O(k log k) with a
Fenwick tree over target positions, so the cost is about linear in the length of the text. The band
of the search surrounds the chain: whole rectangles between two anchors, so that an annex missing on
one side is inside, and a diagonal band if a rectangle is too large.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.alignment.compiled import njit
from duizhao.corpus.alignment.lattice import Band, full_band, make_band
from duizhao.corpus.alignment.signals.embedding import Embed
from duizhao.corpus.alignment.tokens import Bags, postings

RARE = 6
RANKED = 1000
"""A token in more sentences than RARE, up to this, votes by rank: first with first ..."""
STRONG = 1.0
"""Smallest vote of an anchor."""
WIDTH = 24
"""Places that the wide band extends beyond the anchors, on either side."""
LARGEST_RECTANGLE = 250_000
SMALL_TEXT = 1_600
BLIND = 800
"""Source sentences up to which a text without words or embeddings is searched in a wide band."""
BLIND_STEP = 20
NEAREST = 5_000
"""Target sentences on either side of the known anchors among which the nearest is searched."""


@njit
def _votes(source_first, source_at, target_first, target_at, weight, targets, rare, ranked):  # type: ignore[no-untyped-def]
    """Pairs (source sentence * targets + target sentence) and their votes, with repetition."""
    words = weight.shape[0]
    total = 0
    for word in range(words):
        cs = source_first[word + 1] - source_first[word]
        ct = target_first[word + 1] - target_first[word]
        if cs <= rare and ct <= rare:
            total += cs * ct
        elif cs <= ranked and ct <= ranked:
            total += 2 * min(cs, ct)
    keys = np.empty(total, dtype=np.int64)
    votes = np.empty(total, dtype=np.float32)
    at = 0
    for word in range(words):
        s, t = source_first[word], target_first[word]
        cs, ct = source_first[word + 1] - s, target_first[word + 1] - t
        if cs <= rare and ct <= rare:
            for x in range(cs):
                for y in range(ct):
                    keys[at] = source_at[s + x] * targets + target_at[t + y]
                    votes[at] = weight[word] / max(cs, ct)
                    at += 1
        elif cs <= ranked and ct <= ranked:
            # pair by rank from the start, and from the end
            for x in range(min(cs, ct)):
                keys[at] = source_at[s + x] * targets + target_at[t + x]
                keys[at + 1] = source_at[s + cs - 1 - x] * targets + target_at[t + ct - 1 - x]
                votes[at] = weight[word] / (2 * rare)
                votes[at + 1] = votes[at]
                at += 2
    return keys, votes


@njit
def _heaviest_chain(rows, columns, weights, targets):  # type: ignore[no-untyped-def]
    """Indexes of the heaviest chain; input sorted by row, then by column descending."""
    count = rows.shape[0]
    tree = np.zeros(targets + 2)
    owner = np.full(targets + 2, -1, dtype=np.int64)
    before = np.full(count, -1, dtype=np.int64)
    best_end = -1
    best = 0.0
    for x in range(count):
        value = 0.0
        link = -1
        at = columns[x]  # columns strictly less than this one
        while at > 0:
            if tree[at] > value:
                value = tree[at]
                link = owner[at]
            at -= at & -at
        before[x] = link
        value += weights[x]
        if value > best:
            best = value
            best_end = x
        at = columns[x] + 1
        while at < targets + 2:
            if value > tree[at]:
                tree[at] = value
                owner[at] = x
            at += at & -at
    chain = np.empty(count, dtype=np.int64)
    length = 0
    x = best_end
    while x >= 0:
        chain[length] = x
        length += 1
        x = before[x]
    return chain[:length][::-1].copy()


def token_votes(bags: Bags) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Sentence pairs (shape (pairs, 2)) that share rare tokens, with their summed votes."""
    targets = len(bags.target_starts) - 1
    words = len(bags.weight)
    keys, votes = _votes(
        *postings(bags.source_ids, bags.source_starts, words)[:2],
        *postings(bags.target_ids, bags.target_starts, words)[:2],
        bags.weight,
        targets,
        RARE,
        RANKED,
    )
    return sum_votes(keys, votes, targets)


def sum_votes(
    keys: NDArray[np.int64], votes: NDArray[np.float32], targets: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Add up the votes of equal keys; returns the pairs and their votes."""
    order = np.argsort(keys, kind="stable")
    keys, votes = keys[order], votes[order]
    first = np.ones(len(keys), dtype=bool)
    first[1:] = keys[1:] != keys[:-1]
    starts = np.flatnonzero(first)
    summed = np.add.reduceat(votes, starts) if len(starts) else votes[:0]
    unique = keys[starts]
    return np.stack([unique // max(targets, 1), unique % max(targets, 1)], axis=1), summed


def chain(pairs: NDArray[np.int64], votes: NDArray[np.float32], targets: int) -> NDArray[np.int64]:
    """The heaviest strictly increasing chain of pairs, shape (anchors, 2), without outliers."""
    if not len(pairs):
        return np.zeros((0, 2), dtype=np.int64)
    order = np.lexsort((-pairs[:, 1], pairs[:, 0]))
    pairs, votes = pairs[order], votes[order]
    picked = pairs[_heaviest_chain(pairs[:, 0], pairs[:, 1], votes.astype(np.float64), targets)]
    return _without_outliers(picked)


def _without_outliers(
    anchors: NDArray[np.int64], reach: int = 4, most: int = 6
) -> NDArray[np.int64]:
    """Drop anchors that are off the line of their neighbours in the chain."""
    if len(anchors) < 2 * reach:
        return anchors
    line = anchors[:, 1] - anchors[:, 0]
    padded = np.pad(line, reach, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    near = (np.abs(windows - line[:, None]) <= most).sum(axis=1)
    kept: NDArray[np.int64] = anchors[near > reach // 2 + 1]
    return kept


def band_around(
    anchors: NDArray[np.int64], sources: int, targets: int, width: int, largest: int
) -> Band:
    """The band around a chain of anchors: `width` places to either side of it.

    Rectangles between two anchors are included whole up to `largest` places.
    """
    if (sources + 1) * (targets + 1) <= SMALL_TEXT:
        return full_band(sources, targets)
    corners = np.concatenate(
        [np.zeros((1, 2), dtype=np.int64), anchors, np.array([[sources, targets]])]
    )
    low = np.full(sources + 1, targets, dtype=np.int64)
    high = np.zeros(sources + 1, dtype=np.int64)
    for (i0, j0), (i1, j1) in pairwise(corners):
        rows, columns = i1 - i0, j1 - j0
        first, last = max(i0 - width, 0), min(i1 + width, sources)
        if rows * columns <= largest or min(rows, columns) <= 2 * width:
            low[first : last + 1] = np.minimum(low[first : last + 1], j0 - width)
            high[first : last + 1] = np.maximum(high[first : last + 1], j1 + width)
            continue
        half = max(width * 6, int(0.06 * columns))
        middle = j0 + (np.arange(first, last + 1) - i0) * columns // rows
        low[first : last + 1] = np.minimum(low[first : last + 1], middle - half)
        high[first : last + 1] = np.maximum(high[first : last + 1], middle + half)
    return make_band(sources, targets, low, high)


def merge(
    votes: list[tuple[NDArray[np.int64], NDArray[np.float32]]], sources: int, targets: int
) -> NDArray[np.int64]:
    """One chain from the votes of several signals."""
    if not votes:
        return np.zeros((0, 2), dtype=np.int64)
    keys = np.concatenate([pairs[:, 0] * targets + pairs[:, 1] for pairs, _ in votes])
    pairs, summed = sum_votes(keys, np.concatenate([each for _, each in votes]), targets)
    strong = summed >= STRONG
    return chain(pairs[strong], summed[strong] ** 2, targets)


def by_length(source: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.int64]:
    """Pairs at equal shares of their texts' characters, for long texts.

    The only anchors without words and embeddings.
    """
    if len(source) <= BLIND:
        return np.zeros((0, 2), dtype=np.int64)
    rows = np.arange(BLIND_STEP, len(source), BLIND_STEP)
    share = np.cumsum(source)[rows - 1] / source.sum()
    columns = np.searchsorted(np.cumsum(target) / target.sum(), share)
    pairs = np.stack([rows, columns], axis=1)
    increases: NDArray[np.bool_] = np.append(True, columns[1:] > columns[:-1])
    kept: NDArray[np.int64] = pairs[increases & (columns > 0) & (columns < len(target))]
    return kept


def embedding_votes(
    embed: Embed,
    source: Sequence[str],
    target: Sequence[str],
    known: NDArray[np.int64],
    block: int = 512,
    nearest: int = NEAREST,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Votes for pairs of sentences that are each other's nearest by embedding.

    In long texts the nearest is searched within `nearest` of where the `known` anchors point.
    """
    n, m = len(source), len(target)
    of_source = embed(source, [(i, i + 1) for i in range(n)])
    of_target = embed(target, [(j, j + 1) for j in range(m)])
    best_target = np.zeros(n, dtype=np.int64)
    margin = np.zeros(n, dtype=np.float32)
    column_best = np.full(m, -2.0, dtype=np.float32)
    column_row = np.zeros(m, dtype=np.int64)
    corners = np.concatenate([[[0, 0]], known, [[n, m]]])
    for first in range(0, n, block):
        last = min(first + block, n)
        near = np.interp([first, last], corners[:, 0], corners[:, 1]).astype(np.int64)
        left, right = max(int(near[0]) - nearest, 0), min(int(near[1]) + nearest, m)
        cosine = of_source[first:last] @ of_target[left:right].T
        best_target[first:last] = left + cosine.argmax(axis=1)
        at = max(right - left - 3, 0)
        top = np.partition(cosine, at, axis=1)[:, at:]
        margin[first:last] = top.max(axis=1) - top.min(axis=1)
        highest, row = cosine.max(axis=0), cosine.argmax(axis=0)
        better = highest > column_best[left:right]
        column_best[left:right][better] = highest[better]
        column_row[left:right][better] = row[better] + first
    mutual = np.flatnonzero(column_row[best_target] == np.arange(n))
    pairs = np.stack([mutual, best_target[mutual]], axis=1)
    return pairs, (STRONG + 30.0 * margin[mutual]).astype(np.float32)
