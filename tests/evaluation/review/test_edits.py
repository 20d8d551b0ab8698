"""Edits of an alignment: their effect, that each can be undone, and that nothing is lost."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duizhao.corpus.alignment.bead import Bead, check_cover
from duizhao.corpus.bitext import check_identity
from duizhao.corpus.errors import DuizhaoError, EditError, InputError
from duizhao.corpus.files.alignment_file import write_work
from duizhao.corpus.files.edits import append, check_build, read_log
from duizhao.corpus.files.folder import begin, finish
from duizhao.evaluation.report.folder import read_folder
from duizhao.evaluation.review.apply import apply_review, review_record
from duizhao.evaluation.review.edits import DELETED, plan, review_beads
from duizhao.evaluation.review.outcome import calibration, reviewed_bitext
from duizhao.evaluation.review.realign import align_around
from duizhao.evaluation.review.session import Session, open_session
from tests.support.cli import Cli
from tests.support.report_folders import SENTENCES, make_folder, make_work

pytestmark = pytest.mark.unit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as `duizhao build` leaves it: six sentences a side, one of each unpaired."""
    return make_folder(tmp_path / "out")


def names(session: Session) -> list[str]:
    return [bead.name for bead in session.beads]


def test_merge_makes_one_bead_of_neighbours(folder: Path) -> None:
    session = open_session(folder, "anna")
    session.edit({"op": "merge", "beads": ["[1]:[1]", "[2]:[]"]})
    assert "[1,2]:[1]" in names(session)
    row = next(row for row in reviewed_bitext(session).rows if row.source_ids == (1, 2))
    assert row.source == SENTENCES[1][0] + SENTENCES[2][0]
    assert row.metadata["reviewed_by"] == "anna"
    assert row.metadata["review"] == "merge"


def test_beads_that_are_not_neighbours_do_not_merge(folder: Path) -> None:
    session = open_session(folder, "anna")
    with pytest.raises(EditError, match="not neighbours"):
        session.edit({"op": "merge", "beads": ["[0]:[0]", "[3]:[2]"]})
    assert not session.path.exists(), "an edit that failed is not saved"


def test_split_parts_both_sides_where_asked(folder: Path) -> None:
    session = open_session(folder, "anna")
    session.edit({"op": "split", "bead": "[4,5]:[4,5]", "source_at": 1, "target_at": 1})
    assert names(session)[-2:] == ["[4]:[4]", "[5]:[5]"]
    with pytest.raises(EditError, match="empty"):
        session.edit({"op": "split", "bead": "[4]:[4]", "source_at": 1, "target_at": 1})


def test_split_of_a_pair_unpairs_it(folder: Path) -> None:
    session = open_session(folder, "anna")
    session.edit({"op": "split", "bead": "[0]:[0]", "source_at": 1, "target_at": 0})
    reasons = {bead.name: bead.left_out for bead in session.beads}
    assert reasons["[0]:[]"] == "deletion"
    assert reasons["[]:[0]"] == "insertion"


def test_move_takes_a_sentence_to_the_neighbour(folder: Path) -> None:
    session = open_session(folder, "anna")
    session.edit({"op": "move", "bead": "[4,5]:[4,5]", "side": "target", "to": "previous"})
    assert names(session)[-2:] == ["[]:[3,4]", "[4,5]:[5]"]


def test_a_bead_emptied_by_a_move_is_gone(folder: Path) -> None:
    session = open_session(folder, "anna")
    session.edit({"op": "move", "bead": "[2]:[]", "side": "source", "to": "next"})
    assert "[2,3]:[2]" in names(session)
    assert not any(name == "[]:[]" for name in names(session))


def test_deleted_beads_go_to_the_ledger_and_come_back(folder: Path) -> None:
    session = open_session(folder, "anna")
    session.edit({"op": "delete", "bead": "[0]:[0]"})
    entries = [entry for entry in reviewed_bitext(session).ledger if entry.reason == DELETED]
    assert [(entry.side, entry.sentence) for entry in entries] == [("source", 0), ("target", 0)]
    assert entries[0].detail["reviewed_by"] == "anna"
    session.edit({"op": "restore", "bead": "[0]:[0]"})
    assert not [e for e in reviewed_bitext(session).ledger if e.reason == DELETED]


