"""The second search: forced decoding of the beads whose answer can change the path.

Scoring every candidate takes a minute for a chapter. Instead two paths are compared: the best one
given the expected scores of the beads that have none yet, and the best one if its own beads score
lower than expected and all others higher. Where the two differ, the beads of both are scored; where
they agree, no score would change anything. This is the combinatorial search of Chen, Lin, King,
Lyu and Chen (Combinatorial Pure Exploration of Multi-Armed Bandits, NIPS 2014), with a Gaussian
process for the expectations (belief.py). For a comparison with scoring every candidate, run
`python -m duizhao.evaluation.benchmarks.alignment.forced_budget DATA`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.alignment import search
from duizhao.corpus.alignment.belief import Belief, Spans, make_spans
from duizhao.corpus.alignment.fixed import Rectangle, constrain
from duizhao.corpus.alignment.groups import Groups, crossing_costs
from duizhao.corpus.alignment.lattice import TYPE_SOURCE, TYPE_TARGET, TYPES, Band
from duizhao.corpus.alignment.prepare import Texts
from duizhao.corpus.alignment.search import SearchResult
from duizhao.corpus.alignment.signals import forced

ROUNDS = 100
"""Maximum number of rounds, far more than are needed: each scores at least one bead."""


def judge(
    texts: Texts,
    result: SearchResult,
    score: forced.Score,
    effort: forced.Effort,
    rectangles: Sequence[Rectangle] = (),
    groups: Groups | None = None,
) -> SearchResult:
    """Search again among the doubtful beads, scoring those that can change the path."""
    doubt = doubtful(texts, result, effort, rectangles, groups)
    if doubt is None:
        return result
    band, candidates = result.evidence.band, doubt.candidates
    lattice = _Lattice(band, candidates, doubt.run)
    belief = Belief(doubt.spans, doubt.cheap[doubt.beads], doubt.others[doubt.beads])
    base = np.where(doubt.open, doubt.others, doubt.cheap)
    for _ in range(ROUNDS):
        chosen = _next_beads(lattice, base, doubt.beads, belief, effort.margin)
        if not chosen.any():
            break
        beads = candidates[doubt.beads[chosen]]
        answers = forced.ask(score, texts.source, texts.target, band, beads)
        belief.learn(chosen, answers @ doubt.vector)
    share = np.zeros(len(candidates))
    share[doubt.beads] = belief.mean
    scores = lattice.scores(base + share)
    path = search.best_path(band, scores, doubt.run)
    logs, _, _ = search.probabilities(band, scores, doubt.run)
    on_path = path[:, 0] * len(TYPES) + path[:, 1]
    places = np.searchsorted(candidates, on_path)
    # beads without a competing candidate keep their probability in the whole band
    before = result.probabilities.ravel()[on_path]
    after = np.minimum(logs.ravel()[on_path], 0.0)
    probability = np.exp(np.where(doubt.doubtful[places], after, before)).astype(np.float32)
    return replace(
        result,
        scores=scores,
        path=path,
        probability=probability,
        forced=share[places],
        judged=doubt.doubtful[places],
    )


@dataclass(frozen=True, slots=True)
class Doubtful:
    """The candidates of the second search.

    `candidates` are the flat indexes of the beads that it may use; for each of them, `doubtful`
    says whether it has competitors, `open` whether fixed beads allow it, `cheap` and `others` are
    its scores in the first and, without forced decoding, in the second search. `beads` are the
    places in `candidates` of those that forced decoding can score, with their `spans`; `vector` are
    the weights of these scores, `run` is what a gap after a gap adds.
    """

    candidates: NDArray[np.int64]
    doubtful: NDArray[np.bool_]
    open: NDArray[np.bool_]
    cheap: NDArray[np.float64]
    others: NDArray[np.float64]
    beads: NDArray[np.int64]
    spans: Spans
    vector: NDArray[np.float32]
    run: float


def doubtful(
    texts: Texts,
    result: SearchResult,
    effort: forced.Effort,
    rectangles: Sequence[Rectangle] = (),
    groups: Groups | None = None,
) -> Doubtful | None:
    """The candidates, or None if there is nothing to score."""
    weights = result.weights.judge
    if effort.budget <= 0 or weights is None:
        return None
    evidence, band = result.evidence, result.evidence.band
    shortfall = search.shortfalls(band, result.scores, result.weights.run)
    candidates, doubt = forced.candidates(band, result.path, shortfall, effort)
    if not doubt.any():
        return None
    literalness = weights.literalness(evidence.tables)
    others = evidence.features(candidates) @ weights.vector(evidence.columns(), literalness)
    if groups is not None:
        others -= crossing_costs(band, groups).ravel()[candidates]
    columns = (("forced", column) for column in forced.COLUMNS)
    # beads that contradict fixed ones stay excluded, and the gaps inside fixed ones stay free
    allowed = constrain(band, np.ones_like(result.scores), rectangles).ravel()[candidates] > 0.0
    kinds = candidates % len(TYPES)
    beads = np.flatnonzero((kinds >= 2) & doubt & allowed)
    return Doubtful(
        candidates,
        doubt,
        allowed,
        result.scores.ravel()[candidates].astype(np.float64),
        others.astype(np.float64),
        beads,
        make_spans(
            texts.source,
            texts.target,
            search.place_coordinates(band, candidates[beads] // len(TYPES)),
            np.stack([TYPE_SOURCE[kinds[beads]], TYPE_TARGET[kinds[beads]]], axis=1),
        ),
        weights.vector(columns, literalness),
        weights.run,
    )


class _Lattice:
    """The band, of which only the candidates may be used."""

    def __init__(self, band: Band, candidates: NDArray[np.int64], run: float) -> None:
        self.band, self.candidates, self.run = band, candidates, run

    def scores(self, values: NDArray[np.float64]) -> NDArray[np.float32]:
        """Scores of the band's beads, shape (places, types)."""
        flat = np.full(self.band.places * len(TYPES), search.NEVER, dtype=np.float32)
        flat[self.candidates] = values
        return flat.reshape(-1, len(TYPES))

    def on_path(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of the candidates are on the best path."""
        path = search.best_path(self.band, self.scores(values), self.run)
        on = np.zeros(len(self.candidates), dtype=np.bool_)
        on[np.searchsorted(self.candidates, path[:, 0] * len(TYPES) + path[:, 1])] = True
        return on


def _next_beads(
    lattice: _Lattice,
    base: NDArray[np.float64],
    beads: NDArray[np.int64],
    belief: Belief,
    margin: float,
) -> NDArray[np.bool_]:
    """Which of the beads to score next: none if no score is likely to change the path."""
    if not np.isfinite(margin):
        return ~belief.known
    expected = base.copy()
    expected[beads] += belief.mean
    best = lattice.on_path(expected)
    reach = margin * belief.deviation
    expected[beads] += np.where(best[beads], -reach, reach)
    rival = lattice.on_path(expected)
    return (best ^ rival)[beads] & ~belief.known
