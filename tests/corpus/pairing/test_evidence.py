"""The evidence for a pair when all sentences of its documents are compared."""

from __future__ import annotations

import numpy as np
import pytest

from duizhao.corpus.document import Language
from duizhao.corpus.pairing import Profile, evidence
from duizhao.corpus.pairing.assignment import in_doubt, read_again
from duizhao.corpus.pairing.outcome import Scored

pytestmark = pytest.mark.unit


def features(**values: float) -> np.ndarray:
    row = {"constant": 1.0, "passages": 0.35, "passages_weaker_side": 0.3, **values}
    return np.array([[row.get(name, 0.0) for name in evidence.FEATURES]])


def likely(**values: float) -> bool:
    return bool(evidence.log_odds_read(features(**values))[0] > 0)


def test_sentences_in_the_same_order_make_a_pair_where_nothing_else_does() -> None:
    assert likely(sequence=0.3)
    assert not likely(sequence=0.0)


def test_being_ahead_of_poor_rivals_is_no_evidence_and_being_behind_is() -> None:
    ahead = {"close_margin": 0.08, "source_margin": 0.1, "target_margin": 0.1}
    assert not likely(sequence=0.0, **ahead)
    assert not likely(sequence=0.3, **{name: -value for name, value in ahead.items()})


def test_clear_evidence_of_every_kind_adds_up() -> None:
    half = {"tokens": 0.37, "tokens_margin": 0.29, "contained": 0.64, "order": 0.71}
    assert likely(**half, passages=0.77, passages_weaker_side=0.43, sequence=0.37, length=0.5)


def profile(path: str, language: Language, vector: int) -> Profile:
    vectors = np.zeros((2, 8), dtype=np.float16)
    vectors[:, vector] = 1
    empty = np.empty(0, dtype=np.uint32)
    sketch = np.empty(0, dtype=np.uint64)
    return Profile(path, language, 2, 20, empty, empty.astype(bool), vectors, sketch, 0, None, "")


def test_a_certain_pair_stays_as_it_is_if_its_rival_is_in_doubt() -> None:
    sources = [profile("a.zh", "zh", 0), profile("b.zh", "zh", 1)]
    targets = [profile("a.en", "en", 0), profile("b.en", "en", 1)]
    left, right = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    odds = np.array([11.0, -9.0, -5.0, 0.5])
    scored = Scored(left, right, np.zeros((4, len(evidence.FEATURES))), odds)
    doubtful, read = in_doubt(scored)
    assert doubtful.tolist() == [1, 2, 3]  # the candidates of b.zh and b.en
    assert read.tolist() == [0, 1, 2, 3]
    again = read_again(scored, sources, targets, lambda one: one.vectors)
    assert again.log_odds[0] == 11.0
    assert all(again.log_odds[doubtful] != odds[doubtful])