def test_a_low_confidence_bead_can_be_kept(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "out", min_confidence=0.5)
    session = open_session(folder, "anna")
    assert next(b for b in session.beads if b.name == "[3]:[2]").left_out == "low_confidence"
    session.edit({"op": "restore", "bead": "[3]:[2]"})
    assert any(row.source_ids == (3,) for row in reviewed_bitext(session).rows)


def test_texts_set_by_hand_are_in_the_corpus(folder: Path) -> None:
    session = open_session(folder, "anna")
    session.edit({"op": "text", "bead": "[0]:[0]", "side": "target", "text": "A  better\ntext."})
    row = reviewed_bitext(session).rows[0]
    assert row.target == "A better text."
    assert row.source == SENTENCES[0][0]
    with pytest.raises(EditError, match="set by hand"):
        session.edit({"op": "move", "bead": "[0]:[0]", "side": "target", "to": "next"})
    session.edit({"op": "text", "bead": "[0]:[0]", "side": "target", "text": SENTENCES[0][1]})
    assert not session.beads[0].texts


@pytest.mark.parametrize(
    "edit",
    [
        {"op": "fly"},
        {"op": "merge"},
        {"op": "merge", "beads": ["[0]:[0]"]},
        {"op": "split", "bead": "[0]:[0]", "source_at": 9, "target_at": 0},
        {"op": "move", "bead": "[0]:[0]", "side": "middle", "to": "next"},
        {"op": "move", "bead": "[0]:[0]", "side": "source", "to": "previous"},
        {"op": "text", "bead": "[0]:[0]", "side": "source", "text": "  "},
        {"op": "check", "bead": "[9]:[9]", "checked": True},
        {"op": "realign", "beads": []},
    ],
)
def test_an_impossible_edit_is_reported_and_changes_nothing(
    folder: Path, edit: dict[str, object]
) -> None:
    session = open_session(folder, "anna")
    before = list(session.beads)
    with pytest.raises(EditError, match=r"\w"):
        session.edit(edit)
    assert session.beads == before
    assert session.edits == []


def test_undo_and_redo_over_a_restart(folder: Path) -> None:
    session = open_session(folder, "anna")
    session.edit({"op": "merge", "beads": ["[0]:[0]", "[1]:[1]"]})
    session.edit({"op": "check", "bead": "[0,1]:[0,1]", "checked": True})
    session.undo()
    session.undo()
    session.redo()
    again = open_session(folder, "ben")
    assert again.beads == session.beads
    assert again.beads[0].name == "[0,1]:[0,1]"
    assert not again.beads[0].checked
    again.redo()
    assert again.beads[0].checked
    with pytest.raises(EditError, match="nothing to redo"):
        again.redo()


def test_a_line_cut_off_by_a_crash_loses_only_itself(folder: Path) -> None:
    session = open_session(folder, "anna")
    session.edit({"op": "check", "bead": "[0]:[0]", "checked": True})
    with session.path.open("ab") as file:
        file.write(b'{"edit": 2, "op": "che')
    again = open_session(folder, "anna")
    assert again.torn.startswith('{"edit": 2')
    again.edit({"op": "check", "bead": "[1]:[1]", "checked": True})
    assert [edit["edit"] for edit in open_session(folder).edits] == [1, 2]


