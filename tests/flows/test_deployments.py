"""The flows that a Prefect server starts, and prefect.yaml, which names them."""

from __future__ import annotations

import contextlib
import inspect
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml
from fsspec.implementations.memory import MemoryFileSystem

from duizhao.corpus.errors import (
    DuizhaoError,
    FetchError,
    InputError,
    ModelNameError,
    StorageError,
)
from duizhao.corpus.paths import models_folder
from duizhao.flows.batch.folder_manifest import PATTERN
from duizhao.flows.batch.lock import hold
from duizhao.flows.batch.outcomes import STATE
from duizhao.flows.batch.publishing.assemble import read_seal
from duizhao.flows.deployments import (
    SETTLED_SECONDS,
    arrived,
    read_manifest_or_none,
    scheduled_batch,
    watch_folder,
)
from duizhao.flows.runtime import session as runtime
from duizhao.flows.storage import Place
from tests.support.batches import ROOT, make_documents
from tests.support.prefect import copy_migrated

BY_COMMAND_ONLY = {"resume", "subflows", "json"}
IN_CONFIG = {"engine", "device", "compute_type", "batch_tokens", "threads"}
"""Options that a deployment takes from the TOML file that its parameter `config` names."""

BY_SCHEDULE_ONLY = {"manifest", "runner", "cluster", "retry_failed"}


def put(path: Path, *, seconds_ago: float) -> None:
    path.write_text("text")
    then = time.time() - seconds_ago
    os.utime(path, (then, then))


@pytest.mark.unit
def test_a_pair_has_arrived_when_both_files_are_there_and_still(tmp_path: Path) -> None:
    still = SETTLED_SECONDS + 5
    put(tmp_path / "whole.zh.txt", seconds_ago=still)
    put(tmp_path / "whole.en.txt", seconds_ago=still)
    put(tmp_path / "writing.zh.txt", seconds_ago=still)
    put(tmp_path / "writing.en.txt", seconds_ago=0)
    put(tmp_path / "alone.zh.txt", seconds_ago=still)
    entries = read_manifest_or_none(str(tmp_path), PATTERN)
    assert [entry.id for entry in arrived(entries, wait_for_reference=True)] == ["whole"]
    assert [entry.id for entry in arrived(entries, wait_for_reference=False)] == ["alone", "whole"]


@pytest.mark.unit
def test_an_empty_inbox_is_no_error_and_a_missing_one_is(tmp_path: Path) -> None:
    assert read_manifest_or_none(str(tmp_path), PATTERN) == []
    with pytest.raises(InputError, match="no such manifest or folder"):
        read_manifest_or_none(str(tmp_path / "none"), PATTERN)


@pytest.mark.unit
def test_every_deployment_names_a_flow_that_takes_its_parameters() -> None:
    from prefect.flows import load_flow_from_entrypoint

    told = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))
    assert [one["name"] for one in told["deployments"]] == ["nightly", "inbox"]
    for deployment in told["deployments"]:
        path, _, name = deployment["entrypoint"].partition(":")
        flow = load_flow_from_entrypoint(f"{ROOT / path}:{name}")
        flow.validate_parameters(deployment["parameters"])
        assert deployment["concurrency_limit"]["limit"] == 1


