"""`duizhao batch`: its results for good and bad input, and after kills."""

from __future__ import annotations

import hashlib
import json
import multiprocessing.connection
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from duizhao.flows.batch.publishing.assemble import read_seal
from duizhao.flows.batch.summary import status as status_of
from duizhao.flows.storage import Place
from tests.support.batches import (
    QUICK,
    ROOT,
    batch,
    contents,
    make_documents,
    processes,
)
from tests.support.cli import Cli, Environment

pytestmark = pytest.mark.system

SLOW_DISK = """
import os, sys, time
real = os.fsync
def fsync(file):
    # outcomes alone: a worker also writes a file to see whether it can
    if "/.duizhao/documents/" in os.readlink(f"/proc/self/fd/{file}"):
        time.sleep(float(os.environ["SLOW_DISK_SECONDS"]))
    real(file)
if "duizhao.flows.batch.workers" in sys.orig_argv:
    os.fsync = fsync
"""

DEADLY = """
import os, sys
def hook(event, arguments):
    if event == "open" and str(arguments[0]).endswith(os.environ["DEADLY_FILE"]):
        os.kill(os.getpid(), int(os.environ["DEADLY_SIGNAL"]))
if "duizhao.flows.batch.workers" in sys.orig_argv:
    sys.addaudithook(hook)
"""


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_documents(tmp_path_factory.mktemp("batch") / "documents", 6)


@pytest.fixture(scope="module")
def undisturbed(environment: dict[str, str], documents: Path) -> Path:
    """The corpus of an uninterrupted batch."""
    out = documents.parent / "undisturbed"
    batch(environment, documents, "--out", out)
    return out


def slowly(environment: Environment, place: Path, seconds: float = 0.3) -> dict[str, str | None]:
    """The environment with a slow disk for each file that a worker writes."""
    (place / "slow").mkdir()
    (place / "slow" / "sitecustomize.py").write_text(SLOW_DISK)
    path = f"{place / 'slow'}{os.pathsep}{ROOT}"
    return {**environment, "PYTHONPATH": path, "SLOW_DISK_SECONDS": str(seconds)}


def begin(
    environment: Environment, documents: Path, out: Path, *more: object
) -> subprocess.Popen[bytes]:
    """A batch at work; its output goes to a file, which a killed child cannot block."""
    out.parent.mkdir(exist_ok=True)
    return Cli(out.parent / "cache", environment).start(
        *("batch", documents, "--out", out, *QUICK, *more),
        output=out.parent / f"{out.name}.log",
    )


