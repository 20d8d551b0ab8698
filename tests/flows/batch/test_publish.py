"""From outcomes to one corpus: files, kept rows, messages, and foreign files that stay."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from duizhao.corpus.cleaning.plan import parse_plan
from duizhao.corpus.errors import FolderBusy
from duizhao.corpus.files.read import read_ledger
from duizhao.flows.batch import plan as job
from duizhao.flows.batch import summary as batch_summary
from duizhao.flows.batch.lock import hold
from duizhao.flows.batch.manifest import Entry
from duizhao.flows.batch.options import batch_options
from duizhao.flows.batch.outcomes import STATE, Outcome, keep_done, keep_failure, outcome_names
from duizhao.flows.batch.plan import leaving, note_leaving
from duizhao.flows.batch.progress import PublishProgress
from duizhao.flows.batch.publishing import assemble as publish
from duizhao.flows.settings import Settings
from duizhao.flows.storage import Place
from duizhao.flows.terminal import console
from tests.corpus.cleaning.test_splits import row
from tests.flows.batch.test_parts import PLAN, Notes, begun, done, job_row, planned

pytestmark = pytest.mark.unit


def put(
    out: Path | Place,
    entries: Sequence[Entry],
    keys: Sequence[str],
    left: Sequence[Outcome] = (),
    **options: Any,
) -> tuple[dict[str, Any], list[str]]:
    """The seal of a corpus, and the messages while it was written."""
    given: dict[str, Any] = {"plan": PLAN, "made_by": {}, "show": lambda *_: None} | options
    with console.use(Notes()) as told:
        place = out if isinstance(out, Place) else Place.of(out)
        seal = publish.publish(place, planned(entries, keys), left=left, **given)
    return seal, told.notes  # type: ignore[attr-defined]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.open(encoding="utf-8")]


def test_an_edited_card_is_kept_by_a_run_that_changes_nothing(tmp_path: Path) -> None:
    entries, keys = done(tmp_path, "a", "b")
    first, _ = put(tmp_path, entries, keys)
    card = tmp_path / "README.md"
    card.write_text(card.read_text() + "By hand.\n")
    again, notes = put(tmp_path, entries, keys)
    assert card.read_text().endswith("By hand.\n")
    assert (again, notes) == (first, [])
    assert not (tmp_path / "README.md.edited").exists()


def test_a_corpus_written_anew_keeps_an_edited_card_beside_its_own(tmp_path: Path) -> None:
    entries, keys = done(tmp_path, "a", "b", "c")
    card = tmp_path / "README.md"
    put(tmp_path, entries[:1], keys[:1])
    _, notes = put(tmp_path, entries[:2], keys[:2])
    assert not notes, "nobody edited it"
    for count, name in ((3, "README.md.edited"), (2, "README.md.edited-2")):
        mine = f"{card.read_text()}By hand, with {count} to come.\n"
        card.write_text(mine)
        _, notes = put(tmp_path, entries[:count], keys[:count])
        assert notes == [f"README.md was edited by hand: it is kept as {name}"]
        assert (tmp_path / name).read_text() == mine
        assert "By hand" not in card.read_text()


def test_each_document_of_the_plan_has_its_line_and_the_ledger_those_that_are_not_done(
    tmp_path: Path,
) -> None:
    entries, keys = done(tmp_path, "a")
    failure = Outcome("b", "b" * 64, "failed", "read", "/in/b.zh.txt: the file is empty")
    keep_failure(Place.of(tmp_path / STATE), failure)
    away = "/home/me/my.cache/x.json: no space left"
    left = [Outcome("c", "c" * 64, "left", "align", away)]
    entries = [*entries, *(Entry(name, f"/in/{name}.zh.txt") for name in "bcd")]
    keys = [*keys, *(name * 64 for name in "bcd")]
    seal, _ = put(tmp_path, entries, keys, left)
    told = [
        (one["id"], one["status"], one["stage"], one["reason"])
        for one in lines(tmp_path / "documents.jsonl")
    ]
    assert told == [
        ("a", "done", "", ""),
        ("b", "failed", "read", "b.zh.txt: the file is empty"),
        ("c", "left", "align", "x.json: no space left"),
        ("d", "left", "process", "not done yet"),
    ]
    found = [(e.document, e.stage, e.reason, e.detail["reason"]) for e in read_ledger(tmp_path)]
    assert found == [
        ("b", "read", "document_failed", "b.zh.txt: the file is empty"),
        ("c", "align", "document_left", "x.json: no space left"),
        ("d", "process", "document_left", "not done yet"),
    ]
    counts = seal["counts"]
    assert [counts[one] for one in ("documents", "done", "failed", "left")] == [4, 1, 1, 2]
    assert "| read | document_failed | 1 |" in (tmp_path / "README.md").read_text()
    again, _ = put(tmp_path, entries, keys, [replace(left[0], reason="another reason")])
    assert again["made_from"] != seal["made_from"]
    assert lines(tmp_path / "documents.jsonl")[2]["reason"] == "another reason"


def test_a_damaged_outcome_is_a_document_left_and_names_no_folder(tmp_path: Path) -> None:
    entries, keys = done(tmp_path, "a", "b")
    state = Place.of(tmp_path / STATE)
    state.write(outcome_names(state)[keys[1]], b"{")
    put(tmp_path, entries, keys)
    _, damaged = lines(tmp_path / "documents.jsonl")
    assert damaged["status"] == "left"
    assert damaged["reason"].startswith(f"{'b' * 64}.done.gz is damaged")
    for file in tmp_path.rglob("*.jsonl"):
        assert str(tmp_path) not in file.read_text()


def test_a_batch_whose_lock_is_lost_puts_and_removes_nothing_after_that(tmp_path: Path) -> None:
    entries, keys = done(tmp_path, "a", "b")
    put(tmp_path, entries[:1], keys[:1])
    old = tmp_path / "data" / "train-00007.parquet"
    old.write_bytes(b"of the successor")
    changed: list[str] = []

    class Noted(Place):
        """A folder that records the files written to it and removed from it."""

        def __truediv__(self, name: str) -> Place:
            below = super().__truediv__(name)
            return Noted(below.name, below.root, below.system)

        def write(self, name: str, content: bytes | Path) -> None:
            changed.append(name)
            super().write(name, content)

        def remove(self, name: str) -> None:
            changed.append(name)
            super().remove(name)

    for good in range(40):
        calls = iter(range(40))
        changed.clear()
        lost: list[int] = []

        def check(good: int = good, calls: Any = calls, lost: list[int] = lost) -> None:
            if next(calls) >= good:
                lost.append(len(changed))
                raise FolderBusy("another batch has it")

        try:
            put(Noted.of(tmp_path), entries, keys, still_ours=check)
        except FolderBusy:
            assert changed[lost[0] :] == [], f"after {good} looks at the lock"
        else:
            break
        assert not changed or not (tmp_path / "batch.json").exists()
    assert good >= len(changed) > 5, "one look at the lock before each change"
    assert not old.exists()


def test_publishing_tells_of_each_part_of_its_work(tmp_path: Path) -> None:
    rows = [job_row(row("a", n, f"第{n}号决议。", f"Resolution {n}.")) for n in range(3000)]
    keep_done(Place.of(tmp_path / STATE), Outcome("a", "a" * 64, "done"), rows, [])
    told: list[tuple[str, int, int]] = []
    put(
        tmp_path,
        [Entry("a", "a.zh.txt")],
        ["a" * 64],
        show=lambda *one: told.append(one),
        plan=replace(PLAN, cleaning=parse_plan(["exact_duplicates", "boilerplate"])),
    )
    parts = list(dict.fromkeys(text for text, _, _ in told))
    assert parts == ["document 1 of 1", "cleaning", "splits and files", "accounts and card"]
    for part in ("cleaning", "splits and files"):
        steps = [(done, total) for text, done, total in told if text == part]
        assert len(steps) >= 3
        assert steps == sorted(steps)
        assert all(0 < done <= total == steps[0][1] for done, total in steps)


def test_the_writing_of_a_corpus_is_reported_in_a_log_and_by_duizhao_status(batch: Batch) -> None:
    batch.plan("a")
    progress = PublishProgress(batch.state, keep=0, line=0)
    with hold(batch.state), console.use(Notes()) as told:
        progress.show("cleaning", 1, 4)
        assert batch.corpus() == "being written: cleaning (25%)"
        progress.end()
        assert batch.corpus() == "not written yet, or incomplete"
    assert told.notes == ["writing the corpus: cleaning (25%)"]  # type: ignore[attr-defined]


class Batch:
    """A batch that is planned, done and published by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "out"
        self.state = Place.of(self.out / STATE)

    def plan(self, names: str) -> job.Job:
        for name in names:
            (self.folder / f"{name}.zh.txt").write_text(name)
        options = batch_options(workers=1)
        return begun(str(self.out), self.entries(names), Settings(), options)

    def entries(self, names: str) -> list[Entry]:
        return [Entry(name, str(self.folder / f"{name}.zh.txt")) for name in names]

    def do(self, planned: job.Job, name: str, rows: int = 1) -> None:
        key = {one.entry.id: one.key for one in planned.documents}[name]
        made = [job_row(row(name, n, f"第{n}号{name}。", f"No. {n} {name}.")) for n in range(rows)]
        keep_done(self.state, Outcome(name, key, "done"), made, [])

    def publish(self, planned: job.Job) -> None:
        entries, keys = zip(*planned.documents, strict=True)
        put(self.out, entries, keys)

    def corpus(self) -> str:
        told = batch_summary.status(str(self.out))
        assert told["whole"] == (told["corpus"] == "whole")
        return str(told["corpus"])


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unread_model: str) -> Batch:
    monkeypatch.setenv("DUIZHAO_MODELS", unread_model)
    return Batch(tmp_path)