@pytest.mark.parametrize("name", ["op", "by", "at"])
@pytest.mark.parametrize("value", [None, 3, "absent"])
def test_an_edit_without_operation_reviewer_or_time_is_named_with_its_line(
    folder: Path, name: str, value: object
) -> None:
    session = open_session(folder, by="anna")
    session.edit({"op": "check", "bead": session.beads[0].name, "checked": True})
    path = folder / "edits.jsonl"
    first, second = path.read_text(encoding="utf-8").splitlines()
    record = json.loads(second)
    del record[name]
    if value != "absent":
        record[name] = value
    path.write_text(f"{first}\n{json.dumps(record)}\n", encoding="utf-8")
    with pytest.raises(InputError, match=rf"edits\.jsonl:2: the edit has no `{name}`"):
        open_session(folder)


def test_edits_for_another_alignment_are_refused(folder: Path) -> None:
    append(folder / "edits.jsonl", {"edit": 1, "op": "undo", "of": 1}, "another")
    with pytest.raises(InputError, match="another alignment"):
        open_session(folder)
    append(folder / "other.jsonl", {"edit": 2}, "this")
    with pytest.raises(InputError, match="edit 1 is missing"):
        read_log(folder / "other.jsonl", "this")


def test_realigning_keeps_beads_that_a_person_confirmed(folder: Path) -> None:
    session = open_session(folder, "anna")
    session.edit({"op": "check", "bead": "[0]:[0]", "checked": True})
    session.edit({"op": "merge", "beads": ["[1]:[1]", "[2]:[]"]})
    fixed = {bead.name for bead in session.beads if bead.fixed}

    def one_to_one(source: list[str], target: list[str], _mt: object, _fixed: object) -> list[Bead]:
        """An aligner that ignores fixed beads, so that each gap must be aligned by itself."""
        short = min(len(source), len(target))
        return [
            *(Bead((i,), (i,), confidence=0.9) for i in range(short)),
            *(Bead((i,), ()) for i in range(short, len(source))),
            *(Bead((), (i,)) for i in range(short, len(target))),
        ]

    session.realign(lambda work, beads: align_around(work, beads, one_to_one))
    assert fixed <= set(names(session))
    assert "[3]:[2]" in names(session)
    assert "[4]:[3]" in names(session)
    check_cover([bead.bead for bead in session.beads], 6, 6)
    assert {b.made for b in session.beads if b.name == "[4]:[3]"} == {"realigned"}
    assert open_session(folder).beads == session.beads


def test_calibration_counts_checked_as_right_and_changed_as_wrong(folder: Path) -> None:
    session = open_session(folder, "anna")
    assert sum(number for _, number in calibration(session)) == 0
    session.edit({"op": "check", "bead": "[0]:[0]", "checked": True})
    session.edit({"op": "split", "bead": "[4,5]:[4,5]", "source_at": 1, "target_at": 1})
    counts = calibration(session)
    assert counts[6] == (1, 1), "0.99 to 0.999"
    assert counts[2] == (0, 1), "0.5 to 0.75"


def test_apply_writes_every_format_with_reviewer_and_time(folder: Path) -> None:
    session = open_session(folder, "anna")
    session.edit({"op": "merge", "beads": ["[0]:[0]", "[1]:[1]"]})
    session.edit({"op": "check", "bead": "[3]:[2]", "checked": True})
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    told = apply_review(folder)
    out = folder / "reviewed"
    assert {path.name for path in out.iterdir()} >= {
        "corpus.jsonl", "corpus.tsv", "corpus.tmx", "ledger.jsonl", "scores.json", "report.html",
        "run.json", "alignment.json", "edits-applied.jsonl",
    }  # fmt: skip
    assert told["review"]["reviewers"] == ["anna"]
    rows = [json.loads(line) for line in (out / "corpus.jsonl").read_text("utf-8").splitlines()]
    assert rows[0]["source_ids"] == [0, 1]
    assert rows[0]["metadata"]["reviewed_at"].startswith("20")
    assert rows[1]["metadata"]["checked"] is True
    ids = [row["id"] for row in rows]
    assert len(set(ids)) == len(ids)
    assert before == {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    plain = (out / "corpus.tsv").read_bytes()
    run = json.loads((folder / "run.json").read_text("utf-8"))
    run["settings"] = (run.get("settings") or {}) | {"tsv_bom": True}
    (folder / "run.json").write_text(json.dumps(run), "utf-8")
    apply_review(folder)  # again, over itself, and as the build wrote its TSV
    assert (out / "corpus.tsv").read_bytes() == b"\xef\xbb\xbf" + plain
    apply_review(folder, tsv_bom=False)
    assert (out / "corpus.tsv").read_bytes() == plain
    open_session(out)  # and what came out can be reviewed in turn


def test_two_pages_apply_a_review_at_once(folder: Path) -> None:
    open_session(folder, "anna").edit({"op": "check", "bead": "[3]:[2]", "checked": True})
    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(lambda _: apply_review(folder)["counts"]["rows"], range(8)))
    assert len(set(written)) == 1
    assert read_folder(folder / "reviewed", most=None).rows
    assert [path.name for path in folder.glob(".reviewed*")] == []


