"""A published corpus keeps its rows when a later run fails."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest

from duizhao.corpus.errors import (
    InputError,
    MissingFile,
    NotParallel,
    NotReady,
    ReaderError,
    Retry,
    StorageError,
    blames_input,
)
from duizhao.corpus.files.read import read_rows
from duizhao.corpus.files.rights import Rights
from duizhao.flows.batch import groups, workers
from duizhao.flows.batch import plan as plans
from duizhao.flows.batch.documents import Group, document_key, process_group
from duizhao.flows.batch.manifest import Entry
from duizhao.flows.batch.needs import Needs
from duizhao.flows.batch.options import batch_options
from duizhao.flows.batch.outcomes import (
    HALF,
    STATE,
    Outcome,
    OutcomeKey,
    find_outcomes,
    keep_done,
    keep_failure,
)
from duizhao.flows.batch.published import PUBLISHED, read_published
from duizhao.flows.batch.publishing.assemble import publish
from duizhao.flows.settings import Settings
from duizhao.flows.storage import Place
from tests.corpus.cleaning.test_splits import row
from tests.flows.batch.test_parts import PLAN, begun, job_row, planned

pytestmark = pytest.mark.unit

Cause = Literal["document", "run"]


class Folder:
    """A batch folder; a key names the contents of the files and the options, as ``a1 beam4``."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.state = Place.of(out / STATE)

    def key(self, contents: str, options: str) -> OutcomeKey:
        return OutcomeKey(contents.ljust(HALF, "0") + options.ljust(HALF, "0"))

    def do(self, name: str, contents: str, options: str) -> None:
        text = f"{name} {contents} {options}"
        made = job_row(row(name, 0, f"第{name}号{contents}{options}。", text))
        outcome = Outcome(name, self.key(contents, options), "done", counts={"rows": 1})
        keep_done(self.state, outcome, [made], [])

    def fail(self, name: str, contents: str, options: str, cause: Cause) -> None:
        key = self.key(contents, options)
        keep_failure(self.state, Outcome(name, key, "failed", "read", "why", cause=cause))

    def publish(self, *documents: tuple[str, str, str], left: str = "") -> dict[str, Any]:
        keys = [self.key(contents, options) for _, contents, options in documents]
        entries = [Entry(name, f"/in/{name}.zh.txt") for name, _, _ in documents]
        reasons = [
            Outcome(entry.id, key, "left", "translate", "no GPU")
            for entry, key in zip(entries, keys, strict=True)
            if entry.id in left.split()
        ]
        place = Place.of(self.out)
        return publish(place, planned(entries, keys), PLAN, {}, lambda *_: None, left=reasons)

    def rows(self) -> list[str]:
        return [one.target for one in read_rows(self.out)]

    def accounts(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.out / "documents.jsonl").open()]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A published corpus of the documents a and b, built with beam 1."""
    made = Folder(tmp_path / "out")
    for name in "ab":
        made.do(name, name, "beam1")
    made.publish(("a", "a", "beam1"), ("b", "b", "beam1"))
    assert made.rows() == ["a a beam1", "b b beam1"]
    return made


def test_documents_that_are_left_keep_their_published_rows(folder: Folder) -> None:
    folder.do("a", "a", "beam4")
    seal = folder.publish(("a", "a", "beam4"), ("b", "b", "beam4"), left="b")
    assert folder.rows() == ["a a beam4", "b b beam1"]
    counts = {name: seal["counts"][name] for name in ("done", "failed", "left", "kept", "rows")}
    assert counts == {"done": 1, "failed": 0, "left": 1, "kept": 1, "rows": 2}
    assert seal["kept"] == ["b"]
    assert folder.accounts()[1] | {"rows": 1} == {
        "id": "b",
        "status": "left",
        "stage": "translate",
        "reason": "no GPU",
        "kept": True,
        "rows": 1,
    }


def test_they_keep_them_in_every_further_run_too(folder: Folder) -> None:
    for options in ("beam2", "beam3", "beam4"):
        folder.publish(("a", "a", options), ("b", "b", options), left="a b")
        assert folder.rows() == ["a a beam1", "b b beam1"], options
    folder.do("a", "a", "beam4")
    folder.publish(("a", "a", "beam4"), ("b", "b", "beam4"), left="b")
    assert folder.rows() == ["a a beam4", "b b beam1"]


@pytest.mark.parametrize(
    ("contents", "cause", "is_kept"),
    [
        ("b", "document", True),
        ("b", "run", True),
        ("another", "run", True),
        ("another", "document", False),
    ],
)
def test_a_document_that_fails_leaves_only_if_its_files_have_changed_and_are_the_cause(
    folder: Folder, contents: str, cause: Cause, is_kept: bool
) -> None:
    folder.do("a", "a", "beam4")
    folder.fail("b", contents, "beam4", cause)
    seal = folder.publish(("a", "a", "beam4"), ("b", contents, "beam4"))
    assert folder.rows() == ["a a beam4", "b b beam1"][: 1 + is_kept]
    assert [one[0] for one in seal["failed"]] == ["b"]
    assert seal["kept"] == ["b"] * is_kept
    assert len(list(folder.out.glob("ledger/*"))) == (not is_kept)


def test_a_document_that_is_not_in_the_manifest_any_more_leaves(folder: Folder) -> None:
    folder.publish(("a", "a", "beam1"))
    assert folder.rows() == ["a a beam1"]
    assert list(read_published(folder.state)) == ["a"]


def test_the_card_has_the_number_of_kept_documents(folder: Folder) -> None:
    folder.publish(("a", "a", "beam4"), ("b", "b", "beam4"), left="a b")
    card = (folder.out / "README.md").read_text(encoding="utf-8")
    assert "2 documents could not be processed again" in card


def test_a_document_that_is_done_and_fails_when_it_is_processed_again_stays_done(
    folder: Folder,
) -> None:
    key = folder.key("a", "beam1")
    assert not keep_failure(folder.state, Outcome("a", key, "failed", "process", "--timeout"))
    assert find_outcomes(folder.state)[key].is_done


def test_a_damaged_record_of_the_corpus_is_one_line_and_changes_nothing(folder: Folder) -> None:
    folder.state.write(PUBLISHED, b"[")
    with pytest.raises(Exception, match=r"published.jsonl: damaged .* remove it"):
        folder.publish(("a", "a", "beam4"), left="a")
    assert folder.rows() == ["a a beam1", "b b beam1"]


def test_the_first_half_of_a_key_is_of_the_files_alone() -> None:
    entry = Entry("a", "/in/a.zh.txt", None, {"theme": "x"})
    other = Entry("a", "/else/a.zh.txt", None, {"theme": "y"})
    one = document_key(entry, "base", {"/in/a.zh.txt": "hash"})
    two = document_key(other, "other", {"/else/a.zh.txt": "hash"})
    changed = document_key(entry, "base", {"/in/a.zh.txt": "another"})
    assert one[:HALF] == two[:HALF] != changed[:HALF]
    assert one[HALF:] == changed[HALF:] != two[HALF:]
    assert len(one) == 2 * HALF


def test_which_errors_a_document_is_the_cause_of() -> None:
    for error in (InputError("empty"), NotParallel("no", 0.1)):
        assert blames_input(error)
    for error in (MissingFile("gone"), ReaderError("ours"), StorageError("full"), ValueError("?")):
        assert not blames_input(error)


class Named:
    """Workers that answer a check with an error."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def one(self) -> Named:
        return self

    def __enter__(self) -> Named:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def check(self, _needs: Needs) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "code", "retry", "words"),
    [
        (workers.WorkerError("device cuda: no GPU", Retry.LATER, 2), 2, Retry.LATER, "no GPU"),
        (workers.WorkerError("the store is away", Retry.SOON), 1, Retry.SOON, "is away"),
        (workers.NotUp("no worker came up"), 1, Retry.LATER, "no worker came up"),
        (workers.WorkerLost("killed by signal 9"), 1, Retry.LATER, "killed by signal 9"),
    ],
)
def test_a_worker_without_what_documents_need_is_an_error_of_the_batch(
    error: Exception, code: int, retry: Retry, words: str
) -> None:
    needs = Needs(Settings(), "state", aligns=True, scans=False)
    with pytest.raises(NotReady, match=words) as raised:
        groups.check_worker(Named(error), needs)  # type: ignore[arg-type]
    assert (raised.value.exit_code, raised.value.retry) == (code, retry)