@pytest.mark.unit
def test_a_deployment_takes_what_decides_the_rows_as_the_command_does() -> None:
    from duizhao.flows.commands.corpora.batch import batch

    told = inspect.signature(batch).parameters
    wanted = set(told) - BY_COMMAND_ONLY - IN_CONFIG
    scheduled = inspect.signature(scheduled_batch.fn).parameters
    assert set(scheduled) == wanted
    watched = inspect.signature(watch_folder.fn).parameters
    assert set(watched) == (wanted - BY_SCHEDULE_ONLY) | {"folder", "wait_for_reference"}
    for name in wanted - {"clean"}:
        assert scheduled[name].default == told[name].default, name


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A real Prefect server with a home and a database of its own, named in the environment."""
    from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

    from duizhao.corpus.alignment.compiled import compile_cache

    home = tmp_path / "prefect"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for name, value in {
        "DUIZHAO_MODELS": str(models_folder()),
        "DUIZHAO_CACHE": str(tmp_path / "cache"),
        "NUMBA_CACHE_DIR": str(compile_cache()),
        "DO_NOT_TRACK": "1",
        "NO_PROXY": "127.0.0.1,localhost",
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home}/prefect.db",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PWD": str(ROOT),  # what prefect.yaml sets as the flows' folder
        "PYTHONPATH": str(ROOT),
    }.items():
        monkeypatch.setenv(name, value)
    home.mkdir()
    copy_migrated(home / "prefect.db")
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [*PREFECT, "server", "start", "--host", "127.0.0.1", "--port", str(port)],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait_until_it_answers(process, port)
        url = os.environ["PREFECT_API_URL"]
        with temporary_settings({PREFECT_API_URL: url, PREFECT_API_AUTH_STRING: None}):
            yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


PREFECT = [sys.executable, "-P", "-m", "prefect"]


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(1200):
        assert process.poll() is None, "the server ended"
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"http://127.0.0.1:{port}/api/health").status_code == 200:
                return
        time.sleep(0.1)
    raise AssertionError("no answer in two minutes")


def prefect(*words: str) -> str:
    """Run a command of Prefect's in the repository; returns what it prints."""
    done = subprocess.run([*PREFECT, *words], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def age(folder: Path) -> None:
    then = time.time() - SETTLED_SECONDS - 5
    for path in folder.iterdir():
        os.utime(path, (then, then))


@pytest.mark.system
@pytest.mark.parametrize(
    ("error", "tries"),
    [
        (InputError("no such manifest"), 1),
        (ModelNameError("no such model"), 1),
        (FetchError("the hub is busy"), 4),
        (DuizhaoError("a fault that stays"), 1),
        (StorageError("the store is busy"), 4),
    ],
)
def test_a_scheduled_batch_is_tried_again_but_not_for_wrong_input(
    monkeypatch: pytest.MonkeyPatch,
    prefect_server: dict[str, str],
    error: Exception,
    tries: int,
) -> None:
    for name, value in prefect_server.items():
        monkeypatch.setenv(name, value)
    tried = []

    def read(*_: object) -> None:
        tried.append(error)
        raise error

    monkeypatch.setattr(MemoryFileSystem, "cat_file", read)
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    at_once = scheduled_batch.with_options(retry_delay_seconds=0)
    with runtime.session() as connect:
        connect()
        with pytest.raises(type(error), match=str(error)):
            at_once("memory://lists/list.csv", "out")
    assert len(tried) == tries


@pytest.mark.system
@pytest.mark.usefixtures("server")
def test_both_deployments_run_on_a_server_and_a_growing_inbox_makes_one_corpus(
    tmp_path: Path,
) -> None:
    inbox = make_documents(tmp_path / "inbox", 2, broken=False)
    age(inbox)
    nightly, watched = tmp_path / "nightly", tmp_path / "watched"
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.deployments import run_deployment

    with get_client(sync_client=True) as client:
        client.create_work_pool(WorkPoolCreate(name="duizhao", type="process"))
    prefect("--no-prompt", "deploy", "--all")
    how = {"beam": 1, "effort": "fast", "title": "Ours"}
    watch = {"folder": str(inbox), "out": str(watched), **how}
    for name, parameters in (
        ("duizhao-batch/nightly", {"manifest": str(inbox), "out": str(nightly), **how}),
        ("duizhao-watch/inbox", watch),
    ):
        run_deployment(name, parameters=parameters, timeout=0)
    log = prefect("worker", "start", "--pool", "duizhao", "--run-once")
    for out in (nightly, watched):
        seal = read_seal(Place.of(out))
        assert seal, log
        assert seal["counts"]["done"] == 2
        assert seal["plan"]["title"] == "Ours"

    before = {path.name for path in watched.glob(f"{STATE}/documents/*/*")}
    more = make_documents(tmp_path / "more", 3, broken=False)
    for path in more.glob("d02.*"):
        path.rename(inbox / path.name)
    age(inbox)
    with hold(Place.of(watched) / STATE):
        assert watch_folder(**watch) == {}
    counts = watch_folder(**watch)
    assert (counts["documents"], counts["done"]) == (3, 3)
    after = {path.name for path in watched.glob(f"{STATE}/documents/*/*")}
    assert before < after, "what was built is not built again"
    assert len(after) == 3
