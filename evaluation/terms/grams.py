"""Frequent n-grams of many rows, counted level by level in numpy.

A gram of n tokens can only be frequent if both of its grams of n - 1 tokens are (Agrawal and
Srikant 1994), so each level counts fewer places than the one before. Memory and time grow with the
number of tokens, not with the number of different grams.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

BREAK = -1
"""The token between rows and at punctuation marks, which no gram contains."""


@dataclass(frozen=True)
class Grams:
    """The frequent grams of one side of a corpus.

    tokens: int64 (places,), the token at each place, BREAK between rows and at punctuation.
    rows: int64 (places,), the row of each place.
    at: by length - 1, int64 (places,), the gram that starts at each place, -1 for none.
    length, count, first: int64 (grams,), its tokens, its occurrences, the place of one of them.
    """

    tokens: Ints
    rows: Ints
    at: tuple[Ints, ...]
    length: Ints
    count: Ints
    first: Ints

    def __len__(self) -> int:
        return len(self.length)

    def places(self) -> tuple[Ints, Ints]:
        """Gram and place of every occurrence, sorted by gram."""
        found = [np.flatnonzero(level >= 0) for level in self.at]
        grams = np.concatenate([level[at] for level, at in zip(self.at, found, strict=True)])
        places = np.concatenate(found)
        order = np.argsort(grams, kind="stable")
        return grams[order], places[order]


def count_grams(tokens: Ints, rows: Ints, longest: int, least: int) -> Grams:
    """All grams of 1 to `longest` tokens that occur at least `least` times."""
    if not len(tokens):
        empty = np.zeros(0, np.int64)
        return Grams(tokens, rows, (), empty, empty, empty)
    levels: list[Ints] = []
    lengths, counts, firsts = [], [], []
    number = 0
    single = np.full(len(tokens), -1, np.int64)
    before = single
    for length in range(1, longest + 1):
        if length == 1:
            where = np.flatnonzero(tokens != BREAK)
            keys = tokens[where]
        else:
            end = len(tokens) - length + 1
            fits = (before[:end] >= 0) & (before[1 : end + 1] >= 0)
            where = np.flatnonzero(fits)
            last = single[where + length - 1]
            keys = before[where] * (int(single.max()) + 1) + last
        if not len(where):
            break
        _, index, inverse, count = np.unique(
            keys, return_index=True, return_inverse=True, return_counts=True
        )
        frequent = count >= least
        if not frequent.any():
            break
        names = np.where(frequent, np.cumsum(frequent) - 1 + number, -1)
        level = np.full(len(tokens), -1, np.int64)
        level[where] = names[inverse]
        levels.append(level)
        lengths.append(np.full(int(frequent.sum()), length))
        counts.append(count[frequent])
        firsts.append(where[index[frequent]])
        number += int(frequent.sum())
        if length == 1:
            single = level
        before = level
    if not levels:
        empty = np.zeros(0, np.int64)
        return Grams(tokens, rows, (), empty, empty, empty)
    return Grams(
        tokens,
        rows,
        tuple(levels),
        np.concatenate(lengths),
        np.concatenate(counts),
        np.concatenate(firsts),
    )


def neighbour_entropy(grams: Grams, before: bool) -> Floats:
    """Entropy in nats of the token before (or after) each gram; each break counts as a new token.

    Low entropy means that the gram is a part of a longer unit (Harris 1955; Tung and Lee 1994).
    """
    entropy = np.zeros(len(grams))
    padded = np.concatenate(([BREAK], grams.tokens, [BREAK]))
    base = int(grams.tokens.max(initial=0)) + 2
    for length, level in enumerate(grams.at, start=1):
        where = np.flatnonzero(level >= 0)
        ids = level[where]
        near = padded[where] if before else padded[where + length + 1]
        total = grams.count[ids].astype(float)
        broken = near == BREAK
        np.add.at(entropy, ids[broken], np.log(total[broken]) / total[broken])
        keys, count = np.unique(ids[~broken] * base + near[~broken], return_counts=True)
        share = count / grams.count[keys // base]
        np.add.at(entropy, keys // base, -share * np.log(share))
    return entropy


def contained_share(grams: Grams, longer_ones: NDArray[np.bool_]) -> Floats:
    """For each gram the largest share of its occurrences inside one gram that is a token longer.

    longer_ones: bool (grams,), the grams that count as the longer one.
    """
    share = np.zeros(len(grams))
    for shorter, longer in zip(grams.at, grams.at[1:], strict=False):
        for shift in (0, 1):
            where = np.flatnonzero(longer[: len(longer) - shift] >= 0)
            where = where[longer_ones[longer[where]]]
            inside, outside = shorter[where + shift], longer[where]
            ratio = grams.count[outside] / grams.count[inside]
            np.maximum.at(share, inside, ratio)
    return share


def share_near(grams: Grams, wanted: NDArray[np.bool_], before: bool) -> Floats:
    """The share of each gram's occurrences with a token of `wanted` before (or after) it.

    wanted: bool (tokens + 1,), whether a token counts; its last value is that of a break.
    """
    total = np.zeros(len(grams))
    padded = np.concatenate(([BREAK], grams.tokens, [BREAK]))
    for length, level in enumerate(grams.at, start=1):
        where = np.flatnonzero(level >= 0)
        near = padded[where] if before else padded[where + length + 1]
        np.add.at(total, level[where], wanted[near])
    return total / np.maximum(grams.count, 1)


def cut_shares(grams: Grams, cuts: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """The shares of each gram's occurrences that begin, and that end, at a cut.

    cuts: bool (tokens + 1,), whether there is a cut before each place.
    """
    starts, ends = np.zeros(len(grams)), np.zeros(len(grams))
    for length, level in enumerate(grams.at, start=1):
        where = np.flatnonzero(level >= 0)
        np.add.at(starts, level[where], cuts[where])
        np.add.at(ends, level[where], cuts[where + length])
    count = np.maximum(grams.count, 1)
    return starts / count, ends / count


def share_last(grams: Grams, flags: NDArray[np.bool_]) -> Floats:
    """The share of each gram's occurrences whose last place is flagged; flags: bool (places,)."""
    total = np.zeros(len(grams))
    for length, level in enumerate(grams.at, start=1):
        where = np.flatnonzero(level >= 0)
        np.add.at(total, level[where], flags[where + length - 1])
    return total / np.maximum(grams.count, 1)