def test_a_check_names_the_missing_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from duizhao.flows.batch import needs

    monkeypatch.setenv("DUIZHAO_CACHE", str(tmp_path / "cache"))
    if needs.installed():
        pytest.skip("the extra `scan` is installed")
    with pytest.raises(Exception, match="pip install"):
        needs.check_needs(Needs(Settings(ocr="always"), str(tmp_path / "state"), False, True))


def test_planning_changes_nothing_and_a_plan_remembers_a_corpus_of_an_earlier_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unread_model: str
) -> None:
    monkeypatch.setenv("DUIZHAO_MODELS", unread_model)
    out, options = str(tmp_path / "out"), batch_options(workers=1)
    (tmp_path / "a.zh.txt").write_text("一。", encoding="utf-8")
    entries = [Entry("a", str(tmp_path / "a.zh.txt"))]
    first = begun(out, entries, Settings(), options)
    state = Place.of(out) / STATE
    keep_done(state, Outcome("a", first.documents[0].key, "done"), [], [])
    state.remove(PUBLISHED)
    for how in (options, batch_options(workers=1, resume=False)):
        second = plans.plan_job(out, entries, Settings(beam=4), how)
        assert plans.planned(state) == first.documents
        assert first.documents[0].key in find_outcomes(state)
    plans.begin(second)
    assert read_published(state) == {"a": first.documents[0].key}
    again = begun(out, entries, Settings(), batch_options(workers=1, resume=False))
    assert [one.entry.id for one in again.todo] == ["a"]
    assert first.documents[0].key in find_outcomes(state), "until it is processed again"


