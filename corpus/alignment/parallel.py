"""Whether beads are translations at all, and whether two texts are parallel.

The search returns the best of the possible beads, for unrelated texts as well. `support` estimates
whether a bead looks like the beads of parallel texts or like those that a search returns for two
unrelated texts. A few similarities of each bead (COLUMNS) are weighted and summed to log odds; they
are absolute, because the best of many chance pairs is better than chance too.
The parallel share of the pair is estimated from all beads (expectation maximisation) and serves as
each bead's prior: a weak bead counts for more among strong ones.

Texts of which too small a share is supported are refused (`refuse_unless_parallel`). A text that
is half translated keeps half; two unrelated texts on the same subject keep almost nothing.

The weights are learned and evaluated by
``python -m duizhao.evaluation.benchmarks.not_parallel DATA``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.alignment.prepare import Texts
from duizhao.corpus.alignment.tokens import Bags, copied_tokens
from duizhao.corpus.errors import NotParallel

Floats = NDArray[np.float64]
Spans = NDArray[np.int64]

COLUMNS = ("cosine", "dice", "copied", "missing_numbers", "length", "short", "one")
"""Cosine of the embeddings; dice coefficient of the translation's tokens; weight of the shared
numbers and names; how many numbers one side lacks; distance of the length ratio from the pair's
median; shortness; a constant."""

WEIGHTS = {
    "embedding+overlap": (12.31, 10.39, 0.0, -8.4, 0.0, 4.34, -7.17),
    "overlap": (0.0, 30.5, 0.0, -8.09, 0.0, 6.5, -6.25),
    "embedding": (18.4, 0.0, 0.0, -7.4, 0.0, 4.67, -7.82),
    "neither": (0.0, 0.0, 2.96, -5.06, -2.26, 4.29, -1.01),
}
"""One weight per column for each combination of signals."""

SAMPLE = 1000
"""Beads examined, spread evenly over a longer text."""
FEWEST = 3
"""Texts with fewer sentences on the shorter side are never refused."""
FEW = 10
LEAST = 0.15
"""Smallest share of the shorter side's sentences in supported beads."""
LEAST_OF_FEW = 0.08
"""The same for texts with fewer than FEW sentences: only clear evidence refuses them."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The supported share of the shorter side's sentences, and the smallest share required.

    `least` is 0 if the texts are too short, or too little is known of them, to be refused.
    """

    share: float
    least: float

    @property
    def parallel(self) -> bool:
        """Whether the texts pass."""
        return self.share >= self.least


def refuse_unless_parallel(texts: Texts, beads: Sequence[Bead]) -> None:
    """Raise NotParallel if too few sentences have a partner that looks like their translation."""
    verdict = judge(texts, beads)
    if not verdict.parallel:
        raise NotParallel(
            f"not translations of each other: only {verdict.share:.0%} of the sentences of the "
            f"shorter side have a partner that looks like a translation (at least "
            f"{verdict.least:.0%} are needed); check that the two files belong together",
            verdict.share,
        )


