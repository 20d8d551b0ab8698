"""The evidence for a pair of documents: a few features, weighted and summed to log odds.

`margin` features are the lead of a pair over the best rival of either document: among documents on
one subject all pairs are similar, and only differences are informative. Where all sentences are
compared, a negative lead is evidence against a pair, and a positive one is ignored: the rivals are
few, and two documents without counterparts may be each other's best. The weights come from

    python -m duizhao.evaluation.benchmarks.pairing DATA --fit --seeds 7 11 12 13
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.pairing.candidates import token_matrices
from duizhao.corpus.pairing.profile import Profile
from duizhao.corpus.pairing.sequence import in_order

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Vectors = Callable[[Profile], NDArray[np.float16]]
"""The unit vectors of a document's passages or sentences, shape (count, dimension)."""

FEATURES = (
    "tokens",
    "tokens_margin",
    "contained",
    "numbers_missing",
    "passages",
    "passages_weaker_side",
    "source_margin",
    "target_margin",
    "close_margin",
    "numbers_margin",
    "order",
    "sequence",
    "length",
    "same_symbol",
    "other_symbol",
    "same_stem",
    "constant",
)
"""Cosine of the copied tokens' TF-IDF and its lead over the best rival; the share of the lighter
side's tokens that the other has; the share of its numbers that the other lacks; the mean of the
passages' best matches (better side, weaker side); its lead from source passages to the target, and
from target to source; the sum of both leads, for close rivals; the lead in numbers; whether shared
tokens are in the same order (-1 to 1); whether sentences are (only if all of them are read, see
sequence.py); how far the length ratio is from the usual one (absolute log); matching names; 1."""

WEIGHTS: dict[str, float] = {
    "tokens": -4.12,
    "tokens_margin": 3.93,
    "contained": 1.08,
    "numbers_missing": -2.24,
    "passages": -2.11,
    "passages_weaker_side": 3.95,
    "source_margin": 27.8,
    "target_margin": 13.47,
    "close_margin": 20.47,
    "numbers_margin": -0.68,
    "order": -0.41,
    "sequence": 0.0,
    "length": -0.41,
    "same_symbol": 4.0,
    "other_symbol": -4.0,
    "same_stem": 3.0,
    "constant": 0.81,
}
"""For the passages of the profiles. The weights of names are set by hand: the training data has
no names."""

WEIGHTS_READ: dict[str, float] = {
    "tokens": 1.4,
    "tokens_margin": 2.8,
    "contained": 0.71,
    "numbers_missing": -3.55,
    "passages": 4.07,
    "passages_weaker_side": 0.37,
    "source_margin": 25.26,
    "target_margin": 33.74,
    "close_margin": 73.22,
    "numbers_margin": 0.2,
    "order": -2.11,
    "sequence": 16.64,
    "length": 1.96,
    "same_symbol": 4.0,
    "other_symbol": -4.0,
    "same_stem": 3.0,
    "constant": -1.82,
}
"""For all sentences of documents in doubt."""

CLOSE = 0.08
"""Largest value of `close_margin`, the sum of both leads: it distinguishes versions of one text,
whose other features are equal."""

ORDERED = 0.25
"""Match in order above which more is no further evidence: it grows with the documents' length."""

MARGINS = ("tokens_margin", "source_margin", "target_margin", "close_margin", "numbers_margin")

ENGLISH_PER_CHINESE = 3.4
"""Characters of English for one of Chinese (UN Parallel Corpus: 3.7; other texts less)."""


def log_odds(features: Floats, weights: Mapping[str, float]) -> Floats:
    """The weighted sum of the features, shape (pairs,)."""
    vector = np.array([weights.get(name, 0.0) for name in FEATURES])
    return np.asarray(features @ vector, dtype=np.float64)


def log_odds_read(features: Floats) -> Floats:
    """The log odds of pairs whose documents were read again, shape (pairs,)."""
    return log_odds(as_read(features), WEIGHTS_READ)


