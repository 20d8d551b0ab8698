"""Splits by document that share no sentence."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.splits import (
    SPLITS,
    Shares,
    Split,
    SplitReport,
    split,
    split_of,
)
from duizhao.corpus.document import LedgerEntry
from duizhao.corpus.errors import InputError
from duizhao.corpus.keys import KeyedRow, sentence_keys, text_keys

pytestmark = pytest.mark.unit

HALVES = Shares(validation=0.3, test=0.3)


def row(document: str, number: int, source: str, target: str, sentences: int = 1) -> Row:
    """A row of as many sentences a side."""
    ids = tuple(range(number, number + sentences))
    return Row(
        id=f"{document}-{number}",
        source_document=document,
        target_document=document,
        source_ids=ids,
        target_ids=ids,
        source_blocks=(0,),
        target_blocks=(0,),
        section="",
        source=source,
        target=target,
        machine_translation="",
        target_kind="human",
        bead_type=f"{sentences}-{sentences}",
        alignment_score=0.0,
        confidence=1.0,
    )


def run(
    rows: list[Row], shares: Shares, keyed: list[KeyedRow] | None = None
) -> tuple[dict[Split, list[Row]], list[LedgerEntry], SplitReport]:
    found: dict[Split, list[Row]] = {name: [] for name in SPLITS}
    ledger: list[LedgerEntry] = []
    keyed = keyed or [KeyedRow(one, text_keys(one, [], [])) for one in rows]
    report = split(
        lambda: keyed, shares, keep=lambda name, one: found[name].append(one), remove=ledger.append
    )
    return found, ledger, report


def document_in(name: Split, shares: Shares) -> str:
    """A document id whose hash falls into the split."""
    return next(f"D{n}" for n in range(1000) if split_of(f"D{n}", shares) == name)


def test_a_documents_split_follows_from_its_id_alone() -> None:
    assert [split_of(f"A_75_{n}", HALVES) for n in range(6)] == [
        split_of(f"A_75_{n}", HALVES) for n in range(6)
    ]
    found = [split_of(f"A_75_{n}", Shares()) for n in range(4000)]
    assert 0.04 < found.count("test") / 4000 < 0.06
    assert 0.04 < found.count("validation") / 4000 < 0.06
    assert {split_of(f"{n}", Shares(0, 0)) for n in range(100)} == {"train"}
    other = [split_of(f"A_75_{n}", Shares(seed="other")) for n in range(4000)]
    assert other != found


def test_a_shared_sentence_leaves_the_larger_split_and_is_in_the_ledger() -> None:
    train, test = document_in("train", HALVES), document_in("test", HALVES)
    rows = [
        row(train, 0, "会议开幕。", "Opening of the session."),
        row(train, 1, "通过议程。", "Adoption of the agenda."),
        row(test, 0, "会议开幕", "OPENING of the  session."),
    ]
    found, ledger, report = run(rows, HALVES)
    assert [one.id for one in found["train"]] == [f"{train}-1"]
    assert [one.id for one in found["test"]] == [f"{test}-0"]
    assert report.shared == {"train": 1, "validation": 0, "test": 0}
    assert [(entry.side, entry.stage, entry.reason) for entry in ledger] == [
        ("source", "split", "shared_sentence"),
        ("target", "split", "shared_sentence"),
    ]
    assert ledger[0].detail["also_in"] == "test"


def test_a_sentence_inside_a_bead_of_several_is_found() -> None:
    train, test = document_in("train", HALVES), document_in("test", HALVES)
    rows = [
        row(train, 0, "委员会开会。会议开幕。", "The Committee met. The session opened.", 2),
        row(test, 0, "会议开幕。", "The session opened."),
    ]
    assert run(rows, HALVES)[0]["train"] == []


def test_a_heading_joined_with_a_sentence_is_still_a_sentence_of_its_own() -> None:
    """The heading cannot be split off the text of the bead, because it has no full stop."""
    train, test = document_in("train", HALVES), document_in("test", HALVES)
    joined = row(train, 0, "一、导言委员会开会。", "I. Introduction The Committee met.", 2)
    alone = row(test, 0, "一、导言", "I. Introduction")
    sentences = (["一、导言", "委员会开会。"], ["I. Introduction", "The Committee met."])
    keyed = [
        KeyedRow(joined, text_keys(joined, *sentences)),
        KeyedRow(alone, text_keys(alone, ["一、导言"], ["I. Introduction"])),
    ]
    assert run([joined, alone], HALVES)[0]["train"] == [joined], "its text alone does not tell"
    found, ledger, _ = run([], HALVES, keyed)
    assert (found["train"], found["test"]) == ([], [alone])
    assert ledger[0].reason == "shared_sentence"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 12),
            st.lists(st.sampled_from("一二三四五六七八"), min_size=1, max_size=3),
        ),
        max_size=30,
    )
)
def test_splits_share_no_sentence_and_lose_none(texts: list[tuple[int, list[str]]]) -> None:
    rows = [
        row(
            f"D{document}",
            number * 3,
            "".join(f"第{one}句话。" for one in words),
            " ".join(f"This is sentence {one}." for one in words),
            len(words),
        )
        for number, (document, words) in enumerate(texts)
    ]
    found, ledger, report = run(rows, HALVES)
    keys = {
        name: {key for one in kept for key in sentence_keys(one)} for name, kept in found.items()
    }
    assert keys["train"].isdisjoint(keys["test"] | keys["validation"])
    assert keys["validation"].isdisjoint(keys["test"])
    assert sum(report.rows.values()) + sum(report.shared.values()) == len(rows)
    assert len({entry.detail["row"] for entry in ledger}) == sum(report.shared.values())
    assert report.shared["test"] == 0


def test_impossible_shares_are_refused() -> None:
    with pytest.raises(InputError, match="1 or less together"):
        Shares(validation=0.6, test=0.5)