def judge(texts: Texts, beads: Sequence[Bead]) -> Verdict:
    """How much of the pair is supported by its beads."""
    shorter = "source" if len(texts.source) <= len(texts.target) else "target"
    count = min(len(texts.source), len(texts.target))
    least = 0.0 if count < FEWEST else LEAST_OF_FEW if count < FEW else LEAST
    if signals_of(texts) == "neither":
        least = 0.0  # numbers alone would refuse real translations of novels, which have few
    two_sided = [bead for bead in beads if bead.source and bead.target]
    if not two_sided:
        return Verdict(0.0, least)
    sample = two_sided[:: max(len(two_sided) // SAMPLE, 1)]
    sizes = np.array([len(getattr(bead, shorter)) for bead in sample])
    share = float((support(texts, sample) * sizes).sum() / sizes.sum())
    covered = sum(len(getattr(bead, shorter)) for bead in two_sided)
    return Verdict(share * covered / count, least)


def signals_of(texts: Texts) -> str:
    """Which of embeddings and a translation are available: a key of WEIGHTS."""
    names = ["embedding"] * (texts.embed is not None) + ["overlap"] * ("overlap" in texts.bags)
    return "+".join(names) or "neither"


def support(texts: Texts, beads: Sequence[Bead]) -> Floats:
    """The probability that each bead is a pair of translations at all; 1 for a gap.

    A bead with a high probability may still be inexact, but it is not arbitrary.
    """
    probability = np.ones(len(beads))
    two_sided = [at for at, bead in enumerate(beads) if bead.source and bead.target]
    if two_sided:
        table = features(texts, [beads[at] for at in two_sided])
        probability[two_sided] = posterior(table @ np.array(WEIGHTS[signals_of(texts)]))
    return probability


def posterior(log_odds: Floats) -> Floats:
    """Probabilities from log odds at equal priors, with the prior estimated from all of them."""
    prior = 0.5
    for _ in range(60):
        odds = np.clip(log_odds + np.log(prior / (1 - prior)), -50, 50)
        probability = 1 / (1 + np.exp(-odds))
        # with half a bead for and half a bead against, a single bead is judged by itself
        prior = float((probability.sum() + 0.5) / (len(probability) + 1))
    return np.asarray(probability, dtype=np.float64)


def features(texts: Texts, beads: Sequence[Bead]) -> Floats:
    """The COLUMNS of each two-sided bead, shape (beads, columns); absent signals have zeros."""
    sources = np.array([(bead.source[0], bead.source[-1] + 1) for bead in beads])
    targets = np.array([(bead.target[0], bead.target[-1] + 1) for bead in beads])
    lengths = []
    for side, spans in ((texts.source, sources), (texts.target, targets)):
        running = np.concatenate(([0.0], np.cumsum([len(text.strip()) + 1.0 for text in side])))
        lengths.append(running[spans[:, 1]] - running[spans[:, 0]])
    ratio = np.log(lengths[1] / lengths[0])
    values = {"length": np.abs(ratio - np.median(ratio)), "short": np.sqrt(10 / lengths[1])}
    if texts.embed is not None:
        values["cosine"] = _cosine(texts, sources, targets)
    if "overlap" in texts.bags:
        both, total = _shared(texts.bags["overlap"], sources, targets)
        values["dice"] = 2 * both / (total + 1e-6)
    if "copied" in texts.bags:
        both, _ = _shared(texts.bags["copied"], sources, targets)
        values["copied"] = np.minimum(both / 5, 2.0)
        values["missing_numbers"] = _missing_numbers(texts, sources, targets)
    values["one"] = np.ones(len(beads))
    zeros = np.zeros(len(beads))
    return np.stack([values.get(column, zeros) for column in COLUMNS], axis=1)


def _cosine(texts: Texts, sources: Spans, targets: Spans) -> Floats:
    assert texts.embed is not None
    one = texts.embed(texts.source, [(int(first), int(end)) for first, end in sources])
    other = texts.embed(texts.target, [(int(first), int(end)) for first, end in targets])
    return np.asarray(np.einsum("ij,ij->i", one, other), dtype=np.float64)


def _shared(bags: Bags, sources: Spans, targets: Spans) -> tuple[Floats, Floats]:
    """Weight of the tokens on both sides of each bead, and of either side added up."""
    size, count = len(bags.weight), len(sources)
    left = _distinct(bags.source_ids, bags.source_starts, sources, size)
    right = _distinct(bags.target_ids, bags.target_starts, targets, size)
    both = np.intersect1d(left, right, assume_unique=True)
    return _mass(bags, both, count), _mass(bags, left, count) + _mass(bags, right, count)


def _missing_numbers(texts: Texts, sources: Spans, targets: Spans) -> Floats:
    """How many numbers of the side with fewer of them the other side lacks."""
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
