"""Forced decoding: how probable the translation model finds the target, given the source.

Only doubtful beads are scored: those on a path within a few points of the best, if there is more
than one such path. The feature is the SUM over the target's tokens of (log p - tau), because every
path must explain the same tokens; tau is learned, as the ratio of the weights of `log_probability`
and `tokens`, and depends on how literal the translation is. A gap adds nothing: each of its
unexplained tokens counts as tau.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.alignment.lattice import TYPE_SOURCE, TYPE_TARGET, TYPES, Band
from duizhao.corpus.alignment.search import place_coordinates
from duizhao.corpus.script import join

COLUMNS = ("log_probability", "tokens")
"""Sum of log p in tens, tokens in tens."""


class ForcedScore(Protocol):
    """The result of `score` for each pair."""

    @property
    def log_probability(self) -> float:
        """Sum of the natural logarithms of the target tokens' probabilities."""
        ...

    @property
    def tokens(self) -> int:
        """The number of target tokens."""
        ...


Score = Callable[[Sequence[str], Sequence[str]], Sequence[ForcedScore]]


@dataclass(frozen=True, slots=True)
class Effort:
    """`limit`: how much lower a candidate's path may score than the best; `budget`: the most
    candidates per source sentence; `margin`: how many standard deviations an answer may be away
    from what is expected (infinite: every candidate is scored)."""

    limit: float
    budget: float
    margin: float


EFFORTS = {
    "fast": Effort(0.0, 0.0, 0.0),
    "normal": Effort(9.0, 30.0, 0.4),
    "best": Effort(14.0, 120.0, math.inf),
}


def candidates(
    band: Band, path: NDArray[np.int64], shortfall: NDArray[np.float32], effort: Effort
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(flat indexes of the beads kept in the search, whether each is doubtful), ascending.

    A flat index is place * types + type.
    """
    types = len(TYPES)
    flat = shortfall.ravel()
    on_path = path[:, 0] * types + path[:, 1]
    near = np.flatnonzero(flat <= effort.limit)
    budget = int(effort.budget * max(band.sources, band.targets)) + len(path)
    if len(near) > budget:
        near = near[np.argsort(flat[near], kind="stable")[:budget]]
    kept = np.union1d(near, on_path)
    others = np.setdiff1d(kept, on_path, assume_unique=True)
    # a bead is doubtful if another candidate uses one of its sentences
    source_doubt = np.zeros(band.sources + 1, dtype=np.int64)
    target_doubt = np.zeros(band.targets + 1, dtype=np.int64)
    start = place_coordinates(band, others // types)
    np.add.at(source_doubt, start[:, 0], 1)
    np.add.at(source_doubt, start[:, 0] + TYPE_SOURCE[others % types], -1)
    np.add.at(target_doubt, start[:, 1], 1)
    np.add.at(target_doubt, start[:, 1] + TYPE_TARGET[others % types], -1)
    source_sum = np.concatenate(([0], np.cumsum(np.cumsum(source_doubt))))
    target_sum = np.concatenate(([0], np.cumsum(np.cumsum(target_doubt))))
    start = place_coordinates(band, kept // types)
    end_source = start[:, 0] + TYPE_SOURCE[kept % types]
    end_target = start[:, 1] + TYPE_TARGET[kept % types]
    doubt = (source_sum[end_source] > source_sum[start[:, 0]]) | (
        target_sum[end_target] > target_sum[start[:, 1]]
    )
    return kept, doubt


def ask(
    score: Score,
    source: Sequence[str],
    target: Sequence[str],
    band: Band,
    beads: NDArray[np.int64],
) -> NDArray[np.float32]:
    """Features of beads (flat indexes) by forced decoding: (beads, columns); gaps have zeros."""
    kinds = beads % len(TYPES)
    two_sided = np.flatnonzero(kinds >= 2)
    starts = place_coordinates(band, beads[two_sided] // len(TYPES))
    sources, targets = [], []
    for (i, j), kind in zip(starts.tolist(), kinds[two_sided].tolist(), strict=True):
        a, b = TYPES[kind]
        sources.append(join(source[i : i + a]))
        targets.append(join(target[j : j + b]))
    out = np.zeros((len(beads), len(COLUMNS)), dtype=np.float32)
    if not sources:
        return out
    for row, each in zip(two_sided.tolist(), score(sources, targets), strict=True):
        out[row] = (each.log_probability / 10, each.tokens / 10)
    return out
