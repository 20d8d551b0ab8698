"""How much there is, in absolute terms, for a bead to be a translation at all.

The search says which of the possible beads is best; whatever it is given, one is. `support` asks
the other question: does the bead look like the beads of parallel text, or like those that a search
finds in two texts that have nothing to do with each other? A few likenesses of each bead (COLUMNS)
are weighed to the logarithm of odds; they are absolute, for the best of many chance pairs beats
chance too. The share of the pair that is parallel is estimated from all its beads (expectation
maximisation) and is each bead's prior: a weak bead counts for more among strong ones.

The weights are learned and judged by ``python -m duizhao.evaluation.benchmarks.not_parallel DATA``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.alignment.prepare import Texts
from duizhao.corpus.alignment.tokens import Bags, copied_tokens

Floats = NDArray[np.float64]
Spans = NDArray[np.int64]

COLUMNS = ("cosine", "dice", "copied", "missing_numbers", "length", "short", "one")
"""Cosine of the embeddings; dice coefficient of the translation's tokens; the weight of the numbers
and names that both sides have, and how many numbers one side lacks; how far the length ratio is
from the pair's median; how short the bead is; a constant."""

WEIGHTS = {
    "embedding+overlap": (12.31, 10.39, 0.0, -8.4, 0.0, 4.34, -7.17),
    "overlap": (0.0, 30.5, 0.0, -8.09, 0.0, 6.5, -6.25),
    "embedding": (18.4, 0.0, 0.0, -7.4, 0.0, 4.67, -7.82),
    "neither": (0.0, 0.0, 2.96, -5.06, -2.26, 4.29, -1.01),
}
"""One weight a column for each combination of signals."""


def signals_of(texts: Texts) -> str:
    """Which of embeddings and a translation there are: a key of WEIGHTS."""
    found = [texts.embed is not None and "embedding", "overlap" in texts.bags and "overlap"]
    return "+".join(name for name in found if name) or "neither"


def support(texts: Texts, beads: Sequence[Bead]) -> Floats:
    """The probability of each bead that it is a pair of translations at all; 1 for a gap.

    It does not say that the bead is exactly right, only that it is not forced.
    """
    found = np.ones(len(beads))
    two_sided = [at for at, bead in enumerate(beads) if bead.source and bead.target]
    if two_sided:
        made = features(texts, [beads[at] for at in two_sided])
        found[two_sided] = posterior(made @ np.array(WEIGHTS[signals_of(texts)]))
    return found


def posterior(log_odds: Floats) -> Floats:
    """Probabilities from log odds at equal priors, with the prior estimated from all of them."""
    prior = 0.5
    for _ in range(60):
        found = 1 / (1 + np.exp(-np.clip(log_odds + np.log(prior / (1 - prior)), -50, 50)))
        # half a bead for and half a bead against: one bead alone is judged by itself
        prior = float((found.sum() + 0.5) / (len(found) + 1))
    return np.asarray(found, dtype=np.float64)


def features(texts: Texts, beads: Sequence[Bead]) -> Floats:
    """The COLUMNS of each two-sided bead, shape (beads, columns); absent signals have zeros."""
    sources = np.array([(bead.source[0], bead.source[-1] + 1) for bead in beads])
    targets = np.array([(bead.target[0], bead.target[-1] + 1) for bead in beads])
    made = np.zeros((len(beads), len(COLUMNS)))
    if texts.embed is not None:
        made[:, 0] = _cosine(texts, sources, targets)
    if "overlap" in texts.bags:
        made[:, 1] = _dice(texts.bags["overlap"], sources, targets)
    if "copied" in texts.bags:
        made[:, 2] = _copied(texts.bags["copied"], sources, targets)
        made[:, 3] = _missing_numbers(texts, sources, targets)
    lengths = []
    for side, spans in ((texts.source, sources), (texts.target, targets)):
        running = np.concatenate(([0.0], np.cumsum([len(text.strip()) + 1.0 for text in side])))
        lengths.append(running[spans[:, 1]] - running[spans[:, 0]])
    ratio = np.log(lengths[1] / lengths[0])
    made[:, 4] = np.abs(ratio - np.median(ratio))
    made[:, 5] = np.sqrt(10 / lengths[1])
    made[:, 6] = 1.0
    return made


def _cosine(texts: Texts, sources: Spans, targets: Spans) -> Floats:
    assert texts.embed is not None
    one = texts.embed(texts.source, [(int(first), int(end)) for first, end in sources])
    other = texts.embed(texts.target, [(int(first), int(end)) for first, end in targets])
    return np.asarray(np.einsum("ij,ij->i", one, other), dtype=np.float64)


def _dice(bags: Bags, sources: Spans, targets: Spans) -> Floats:
    """Twice the shared weight over the weight of both, each token counted once."""
    size, count = len(bags.weight), len(sources)
    left = _distinct(bags.source_ids, bags.source_starts, sources, size)
    right = _distinct(bags.target_ids, bags.target_starts, targets, size)
    shared = np.intersect1d(left, right, assume_unique=True)
    of_left, of_right, of_both = (_mass(bags, tokens, count) for tokens in (left, right, shared))
    return np.asarray(2 * of_both / (of_left + of_right + 1e-6), dtype=np.float64)


def _copied(bags: Bags, sources: Spans, targets: Spans) -> Floats:
    """Weight of the numbers and names that both sides have."""
    size, count = len(bags.weight), len(sources)
    left = _distinct(bags.source_ids, bags.source_starts, sources, size)
    right = _distinct(bags.target_ids, bags.target_starts, targets, size)
    shared = np.intersect1d(left, right, assume_unique=True)
    return np.asarray(np.minimum(_mass(bags, shared, count) / 5, 2.0), dtype=np.float64)


def _missing_numbers(texts: Texts, sources: Spans, targets: Spans) -> Floats:
    """How many of the numbers of the side that has fewer the other side lacks."""
    left, right = (
        [
            {
                token
                for text in side[first:end]
                for token in copied_tokens(text)
                if token[0].isdigit()
            }
            for first, end in spans.tolist()
        ]
        for side, spans in ((texts.source, sources), (texts.target, targets))
    )
    missing = [min(len(a), len(b)) - len(a & b) for a, b in zip(left, right, strict=True)]
    return np.minimum(np.array(missing) / 3, 2.0)


def _mass(bags: Bags, tokens: NDArray[np.int64], count: int) -> Floats:
    """The summed weight of each bead's tokens (bead * vocabulary + token)."""
    size = len(bags.weight)
    weights = bags.weight[tokens % size].astype(np.float64)
    return np.asarray(np.bincount(tokens // size, weights, count), dtype=np.float64)


def _distinct(
    ids: NDArray[np.int32], starts: NDArray[np.int64], spans: Spans, size: int
) -> NDArray[np.int64]:
    """The different tokens of each span as span * size + token, ascending."""
    first, end = starts[spans[:, 0]], starts[spans[:, 1]]
    counts = end - first
    before = np.cumsum(counts) - counts
    places = np.arange(counts.sum()) + np.repeat(first - before, counts)
    return np.unique(np.repeat(np.arange(len(spans)), counts) * size + ids[places])
