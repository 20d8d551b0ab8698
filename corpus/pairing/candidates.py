"""Candidate pairs of documents: those that are close by some cheap evidence.

The candidates of a document are its nearest by copied tokens (TF-IDF, as in Uszkoreit et al. 2010
and Bitextor, but without a translation), by passages (embeddings), and by name. Documents are
compared in blocks, so memory does not grow with the square of their number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.pairing.profile import Profile

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

NEAREST = 12
"""Candidates a document gets from each kind of evidence."""
BLOCK = 64
COLUMNS = 256
"""Documents of either side whose passages are compared at once: 20 MB of cosines."""
COMMON = 0.2
"""Tokens in more than this share of the documents yield no candidates, but count as evidence."""
FEW = 50
"""Documents up to which no token is common."""

Indices = NDArray[np.int64]
Floats = NDArray[np.float32]


def token_matrices(
    sources: Sequence[Profile], targets: Sequence[Profile]
) -> tuple[csr_matrix, csr_matrix, Floats]:
    """Counts (documents x tokens, log-damped) of both sides and the tokens' idf weights.

    Only tokens that occur on both sides have a column: an English word that no Chinese document
    copies is no evidence.
    """
    from scipy.sparse import csr_matrix

    sides = []
    for profiles in (sources, targets):
        seen = [np.unique(profile.tokens, return_counts=True) for profile in profiles]
        sides.append(seen)
    vocabularies = [
        np.unique(np.concatenate([np.empty(0, np.uint32), *(tokens for tokens, _ in seen)]))
        for seen in sides
    ]
    known = np.intersect1d(vocabularies[0], vocabularies[1])
    matrices = []
    for seen in sides:
        columns, values, starts = [], [], [0]
        for tokens, counts in seen:
            place = np.searchsorted(known, tokens)
            shared = np.isin(tokens, known, assume_unique=True)
            columns.append(place[shared])
            values.append(1.0 + np.log(counts[shared].astype(np.float32)))
            starts.append(starts[-1] + int(shared.sum()))
        matrices.append(
            csr_matrix(
                (
                    np.concatenate([np.empty(0, np.float32), *values]),
                    np.concatenate([np.empty(0, np.int64), *columns]),
                    starts,
                ),
                shape=(len(seen), max(len(known), 1)),
            )
        )
    documents = sum(np.bincount(matrix.indices, minlength=matrix.shape[1]) for matrix in matrices)
    total = len(sources) + len(targets)
    idf = np.log((total + 1) / (documents + 0.5)).astype(np.float32)
    return matrices[0], matrices[1], idf


def candidates(sources: Sequence[Profile], targets: Sequence[Profile]) -> tuple[Indices, Indices]:
    """Pairs of indices (source, target), each once, in order."""
    found: set[tuple[int, int]] = set()
    found |= by_tokens(sources, targets)
    found |= by_passages(sources, targets)
    found |= by_name(sources, targets)
    pairs = np.array(sorted(found), dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def by_tokens(sources: Sequence[Profile], targets: Sequence[Profile]) -> set[tuple[int, int]]:
    """The nearest by the cosine of TF-IDF vectors, from either side."""
    from scipy.sparse import diags

    left, right, idf = token_matrices(sources, targets)
    total = len(sources) + len(targets)
    documents = (total + 1) / np.exp(idf) - 0.5
    rare = idf * (documents <= max(COMMON * total, FEW))
    sides = [_unit(matrix @ diags(rare)) for matrix in (left, right)]
    found: set[tuple[int, int]] = set()
    for one, other, swapped in ((*sides, False), (*sides[::-1], True)):
        columns = other.T.tocsc() if swapped else other.T.tocsr()
        for start in range(0, one.shape[0], 4 * BLOCK):
            near = (one[start : start + 4 * BLOCK] @ columns).tocsr()
            for row in range(near.shape[0]):
                first, end = near.indptr[row], near.indptr[row + 1]
                values = near.data[first:end]
                best = near.indices[first:end][_top(values)]
                for at in best.tolist():
                    found.add((at, start + row) if swapped else (start + row, at))
    return found


def by_passages(sources: Sequence[Profile], targets: Sequence[Profile]) -> set[tuple[int, int]]:
    """The nearest by the mean of each passage's best match, from either side.

    All passages are compared once, a block of documents of one side with one of the other.
    """
    if not sources or not targets:
        return set()
    found: set[tuple[int, int]] = set()
    # the best sources of each target so far: their values and numbers
    values = np.full((len(targets), NEAREST), -np.inf, dtype=np.float32)
    numbers = np.full((len(targets), NEAREST), -1, dtype=np.int64)
    columns = [_stacked(targets[at : at + COLUMNS]) for at in range(0, len(targets), COLUMNS)]
    for first in range(0, len(sources), BLOCK):
        rows = _stacked(sources[first : first + BLOCK])
        parts = [_best_means(rows, one) for one in columns]
        forward = np.concatenate([part[0] for part in parts], axis=1)
        for offset, means in enumerate(forward):
            found.update((first + offset, at) for at in _top(means).tolist())
        backward = np.concatenate([part[1] for part in parts], axis=1).T
        block = np.broadcast_to(np.arange(first, first + backward.shape[1]), backward.shape)
        values = np.concatenate([values, backward], axis=1)
        numbers = np.concatenate([numbers, block], axis=1)
        best = np.argpartition(-values, NEAREST - 1, axis=1)[:, :NEAREST]
        values = np.take_along_axis(values, best, axis=1)
        numbers = np.take_along_axis(numbers, best, axis=1)
    for target, own in enumerate(numbers.tolist()):
        found.update((source, target) for source in own if source >= 0)
    return found


Stacked = tuple[Floats, Indices]
"""The passages of several documents, and the row at which each document begins."""


def _stacked(profiles: Sequence[Profile]) -> Stacked:
    counts = [len(profile.vectors) for profile in profiles]
    starts = np.concatenate(([0], np.cumsum(counts)[:-1])).astype(np.int64)
    return np.concatenate([p.vectors for p in profiles]).astype(np.float32), starts


def _best_means(rows: Stacked, columns: Stacked) -> tuple[Floats, Floats]:
    """(forward, backward): the mean of each passage's best match, shape (rows', columns')."""
    cosines = rows[0] @ columns[0].T
    forward = np.maximum.reduceat(cosines, columns[1], axis=1)
    backward = np.maximum.reduceat(cosines, rows[1], axis=0)
    per_row = np.diff(rows[1], append=len(rows[0]))[:, None]
    per_column = np.diff(columns[1], append=len(columns[0]))[None, :]
    return (
        (np.add.reduceat(forward, rows[1], axis=0) / per_row).astype(np.float32),
        (np.add.reduceat(backward, columns[1], axis=1) / per_column).astype(np.float32),
    )


def by_name(sources: Sequence[Profile], targets: Sequence[Profile]) -> set[tuple[int, int]]:
    """Pairs with the same symbol or the same stem, where few documents share it."""
    found: set[tuple[int, int]] = set()
    for attribute in ("symbol", "stem"):
        groups: dict[str, list[int]] = defaultdict(list)
        for index, profile in enumerate(targets):
            if name := getattr(profile, attribute):
                groups[name].append(index)
        for index, profile in enumerate(sources):
            same = groups.get(getattr(profile, attribute) or "", [])
            found.update((index, other) for other in same[:NEAREST])
    return found


def _top(values: Floats) -> Indices:
    if len(values) <= NEAREST:
        return np.arange(len(values))
    return np.argpartition(-values, NEAREST)[:NEAREST]


def _unit(matrix: csr_matrix) -> csr_matrix:
    from scipy.sparse import diags

    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return (diags(1 / np.maximum(norms, 1e-9)) @ matrix).tocsr()
