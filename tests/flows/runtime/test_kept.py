"""The private Prefect server that several commands share, and that ends by itself."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

from duizhao.corpus.errors import ServiceError
from duizhao.flows.runtime.kept import (
    KeptServer,
    identity,
    kept_servers,
    stop_kept_servers,
    use_server,
)
from duizhao.flows.runtime.private import home
from duizhao.flows.runtime.processes import alive, is_same, machine, since_boot, started
from duizhao.flows.runtime.server import LOCK
from duizhao.flows.runtime.session import QUIET
from duizhao.flows.runtime.users import (
    DATABASE,
    MOST_BYTES,
    RECORD,
    join,
    users_of,
    wait_until_idle,
)
from tests.support.cli import Cli
from tests.support.paths import ROOT
from tests.support.prefect import migrate_ahead

FLOW = """
import sys
from duizhao.flows.runtime.session import session
with session(float(sys.argv[1])) as connect:
    connect()
    from prefect import flow
    from prefect.settings import PREFECT_API_URL
    flow(lambda: print(PREFECT_API_URL.value(), flush=True), name="nothing")()
    if sys.argv[2:]:
        import time; time.sleep(60)
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty cache, without servers afterwards."""
    monkeypatch.setenv("DUIZHAO_CACHE", str(tmp_path / "shared"))
    migrate_ahead(tmp_path / "shared")
    for name in ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING"):
        monkeypatch.delenv(name, raising=False)
    for name, value in QUIET.items():
        monkeypatch.setenv(name, value)
    yield tmp_path / "shared"
    for use in (tmp_path / "shared").glob(f"prefect/kept/*/users/{os.getpid()}-*"):
        use.unlink()
    stop_kept_servers()


def command(*arguments: object) -> subprocess.Popen[str]:
    """A command that runs a flow, and prints the address of its server."""
    return subprocess.Popen(
        [sys.executable, "-c", FLOW, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def output(process: subprocess.Popen[str]) -> str:
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return out


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert condition()


@pytest.mark.system
@pytest.mark.timeout(180)
def test_commands_share_one_server_which_others_cannot_use(cache: Path, cli: Cli) -> None:
    """Two at once, a third after them, and one that is killed while it holds its output pipe."""
    both = [command(5), command(5)]
    assert len({output(process) for process in both}) == 1
    ((server, users),) = kept_servers()
    assert users == []
    killed = command(5, "hold")
    assert killed.stdout
    address = killed.stdout.readline().strip()
    assert address == server.api_url
    assert [user.process for user in kept_servers()[0][1]] == [killed.pid]
    killed.kill()
    assert killed.stdout.read() == "", "nobody else holds the pipe"
    killed.wait()
    assert kept_servers() == [(server, [])], "a killed command counts no longer"

    for path in (server.folder, server.folder / RECORD):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
    process = psutil.Process(server.process)
    for words in (process.cmdline(), list(process.environ().values())):
        assert not [word for word in words if server.secret in word]
    assert server.secret not in repr(server)

    own = Cli(cache)
    shown = json.loads(own("server", "status", "--json").out)
    assert [(one["process"], one["used_by"]) for one in shown] == [(server.process, [])]
    assert str(server.process) in own("server", "status").out
    assert json.loads(cli("server", "status", "--json").out) == [], "another cache, another server"
    assert own("server", "stop").err == "stopped 1 Prefect server\n"
    wait_for(lambda: not alive(server.process))
    assert not server.folder.exists()
    assert own("server", "stop").err == "no Prefect server is running\n"


@pytest.mark.system
def test_a_killed_server_is_noticed_and_another_one_started(cache: Path) -> None:
    first = use_server(5)
    assert first
    os.kill(first.process, signal.SIGKILL)
    wait_for(lambda: not first.is_running)
    second = use_server(5)
    assert second
    assert second.process != first.process
    assert not first.folder.exists()


@pytest.mark.system
def test_a_server_ends_some_minutes_after_its_last_command(cache: Path) -> None:
    """No command waits here until it answers: it may be ended while it starts."""
    server = use_server(0.02)
    assert server
    time.sleep(4)
    assert server.is_running, "a command that runs longer than that keeps its server"
    server.stop()
    wait_for(lambda: not server.is_running)
    assert not server.folder.exists()


@pytest.mark.system
def test_a_server_ends_with_its_cache(cache: Path) -> None:
    server = use_server(5)
    assert server
    wait_for((server.folder / "pid").exists)
    shutil.rmtree(cache)
    wait_for(lambda: not server.is_running)


@pytest.mark.system
@pytest.mark.timeout(120)
def test_a_server_that_does_not_answer_is_replaced_by_one_for_the_command(cache: Path) -> None:
    pretended = pretend_server(cache)
    ((server, _),) = kept_servers()
    address = output(command(5)).strip()
    assert address
    assert f":{server.port}/" not in address
    assert pretended.is_dir(), "other commands may use it"
    assert kept_servers() == [], "the next command does not wait for it"


@pytest.mark.system
def test_a_server_whose_secret_others_can_read_is_not_joined(cache: Path) -> None:
    (pretend_server(cache) / RECORD).chmod(0o644)
    server = use_server(5)
    assert server
    assert server.secret != "guessed"


@pytest.mark.unit
def test_no_server_is_kept_where_the_folder_cannot_be_written(cache: Path) -> None:
    (cache / "prefect").mkdir(parents=True, exist_ok=True)
    (cache / "prefect" / "kept").touch()
    assert use_server(5) is None


def pretend_server(cache: Path) -> Path:
    """The folder of a living process, ours, behind whose port nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    folder = cache / "prefect" / "kept" / f"{machine()}-{identity()}-pretend"
    folder.parent.mkdir(parents=True)
    folder.mkdir(mode=0o700)
    record = {
        "process": os.getpid(),
        "started": since_boot(os.getpid()),
        "port": port,
        "secret": "guessed",
    }
    (folder / RECORD).touch(mode=0o600)
    (folder / RECORD).write_text(json.dumps(record))
    return folder