def applied_rows(folder: Path, *options: object) -> list[list[int]]:
    """The Chinese sentences of each row that `duizhao apply` writes."""
    done = Cli(folder.parent / "cache")("apply", folder, *options, "--json")
    assert done.code == 0, done.err
    lines = (folder / "reviewed" / "corpus.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["source_ids"] for line in lines]


def test_apply_writes_only_what_a_person_checked_or_what_is_certain(folder: Path) -> None:
    session = open_session(folder, "anna")
    session.edit({"op": "check", "bead": "[3]:[2]", "checked": True})
    built = {str(bead): bead.confidence for bead in session.work.beads}
    everything = applied_rows(folder)
    assert [3] in everything
    assert applied_rows(folder, "--checked-only") == [[3]]
    ledger = [json.loads(line) for line in (folder / "reviewed" / "ledger.jsonl").open()]
    reasons = {(one["stage"], one["reason"]) for one in ledger if one["sentence"] is not None}
    assert ("review", "not_checked") in reasons
    record = json.loads((folder / "reviewed" / "run.json").read_text())["review"]
    assert (record["checked"], record["beads"]) == (1, 1)
    least = max(built.values())
    certain = applied_rows(folder, "--min-confidence", least)
    assert [3] in certain, "a person checked it"
    assert len(certain) < len(everything)
    assert (folder / "reviewed" / "README.md").is_file()


def test_apply_without_edits_needs_a_reason(folder: Path) -> None:
    with pytest.raises(InputError, match="no edits to apply"):
        apply_review(folder)
    assert applied_rows(folder, "--min-confidence", "0.9")


def test_apply_erases_nothing_of_others(folder: Path, tmp_path: Path) -> None:
    session = open_session(folder, "anna")
    session.edit({"op": "check", "bead": "[0]:[0]", "checked": True})
    other = make_folder(tmp_path / "other")
    with pytest.raises(InputError, match="contains files of something else"):
        apply_review(folder, other)
    for out in (folder, tmp_path):
        with pytest.raises(InputError, match="the build itself"):
            apply_review(folder, out)
    apply_review(folder, tmp_path / "mine")
    notes = tmp_path / "mine" / "notes.txt"
    notes.write_text("mine")
    apply_review(folder, tmp_path / "mine")
    assert notes.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    # a review of what came out has edits of its own
    second = open_session(tmp_path / "mine", "ben")
    second.edit({"op": "check", "bead": "[1]:[1]", "checked": True})
    with pytest.raises(InputError, match="contains edits that would be lost"):
        apply_review(folder, tmp_path / "mine")
    assert len(open_session(tmp_path / "mine").edits) == 1


def test_apply_killed_between_two_renames_loses_nothing(folder: Path) -> None:
    session = open_session(folder, "anna")
    session.edit({"op": "check", "bead": "[0]:[0]", "checked": True})
    apply_review(folder)
    (folder / "reviewed" / "notes.txt").write_text("mine")
    (folder / "reviewed").rename(folder / ".reviewed.before")  # and then killed
    apply_review(folder)
    assert (folder / "reviewed" / "notes.txt").read_text() == "mine"
    assert not (folder / ".reviewed.before").exists()


def test_apply_names_the_folder_it_cannot_write(folder: Path) -> None:
    open_session(folder, "anna").edit({"op": "check", "bead": "[0]:[0]", "checked": True})
    with pytest.raises(InputError, match="/proc/x: cannot be written to"):
        apply_review(folder, Path("/proc/x"))


def test_a_build_that_aligns_otherwise_leaves_a_review_alone(folder: Path) -> None:
    session = open_session(folder, "anna")
    check_build(folder, None)
    session.edit({"op": "check", "bead": "[0]:[0]", "checked": True})
    check_build(folder, make_work())  # the same again may be built
    for work in (None, make_work(0.5)):
        partial = begin(folder)
        (partial / "run.json").write_text("{}")
        if work:
            write_work(work, partial / "alignment.json")
        with pytest.raises(InputError, match="contains edits of a review"):
            finish(folder)
    assert len(open_session(folder).edits) == 1


def test_the_alignment_is_known_by_its_content_not_its_bytes(folder: Path) -> None:
    open_session(folder, "anna").edit({"op": "check", "bead": "[0]:[0]", "checked": True})
    path = folder / "alignment.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")), indent=1), "utf-8")
    assert len(open_session(folder).edits) == 1