def wait_until(true: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    for _ in range(12_000):
        if true():
            return
        assert process.poll() is None, "the batch ended before it could be disturbed"
        time.sleep(0.01)
    raise AssertionError("waited two minutes in vain")


def outcomes(out: Path) -> int:
    return len(list(out.glob(".duizhao/documents/*/*.done.gz")))


def test_good_documents_are_in_the_corpus_and_bad_ones_are_reported_with_their_reason(
    undisturbed: Path,
) -> None:
    told = read_seal(Place.of(undisturbed)) or {}
    assert told["counts"]["documents"] == 11
    assert (told["counts"]["done"], told["counts"]["failed"]) == (6, 5)
    reasons = {name: reason for name, _, reason in told["failed"]}
    assert "empty" in reasons["empty"]
    assert "English" in reasons["swapped"]
    assert "binary" in reasons["binary"]
    assert "without the end of a sentence" in reasons["endless"]
    assert "not translations of each other" in reasons["unlike"]
    accounts = [json.loads(line) for line in (undisturbed / "documents.jsonl").open()]
    assert [one["status"] for one in accounts].count("done") == 6


def test_rows_of_the_batch_are_those_of_single_builds(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """To the last digit of their figures, from empty caches of their own."""
    from duizhao.flows.build.flow import build
    from duizhao.flows.settings import Settings

    folder = make_documents(tmp_path / "documents", 6, broken=False)
    apart = environment | {"DUIZHAO_CACHE": str(tmp_path / "cache")}
    out = tmp_path / "out"
    whole = ("--clean", "none", "--test", "0", "--validation", "0")
    batch(apart, folder, "--out", out, *whole, code=0, quick=("--beam", "1"))
    together = rows_of(out / "jsonl" / "train-00000.jsonl")
    settings = Settings(beam=1, report=False, formats=("jsonl",), memory=False)
    for number in range(6):
        name = f"d{number:02d}"
        report, reference = folder / f"{name}.zh.txt", folder / f"{name}.en.txt"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DUIZHAO_RESULTS", str(tmp_path / f"results-{name}"))
            build(str(report), str(reference), str(tmp_path / name), settings)
        (alone,) = rows_of(tmp_path / name / "corpus.jsonl").values()
        assert len(alone) >= 4
        assert together[name] == alone


def rows_of(path: Path) -> dict[str, list[dict[str, object]]]:
    """The rows of a corpus by document, without the names that a build has from its files."""
    found: dict[str, list[dict[str, object]]] = {}
    for line in path.open(encoding="utf-8"):
        row = json.loads(line)
        name = row["source_document"]
        told = {
            k: v for k, v in row.items() if k not in ("id", "source_document", "target_document")
        }
        found.setdefault(name, []).append(told)
    return found


def test_the_hubs_library_reads_the_corpus_and_its_splits_share_no_sentence(
    undisturbed: Path, tmp_path: Path
) -> None:
    import datasets

    loaded = datasets.load_dataset(str(undisturbed), cache_dir=str(tmp_path))
    seal = read_seal(Place.of(undisturbed)) or {}
    for name, split in loaded.items():
        assert split.num_rows == seal["splits"][name]["rows"]
    seen: dict[str, str] = {}
    for name, split in loaded.items():
        for pair in split["translation"]:
            assert seen.setdefault(pair["zh"], name) == name
    assert loaded["train"].features["translation"] == datasets.Translation(["zh", "en"])


def test_the_same_batch_again_has_nothing_to_do(
    environment: dict[str, str], documents: Path, undisturbed: Path
) -> None:
    before = contents(undisturbed)
    told, _ = batch(environment, documents, "--out", undisturbed)
    assert told["batch"]["finished"] == 0
    assert contents(undisturbed) == before


def test_a_changed_setting_redoes_what_depends_on_it_and_no_translation(
    environment: dict[str, str], documents: Path, undisturbed: Path, tmp_path: Path
) -> None:
    told, _ = batch(
        environment, documents, "--out", tmp_path / "strict", "--min-confidence", "0.99"
    )
    assert told["counts"]["done"] == 6
    work = told["batch"]
    assert set(work["stage_seconds"]) == {"read", "translate", "align", "write", "keep"}
    assert 0 < sum(work["stage_seconds"].values()) <= 2 * work["seconds"], "two workers' time"
    made = {p.name for p in Path(environment["DUIZHAO_CACHE"]).glob("results/translate/*/*.json")}
    assert len(made) == 7, "as many translations as documents read, though two batches ran"


def test_failed_documents_are_tried_again_when_asked(
    environment: dict[str, str], tmp_path: Path
) -> None:
    folder = make_documents(tmp_path / "documents", 2, broken=False)
    (folder / "d01.zh.txt").write_text("")
    mended = (folder / "d00.zh.txt").read_text(encoding="utf-8")
    out = tmp_path / "out"
    batch(environment, folder, "--out", out)
    told, _ = batch(environment, folder, "--out", out, "--retry-failed")
    assert told["batch"]["finished"] == 1
    (folder / "d01.zh.txt").write_text(mended, encoding="utf-8")
    told, _ = batch(environment, folder, "--out", out, code=0)
    assert told["counts"]["done"] == 2


def test_a_batch_whose_parent_is_killed_goes_on_to_the_same_corpus(
    environment: dict[str, str], documents: Path, undisturbed: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = begin(environment, documents, out)
    wait_until(lambda: outcomes(out), process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (out / "batch.json").exists()
    told, _ = batch(environment, documents, "--out", out)
    assert told["batch"]["finished"] < 11, "it went on, it did not begin again"
    assert contents(out) == contents(undisturbed)


def test_a_worker_killed_while_it_writes_is_replaced_and_nothing_is_lost_or_doubled(
    environment: dict[str, str], documents: Path, undisturbed: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = begin(slowly(environment, tmp_path), documents, out)
    wait_until(lambda: list(out.glob(".duizhao/documents/*/.*.tmp")), process)
    (worker,) = processes("duizhao.flows.batch.workers", process.pid)
    os.kill(worker, signal.SIGKILL)
    assert process.wait(300) == 1, "only the five bad documents failed"
    assert contents(out) == contents(undisturbed)


@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_batch_ends_at_once_and_continues_later(
    environment: dict[str, str],
    documents: Path,
    undisturbed: Path,
    tmp_path: Path,
    sign: signal.Signals,
    code: int,
) -> None:
    out = tmp_path / "out"
    process = begin(slowly(environment, tmp_path, 600), documents, out)
    wait_until(lambda: list(out.glob(".duizhao/documents/*/.*.tmp")), process)
    workers = processes("duizhao.flows.batch.workers", process.pid)
    process.send_signal(sign)
    assert process.wait(60) == code
    log = (tmp_path / "out.log").read_text()
    assert "the same command continues" in log
    assert "Traceback" not in log
    assert workers
    assert not [one for one in workers if Path(f"/proc/{one}").exists()]
    batch(environment, documents, "--out", out)
    assert contents(out) == contents(undisturbed)


def test_the_documents_of_a_failed_group_are_left_and_reported(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from duizhao.flows.batch import flow as batches
    from duizhao.flows.batch.documents import Group
    from duizhao.flows.batch.manifest import read_manifest
    from duizhao.flows.batch.options import batch_options
    from duizhao.flows.settings import Settings

    send = multiprocessing.connection.Connection.send

    def broken(self: multiprocessing.connection.Connection, work: object) -> None:
        if isinstance(work, Group):
            raise RuntimeError("a fault of our own")
        send(self, work)

    monkeypatch.setattr(multiprocessing.connection.Connection, "send", broken)
    folder = make_documents(tmp_path / "documents", 2, broken=False)
    settings = Settings(beam=1)
    options = batch_options(workers=1)
    told = batches.start_batch(str(tmp_path / "out"), read_manifest(str(folder)), settings, options)
    assert told["counts"]["left"] == 2
    assert [(name, stage) for name, stage, _ in told["batch"]["left"]] == [
        ("d00", "process"),
        ("d01", "process"),
    ]
    assert "a fault of our own" in told["batch"]["left"][0][2]


def test_each_document_is_a_run_on_prefects_pages_under_its_batch(
    environment: dict[str, str], undisturbed: Path
) -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowFilter, FlowFilterName

    named = FlowFilter(name=FlowFilterName(any_=["document"]))
    with get_client(sync_client=True) as client:
        runs = [one for one in client.read_flow_runs(flow_filter=named) if one.name == "empty"]
        assert runs
        assert runs[0].state_name == "Failed"
        assert "read: " in (runs[0].state.message or "")
        assert runs[0].parent_task_run_id


def test_a_dask_worker_killed_while_it_writes_is_replaced_and_the_corpus_is_the_same(
    environment: dict[str, str], documents: Path, undisturbed: Path, tmp_path: Path
) -> None:
    pytest.importorskip("prefect_dask")
    out = tmp_path / "out"
    slow = slowly(environment, tmp_path)
    process = begin(slow, documents, out, "--runner", "dask", "--workers", "2")
    wait_until(lambda: list(out.glob(".duizhao/documents/*/.*.tmp")), process)
    workers = processes("spawn_main", process.pid)
    os.kill(max(workers), signal.SIGKILL)
    code = process.wait(300)
    assert code == 1, (tmp_path / "out.log").read_text()
    assert contents(out) == contents(undisturbed)


def test_a_full_disk_is_reported_and_with_free_space_the_corpus_is_the_same(
    cli: Cli, environment: dict[str, str], documents: Path, undisturbed: Path, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("may not mount a tmpfs here")
    try:
        done = cli("batch", documents, "--out", disk / "out", *QUICK, env=environment)
        assert done.code == 1
        assert "No space left on device" in done.out + done.err
        assert "Traceback" not in done.err
        assert not (disk / "out" / "batch.json").exists()
        subprocess.run(["mount", "-o", "remount,size=32m", str(disk)], check=True)
        batch(environment, documents, "--out", disk / "out")
        assert contents(disk / "out") == contents(undisturbed)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_two_batches_on_one_folder_refuse_each_other(
    cli: Cli, environment: dict[str, str], documents: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = begin(slowly(environment, tmp_path, 60), documents, out)
    wait_until(lambda: (out / ".duizhao" / "plan.jsonl").exists(), process)
    refused = cli("batch", documents, "--out", out, env=environment)
    status = cli("status", out, "--json", env=environment)
    held = process.poll() is None
    process.kill()
    process.wait()
    assert held
    assert refused.code == 1
    assert f"process {process.pid} of " in refused.err
    assert json.loads(status.out)["running"]["process"] == process.pid
    batch(environment, documents, "--out", out)


def deadly(
    environment: dict[str, str], place: Path, file: str, sign: signal.Signals
) -> dict[str, str]:
    """The environment with a signal that ends each worker when it opens a file of this name."""
    place.mkdir()
    (place / "sitecustomize.py").write_text(DEADLY)
    path = f"{place}{os.pathsep}{ROOT}"
    told = {"DEADLY_FILE": file, "DEADLY_SIGNAL": str(int(sign)), "PYTHONPATH": path}
    return environment | told


@pytest.mark.parametrize("runner", ["local", "dask"])
def test_a_document_that_kills_its_worker_fails_alone(
    environment: dict[str, str], documents: Path, tmp_path: Path, runner: str
) -> None:
    if runner == "dask":
        pytest.importorskip("prefect_dask")
    folder = make_documents(tmp_path / "documents", 3, broken=False)
    poisoned = deadly(environment, tmp_path / "deadly", "d01.zh.txt", signal.SIGABRT)
    told, _ = batch(poisoned, folder, "--out", tmp_path / "out", "--runner", runner, "-w", "1")
    assert told["counts"]["done"] == 2
    ((name, _, reason),) = told["failed"]
    assert name == "d01"
    assert "killed by signal 6" in reason


def test_documents_whose_workers_are_killed_from_outside_are_left_and_done_by_the_next_run(
    environment: dict[str, str], documents: Path, undisturbed: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    killed = deadly(environment, tmp_path / "deadly", "d01.zh.txt", signal.SIGKILL)
    told, _ = batch(killed, documents, "--out", out, "--workers", "1")
    assert told["counts"]["left"] == len(told["batch"]["left"]) == 1
    (left,) = told["batch"]["left"]
    assert left[2] == "lost 2 workers: the worker was killed by signal 9"
    batch(environment, documents, "--out", out)
    assert contents(out) == contents(undisturbed)


def damaged_model(place: Path) -> Path:
    """The folder of a model whose weights cannot be loaded."""
    from duizhao.models.weights.default import FILES, default_folder

    place.mkdir()
    for file in FILES:
        (place / file.name).symlink_to(default_folder() / file.name)
    (place / "model.bin").unlink()
    (place / "model.bin").write_bytes(b"not a model")
    return place


def test_a_wrong_option_changes_nothing_of_a_published_corpus(
    cli: Cli, environment: dict[str, str], documents: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    batch(environment, documents, "--out", out)
    before, plan = contents(out), (out / ".duizhao" / "plan.jsonl").read_bytes()
    seal = (out / "batch.json").read_bytes()
    damaged = damaged_model(tmp_path / "damaged")
    wrong: list[tuple[list[object], int, str]] = [
        (["--device", "cuda"], 2, "no GPU"),
        (["--compute-type", "bfloat16"], 2, "compute type bfloat16"),
        (["--model", damaged], 1, "or is damaged"),
        (["--model", tmp_path / "none"], 2, "no such folder"),
        (["--model", documents], 2, "has no Marian model"),
        (["--formats", "docs"], 2, "docs"),
        (["--device", "cuda", "--no-resume"], 2, "no GPU"),
    ]
    for options, code, words in wrong:
        arguments = ["batch", documents, "--out", out, *QUICK, *options]
        done = cli(*arguments, env=environment)
        assert (done.code, words in done.err) == (code, True), (options, done.err)
        assert "Traceback" not in done.err
        assert contents(out) == before, options
        assert (out / "batch.json").read_bytes() == seal, options
        assert (out / ".duizhao" / "plan.jsonl").read_bytes() == plan, options
    gone = deadly(environment, tmp_path / "deadly", "", signal.SIGKILL)
    done = cli("batch", documents, "--out", out, "--beam", "2", env=gone)
    assert (done.code, "no worker started" in done.err) == (1, True), done.err
    assert contents(out) == before
    told, _ = batch(environment, documents, "--out", out)
    assert told["batch"]["finished"] == 0


def test_rows_stay_if_workers_die_time_runs_out_or_files_are_gone(
    environment: dict[str, str], tmp_path: Path
) -> None:
    folder = make_documents(tmp_path / "documents", 3, broken=False)
    manifest = tmp_path / "list.csv"
    lines = [f"d{n:02d},documents/d{n:02d}.zh.txt,documents/d{n:02d}.en.txt" for n in range(3)]
    manifest.write_text("\n".join(["id,source,reference", *lines, ""]))
    out = tmp_path / "out"
    first, _ = batch(environment, manifest, "--out", out, code=0)
    rows = sum(map(len, corpus_rows(out).values()))

    killed = deadly(environment, tmp_path / "killed", "d01.zh.txt", signal.SIGKILL)
    told, _ = batch(killed, manifest, "--out", out, "--min-confidence", "0.02", "-w", "1")
    assert (told["counts"]["left"], told["kept"]) == (1, ["d01"])
    assert status_of(str(out))["kept"] == ["d01"]
    assert set(corpus_rows(out)) == {"d00", "d01", "d02"}

    crashed = deadly(environment, tmp_path / "crashed", "d02.zh.txt", signal.SIGABRT)
    told, _ = batch(crashed, manifest, "--out", out, "--min-confidence", "0.03", "-w", "1")
    assert (told["counts"]["failed"], told["kept"]) == (1, ["d02"])
    assert set(corpus_rows(out)) == {"d00", "d01", "d02"}

    slow = slowly(environment, tmp_path, 60)
    slow = {name: value for name, value in slow.items() if value is not None}
    how = ["--min-confidence", "0.01", "--timeout", "1", "-w", "1"]
    told, _ = batch(slow, manifest, "--out", out, *how)
    assert told["counts"]["failed"] == 3
    assert sorted(told["kept"]) == ["d00", "d01", "d02"]

    folder.rename(tmp_path / "unmounted")
    told, _ = batch(environment, manifest, "--out", out)
    assert (told["counts"]["failed"], sorted(told["kept"])) == (3, ["d00", "d01", "d02"])
    assert sum(map(len, corpus_rows(out).values())) == rows == told["counts"]["rows"]
    (tmp_path / "unmounted").rename(folder)
    told, _ = batch(environment, manifest, "--out", out, code=0)
    assert (told["kept"], told["counts"]["rows"]) == ([], first["counts"]["rows"])

    manifest.write_text("\n".join(["id,source,reference", *lines[:2], ""]))
    told, err = batch(environment, manifest, "--out", out, code=0)
    assert set(corpus_rows(out)) == {"d00", "d01"}, "the manifest says so"
    assert "such as d02" in err


def corpus_rows(out: Path) -> dict[str, list[str]]:
    """The Chinese sides of the published rows by document, from the Parquet files."""
    from duizhao.corpus.files.read import read_file

    rows: dict[str, list[str]] = {}
    for path in sorted((out / "data").glob("*.parquet")):
        for one in read_file(path):
            rows.setdefault(one.source_document, []).append(one.source)
    return rows


def test_a_batch_whose_prefect_server_is_killed_ends_with_its_corpus_and_one_line(
    environment: dict[str, str], documents: Path, undisturbed: Path, tmp_path: Path
) -> None:
    private: dict[str, str | None] = {**environment, "PREFECT_CLIENT_MAX_RETRIES": "0"}
    private |= dict.fromkeys(("PREFECT_API_URL", "PREFECT_HOME"))
    out = tmp_path / "out"
    process = begin(slowly(private, tmp_path), documents, out)
    wait_until(lambda: list(out.glob(".duizhao/documents/*/.*.tmp")), process)
    (server,) = processes("duizhao.flows.runtime.server", process.pid)
    os.kill(server, signal.SIGKILL)
    assert process.wait(300) == 1, "only the five bad documents failed"
    log = (tmp_path / "out.log").read_text()
    assert "the Prefect server has ended" in log
    assert "6 in the corpus, 5 failed, 0 left" in log
    assert "Traceback" not in log
    assert "EventsWorker" not in log, "events that cannot be sent any more are no news"
    assert contents(out) == contents(undisturbed)


def test_no_resume_takes_no_result_of_a_stage_from_before(
    environment: dict[str, str], tmp_path: Path
) -> None:
    folder = make_documents(tmp_path / "documents", 2, broken=False)
    apart = environment | {"DUIZHAO_RESULTS": str(tmp_path / "results")}
    batch(apart, folder, "--out", tmp_path / "first", code=0)
    for path in (tmp_path / "results" / "translate").rglob("*"):
        # a result is a line with the hash of what follows; facts lie beside it
        if not path.is_file() or ".facts" in path.name:
            continue
        values = json.loads(path.read_bytes().partition(b"\n")[2])
        content = json.dumps([one | {"text": "of before"} for one in values]).encode()
        path.write_bytes(hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
    batch(apart, folder, "--out", tmp_path / "second", "--no-resume", code=0)
    assert contents(tmp_path / "second") == contents(tmp_path / "first")
