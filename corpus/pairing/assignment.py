"""A global assignment that uses each document at most once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from duizhao.corpus.pairing import evidence
from duizhao.corpus.pairing.candidates import candidates
from duizhao.corpus.pairing.outcome import Floats, Indices, Scored
from duizhao.corpus.pairing.profile import Profile

CERTAIN = 0.98
"""Confidence from which a document is not read again."""
READ = 6
"""Candidates of a document that are read again."""
UNLIKELY = -6.0
"""Log odds of the best candidate below which a document is not read again."""


def score(sources: Sequence[Profile], targets: Sequence[Profile]) -> Scored:
    """The candidates and their log odds."""
    if not sources or not targets:
        none = np.empty(0, dtype=np.int64)
        return Scored(none, none, np.empty((0, len(evidence.FEATURES))), np.empty(0))
    left, right = candidates(sources, targets)
    made = evidence.features(sources, targets, left, right)
    return Scored(left, right, made, evidence.log_odds(made, evidence.WEIGHTS))


def in_doubt(scored: Scored) -> tuple[Indices, Indices]:
    """Indices of the candidates of doubtful documents, and of these candidates and their rivals:
    the lead of a candidate is comparable only if its rivals are read too."""
    sure = confidences(scored)
    best = best_of_each(scored)
    doubtful: set[int] = set()
    for of_side in best:
        for own in of_side.values():
            if scored.log_odds[own[0]] > UNLIKELY and sure[own[0]] < CERTAIN:
                doubtful.update(own.tolist())
    wanted = set(doubtful)
    for at in doubtful:
        for of_side, side in zip(best, (scored.left, scored.right), strict=True):
            wanted.update(of_side[int(side[at])].tolist())
    return _places(doubtful), _places(wanted)


def _places(places: set[int]) -> Indices:
    return np.array(sorted(places), dtype=np.int64)


def best_of_each(scored: Scored) -> list[dict[int, Indices]]:
    """For each side, the places of the best candidates of each document, the best one first."""
    return [
        {
            int(side[own[0]]): own[np.argsort(-scored.log_odds[own], kind="stable")][:READ]
            for own in grouped(side)
        }
        for side in (scored.left, scored.right)
    ]


def grouped(side: Indices) -> list[Indices]:
    """The places of each value of `side`, ascending."""
    if not len(side):
        return []
    order = np.argsort(side, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(side[order])) + 1)


def read_again(
    scored: Scored,
    sources: Sequence[Profile],
    targets: Sequence[Profile],
    sentences: evidence.Vectors,
) -> Scored:
    """The log odds, computed from all sentences for the documents in doubt.

    Their rivals keep their log odds, because those of a document's candidates must be computed in
    the same way.
    """
    doubtful, at = in_doubt(scored)
    if not len(at):
        return scored
    made = evidence.features(sources, targets, scored.left[at], scored.right[at], sentences)
    odds, features = scored.log_odds.copy(), scored.features.copy()
    own = np.isin(at, doubtful)
    odds[doubtful] = evidence.log_odds_read(made[own])
    features[doubtful] = made[own]
    return replace(scored, log_odds=odds, features=features)


def assign(scored: Scored, sources: int, targets: int) -> Indices:
    """Indices of the chosen candidates: the largest sum of log odds, only pairs with positive log
    odds, each document at most once (Jonker and Volgenant 1987, sparse)."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    likely = np.flatnonzero(scored.log_odds > 0)
    if not len(likely):
        return likely
    # every source may also be assigned to a dummy target of its own, worth nothing
    rows = np.concatenate((scored.left[likely], np.arange(sources)))
    columns = np.concatenate((scored.right[likely], targets + np.arange(sources)))
    worth = np.concatenate((scored.log_odds[likely], np.zeros(sources)))
    shift = float(worth.max()) + 1.0
    graph = csr_matrix((shift - worth, (rows, columns)), shape=(sources, targets + sources))
    row, column = min_weight_full_bipartite_matching(graph)
    place = {(int(scored.left[at]), int(scored.right[at])): int(at) for at in likely}
    pairs = zip(row.tolist(), column.tolist(), strict=True)
    return np.array([place[p] for p in pairs if p[1] < targets], dtype=np.int64)


def confidences(scored: Scored) -> Floats:
    """The probability of each candidate against its rivals on either side and no pair at all."""
    odds = np.exp(np.clip(scored.log_odds, -50, 50))
    sure = np.ones(len(odds))
    for side in (scored.left, scored.right):
        if len(side):
            total = np.bincount(side, odds)
            sure = np.minimum(sure, odds / (1.0 + total[side]))
    return sure