def test_both_texts_are_one_edit(folder: Path) -> None:
    session = open_session(folder, "anna")
    texts = {"source": "导言", "target": "Introduction"}
    session.edit({"op": "text", "bead": "[0]:[0]", "texts": texts})
    row = reviewed_bitext(session).rows[0]
    assert (row.source, row.target) == ("导言", "Introduction")
    session.undo()
    assert session.beads[0].texts == {}
    with pytest.raises(EditError, match="empty"):
        session.edit({"op": "text", "bead": "[0]:[0]", "texts": {"source": "a", "target": " "}})


def test_figures_of_the_text_as_built_go_with_it(folder: Path) -> None:
    session = open_session(folder, "anna")
    before = reviewed_bitext(session).rows[2]
    assert before.mt_flags
    assert before.signals
    session.edit({"op": "text", "bead": "[3]:[2]", "side": "target", "text": "By hand."})
    row = reviewed_bitext(session).rows[2]
    assert (row.confidence, row.signals, row.mt_flags) == (1.0, {}, before.mt_flags)
    assert row.metadata["text_by_hand"] == ["target"]
    assert row.metadata["dropped"] == ["confidence", "alignment_score", "signals"]
    session.edit({"op": "text", "bead": "[3]:[2]", "side": "source", "text": "手"})
    row = reviewed_bitext(session).rows[2]
    assert (row.mt_score, row.mt_flags) == (None, ())


def test_the_reviewed_report_scores_the_whole_document_as_the_build_does(folder: Path) -> None:
    session = open_session(folder, "anna")
    session.edit({"op": "delete", "bead": "[0]:[0]"})
    apply_review(folder)
    scores = json.loads((folder / "reviewed" / "scores.json").read_text())
    assert scores["whole_document"]["made_of"] == "whole documents"


def test_checked_counts_the_beads_of_the_corpus(folder: Path) -> None:
    session = open_session(folder, "anna")
    for bead in ("[0]:[0]", "[1]:[1]"):
        session.edit({"op": "check", "bead": bead, "checked": True})
    session.edit({"op": "delete", "bead": "[1]:[1]"})
    told = review_record(session)
    assert (told["checked"], told["beads"]) == (1, 3)


