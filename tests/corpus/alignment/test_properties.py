"""Properties of every alignment of any texts."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duizhao.corpus.alignment import Bead, align, check_cover
from duizhao.corpus.alignment.tokens import copied_tokens, marks, tokens
from duizhao.corpus.errors import InputError, NotParallel
from duizhao.corpus.script import join

pytestmark = pytest.mark.unit

WORDS = ["council", "report", "peace", "budget", "water", "session", "state", "2021", "12"]
sentence = st.lists(st.sampled_from(WORDS), min_size=0, max_size=8).map(" ".join)
sentences = st.lists(sentence, min_size=0, max_size=14)


@settings(max_examples=60, deadline=None)
@given(sentences, sentences)
def test_beads_cover_both_sides_once_and_the_same_each_time(
    source: list[str], target: list[str]
) -> None:
    beads = align(source, target, source, check_parallel=False)
    check_cover(beads, len(source), len(target))
    assert beads == align(source, target, source, check_parallel=False)
    assert all(0.0 <= bead.confidence <= 1.0 for bead in beads)


@settings(max_examples=40, deadline=None)
@given(st.lists(sentence, min_size=1, max_size=12), st.data())
def test_fixed_beads_come_out_as_they_are(source: list[str], data: st.DataObject) -> None:
    target = [f"{each} more" for each in source] + ["tail"]
    i0 = data.draw(st.integers(0, len(source)))
    i1 = data.draw(st.integers(i0, len(source)))
    j0 = data.draw(st.integers(0, len(target)))
    j1 = data.draw(st.integers(j0, len(target)))
    if i0 == i1 and j0 == j1:
        return
    fixed = Bead(tuple(range(i0, i1)), tuple(range(j0, j1)))
    beads = align(source, target, source, fixed=[fixed], check_parallel=False)
    check_cover(beads, len(source), len(target))
    assert fixed in beads


def text(count: int, seed: int) -> list[str]:
    """Sentences that differ from each other."""
    generator = random.Random(seed)
    made = ["".join(generator.choices("abcdefghijklmnop", k=6)) for _ in range(600)]
    return [" ".join(generator.choices(made, k=9)) + "." for _ in range(count)]


def test_a_text_aligned_with_itself_is_1_1_throughout() -> None:
    source = text(60, 1)
    assert [str(bead) for bead in align(source, source, source)] == [
        f"[{i}]:[{i}]" for i in range(60)
    ]


def test_the_sides_exchanged_give_the_beads_exchanged() -> None:
    source = text(40, 2)
    target = [*source[:10], source[10] + " " + source[11], *source[12:30], *source[31:]]
    there = align(source, target, source)
    back = align(target, source, target)
    assert [(bead.source, bead.target) for bead in there] == [
        (bead.target, bead.source) for bead in back
    ]
    assert Bead((10, 11), (10,)).target in {bead.target for bead in there}
    assert "[30]:[]" in {str(bead) for bead in there}


def test_texts_that_are_no_translations_are_refused_with_a_figure() -> None:
    with pytest.raises(NotParallel, match=r"only \d+%") as refused:
        align(text(50, 3), text(50, 4), text(50, 3))
    assert 0.0 <= refused.value.figure < 0.1


def test_an_empty_side_gives_gaps() -> None:
    assert [str(bead) for bead in align(["a", "b"], [])] == ["[0]:[]", "[1]:[]"]
    assert [str(bead) for bead in align([], ["a"])] == ["[]:[0]"]
    assert align([], []) == []


@pytest.mark.parametrize(
    ("fixed", "message"),
    [
        ([Bead((0, 2), (1,))], "not consecutive"),
        ([Bead((9,), (1,))], "source side has 4 sentences"),
        ([Bead((0,), (1,)), Bead((0,), (2,))], "shares a source sentence with another"),
        ([Bead((0,), (2,)), Bead((1,), (1,))], "cross"),
    ],
)
def test_fixed_beads_that_cannot_hold_are_refused(fixed: list[Bead], message: str) -> None:
    with pytest.raises(InputError, match=message):
        align(["a", "b", "c", "d"], ["a", "b", "c", "d"], fixed=fixed)


def test_translations_must_be_one_each() -> None:
    with pytest.raises(ValueError, match="1 translations for 2"):
        align(["a", "b"], ["c"], ["x"])


def test_each_signal_has_its_share_in_the_score() -> None:
    source = text(30, 5)
    for bead in align(source, source, source):
        assert {"overlap", "length", "prior"} <= set(bead.signals)
        assert bead.score == pytest.approx(sum(bead.signals.values()))


def test_structure_is_a_prior_and_no_wall() -> None:
    same = ["alpha beta."] * 3
    source, target = [*same, "gamma delta."], ["alpha beta.", "alpha beta alpha beta.", "gamma."]
    blocks = [(0, "paragraph", None), (1, "paragraph", "1."), (1, "paragraph", "1.")]
    beads = align(
        source,
        target,
        source,
        source_structure=[*blocks, (2, "heading", None)],
        target_structure=[(0, "paragraph", None), (1, "paragraph", "1"), (2, "heading", None)],
    )
    assert [str(bead) for bead in beads] == ["[0]:[0]", "[1,2]:[1]", "[3]:[2]"]


def test_tokens_of_both_scripts() -> None:
    assert tokens("1,000 resolutions") == ["1000", "resolutions", "~resol"]
    assert tokens("联合国") == ["联", "合", "国", "联合", "合国"]
    assert {"70", "12", "2020"} <= set(copied_tokens("第七十届会议2020年12月"))
    assert {"12", "2020"} <= set(copied_tokens("December 2020"))
    assert marks("他问：“为什么？”")[1:] == marks('"Why?" he asked.')


def test_joining_follows_the_script() -> None:
    assert join(["好。", "是。"]) == "好。是。"
    assert join(["Yes.", "No."]) == "Yes. No."
    assert join(["见", "A/70/1"]) == "见 A/70/1"
