"""Scores of many sums of sufficient statistics at once, equal to sacrebleu's to the last digit.

sacrebleu computes the score of one sum of statistics at a time, as numpy's 32-bit numbers: a tenth
of a millisecond each, a thousand times for one interval. Here the same operations, in the same
order and precision, run over a column of sums. `tests/evaluation/metrics/test_resampled.py`
compares the two.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Sums = NDArray[np.float32]
"""A row for each score, a column for each statistic."""


EXACT = 2**24
"""Whole numbers below this are exact in 32 bits, in any order of addition."""


def sums_of(table: NDArray[np.float32], draws: NDArray[np.int64]) -> Sums:
    """The sum of the drawn rows of statistics for each row of `draws`."""
    size, count = draws.shape
    places = draws + count * np.arange(size)[:, None]
    times = np.bincount(places.ravel(), minlength=size * count).reshape(size, count)
    sums = times.astype(np.float64) @ table.astype(np.float64)
    if sums.max() < EXACT and not (table % 1).any():
        return sums.astype(np.float32)
    return np.array([table[draw].sum(0) for draw in draws])  # rounded as sacrebleu does


def scores_of(metric: Any, sums: Sums) -> list[float]:
    """The score of each row; `metric` is one of sacrebleu's, as new_metric creates them."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return _FORMULAS[type(metric).__name__](metric, sums)


def _bleu(metric: Any, sums: Sums) -> list[float]:
    orders = metric.max_ngram_order
    correct, total = sums[:, 2 : 2 + orders], sums[:, 2 + orders :]
    plain = np.float32(100.0) * correct / total
    scores = []
    for row, (system, reference) in enumerate(sums[:, :2].astype(np.int64).tolist()):
        if not correct[row].any():
            scores.append(0.0)
            continue
        precisions = [0.0] * orders
        smooth, used = 1.0, orders
        for n in range(orders):
            if total[row, n] == 0:
                break
            if metric.effective_order:
                used = n + 1
            if correct[row, n] == 0:
                smooth *= 2
                precisions[n] = float(np.float32(100.0) / (np.float32(smooth) * total[row, n]))
            else:
                precisions[n] = float(plain[row, n])
        brevity = 1.0
        if system < reference:
            brevity = math.exp(1 - reference / system) if system > 0 else 0.0
        logs = sum(math.log(p) if p else -9999999999 for p in precisions[:used])
        scores.append(brevity * math.exp(logs / used))
    return scores


def _chrf(metric: Any, sums: Sums) -> list[float]:
    factor = metric.beta**2
    precision = np.zeros(len(sums), dtype=np.float32)
    recall = np.zeros(len(sums), dtype=np.float32)
    orders = np.zeros(len(sums), dtype=np.float32)
    for order in range(metric.order):
        of_hypothesis, of_reference, matched = sums[:, 3 * order : 3 * order + 3].T
        both = (of_hypothesis > 0) & (of_reference > 0)
        precision += np.where(both, matched / of_hypothesis, np.float32(0.0))
        recall += np.where(both, matched / of_reference, np.float32(0.0))
        orders += both
    precision /= np.maximum(orders, 1)
    recall /= np.maximum(orders, 1)
    scores = (1 + factor) * precision * recall
    scores /= factor * precision + recall
    return _typed(100 * scores, precision + recall != 0, [0.0] * len(sums))


def _ter(_metric: Any, sums: Sums) -> list[float]:
    edits, length = sums[:, 0], sums[:, 1]
    without = [100.0 if some else 0.0 for some in edits > 0]
    return _typed(np.float32(100) * (edits / length), length > 0, without)


def _typed(values: Sums, usual: NDArray[np.bool_], otherwise: list[float]) -> list[float]:
    """numpy's numbers where `usual`, else Python's, as in sacrebleu."""
    if usual.all():
        return list(values)
    return [
        value if use else other for value, use, other in zip(values, usual, otherwise, strict=True)
    ]


_FORMULAS: dict[str, Callable[[Any, Sums], list[float]]] = {
    "BLEU": _bleu,
    "CHRF": _chrf,
    "TER": _ter,
}
