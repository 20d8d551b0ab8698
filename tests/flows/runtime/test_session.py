"""The private Prefect server runs during a run and ends with it, however the run ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from duizhao.flows.runtime import session as runtime
from duizhao.flows.runtime.private import end_stale_servers
from duizhao.flows.runtime.processes import machine
from tests.support.cli import Cli
from tests.support.paths import ROOT

pytestmark = pytest.mark.system

HOLD = """
from duizhao.flows.runtime.private import start_server
server = start_server()
server.wait()
print(server.process.pid, server.folder, flush=True)
import time; time.sleep(60)
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DUIZHAO_CACHE", str(tmp_path))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "home"))
    return tmp_path


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_killed_run_leaves_no_server_and_no_files(cache: Path) -> None:
    """It is started in a folder with a module that is named like ours."""
    (cache / "flows.py").write_text("raise SystemExit('not ours')\n")
    holder = subprocess.Popen(
        [sys.executable, "-P", "-c", HOLD],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=cache,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout
    process, folder = holder.stdout.readline().split()
    assert alive(int(process))
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    deadline = time.monotonic() + 30
    while (alive(int(process)) or Path(folder).exists()) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not alive(int(process))
    assert not Path(folder).exists()
    template = next((cache / "prefect").glob("template-*.db"))
    assert template.stat().st_size > 0, "the next server starts from a migrated database"


def test_what_a_dead_run_left_is_cleared_at_the_next_start(cache: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    runs = cache / "prefect" / "runs"
    left = runs / f"{gone.pid}-{machine()}-left"
    left.mkdir(parents=True)
    (left / "lock").touch()
    mine = runs / f"{os.getpid()}-{machine()}-mine"
    mine.mkdir()
    end_stale_servers(runs)
    assert not left.exists()
    assert mine.exists()


def test_servers_of_another_machine_on_the_same_cache_are_left_alone(cache: Path) -> None:
    """Process numbers of another container are not valid here, and must not be killed."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    runs = cache / "prefect" / "runs"
    theirs = runs / f"{gone.pid}-another.4026531836-theirs"
    theirs.mkdir(parents=True)
    (theirs / "pid").write_text(str(other.pid))
    try:
        with FileLock(theirs / "lock"):
            end_stale_servers(runs)
            os.utime(theirs, (0, 0))
            end_stale_servers(runs)
        assert theirs.exists()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
    end_stale_servers(runs)
    assert not theirs.exists(), "a day old, and nobody holds it"


def test_an_unwritable_cache_and_a_dead_server_are_reported_in_one_line(
    cache: Path, cli: Cli
) -> None:
    (cache / "report.zh.txt").write_text("安全理事会审议了秘书长的报告。\n", encoding="utf-8")
    (cache / "file").touch()
    for change, word in (
        ({"DUIZHAO_CACHE": str(cache / "file")}, "set DUIZHAO_CACHE"),
        ({"PREFECT_API_URL": "http://127.0.0.1:9/api"}, "no Prefect server answers"),
    ):
        # a process of its own: Prefect reads its settings once
        done = cli.apart("build", "report.zh.txt", "--out", "out", env=change, cwd=cache)
        assert (done.code, word in done.err) == (1, True), done.err
        assert not (cache / "out").exists()


def test_a_server_that_the_user_named_is_used(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert runtime.configured_api() is None
    (cache / "home").mkdir()
    (cache / "home" / "profiles.toml").write_text(
        'active = "work"\n[profiles.work]\nPREFECT_API_URL = "http://example.invalid/api"\n'
    )
    assert runtime.configured_api() == "http://example.invalid/api"
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    assert runtime.configured_api() == "http://127.0.0.1:4200/api"


def test_a_proxy_in_the_environment_does_not_stand_between_flow_and_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_PROXY", "example.org")
    monkeypatch.delenv("no_proxy", raising=False)
    runtime.quieten()
    assert os.environ["NO_PROXY"] == "example.org,127.0.0.1,localhost"


@pytest.mark.parametrize(("level", "said"), [(None, ""), ("warning", "Still processing items")])
def test_prefects_event_sender_is_silent_unless_the_user_enables_its_log(
    level: str | None, said: str
) -> None:
    code = (
        "import logging; from duizhao.flows.runtime.session import quieten; "
        "quieten(); import prefect; "
        "logging.getLogger('EventsWorker').warning('Still processing items: 3')"
    )
    environment = {n: v for n, v in os.environ.items() if n not in runtime.QUIET}
    environment |= {"PYTHONPATH": str(ROOT)} | ({"PREFECT_LOGGING_LEVEL": level} if level else {})
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert said in done.stderr
    assert bool(said) == bool(done.stderr)
