"""Paragraphs and documents contain every sentence of their rows once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duizhao.corpus.bitext import Row
from duizhao.corpus.units import combined
from tests.support.bitexts import row

pytestmark = pytest.mark.unit


def bead(number: int, source_block: int, *target_blocks: int, **changes: object) -> Row:
    values: dict[str, object] = {
        "source_ids": (number,),
        "target_ids": (number,),
        "source_blocks": (source_block,),
        "target_blocks": target_blocks,
        "source": f"第{number}句。",
        "target": f"Sentence {number}.",
        "bead_type": "1-1",
    }
    return row(number, **(values | changes))


def test_beads_of_a_block_become_a_paragraph_with_their_sentences_inside() -> None:
    rows = [bead(0, 0, 0), bead(1, 0, 0, confidence=0.6), bead(2, 1, 1)]
    first, second = combined(rows, "paragraph")
    assert (first.source, first.target) == ("第0句。第1句。", "Sentence 0. Sentence 1.")
    assert (first.id, second.id) == ("S_2021_130-p0", "S_2021_130-p1")
    assert (first.bead_type, first.confidence) == ("2-2", 0.6)
    assert [one["id"] for one in first.metadata["sentences"]] == [rows[0].id, rows[1].id]
    assert first.metadata["theme"] == "健康"


def test_a_paragraph_that_is_two_in_the_other_language_is_one_row() -> None:
    rows = [bead(0, 0, 0), bead(1, 0, 1), bead(2, 1, 1), bead(3, 2, 2)]
    assert [one.source_blocks for one in combined(rows, "paragraph")] == [(0, 1), (2,)]


def test_sentences_that_are_not_in_the_corpus_are_counted() -> None:
    (one,) = combined([bead(0, 0, 0), bead(3, 0, 0)], "paragraph")
    assert one.metadata["missing"] == {"source": 2, "target": 2}


def test_moved_text_is_in_the_order_of_its_own_side() -> None:
    rows = [bead(0, 0, 0, target_ids=(1,)), bead(1, 0, 0, target_ids=(0,))]
    (one,) = combined(rows, "paragraph")
    assert (one.source, one.target) == ("第0句。第1句。", "Sentence 1. Sentence 0.")
    assert one.target_ids == (0, 1)


def test_a_document_is_one_row_with_a_line_for_each_paragraph() -> None:
    rows = [bead(0, 0, 0), bead(1, 1, 1), bead(2, 1, 1), bead(0, 0, 0, source_document="other")]
    first, second = combined(rows, "document")
    assert first.target == "Sentence 0.\nSentence 1. Sentence 2."
    assert [first.id, second.id] == ["S_2021_130", "other"]
    assert len(first.metadata["sentences"]) == 3


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_every_sentence_is_in_one_row(blocks: list[tuple[int, int]]) -> None:
    rows = [bead(number, zh, en) for number, (zh, en) in enumerate(sorted(blocks))]
    paragraphs = list(combined(rows, "paragraph"))
    inside = [one["id"] for each in paragraphs for one in each.metadata["sentences"]]
    assert sorted(inside) == [one.id for one in rows]
    assert len({one.id for one in paragraphs}) == len(paragraphs)
    for one in paragraphs:
        for other in paragraphs:
            assert one is other or not set(one.target_blocks) & set(other.target_blocks)
    assert list(combined(rows, "sentence")) == rows