def as_read(features: Floats) -> Floats:
    """The features as they are weighted where all sentences are compared."""
    counted = features.copy()
    for name in MARGINS:
        column = FEATURES.index(name)
        counted[:, column] = np.minimum(features[:, column], 0.0)
    column = FEATURES.index("sequence")
    counted[:, column] = np.minimum(features[:, column], ORDERED)
    return counted


def features(
    sources: Sequence[Profile],
    targets: Sequence[Profile],
    left: Indices,
    right: Indices,
    sentences: Vectors | None = None,
) -> Floats:
    """The FEATURES of each candidate pair (sources[left[k]], targets[right[k]]).

    `sentences` returns the unit vectors of all sentences of a document; without it the passages of
    the profiles are compared.
    """
    columns: dict[str, Floats] = {"constant": np.ones(len(left))}
    _token_features(columns, sources, targets, left, right)
    vectors = sentences or _passages
    forward, backward = _best_matches(sources, targets, left, right, vectors)
    columns["passages"] = np.maximum(forward, backward)
    columns["passages_weaker_side"] = np.minimum(forward, backward)
    columns["source_margin"] = margins(forward, left, right)
    columns["target_margin"] = margins(backward, left, right)
    columns["sequence"] = np.zeros(len(left))
    if sentences:
        columns["sequence"] = _sequence(sources, targets, left, right, sentences)
    columns["order"] = _order(sources, targets, left, right)
    characters = [
        np.array([profile.characters for profile in side], dtype=float)
        for side in (sources, targets)
    ]
    ratio = characters[1][right] / np.maximum(characters[0][left], 1)
    columns["length"] = np.minimum(np.abs(np.log(np.maximum(ratio, 1e-6) / ENGLISH_PER_CHINESE)), 3)
    columns |= _names(sources, targets, left, right)
    columns["tokens_margin"] = margins(columns["tokens"], left, right)
    columns["close_margin"] = np.clip(margins(forward + backward, left, right), -CLOSE, CLOSE)
    columns["numbers_margin"] = margins(1 - columns["numbers_missing"], left, right)
    return np.stack([columns[name] for name in FEATURES], axis=1)


def margins(values: Floats, left: Indices, right: Indices) -> Floats:
    """The lead of each value over the best other one in its row and in its column, the smaller one.

    The lead of a pair without rivals is its value.
    """
    lead = values.copy()
    for side in (left, right):
        if not len(side):
            break
        size = int(side.max()) + 1
        best = np.zeros(size)
        np.maximum.at(best, side, values)
        first = np.full(size, -1)
        is_best = values >= best[side]
        first[side[is_best][::-1]] = np.flatnonzero(is_best)[::-1]
        rest = np.ones(len(values), dtype=bool)
        rest[first[first >= 0]] = False
        second = np.zeros(size)
        np.maximum.at(second, side[rest], values[rest])
        rival = np.where(rest, best[side], second[side])
        lead = np.minimum(lead, values - rival)
    return lead


def _token_features(
    columns: dict[str, Floats],
    sources: Sequence[Profile],
    targets: Sequence[Profile],
    left: Indices,
    right: Indices,
) -> None:
    of_source, of_target, idf = token_matrices(sources, targets)
    weighed = [matrix.multiply(idf).tocsr() for matrix in (of_source, of_target)]
    one, other = weighed[0][left], weighed[1][right]
    dot = np.asarray(one.multiply(other).sum(axis=1)).ravel()
    norms = [np.sqrt(np.asarray(m.multiply(m).sum(axis=1)).ravel()) for m in weighed]
    columns["tokens"] = dot / np.maximum(norms[0][left] * norms[1][right], 1e-9)
    present = [(matrix > 0).multiply(idf).tocsr() for matrix in (of_source, of_target)]
    masses = [np.asarray(matrix.sum(axis=1)).ravel() for matrix in present]
    shared = np.asarray(
        present[0][left].minimum(present[1][right]).sum(axis=1), dtype=float
    ).ravel()
    columns["contained"] = shared / np.maximum(np.minimum(masses[0][left], masses[1][right]), 1e-9)
    numbers = [[np.unique(p.tokens[p.numeric]) for p in side] for side in (sources, targets)]
    missing = np.zeros(len(left))
    for at, (i, j) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        a, b = numbers[0][i], numbers[1][j]
        fewer = min(len(a), len(b))
        if fewer:
            both = len(np.intersect1d(a, b, assume_unique=True))
            missing[at] = (fewer - both) / (fewer + 2)
    columns["numbers_missing"] = missing