def test_status_holds_the_corpus_against_the_plan(batch: Batch) -> None:
    first = batch.plan("ab")
    assert batch.corpus() == "not written yet, or incomplete"
    batch.publish(first)
    assert batch.corpus() == "empty: no document is done"
    batch.do(first, "a")
    assert batch.corpus() == "out of date: newer results are not included"
    batch.publish(first)
    assert batch.corpus() == "whole", "the other document is told as left"
    batch.plan("abc")
    assert batch.corpus() == "of an earlier plan"
    batch.plan("ab")
    assert batch.corpus() == "whole"
    next((batch.out / "data").iterdir()).unlink()
    assert batch.corpus().startswith("a file is missing")


def test_a_corpus_whose_every_row_was_taken_out_is_not_whole(batch: Batch) -> None:
    planned = batch.plan("a")
    batch.do(planned, "a", rows=0)
    batch.publish(planned)
    assert batch.corpus() == "empty: all rows were removed"


def test_documents_that_leave_the_corpus_are_reported_before_the_plan_is_replaced(
    batch: Batch,
) -> None:
    assert leaving(batch.state, batch.entries("a")) == []
    planned = batch.plan("abcd")
    for name in "abc":
        batch.do(planned, name)
    assert leaving(batch.state, batch.entries("ax")) == ["b", "c"], "d was never in the corpus"
    with console.use(Notes()) as told:
        note_leaving(batch.state, batch.entries("abcd"))
        note_leaving(batch.state, batch.entries("ax"))
    (note,) = told.notes  # type: ignore[attr-defined]
    assert note.startswith("2 documents of the corpus (such as b) are not in this manifest")


