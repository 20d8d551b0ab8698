"""Documents, translations and beads become rows and ledger, and no sentence is lost."""

from __future__ import annotations

import pytest

from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.bitext import check_identity, make_bitext
from duizhao.corpus.errors import BrokenIdentity
from duizhao.corpus.translation import Translation
from tests.support.bitexts import document

pytestmark = pytest.mark.unit

SOURCE = document("s", "zh", ["导言"], ["会议开始。", "会议结束。"], ["谢谢。"])
TARGET = document("t", "en", ["Introduction"], ["It began and ended."], ["Extra."])
MADE = [
    Translation("Introduction", -0.1, 1),
    Translation("It began.", -0.2, 3, ("number",)),
    Translation("It ended.", -0.5, 6),
    Translation("Thanks.", -0.3, 2),
]
BEADS = [
    Bead((0,), (0,), 1.0, 0.9, {"overlap": 1.0}),
    Bead((1, 2), (1,), 2.0, 0.4),
    Bead((), (2,), 0.0, 1.0),
    Bead((3,), (), 0.0, 1.0),
]


def test_rows_say_where_each_side_comes_from() -> None:
    rows = make_bitext(SOURCE, TARGET, MADE, BEADS, metadata={"year": 2021}).rows
    assert [row.bead_type for row in rows] == ["1-1", "2-1"]
    second = rows[1]
    assert (second.source, second.target) == ("会议开始。会议结束。", "It began and ended.")
    assert (second.source_ids, second.target_ids) == ((1, 2), (1,))
    assert (second.source_blocks, second.target_blocks) == ((1,), (1,))
    assert (second.source_document, second.target_document) == ("s", "t")
    assert second.machine_translation == "It began. It ended."
    assert second.mt_score == -0.4, "the mean over tokens, not over sentences"
    assert second.mt_flags == ("number",)
    assert (second.section, second.target_kind) == ("导言", "human")
    assert second.metadata == {"year": 2021}


def test_unaligned_sentences_are_in_the_ledger_with_their_reason() -> None:
    ledger = make_bitext(SOURCE, TARGET, MADE, BEADS).ledger
    told = [(entry.side, entry.reason, entry.text) for entry in ledger]
    assert told == [("target", "insertion", "Extra."), ("source", "deletion", "谢谢。")]


def test_beads_below_the_confidence_asked_for_go_to_the_ledger() -> None:
    bitext = make_bitext(SOURCE, TARGET, MADE, BEADS, min_confidence=0.5)
    assert [row.source_ids for row in bitext.rows] == [(0,)]
    unsure = [entry for entry in bitext.ledger if entry.reason == "low_confidence"]
    assert [(entry.side, entry.sentence) for entry in unsure] == [
        ("source", 1),
        ("source", 2),
        ("target", 1),
    ]
    check_identity(bitext.rows, bitext.ledger, SOURCE, TARGET)


def test_without_a_reference_the_machine_translation_is_the_target() -> None:
    made = [*MADE[:3], Translation(" ", 0.0, 0)]
    bitext = make_bitext(SOURCE, None, made, None)
    assert [row.target for row in bitext.rows] == ["Introduction", "It began.", "It ended."]
    assert {row.target_kind for row in bitext.rows} == {"machine"}
    assert all(row.target_ids == () and row.target_document is None for row in bitext.rows)
    assert [entry.reason for entry in bitext.ledger] == ["empty_translation"]
    check_identity(bitext.rows, bitext.ledger, SOURCE, None)


def test_the_identity_finds_what_was_lost_and_what_was_doubled() -> None:
    bitext = make_bitext(SOURCE, TARGET, MADE, BEADS)
    check_identity(bitext.rows, bitext.ledger, SOURCE, TARGET)
    with pytest.raises(BrokenIdentity, match=r"source sentences lost: \[3\]"):
        check_identity(bitext.rows, bitext.ledger[:1], SOURCE, TARGET)
    with pytest.raises(BrokenIdentity, match=r"doubled: \[0\]"):
        check_identity([*bitext.rows, bitext.rows[0]], bitext.ledger, SOURCE, TARGET)


def test_a_translation_is_needed_for_each_sentence() -> None:
    with pytest.raises(ValueError, match="3 translations of 4 sentences"):
        make_bitext(SOURCE, TARGET, MADE[:3], BEADS)
