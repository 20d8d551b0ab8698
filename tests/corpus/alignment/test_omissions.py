"""Half-translated sentences join the neighbour that translates them; omissions stay unpaired."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from duizhao.corpus.alignment import Bead, align
from duizhao.corpus.alignment.omissions import rejoined
from duizhao.corpus.alignment.prepare import Texts, make_ready

pytestmark = pytest.mark.unit

SOURCE = ("他开过很多公司。", "大多已经倒闭。", "他现在教书。", "天气很好。")
TARGET = ("He founded many companies, mostly failures.", "He is a teacher now.", "Fine weather.")
WORDS = {
    "他开过很多公司。": ("founded", "companies"),
    "大多已经倒闭。": ("failures",),
    "他现在教书。": ("teacher",),
    "天气很好。": ("weather",),
}
BEADS = [Bead((0,), (0,)), Bead((1,), ()), Bead((2,), (1,)), Bead((3,), (2,))]


@dataclass(frozen=True)
class Answer:
    log_probability: float
    tokens: int


def by_words(sources: Sequence[str], targets: Sequence[str]) -> list[Answer]:
    """5 nats for each target word that no source sentence explains, 1 for an unused sentence."""
    answers = []
    for source, target in zip(sources, targets, strict=True):
        present = [words for sentence, words in WORDS.items() if sentence in source]
        explained = {word for words in present for word in words}
        words = [word for words in WORDS.values() for word in words if word in target]
        unused = sum(not any(word in target for word in words) for words in present)
        cost = 5.0 * sum(word not in explained for word in words) + unused
        answers.append(Answer(-cost, len(target.split())))
    return answers


def texts(target: Sequence[str] = TARGET) -> Texts:
    return make_ready(SOURCE, target, signals=["copied", "length"])


def shown(beads: Sequence[Bead]) -> str:
    return " ".join(map(str, beads))


def test_a_sentence_of_which_two_words_are_left_joins_its_neighbour() -> None:
    beads = rejoined(texts(), BEADS, by_words)
    assert shown(beads) == "[0,1]:[0] [2]:[1] [3]:[2]"
    assert 0.5 < beads[0].confidence < 1.0


def test_the_neighbour_may_come_after_the_sentence() -> None:
    target = (
        "He founded many companies.",
        "After these failures, he is a teacher.",
        "Fine weather.",
    )
    assert shown(rejoined(texts(target), BEADS, by_words)) == "[0]:[0] [1,2]:[1] [3]:[2]"


def test_an_omission_stays_unpaired() -> None:
    target = ("He founded many companies.", *TARGET[1:])
    assert rejoined(texts(target), BEADS, by_words) == BEADS


def test_two_neighbours_do_not_share_a_sentence() -> None:
    target = (
        "He founded companies, failures.",
        "After these failures, a teacher.",
        "Fine weather.",
    )
    beads = rejoined(texts(target), BEADS, by_words)
    assert sorted(i for bead in beads for i in bead.source) == [0, 1, 2, 3]


def test_fixed_beads_stay_as_they_are() -> None:
    assert rejoined(texts(), BEADS, by_words, fixed=[Bead((1,), ())]) == BEADS
    assert rejoined(texts(), BEADS, by_words, fixed=[Bead((0,), (0,))]) == BEADS


def test_sentences_of_two_groups_stay_apart() -> None:
    assert rejoined(texts(), BEADS, by_words, groups=((0, 1, 2, 3), (0, 2, 3))) == BEADS


def test_nothing_is_asked_where_nothing_is_unpaired() -> None:
    def refuse(sources: Sequence[str], targets: Sequence[str]) -> list[Answer]:
        raise AssertionError("asked")

    beads = [Bead((0, 1), (0,)), Bead((2,), (1,)), Bead((3,), (2,))]
    assert rejoined(texts(), beads, refuse) == beads


class Embedding:
    """A vector for each span, the same for a sentence and its translation; counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(
        self, sentences: Sequence[str], spans: Sequence[tuple[int, int]]
    ) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        self.calls += 1
        rows = np.zeros((len(spans), 64), dtype=np.float32)
        for row, (i, j) in enumerate(spans):
            rows[row, [k % 64 for k in range(i, j)]] = (j - i) ** -0.5
        return rows


@pytest.mark.parametrize("literal", [True, False])
def test_fast_embeds_only_where_the_translation_is_free(literal: bool) -> None:
    target = [f"The committee of {chr(97 + n) * 6} met in room {n}." for n in range(12)]
    translation = target if literal else [f"Something about {n * 7} birds" for n in range(12)]
    source = [f"第{n}句。" for n in range(12)]
    embedding = Embedding()
    beads = align(source, target, translation, embed=embedding, effort="fast", check_parallel=False)
    assert [bead.type for bead in beads] == ["1-1"] * 12
    assert (embedding.calls == 0) is literal