def test_the_message_of_apply_without_edits_has_the_remedy(folder: Path) -> None:
    with pytest.raises(InputError, match="duizhao review"):
        apply_review(folder)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_edits_keep_every_sentence_and_undo_to_the_beginning(data: st.DataObject) -> None:
    work = make_work()
    beads = review_beads(work, {}, {})
    first = list(beads)
    done = []
    for number in range(1, data.draw(st.integers(1, 12)) + 1):
        place = data.draw(st.integers(0, len(beads) - 1))
        bead = beads[place]
        edit = data.draw(
            st.sampled_from(
                [
                    {"op": "merge", "beads": [one.name for one in beads[place : place + 2]]},
                    {
                        "op": "split",
                        "bead": bead.name,
                        "source_at": data.draw(st.integers(0, 3)),
                        "target_at": data.draw(st.integers(0, 3)),
                    },
                    {
                        "op": "move",
                        "bead": bead.name,
                        "side": data.draw(st.sampled_from(["source", "target"])),
                        "to": data.draw(st.sampled_from(["previous", "next"])),
                    },
                    {"op": "delete", "bead": bead.name},
                    {"op": "restore", "bead": bead.name},
                ]
            )
        )
        try:
            splice = plan(beads, number, edit, work)
        except EditError:
            continue
        splice.apply(beads)
        done.append(splice)
        check_cover([one.bead for one in beads], 6, 6)
        assert all(one.bead.source or one.bead.target for one in beads)
        assert all(one.left_out for one in beads if not (one.bead.source and one.bead.target))
    for splice in reversed(done):
        splice.inverse().apply(beads)
    assert beads == first


def test_the_identity_holds_after_a_review(folder: Path) -> None:
    session = open_session(folder, "anna")
    session.edit({"op": "delete", "bead": "[4,5]:[4,5]"})
    session.edit({"op": "merge", "beads": ["[0]:[0]", "[1]:[1]"]})
    bitext = reviewed_bitext(session)
    check_identity(bitext.rows, bitext.ledger, session.work.source, session.work.target)


def test_an_edit_that_cannot_be_saved_is_not_done(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = open_session(folder, "anna")
    session.edit({"op": "check", "bead": "[0]:[0]", "checked": True})
    before, saved = list(session.beads), session.path.read_bytes()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DuizhaoError, match="could not be saved"):
        session.edit({"op": "delete", "bead": "[0]:[0]"})
    monkeypatch.undo()
    assert session.beads == before
    assert session.path.read_bytes() == saved, "what was half written is gone"
    session.edit({"op": "check", "bead": "[1]:[1]", "checked": True})
    assert [edit["edit"] for edit in open_session(folder).edits] == [1, 2]


@pytest.mark.parametrize(
    ("name", "side", "reason"),
    [("[2]:[]", "target", "deletion"), ("[]:[3]", "source", "insertion")],
)
def test_a_typed_counterpart_brings_a_one_sided_bead_into_the_corpus(
    folder: Path, name: str, side: str, reason: str
) -> None:
    session = open_session(folder, "anna")
    before = len(reviewed_bitext(session).rows)
    session.edit({"op": "text", "bead": name, "texts": {side: "typed by hand"}})
    rows = reviewed_bitext(session).rows
    assert len(rows) == before + 1
    row = next(row for row in rows if row.metadata.get("edits"))
    assert getattr(row, side) == "typed by hand"
    assert row.source
    assert row.target
    assert row.metadata["text_by_hand"] == [side]
    # an empty text takes it out again, and so does undo
    session.edit({"op": "text", "bead": name, "texts": {side: ""}})
    assert len(reviewed_bitext(session).rows) == before
    assert next(bead for bead in session.beads if bead.name == name).left_out == reason
    session.undo()
    assert len(reviewed_bitext(session).rows) == before + 1
    assert len(reviewed_bitext(open_session(folder, "bert")).rows) == before + 1
    applied = apply_review(folder)
    assert applied["counts"]["rows"] == before + 1


def test_a_pair_drops_what_was_typed_in_place_of_its_sentences(folder: Path) -> None:
    session = open_session(folder, "anna")
    session.edit({"op": "text", "bead": "[2]:[]", "texts": {"target": "typed by hand"}})
    session.edit({"op": "pair", "beads": ["[2]:[]", "[]:[3]"]})
    row = next(row for row in reviewed_bitext(session).rows if row.source_ids == (2,))
    assert row.target == SENTENCES[3][1]