def _passages(profile: Profile) -> NDArray[np.float16]:
    return profile.vectors


def _sequence(
    sources: Sequence[Profile],
    targets: Sequence[Profile],
    left: Indices,
    right: Indices,
    sentences: Vectors,
) -> Floats:
    """How far the sentences of each pair match in order."""
    made = np.zeros(len(left))
    for at, cosines in _cosines(sources, targets, left, right, sentences):
        made[at] = in_order(cosines)
    return made


def _best_matches(
    sources: Sequence[Profile],
    targets: Sequence[Profile],
    left: Indices,
    right: Indices,
    vectors: Vectors,
) -> tuple[Floats, Floats]:
    """The mean cosine of each source passage's best match in the target, and the other way."""
    forward = np.zeros(len(left))
    backward = np.zeros(len(left))
    for at, cosines in _cosines(sources, targets, left, right, vectors):
        forward[at] = cosines.max(axis=1).mean()
        backward[at] = cosines.max(axis=0).mean()
    return forward, backward


def _cosines(
    sources: Sequence[Profile],
    targets: Sequence[Profile],
    left: Indices,
    right: Indices,
    vectors: Vectors,
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """The cosines of each pair's vectors, grouped by source."""
    before, mine = -1, np.empty((0, 0), dtype=np.float32)
    for at in np.argsort(left, kind="stable").tolist():
        if left[at] != before:
            before = int(left[at])
            mine = vectors(sources[before]).astype(np.float32)
        yield at, mine @ vectors(targets[right[at]]).astype(np.float32).T


def _order(
    sources: Sequence[Profile], targets: Sequence[Profile], left: Indices, right: Indices
) -> Floats:
    """Rank correlation of the places of tokens that both documents have once; 0 for few."""
    once = [[_once(profile.tokens) for profile in side] for side in (sources, targets)]
    found = np.zeros(len(left))
    for at, (i, j) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        (a, at_a), (b, at_b) = once[0][i], once[1][j]
        _, of_a, of_b = np.intersect1d(a, b, assume_unique=True, return_indices=True)
        count = len(of_a)
        if count > 2:
            ranks = [np.argsort(np.argsort(places)) for places in (at_a[of_a], at_b[of_b])]
            found[at] = np.corrcoef(ranks[0], ranks[1])[0, 1] * count / (count + 3)
    return found


def _once(tokens: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], Indices]:
    values, places, counts = np.unique(tokens, return_index=True, return_counts=True)
    return values[counts == 1], places[counts == 1]


def _names(
    sources: Sequence[Profile], targets: Sequence[Profile], left: Indices, right: Indices
) -> dict[str, Floats]:
    same_symbol, other_symbol, same_stem = (np.zeros(len(left)) for _ in range(3))
    for at, (i, j) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        one, other = sources[i], targets[j]
        if one.symbol and other.symbol:
            same_symbol[at] = one.symbol == other.symbol
            other_symbol[at] = one.symbol != other.symbol
        same_stem[at] = bool(one.stem) and one.stem == other.stem
    return {"same_symbol": same_symbol, "other_symbol": other_symbol, "same_stem": same_stem}