@pytest.mark.parametrize(("keep_planned", "told"), [(False, True), (True, False)])
def test_a_batch_looks_for_them_first_unless_it_keeps_them(
    batch: Batch, keep_planned: bool, told: bool
) -> None:
    from duizhao.flows.batch import flow as batches

    class PlannedNow(Exception):  # noqa: N818
        pass

    def planned_now() -> None:
        raise PlannedNow

    batch.do(batch.plan("ab"), "b")
    options = batch_options(workers=1, keep_planned=keep_planned)
    with console.use(Notes()) as said, pytest.raises(PlannedNow):
        batches.start_batch(
            str(batch.out), batch.entries("a"), Settings(), options, before_flow=planned_now
        )
    notes = said.notes  # type: ignore[attr-defined]
    assert (
        any(
            "are not in this manifest" in note or "is not in this manifest" in note
            for note in notes
        )
        == told
    )


def test_a_batch_writes_every_format_and_rows_of_documents(tmp_path: Path) -> None:
    from duizhao.corpus.files.formats import FORMATS, endings

    entries, keys = done(tmp_path, "a", "b")
    plan = replace(PLAN, formats=tuple(FORMATS), unit="document")
    seal, _ = put(tmp_path, entries, keys, plan=plan)
    names = {Path(name).name.partition(".")[2] for name in seal["files"]}
    assert names >= {end for name in FORMATS for end in endings(name)}
    rows = [line for path in sorted((tmp_path / "jsonl").iterdir()) for line in lines(path)]
    assert sorted(row["id"] for row in rows) == ["a", "b"]
    assert seal["counts"]["rows"] == sum(one["rows"] for one in seal["splits"].values()) == 2
    # a corpus in fewer formats leaves none of them behind
    put(tmp_path, entries, keys, plan=PLAN)
    assert not list(tmp_path.glob("moses/*"))
    assert not list(tmp_path.glob("xliff12/*"))