@pytest.mark.unit
def test_a_server_with_a_large_database_takes_no_further_commands(tmp_path: Path) -> None:
    folder = tmp_path / "server"
    folder.mkdir()
    join(folder, 5).unlink()
    (folder / RECORD).touch()
    with (folder / DATABASE).open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    wait_until_idle(folder, tmp_path / "lock")
    assert not (folder / RECORD).exists()


@pytest.mark.unit
@pytest.mark.skipif(not psutil.LINUX, reason="elsewhere the start of a process is not computed")
def test_a_command_counts_after_the_clock_of_the_machine_was_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    join(tmp_path, 5)
    before, after_boot = started(os.getpid()), since_boot(os.getpid())
    system = tmp_path / "proc"
    system.mkdir()
    (system / "stat").write_text(f"btime {int(psutil.boot_time()) + 3600}\n")
    (system / str(os.getpid())).symlink_to(f"/proc/{os.getpid()}")
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(system))
    assert started(os.getpid()) == before + 3600
    assert is_same(os.getpid(), after_boot)
    assert [user.process for user in users_of(tmp_path)] == [os.getpid()]


@pytest.mark.unit
def test_files_of_other_programs_are_no_commands(tmp_path: Path) -> None:
    join(tmp_path, 5)
    (tmp_path / "users" / ".nfs0000000001").touch()
    assert [user.process for user in users_of(tmp_path)] == [os.getpid()]


@pytest.mark.unit
def test_servers_cannot_be_stopped_while_another_command_starts_one(cache: Path) -> None:
    kept = cache / "prefect" / "kept"
    kept.mkdir(parents=True)
    with FileLock(kept / LOCK), pytest.raises(ServiceError, match="server stop` again"):
        stop_kept_servers(patience=0)


@pytest.mark.unit
def test_the_folder_of_the_servers_is_absolute(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DUIZHAO_CACHE", "relative")
    assert home() == tmp_path / "relative" / "prefect"


@pytest.mark.unit
def test_only_the_same_settings_of_prefect_share_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    before = identity()
    monkeypatch.setenv("PREFECT_HOME", "/elsewhere")
    assert identity() == before
    monkeypatch.setenv("PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS", "http://127.0.0.1")
    assert identity() != before


@pytest.mark.unit
def test_the_secret_is_not_in_the_repr() -> None:
    assert "s3cret" not in repr(KeptServer(1, Path("x"), "s3cret", 1, 0.0))
