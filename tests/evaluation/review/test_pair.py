"""Moved text: two one-sided beads are paired across others, and nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.errors import EditError
from duizhao.corpus.files.alignment_file import read_work
from duizhao.corpus.files.read import read_rows
from duizhao.evaluation.review.apply import apply_review
from duizhao.evaluation.review.realign import align_around
from duizhao.evaluation.review.session import Session, open_session
from tests.support.report_folders import make_folder

pytestmark = pytest.mark.unit

MOVED = {"op": "pair", "beads": ["[]:[3]", "[2]:[]"]}


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return open_session(make_folder(tmp_path / "corpus"), "anna")


def names(session: Session) -> list[str]:
    return [bead.name for bead in session.beads]


def test_a_pair_crosses_the_beads_between_and_is_marked(session: Session) -> None:
    before = names(session)
    session.edit(MOVED)
    assert names(session) == ["[0]:[0]", "[1]:[1]", "[2]:[3]", "[3]:[2]", "[4,5]:[4,5]"]
    assert [bead.name for bead in session.beads if bead.moved] == ["[2]:[3]"]
    session.undo()
    assert names(session) == before
    session.redo()
    assert names(open_session(session.folder.path)) == names(session)


def test_the_pair_is_in_the_corpus_and_the_memory(session: Session) -> None:
    session.edit(MOVED)
    out = Path(apply_review(session.folder.path)["out"])
    row = next(row for row in read_rows(out) if row.source_ids == (2,))
    assert (row.target, row.metadata["moved"]) == ("The visits took three weeks.", True)
    tmx = (out / "corpus.tmx").read_text("utf-8")
    assert tmx.count('<prop type="x-moved">yes</prop>') == 1
    assert Bead((2,), (3,)) in [
        Bead(one.source, one.target) for one in read_work(out / "alignment.json").beads
    ]
    # the reviewed corpus can be reviewed again
    assert [bead.name for bead in open_session(out).beads if bead.moved] == ["[2]:[3]"]


@pytest.mark.parametrize(
    "beads", [["[2]:[]", "[1]:[1]"], ["[2]:[]", "[2]:[]"], ["[0]:[0]", "[1]:[1]"], ["[2]:[]"]]
)
def test_only_two_beads_with_one_side_each_are_paired(session: Session, beads: list[str]) -> None:
    with pytest.raises(EditError, match="pair: needs"):
        session.edit({"op": "pair", "beads": beads})
    assert session.edits == []


def test_moved_text_is_not_merged_into_what_does_not_follow(session: Session) -> None:
    session.edit(MOVED)
    with pytest.raises(EditError, match="would not follow each other"):
        session.edit({"op": "merge", "beads": ["[1]:[1]", "[2]:[3]"]})


def test_a_moved_pair_can_be_split_and_paired_again(session: Session) -> None:
    session.edit(MOVED)
    session.edit({"op": "split", "bead": "[2]:[3]", "source_at": 1, "target_at": 0})
    assert "[2]:[]" in names(session)
    session.edit(MOVED)
    assert "[2]:[3]" in names(session)


def test_re_aligning_keeps_moved_pairs(session: Session) -> None:
    def align(
        source: Sequence[str], target: Sequence[str], _: Sequence[str], fixed: Sequence[Bead]
    ) -> list[Bead]:
        assert Bead((2,), ()) in fixed
        assert Bead((), (3,)) in fixed
        return [
            *(Bead((i,), (i,)) for i in (0, 1)),
            Bead((2,), ()),
            Bead((3,), (2,)),
            Bead((), (3,)),
            *(Bead((i,), (i,)) for i in (4, 5)),
        ]

    session.edit(MOVED)
    session.realign(lambda work, beads: align_around(work, beads, align))
    assert names(session) == ["[0]:[0]", "[1]:[1]", "[2]:[3]", "[3]:[2]", "[4]:[4]", "[5]:[5]"]
    assert [bead.name for bead in session.beads if bead.moved] == ["[2]:[3]"]
