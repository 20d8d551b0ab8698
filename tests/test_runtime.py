"""The private Prefect server: there for a run, gone with it, however the run ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows import runtime

ROOT = Path(__file__).resolve().parent.parent
HOLD = """
from flows import runtime
server = runtime.start_server()
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
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
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
    left = runs / f"{gone.pid}-left"
    left.mkdir(parents=True)
    (left / "lock").touch()
    mine = runs / f"{os.getpid()}-mine"
    mine.mkdir()
    runtime.end_stale_servers(runs)
    assert not left.exists()
    assert mine.exists()


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
