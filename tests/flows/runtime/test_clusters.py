"""Batches on a running cluster of real processes on loopback, and the data sent to them."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from duizhao.flows.batch import flow as batches
from duizhao.flows.batch.documents import Planned
from duizhao.flows.batch.manifest import Entry
from duizhao.flows.batch.options import batch_options
from duizhao.flows.batch.outcomes import OutcomeKey
from duizhao.flows.batch.plan import Job, plan_job
from duizhao.flows.settings import Settings
from tests.flows.batch.test_batch import slowly
from tests.support.batches import (
    QUICK,
    ROOT,
    batch,
    command,
    contents,
    heed_ctrl_c,
    make_documents,
    processes,
)


@pytest.fixture(scope="module")
def environment(environment: dict[str, str]) -> dict[str, str]:
    """As in all modules, with the checkout for processes in other folders."""
    return environment | {"PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_documents(tmp_path_factory.mktemp("batch") / "documents", 6)


@pytest.fixture(scope="module")
def corpus(environment: dict[str, str], documents: Path) -> dict[str, str]:
    """The results of a batch of the documents on this machine alone."""
    out = documents.parent / "local"
    batch(environment, documents, "--out", out, "--workers", "1")
    return contents(out)


@contextlib.contextmanager
def running(
    words: Sequence[object], environment: dict[str, str], folder: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A process with its children, ended at the end; the folder is its current one."""
    folder.mkdir(exist_ok=True)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            list(map(str, words)),
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=heed_ctrl_c,
        )
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """As a machine that loses its power ends."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(true: Callable[[], object], *processes: subprocess.Popen[bytes]) -> None:
    for _ in range(12_000):
        if true():
            return
        assert all(one.poll() is None for one in processes), "ended too early"
        time.sleep(0.01)
    raise AssertionError("waited two minutes in vain")


@dataclass(frozen=True)
class Cluster:
    """A scheduler's address, and the machines that it has."""

    address: str
    machines: Sequence[subprocess.Popen[bytes]]


