"""Learn the weights of evidence from the first halves of the texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from duizhao.corpus.pairing import evidence as weighing
from duizhao.corpus.pairing.assignment import best_of_each, score
from duizhao.evaluation.benchmarks.pairing.piles import large_pile
from duizhao.evaluation.benchmarks.pairing.profiles import (
    Embedder,
    Reader,
    Vectors,
    profiles_of,
)


def fit(data: Path, seeds: Sequence[int], cache: Path) -> None:
    """Learn the weights by logistic regression.

    Only candidates of Chinese documents from the first halves of the texts are used.
    """
    embed = Embedder(cache)
    tables: dict[str, list[Vectors]] = {"first": [], "read": []}
    answers: dict[str, list[Vectors]] = {"first": [], "read": []}
    for seed in seeds:
        pile, learned = large_pile(data, seed)
        sources, one = profiles_of(pile.sources, "zh", embed)
        targets, other = profiles_of(pile.targets, "en", embed)
        scored = score(sources, targets)
        truth = np.array(
            [pile.truth.get(i) == j for i, j in zip(scored.left, scored.right, strict=True)]
        )
        own = np.array([i in learned for i in scored.left])
        print(f"seed {seed}: {(truth & own).sum()} pairs among {own.sum()}")
        tables["first"].append(scored.features[own])
        answers["first"].append(truth[own])
        # from all documents, because good evidence is less reliable among those in doubt
        best = np.unique(
            np.concatenate([places for side in best_of_each(scored) for places in side.values()])
        )
        names = [profile.path for profile in (*sources, *targets)]
        reader = Reader(dict(zip(names, one + other, strict=True)), embed)
        left, right = scored.left[best], scored.right[best]
        made = weighing.features(sources, targets, left, right, reader)
        tables["read"].append(weighing.as_read(made)[own[best]])
        answers["read"].append(truth[best[own[best]]])
    for name in tables:
        made, right = np.concatenate(tables[name]), np.concatenate(answers[name]).astype(float)
        print(name)
        for column, value in zip(weighing.FEATURES, logistic(made, right), strict=True):
            print(f'    "{column}": {value:.2f},')


def logistic(table: Vectors, answers: Vectors) -> Vectors:
    """Weights of a logistic regression by Newton's method with a small ridge."""
    used = np.flatnonzero(table.any(axis=0))
    x = table[:, used]
    w = np.zeros(len(used))
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        gradient = x.T @ (p - answers) + 0.003 * w
        curvature = (x * (p * (1 - p))[:, None]).T @ x + 0.003 * np.eye(len(used))
        w -= np.linalg.solve(curvature, gradient)
    weights = np.zeros(table.shape[1])
    weights[used] = w
    return weights
