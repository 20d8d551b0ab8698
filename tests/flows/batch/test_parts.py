"""Parts of a batch: errors of documents, workers and files."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import threading
import time
from collections.abc import Iterator, Sequence
from multiprocessing import Pipe
from pathlib import Path
from typing import Any

import pytest

from duizhao.corpus.cleaning.splits import Shares
from duizhao.corpus.errors import InputError, Retry, StorageError
from duizhao.flows import results
from duizhao.flows.batch import documents, groups, workers
from duizhao.flows.batch import plan as job
from duizhao.flows.batch.documents import Group, Planned
from duizhao.flows.batch.fingerprints import fingerprint, fingerprints
from duizhao.flows.batch.manifest import Entry
from duizhao.flows.batch.options import Plan, batch_options
from duizhao.flows.batch.outcomes import (
    STATE,
    Outcome,
    OutcomeKey,
    keep_done,
    keep_failure,
    outcome_names,
)
from duizhao.flows.batch.progress import Tally, keep, rate_text
from duizhao.flows.batch.publishing.assemble import is_whole, publish, read_seal, scratch
from duizhao.flows.deployments import check_none_left
from duizhao.flows.runtime import processes
from duizhao.flows.settings import Settings
from duizhao.flows.storage import Place, is_remote, plain_path
from duizhao.flows.terminal import console
from tests.corpus.cleaning.test_splits import row

PLAN = Plan((), Shares(), ("parquet", "jsonl"), "Test")


@pytest.fixture
def translating(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Documents without references, and a CTranslate2 that fails on one word."""
    import ctranslate2

    real = ctranslate2.Translator.translate_batch

    def translate_batch(self: Any, batch: list[list[str]], **options: Any) -> Any:
        if any("毒" in piece for pieces in batch for piece in pieces):
            raise ValueError("poisoned")
        return real(self, batch, **options)

    monkeypatch.setattr(ctranslate2.Translator, "translate_batch", translate_batch)
    monkeypatch.setenv("DUIZHAO_RESULTS", str(tmp_path / "results"))
    results.forget()
    for name, text in (("a", "会议开幕。"), ("b", "有毒的文件。"), ("c", "会议闭幕。")):
        (tmp_path / f"{name}.zh.txt").write_text(f"{text}\n", encoding="utf-8")
    return tmp_path


def planned_of(entry: Entry) -> Planned:
    """The document with an outcome key that is made of its id."""
    return Planned(entry, OutcomeKey(entry.id * 64))


def planned(entries: Sequence[Entry], keys: Sequence[str]) -> list[Planned]:
    return [Planned(one, OutcomeKey(key)) for one, key in zip(entries, keys, strict=True)]


def begun(*arguments: Any) -> job.Job:
    """A batch whose plan is that of its folder."""
    made = job.plan_job(*arguments)
    job.begin(made)
    return made


def process(folder: Path) -> dict[str, Outcome]:
    made = documents.process_group(
        Group(
            tuple(planned_of(Entry(name, str(folder / f"{name}.zh.txt"))) for name in "abc"),
            str(folder / "out" / STATE),
            Settings(beam=1),
        )
    )
    return {one.id: one for one in made}