@pytest.fixture(scope="module")
def dask(
    environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """A scheduler and two machines with a worker each, started as docs/cluster.md says.

    The last test that uses it ends a machine.
    """
    pytest.importorskip("prefect_dask")
    tmp_path = tmp_path_factory.mktemp("dask")
    told = tmp_path / "scheduler.json"
    dask = [sys.executable, "-P", "-m", "dask"]
    scheduler = [*dask, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    worker = [*dask, "worker", "--nworkers", "1", "--nthreads", "1", "--no-dashboard"]
    with contextlib.ExitStack() as stack:
        words = [*scheduler, "--scheduler-file", told]
        head = stack.enter_context(running(words, environment, tmp_path / "scheduler"))
        wait_until(told.exists, head)
        machines = [
            stack.enter_context(
                running([*worker, "--scheduler-file", told], environment, tmp_path / name)
            )
            for name in ("one", "two")
        ]
        yield Cluster(json.loads(told.read_text())["address"], machines)


@pytest.mark.system
def test_a_batch_on_a_dask_cluster_makes_the_corpus_of_a_local_one(
    dask: Cluster,
    environment: dict[str, str],
    documents: Path,
    corpus: dict[str, str],
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    told, _ = batch(
        environment, documents, "--out", out, "--runner", "dask", "--cluster", dask.address
    )
    assert (told["counts"]["done"], told["counts"]["failed"]) == (6, 5)
    assert contents(out) == corpus


@pytest.mark.system
def test_a_machine_of_the_cluster_that_goes_away_half_way_costs_nothing(
    dask: Cluster,
    environment: dict[str, str],
    documents: Path,
    corpus: dict[str, str],
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    words = command("batch", documents, "--out", out, *QUICK, "--runner", "dask")
    with running([*words, "--cluster", dask.address], environment, tmp_path / "submit") as process:
        wait_until(lambda: list(out.glob(".duizhao/documents/*/*")), process, *dask.machines)
        end(dask.machines[0])
        assert process.wait(300) == 1, (tmp_path / "submit" / "log").read_text()
    assert contents(out) == corpus


@pytest.mark.system
def test_a_batch_on_a_ray_of_its_own_makes_the_corpus_of_a_local_one(
    environment: dict[str, str], documents: Path, corpus: dict[str, str], tmp_path: Path
) -> None:
    """In a folder with modules of other people's, and with nothing but JSON on standard output."""
    pytest.importorskip("prefect_ray")
    for name in ("models", "corpus", "flows"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('not ours')")
    shared_server = ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING", "PREFECT_HOME")
    own_server = {name: v for name, v in environment.items() if name not in shared_server}
    python, *words = command("batch", documents, "--out", "out", *QUICK, "--json")
    done = subprocess.run(
        [python, "-P", *words, "--runner", "ray", "--workers", "2"],
        env=own_server,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert (told["counts"]["done"], told["counts"]["failed"]) == (6, 5)
    assert contents(tmp_path / "out") == corpus


@pytest.mark.system
@pytest.mark.parametrize(
    ("runner", "address"), [("ray", "127.0.0.1:9"), ("dask", "tcp://127.0.0.1:9")]
)
def test_a_cluster_that_does_not_answer_is_reported_in_one_line(
    environment: dict[str, str], documents: Path, tmp_path: Path, runner: str, address: str
) -> None:
    pytest.importorskip(f"prefect_{runner}")
    there = ("--runner", runner, "--cluster", address)
    _, said = batch(environment, documents, "--out", tmp_path / "out", *there)
    assert f"--cluster {address}: " in said
    assert "does not answer: Connection refused; start it there" in said
    assert "Traceback" not in said


@pytest.mark.system
@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_batch_on_ray_ends_in_order_when_interrupted(
    environment: dict[str, str],
    documents: Path,
    tmp_path: Path,
    sign: signal.Signals,
    code: int,
) -> None:
    pytest.importorskip("prefect_ray")
    out = tmp_path / "out"
    words = command("batch", documents, "--out", out, *QUICK, "--runner", "ray")
    slow = slowly(environment, tmp_path, 600)
    with running([*words, "--workers", "2"], slow, tmp_path / "batch") as process:
        wait_until(lambda: list(out.glob(".duizhao/documents/*/.*.tmp")), process)
        workers = processes("duizhao.flows.batch.workers", process.pid)
        log = tmp_path / "batch" / "log"
        for _ in range(3):  # Ray now and then loses a signal: then one sends it again
            process.send_signal(sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
                break
        assert process.poll() == code, log.read_text()
        assert log.read_text().count("the same command continues") == 1
        assert "Traceback" not in log.read_text()
        assert workers
        wait_until(lambda: not [one for one in workers if Path(f"/proc/{one}").exists()])


def job_of(entries: Sequence[Entry], sizes: dict[str, int], **options: object) -> Job:
    documents = [Planned(one, OutcomeKey(f"{n:064d}")) for n, one in enumerate(entries)]
    settings, made = Settings(), batch_options(**options)
    return Job("out", documents, documents, sizes, settings, made, made.plan(settings))


@pytest.mark.unit
def test_there_is_a_group_for_each_worker_of_a_cluster_however_many_it_has() -> None:
    entries = [Entry(str(number), f"{number}.zh.pdf") for number in range(128)]
    job = job_of(entries, {entry.source: 300_000 for entry in entries}, workers=1)
    assert [len(group.documents) for group in batches._groups(job)] == [10] * 12 + [8]
    there = replace(job, options=batch_options(runner="dask", cluster="tcp://x"))
    assert [len(group.documents) for group in batches._groups(there)] == [2] * 64


@pytest.mark.unit
def test_workers_with_another_current_folder_get_whole_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("model").mkdir()
    for name in ("model.bin", "source.spm"):
        Path("model", name).touch()
    entry = Entry("a", str(tmp_path / "a.zh.txt"))

    def job(**settings: str) -> Job:
        made = Settings(**settings)  # type: ignore[arg-type]
        return plan_job(str(tmp_path / "out"), [entry], made, batch_options(workers=1))

    told = job(model="model")
    assert told.settings.model == str(tmp_path / "model")
