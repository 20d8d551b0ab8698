"""The scores of resamples equal those that sacrebleu computes one at a time, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from duizhao.evaluation.metrics import translation
from duizhao.evaluation.metrics.resampled import scores_of, sums_of
from duizhao.evaluation.metrics.translation import METRICS, measure

pytestmark = pytest.mark.unit

WORDS = [*"abcdefgh", "the", "Council", ",", "."]


def _texts(seed: int, count: int) -> list[str]:
    generator = np.random.default_rng(seed)
    return [" ".join(generator.choice(WORDS, size=generator.integers(1, 12))) for _ in range(count)]


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("effective", [False, True])
@pytest.mark.parametrize("count", [1, 2, 40])
def test_scores_of_resamples_equal_sacrebleu(metric: str, effective: bool, count: int) -> None:
    hypotheses, references = _texts(1, count), _texts(2, count)
    hypotheses[0], references[-1] = "nothing like it", "no"
    statistics = measure(metric, hypotheses, references)
    with translation._effective_order(statistics.metric, effective):
        table = np.array(statistics.rows, dtype="float32")
        draws = np.random.default_rng(3).choice(count, size=(300, count))
        theirs = [
            statistics.metric._compute_score_from_stats(table[draw].sum(0)).score for draw in draws
        ]
        ours = scores_of(statistics.metric, sums_of(table, draws))
    assert [float(score) for score in ours] == [float(score) for score in theirs]
    assert list(map(type, ours)) == list(map(type, theirs))


@pytest.mark.parametrize("metric", METRICS)
def test_empty_sides_and_sums_of_nothing_equal_sacrebleu(metric: str) -> None:
    statistics = measure(metric, ["", "a b", "x"], ["", "", "y z"])
    table = np.array(statistics.rows, dtype="float32")
    theirs = [statistics.metric._compute_score_from_stats(row).score for row in table]
    assert [float(score) for score in scores_of(statistics.metric, table)] == theirs


def test_sums_too_large_for_32_bits_are_rounded_as_by_sacrebleu() -> None:
    table = np.random.default_rng(4).integers(0, 2**22, size=(50, 3)).astype(np.float32)
    draws = np.random.default_rng(5).choice(50, size=(20, 50))
    assert (sums_of(table, draws) == [table[draw].sum(0) for draw in draws]).all()