def full_disk(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Simulate a full disk for this folder."""
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if target.is_relative_to(folder):
            raise OSError(errno.ENOSPC, "No space left on device", str(target))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)


@pytest.mark.model
def test_a_document_that_cannot_be_translated_fails_alone(translating: Path) -> None:
    outcomes = process(translating)
    assert {name: one.status for name, one in outcomes.items()} == {
        "a": "done",
        "b": "failed",
        "c": "done",
    }
    assert outcomes["b"].stage == "translate"
    assert "poisoned" in outcomes["b"].reason


@pytest.mark.model
def test_outcomes_that_cannot_be_written_leave_their_documents(
    translating: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_disk(monkeypatch, translating / "out" / STATE)
    outcomes = process(translating)
    assert {one.status for one in outcomes.values()} == {"left"}


@pytest.mark.model
def test_a_full_disk_in_the_cache_leaves_documents_and_fails_none(
    translating: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_disk(monkeypatch, translating / "results")
    outcomes = process(translating)
    assert {one.status for one in outcomes.values()} == {"left"}
    assert not outcome_names(Place.of(translating / "out" / STATE))


@contextlib.contextmanager
def piped(error: Exception) -> Iterator[workers.Worker]:
    """A worker in a thread whose every group raises `error`."""

    def process(*_: object) -> list[Outcome]:
        raise error

    ours, theirs = Pipe()
    arguments = (theirs, os.getppid(), process)
    thread = threading.Thread(target=workers.serve, args=arguments, daemon=True)
    thread.start()
    worker = object.__new__(workers.Worker)
    worker._end = ours
    yield worker
    ours.close()
    thread.join()  # it gives the console back


@pytest.mark.unit
def test_an_error_that_a_worker_reports_is_no_lost_worker() -> None:
    class UnsendableError(Exception):
        def __init__(self) -> None:
            super().__init__(lambda: None)

    for error, retry in (
        (OSError(errno.ENOSPC, "full"), Retry.SOON),
        (UnsendableError(), Retry.NEVER),
    ):
        with piped(error) as worker, pytest.raises(workers.WorkerError) as told:
            worker.run(Group((), "", Settings()), 10)
        assert told.value.retry is retry


@pytest.mark.system
def test_a_worker_comes_up_in_a_folder_with_modules_named_like_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("flows", "models", "corpus"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('not ours')\n")
    monkeypatch.chdir(tmp_path)
    worker = workers.Worker(1)
    try:
        assert worker.run(Group((), str(tmp_path), Settings()), 60) == []
    finally:
        worker.end()


class FakeWorkers:
    """Workers that die on the document `deadly`, and report `error` for all others."""

    def __init__(
        self,
        deadly: str = "",
        error: Exception | None = None,
        retry: Retry = Retry.NEVER,
    ) -> None:
        self.deadly = deadly
        self.error = error
        self.retry = retry

    def one(self) -> FakeWorkers:
        return self

    def __enter__(self) -> FakeWorkers:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run(self, group: Group, *_: object) -> list[Outcome]:
        if self.error:
            raise self.error
        if self.deadly in [one.entry.id for one in group.documents]:
            raise workers.WorkerLost("killed by a signal", self.retry)
        return [Outcome(one.entry.id, one.key, "done") for one in group.documents]


def group_of(folder: Path, *names: str) -> Group:
    made = tuple(planned_of(Entry(name, f"{name}.zh.txt")) for name in names)
    return Group(made, str(folder / STATE), Settings())


@pytest.mark.unit
def test_a_lost_worker_costs_only_the_document_that_kills_it(tmp_path: Path) -> None:
    group = group_of(tmp_path, "a", "b", "c")
    outcomes = groups.in_worker(FakeWorkers("b"), group, 1)  # type: ignore[arg-type]
    assert [one.status for one in outcomes] == ["done", "failed", "done"]
    assert "lost 2 workers: killed by a signal" in outcomes[1].reason
    assert list(outcome_names(Place.of(tmp_path / STATE))) == ["b" * 64]


@pytest.mark.unit
def test_a_worker_killed_from_outside_or_never_up_is_held_against_no_document(
    tmp_path: Path,
) -> None:
    group = group_of(tmp_path, "a", "b")
    for fake, status, reason in (
        (
            FakeWorkers("b", retry=Retry.LATER),
            ["done", "left"],
            "lost 2 workers: killed by a signal",
        ),
        (FakeWorkers(error=workers.NotUp("no worker came up")), ["left"] * 2, "no worker came up"),
    ):
        outcomes = groups.in_worker(fake, group, 1)  # type: ignore[arg-type]
        assert [one.status for one in outcomes] == status
        assert outcomes[1].reason == reason
    assert not outcome_names(Place.of(tmp_path / STATE))


@pytest.mark.unit
def test_passing_trouble_of_a_whole_group_leaves_its_documents(tmp_path: Path) -> None:
    group = group_of(tmp_path, "a", "b")
    fake = FakeWorkers(error=workers.WorkerError("disk full", Retry.SOON))
    outcomes = groups.in_worker(fake, group, 1)  # type: ignore[arg-type]
    assert [(one.id, one.status, one.reason) for one in outcomes] == [
        ("a", "left", "disk full"),
        ("b", "left", "disk full"),
    ]


@pytest.mark.unit
def test_documents_that_are_left_fail_a_deployed_batch_so_that_it_is_tried_again() -> None:
    check_none_left({"counts": {"left": 0}, "batch": {"left": []}})
    with pytest.raises(Exception, match=r"1 documents left, such as a \(process\): gone"):
        check_none_left({"counts": {"left": 1}, "batch": {"left": [["a", "process", "gone"]]}})


def done(out: Path, *names: str) -> tuple[list[Entry], list[str]]:
    """Entries with outcomes of one row each."""
    state = Place.of(out / STATE)
    for number, name in enumerate(names):
        kept = row(name, 0, f"第{number}号决议。", f"Resolution {number}.")
        outcome = Outcome(name, name * 64, "done", counts={"rows": 1})
        keep_done(state, outcome, [job_row(kept)], [])
    return [Entry(name, f"/in/{name}.zh.txt") for name in names], [name * 64 for name in names]


def job_row(kept: Any) -> Any:
    from duizhao.corpus.keys import KeyedRow, text_keys

    return KeyedRow(kept, text_keys(kept, [kept.source], [kept.target]))


def put(out: Path, entries: list[Entry], keys: list[str], plan: Plan = PLAN) -> dict[str, Any]:
    return publish(Place.of(out), planned(entries, keys), plan, {}, lambda *_: None)


@pytest.mark.unit
def test_a_folder_that_is_not_a_batchs_is_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(InputError, match="is not empty and no batch was started there"):
        job.check_batch_output(str(tmp_path))
    assert not (tmp_path / STATE).exists()
    assert job.check_batch_output(f"file://{tmp_path}/new") == f"{tmp_path}/new"
    (tmp_path / STATE).mkdir()
    assert job.check_batch_output(str(tmp_path)) == str(tmp_path)


@pytest.mark.unit
def test_publishing_removes_old_shards_and_nothing_of_the_users(tmp_path: Path) -> None:
    entries, keys = done(tmp_path, "a", "b")
    mine = [tmp_path / name for name in ("data/mine.parquet", "tsv/notes.tsv", "ledger/old.jsonl")]
    old = tmp_path / "data" / "train-00007.parquet"
    for path in (*mine, old):
        path.parent.mkdir(exist_ok=True)
        path.touch()
    put(tmp_path, entries, keys)
    assert [path.exists() for path in mine] == [True, True, True]
    assert not old.exists()


@pytest.mark.unit
def test_a_corpus_with_a_file_missing_or_cut_is_written_again(tmp_path: Path) -> None:
    entries, keys = done(tmp_path, "a", "b")
    first = put(tmp_path, entries, keys)
    shard = next((tmp_path / "data").iterdir())
    for spoil in (shard.unlink, lambda: shard.write_bytes(b"cut"), (tmp_path / "README.md").unlink):
        spoil()
        assert not is_whole(Place.of(tmp_path), read_seal(Place.of(tmp_path)) or {})
        assert put(tmp_path, entries, keys)["files"] == first["files"]
        assert is_whole(Place.of(tmp_path), first)


@pytest.mark.unit
def test_an_outcome_written_anew_under_its_old_name_is_published(tmp_path: Path) -> None:
    state = Place.of(tmp_path / STATE)
    for reason in ("the first", "another1"):
        keep_failure(state, Outcome("a", "a" * 64, "failed", "read", reason))
        seal = put(tmp_path, [Entry("a", "a.zh.txt")], ["a" * 64])
        assert seal["failed"] == [["a", "read", reason]]


class Notes(console.Console):
    """Records the messages."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.mark.unit
@pytest.mark.parametrize(("ending", "share"), [("done.gz", 0), ("done.gz", 2), ("failed.json", 2)])
def test_a_damaged_outcome_is_named_removed_and_left_for_the_next_run(
    tmp_path: Path, ending: str, share: int
) -> None:
    entries, keys = done(tmp_path, "a", "b")
    keep_failure(Place.of(tmp_path / STATE), Outcome("c", "c" * 64, "failed", "read", "empty"))
    entries, keys = [*entries, Entry("c", "/in/c.zh.txt")], [*keys, "c" * 64]
    whole = put(tmp_path, entries, keys)
    path = sorted((tmp_path / STATE).rglob(f"*.{ending}"))[0]
    before = path.read_bytes()
    path.write_bytes(before[: len(before) // share if share else 0])
    with console.use(Notes()) as told:
        seal = put(tmp_path, entries, keys)
    assert (whole["counts"]["left"], seal["counts"]["left"]) == (0, 1)
    (note,) = told.notes  # type: ignore[attr-defined]
    assert note.startswith(f"left: {path.name[0]}: ")
    assert "\n" not in note
    assert not path.exists()
    path.write_bytes(before)
    assert put(tmp_path, entries, keys)["files"] == whole["files"]


@pytest.mark.unit
def test_a_corpus_without_rows_keeps_no_card_of_an_earlier_one(tmp_path: Path) -> None:
    entries, keys = done(tmp_path, "a")
    put(tmp_path, entries, keys)
    assert (tmp_path / "README.md").exists()
    put(tmp_path, [Entry("b", "/in/b.zh.txt")], ["b" * 64])
    assert not (tmp_path / "README.md").exists()


@pytest.mark.unit
def test_files_in_the_making_for_an_object_store_lie_in_the_cache_and_leave_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUIZHAO_CACHE", str(tmp_path))
    out = Place.of("memory://scratch-test")
    with scratch(out) as folder:
        assert folder.is_relative_to(tmp_path)
        killed = folder.parent / "new-of-a-killed-batch"
        killed.mkdir()
    publish(out, [planned_of(Entry("a", "/in/a.zh.txt"))], PLAN, {}, lambda *_: None)
    assert out.exists("documents.jsonl")
    assert not killed.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.unit
def test_documents_jsonl_names_no_folder_of_this_machine(tmp_path: Path) -> None:
    entries, keys = done(tmp_path, "a")
    told = Outcome("b", "b" * 64, "failed", "read", "/in/b.zh.txt: the file is empty")
    keep_failure(Place.of(tmp_path / STATE), told)
    seal = put(tmp_path, [*entries, Entry("b", "/in/b.zh.txt")], [*keys, "b" * 64])
    assert seal["failed"] == [["b", "read", "b.zh.txt: the file is empty"]]
    assert '"reason": "b.zh.txt: the file is empty"' in (tmp_path / "documents.jsonl").read_text()


@pytest.mark.unit
def test_a_batch_that_lost_its_lock_writes_nothing(tmp_path: Path) -> None:
    entries, keys = done(tmp_path, "a")

    def lost() -> None:
        raise StorageError("another has it")

    with pytest.raises(StorageError, match="another has it"):
        publish(Place.of(tmp_path), planned(entries, keys), PLAN, {}, lambda *_: None, lost)
    assert not (tmp_path / "data").exists()


@pytest.mark.unit
def test_parquet_is_always_written() -> None:
    assert batch_options().plan(Settings(formats=("jsonl",))).formats == ("parquet", "jsonl")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"cluster": "tcp://x"}, "--cluster needs --runner dask"),
        ({"runner": "dask", "cluster": "tcp://x", "workers": 2}, "leave --workers out"),
        ({"runner": "spark"}, "is not one of local, dask, ray"),
        ({"runner": "ray"}, r"pip install 'duizhao\[ray\]'"),
    ],
)
def test_options_that_do_not_apply_are_refused(
    options: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = {"prefect_dask": True, "prefect_ray": False}
    monkeypatch.setattr("importlib.util.find_spec", there.get)
    with pytest.raises(InputError, match=words):
        batch_options(**options)


@pytest.mark.unit
def test_a_touched_file_is_not_done_again_and_a_changed_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unread_model: str
) -> None:
    monkeypatch.setenv("DUIZHAO_MODELS", unread_model)
    path = tmp_path / "a.zh.txt"
    path.write_text("一。", encoding="utf-8")
    options = batch_options(workers=1)

    def key() -> str:
        made = job.plan_job(str(tmp_path / "out"), [Entry("a", str(path))], Settings(), options)
        return made.documents[0].key

    first = key()
    os.utime(path, (1, 1))
    assert key() == first
    path.write_text("二。", encoding="utf-8")
    assert key() != first