def test_documents_whose_files_are_gone_stay_in_a_watched_folder_while_others_are_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unread_model: str
) -> None:
    monkeypatch.setenv("DUIZHAO_MODELS", unread_model)
    out, options = str(tmp_path / "out"), batch_options(workers=1, keep_planned=True)
    for name in "ab":
        (tmp_path / f"{name}.zh.txt").write_text(name, encoding="utf-8")
    one, two = (Entry(name, str(tmp_path / f"{name}.zh.txt")) for name in "ab")
    first = begun(out, [one], Settings(), options)
    state = Place.of(out) / STATE
    keep_done(state, Outcome("a", first.documents[0].key, "done"), [], [])
    (state.local or tmp_path).joinpath(PUBLISHED).write_text(
        json.dumps(["a", first.documents[0].key]) + "\n"
    )
    begun(out, [one], Settings(beam=4), options)  # which leaves its document
    third = begun(out, [two], Settings(beam=4), options)
    assert [document.entry.id for document in third.documents] == ["b", "a"]


def test_the_card_takes_licences_from_the_manifest_and_the_options(tmp_path: Path) -> None:
    out = tmp_path / "out"
    made = Folder(out)
    columns: list[dict[str, Any]] = [
        {"licence": "CC BY 4.0", "origin": "a court"},
        {},
        {"symbol": "S/2021/130"},
        {"licence": "Crown Copyright"},
    ]
    keys = [made.key(name, "beam1") for name in "abcd"]
    for name in "abc":  # d is not in the corpus
        made.do(name, name, "beam1")
    entries = [
        Entry(name, f"/in/{name}.zh.txt", None, more)
        for name, more in zip("abcd", columns, strict=True)
    ]
    given = replace(PLAN, rights=Rights("mit", tags=("law",)))
    publish(Place.of(out), planned(entries, keys), given, {}, lambda *_: None)
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "license_name: several" in card
    assert "- 2 documents: The licence of these texts: mit." in card, "the option replaces a guess"
    assert "- 1 documents: The licence of these texts: cc-by-4.0." in card
    assert "Crown Copyright" not in card
    assert "- law\n" in card
    publish(Place.of(out), planned(entries[2:3], keys[2:3]), PLAN, {}, lambda *_: None)
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "license_name: united-nations-terms-of-use" in card
    assert "- united-nations\n" in card


def test_a_file_that_is_not_there_is_not_the_fault_of_its_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unread_model: str
) -> None:
    """Its disk may not be mounted."""
    monkeypatch.setenv("DUIZHAO_MODELS", unread_model)
    monkeypatch.setenv("DUIZHAO_CACHE", str(tmp_path / "cache"))
    (tmp_path / "empty.zh.txt").write_text("")
    causes = []
    for name in ("gone", "empty"):
        document = planned([Entry(name, str(tmp_path / f"{name}.zh.txt"))], [name * 8])
        (outcome,) = process_group(Group(tuple(document), str(tmp_path / "state"), Settings()))
        causes.append((outcome.status, outcome.cause))
    assert causes == [("failed", "run"), ("failed", "document")]
