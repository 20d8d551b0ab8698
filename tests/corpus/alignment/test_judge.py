"""Forced decoding of the beads whose answer can change the path, and of no others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from duizhao.corpus.alignment.aligner import first_search
from duizhao.corpus.alignment.belief import MEAN, Belief, features, make_spans
from duizhao.corpus.alignment.confidence import calibrate
from duizhao.corpus.alignment.judge import judge
from duizhao.corpus.alignment.prepare import Texts, make_ready
from duizhao.corpus.alignment.signals.forced import EFFORTS
from duizhao.corpus.alignment.weights import ALL
from duizhao.evaluation.benchmarks.alignment.data import Gold, mac_dev
from duizhao.evaluation.metrics.alignment import score
from duizhao.models.embedding import SpanEmbedder

pytestmark = pytest.mark.model


@dataclass(frozen=True)
class Answer:
    log_probability: float
    tokens: int


@dataclass
class Oracle:
    """Scores the pairs of a known alignment, and records its arguments."""

    gold: Gold
    asked: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.partner = {
            self.gold.target[j]: "".join(self.gold.source[i] for i in bead.source)
            for bead in self.gold.beads
            for j in bead.target
        }

    def __call__(self, sources: Sequence[str], targets: Sequence[str]) -> list[Answer]:
        self.asked += zip(sources, targets, strict=True)
        return [self._answer(*pair) for pair in zip(sources, targets, strict=True)]

    def _answer(self, source: str, target: str) -> Answer:
        total, tokens = 0.0, 0
        for sentence, partner in self.partner.items():
            if sentence in target:
                words = len(sentence.split()) + 1
                total -= words * (1.0 if partner in source or source in partner else 5.0)
                tokens += words
        return Answer(total, max(tokens, 1))


@pytest.fixture(scope="module")
def chapter(shared: Path) -> Gold:
    return mac_dev(shared)[1]


@pytest.fixture(scope="module")
def texts(chapter: Gold) -> Texts:
    return make_ready(chapter.source, chapter.target, chapter.translation, SpanEmbedder(), set(ALL))


def test_few_answers_are_as_good_as_all_answers(chapter: Gold, texts: Texts) -> None:
    result = first_search(texts)
    asked: dict[float, list[tuple[str, str]]] = {}
    beads = {}
    for margin in (1.0, math.inf):
        oracle = Oracle(chapter)
        effort = replace(EFFORTS["normal"], margin=margin)
        beads[margin] = calibrate(judge(texts, result, oracle, effort))
        asked[margin] = oracle.asked
    few, every = (
        score([(chapter.beads, found)]).strict.f1 for found in (beads[1.0], beads[math.inf])
    )
    assert few > every - 0.005
    assert set(asked[1.0]) < set(asked[math.inf])
    assert len(asked[1.0]) == len(set(asked[1.0])) < 0.6 * len(asked[math.inf])


def test_without_a_margin_nothing_is_asked(chapter: Gold, texts: Texts) -> None:
    oracle = Oracle(chapter)
    judge(texts, first_search(texts), oracle, replace(EFFORTS["normal"], margin=0.0))
    assert not oracle.asked


def test_an_answer_changes_what_is_expected_of_beads_with_the_same_sentences() -> None:
    source, target = ["甲" * 20] * 4, ["a" * 60] * 4
    starts = np.array([[0, 0], [0, 0], [3, 3]])
    sizes = np.array([[1, 1], [1, 2], [1, 1]])
    spans = make_spans(source, target, starts, sizes)
    cheap = np.zeros(3)
    belief = Belief(spans, cheap, cheap)
    expected = features(spans, cheap, cheap) @ MEAN
    assert belief.mean == pytest.approx(expected)
    before = belief.deviation.copy()
    belief.learn(np.array([True, False, False]), np.array([expected[0] - 6.0]))
    surprise = belief.mean - expected
    assert surprise[0] == pytest.approx(-6.0)
    assert surprise[1] < surprise[2] <= 0.0
    assert belief.deviation[0] == 0.0
    assert belief.deviation[1] < before[1]
    assert belief.known.tolist() == [True, False, False]


def test_a_long_document_is_believed_in_blocks() -> None:
    count = 3000
    places = np.arange(count)
    spans = make_spans(
        ["甲" * 10] * count,
        ["a" * 40] * count,
        np.stack([places, places], axis=1),
        np.ones((count, 2), dtype=np.int64),
    )
    belief = Belief(spans, np.zeros(count), np.zeros(count))
    asked = np.zeros(count, dtype=np.bool_)
    asked[[0, 2999]] = True
    belief.learn(asked, np.array([-3.0, 4.0]))
    assert belief.mean[[0, 2999]].tolist() == [-3.0, 4.0]
    assert belief.mean[1] < belief.mean[1500] < belief.mean[2998]