@pytest.mark.unit
def test_what_was_built_stays_when_its_files_leave_the_inbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unread_model: str
) -> None:
    monkeypatch.setenv("DUIZHAO_MODELS", unread_model)
    out = str(tmp_path / "out")
    options = batch_options(workers=1, keep_planned=True)
    for name in "ab":
        (tmp_path / f"{name}.zh.txt").write_text(name)
    first = [Entry("a", str(tmp_path / "a.zh.txt"))]
    made = begun(out, first, Settings(), options)
    outcome = Outcome("a", made.documents[0].key, "done")
    keep_done(Place.of(out) / STATE, outcome, [], [])
    (tmp_path / "a.zh.txt").unlink()
    second = begun(out, [Entry("b", str(tmp_path / "b.zh.txt"))], Settings(), options)
    assert [one.entry.id for one in second.documents] == ["b", "a"]
    assert [one.entry.id for one in second.todo] == ["b"]
    assert second.documents[1].key == made.documents[0].key


@pytest.mark.unit
def test_file_addresses_are_local_paths(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one")
    address = f"file://{tmp_path}/a.txt"
    assert plain_path(address) == str(tmp_path / "a.txt")
    assert not is_remote(address)
    assert fingerprint(address)
    place = Place.of(f"file://{tmp_path}")
    assert place.local == tmp_path
    assert place.read("a.txt") == b"one"


class Troubled:
    """A file system that raises; counts its calls."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.asked = 0

    def cat_file(self, _path: str) -> bytes:
        self.asked += 1
        raise self.error


@pytest.mark.unit
def test_connection_trouble_of_s3_is_tried_again_and_missing_keys_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exceptions = pytest.importorskip("botocore.exceptions")
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    for error, asked in (
        (exceptions.EndpointConnectionError(endpoint_url="http://127.0.0.1:9"), 7),
        (exceptions.NoCredentialsError(), 1),
        (PermissionError("Access Denied"), 1),
    ):
        system = Troubled(error)
        with pytest.raises(StorageError, match="s3://bucket/x: "):
            Place("s3://bucket/x", "bucket/x", system).read("a")
        assert system.asked == asked


@pytest.mark.unit
def test_a_process_is_known_by_its_number_and_its_start() -> None:
    mine = os.getpid()
    start = processes.since_boot(mine)
    assert processes.age() > 0
    assert processes.is_same(mine, start)
    assert not processes.is_same(mine, start - 60), "the number belongs to another process now"
    assert "python" in processes.command_line(mine)


@pytest.mark.unit
def test_progress_that_cannot_be_kept_stops_no_batch() -> None:
    class Full:
        def write(self, *_: object) -> None:
            raise StorageError("full")

    keep(Tally(3), Full())  # type: ignore[arg-type]


@pytest.mark.unit
def test_progress_tells_what_is_left_and_a_new_plan_forgets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unread_model: str
) -> None:
    from duizhao.flows.batch import summary as batch_summary

    monkeypatch.setenv("DUIZHAO_MODELS", unread_model)
    (tmp_path / "a.zh.txt").write_text("a")
    out = str(tmp_path / "out")
    entries = [Entry("a", str(tmp_path / "a.zh.txt"))]
    options = batch_options(workers=1)
    planned = begun(out, entries, Settings(), options)
    tally = Tally(1)
    tally.add([Outcome("a", planned.documents[0].key, "left", "read", "the disk was away")])
    keep(tally, Place.of(out) / STATE)
    told = batch_summary.status(out)
    assert (told["left"], told["why_left"]) == (1, [["a", "read", "the disk was away"]])
    assert told["failed"] == []
    state = Place.of(out) / STATE
    keep_failure(state, Outcome("a", planned.documents[0].key, "failed", "read", "empty"))
    assert batch_summary.status(out)["failed"] == [["a", "read", "empty"]]
    name = outcome_names(state)[planned.documents[0].key]
    state.write(name, b"{")
    damaged = batch_summary.status(out)
    assert (damaged["failed"], damaged["left"]) == ([], 1)
    assert "is damaged" in damaged["why_left"][0][2]
    state.remove(name)
    begun(out, entries, Settings(), options)
    assert batch_summary.status(out)["why_left"] == []
    assert json.loads(json.dumps(told)) == told


@pytest.mark.unit
def test_a_pipe_as_a_document_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "a.zh.txt"
    os.mkfifo(pipe)
    assert fingerprint(str(pipe)) == ""
    state = tmp_path / "state"
    (outcome,) = documents.process_group(
        Group((planned_of(Entry("a", str(pipe))),), str(state), Settings())
    )
    assert (outcome.status, outcome.stage) == ("failed", "read")
    assert "not a regular file" in outcome.reason


@pytest.mark.unit
def test_a_slow_batch_does_not_say_that_it_does_nothing() -> None:
    tally = Tally(9, started=time.monotonic() - 100)
    tally.add([Outcome("a", "a" * 64, "done", counts={"zh_sentences": 43})])
    assert tally.line() == "1 of 9 documents, 0.4 sentences/s"
    assert (rate_text(9.94), rate_text(170.2)) == ("9.9", "170")


@pytest.mark.unit
def test_accounts_of_many_documents_measure_nothing_but_once(tmp_path: Path) -> None:
    from duizhao.evaluation.metrics import translation
    from duizhao.flows.batch.publishing import record as corpus_account

    rows = {
        metric: list(translation.measure(metric, ["A vote."], ["A vote."]).rows[0])
        for metric in ("bleu", "chrf++")
    }
    corpus_account._measured.cache_clear()
    accounts = [
        corpus_account.Account(
            Entry(f"{n}", f"{n}.zh.txt"), Outcome(f"{n}", OutcomeKey("k"), "done", statistics=rows)
        )
        for n in range(5)
    ]
    with (tmp_path / "documents.jsonl").open("wb") as file:
        corpus_account.write_accounts(accounts, file)
    told = [json.loads(line) for line in (tmp_path / "documents.jsonl").open()]
    assert [one["chrf++"] for one in told] == [100.0] * 5
    assert corpus_account._measured.cache_info().misses == 2


@pytest.mark.unit
def test_the_plan_is_read_again_whatever_line_ends_its_values_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unread_model: str
) -> None:
    from duizhao.flows.batch import summary as batch_summary

    monkeypatch.setenv("DUIZHAO_MODELS", unread_model)
    odd = "one\u2028two\u2029three\u0085four\x1cfive"
    entry = Entry(odd, str(tmp_path / "a.zh.txt"), None, {"theme": odd})
    out = str(tmp_path / "out")
    begun(out, [entry], Settings(), batch_options(workers=1))
    (found,) = job.planned(Place.of(out) / STATE)
    assert found.entry == entry
    assert batch_summary.status(out)["documents"] == 1


def failing(monkeypatch: pytest.MonkeyPatch, folder: str) -> list[str]:
    """Let one folder of the store in memory be unreachable; the folders that were listed."""
    from fsspec.implementations.memory import MemoryFileSystem

    real = MemoryFileSystem.ls
    asked = []

    def ls(self: MemoryFileSystem, path: str, **how: Any) -> Any:
        asked.append(path)
        if path.startswith(folder):
            raise OSError("Slow Down")
        return real(self, path, **how)

    monkeypatch.setattr(MemoryFileSystem, "ls", ls)
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    return asked


@pytest.mark.unit
def test_a_remote_folder_that_cannot_be_listed_leaves_its_documents_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unread_model: str
) -> None:
    monkeypatch.setenv("DUIZHAO_MODELS", unread_model)
    for name in ("there/a", "away/b", "away/c"):
        Place.of("memory://store").write(f"{name}.zh.txt", name.encode())
    (tmp_path / "d.zh.txt").write_text("d")
    addresses = [f"memory://store/{name}.zh.txt" for name in ("there/a", "away/b", "away/c")]
    entries = [
        Entry("a", addresses[0]),
        Entry("b", addresses[1]),
        Entry("c", str(tmp_path / "d.zh.txt"), addresses[2]),
        Entry("d", str(tmp_path / "d.zh.txt")),
    ]
    out, options = str(tmp_path / "out"), batch_options(workers=1)
    calm = job.plan_job(out, entries, Settings(), options)
    assert (len(calm.todo), calm.left) == (4, [])
    keep_done(Place.of(out) / STATE, Outcome("b", calm.documents[1].key, "done"), [], [])
    with monkeypatch.context() as stormy:
        failing(stormy, "/store/away")
        for resume in (True, False):
            how = batch_options(workers=1, resume=resume)
            made = job.plan_job(out, entries, Settings(), how)
            assert [one.entry.id for one in made.todo] == ["a", "d"]
            (left,) = made.left
            assert (left.id, left.status, left.stage) == ("c", "left", "read")
            assert left.reason == "memory://store/away: Slow Down"
            assert made.documents[1].key in outcome_names(Place.of(out) / STATE), (
                "b stays in the corpus"
            )
        first = job.plan_job(str(tmp_path / "new"), entries, Settings(), options)
        assert [one.id for one in first.left] == ["b", "c"]
        assert first.documents[1] not in calm.documents
    assert job.plan_job(out, entries, Settings(), options).documents == calm.documents


@pytest.mark.unit
def test_a_store_that_is_away_is_waited_for_once_and_not_at_every_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = failing(monkeypatch, "/lost")
    paths = [f"memory://lost/{number}/a.txt" for number in range(5)]
    assert list(fingerprints(paths).unreachable) == paths
    assert len(asked) == 7 + 4


@pytest.mark.unit
@pytest.mark.parametrize(
    "kind", ["too long", "a file as a folder", "a link to itself", "a folder", "NUL", "missing"]
)
def test_a_path_that_can_never_be_read_is_the_fault_of_its_document(
    tmp_path: Path, kind: str
) -> None:
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "link").symlink_to("link")
    name = {
        "too long": "长" * 200 + ".txt",
        "a file as a folder": "a.txt/b.txt",
        "a link to itself": "link",
        "a folder": "",
        "NUL": "a\0.txt",
        "missing": "none.txt",
    }[kind]
    path = f"{tmp_path}/{name}"
    assert fingerprint(path) == ""
    (outcome,) = documents.process_group(
        Group((planned_of(Entry("a", path)),), str(tmp_path / "state"), Settings())
    )
    assert (outcome.status, outcome.stage) == ("failed", "read"), outcome.reason


@pytest.mark.unit
def test_a_disk_that_cannot_be_read_is_not_the_fault_of_its_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stat(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    (tmp_path / "a.txt").write_text("a")
    with monkeypatch.context() as broken:
        broken.setattr(documents.Path, "stat", stat)
        work = documents._Work(Entry("a", str(tmp_path / "a.txt")), "a" * 64)
        work.step("read", documents._read, work, Settings())
    assert (work.outcome().status, work.is_left) == ("left", True)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"timeout": float("inf")}, "--timeout: inf must be between 1 and 604800"),
        ({"timeout": float("nan")}, "--timeout: nan must be"),
        ({"timeout": 1e9}, "--timeout: 1000000000.0 must be"),
        ({"timeout": 0.5}, "--timeout: 0.5 must be"),
        ({"workers": -1}, "--workers: -1 must be at least 1"),
        ({"test": float("nan")}, "shares of validation .0.05. and test .nan."),
        ({"validation": float("nan")}, "shares of validation .nan."),
        ({"clean": ["numbers:min_share=nan"]}, "step numbers: min_share must be a number"),
    ],
)
def test_numbers_that_are_none_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words) as told:
        batch_options(**options)
    assert "\n" not in str(told.value)


@pytest.mark.unit
def test_a_glossary_redoes_no_document_of_a_batch(
    monkeypatch: pytest.MonkeyPatch, unread_model: str
) -> None:
    monkeypatch.setenv("DUIZHAO_MODELS", unread_model)
    assert documents.base_key(Settings(glossary="terms.tsv")) == documents.base_key(Settings())
    assert documents.base_key(Settings(effort="fast")) != documents.base_key(Settings())
