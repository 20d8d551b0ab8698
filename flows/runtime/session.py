"""A quiet, offline Prefect that starts quickly and needs no server started by hand.

A command opens `session()` around a flow. If PREFECT_API_URL or the user's Prefect profile names
a server, that one is used. Else a private server is started: its database is a copy of a template
that the first run migrated (this saves 3 s), its background services are off, and it starts while
the command reads its input. flows/runtime/server.py explains how it ends.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

from filelock import FileLock, Timeout

from duizhao.corpus.errors import ServiceError, StorageError
from duizhao.corpus.paths import cache_folder
from duizhao.flows.runtime.processes import (
    IS_WINDOWS,
    alive,
    command_line,
    kill,
    machine,
    module_command,
)
from duizhao.flows.runtime.server import DATABASE, LOCK, PID, TEMPLATE_VARIABLE

START_SECONDS = 600  # a crowded machine; a server that dies is noticed at once
FOREIGN_SECONDS = 86400

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_CLI_PROMPT": "false",
}
"""Settings of Prefect, made before it is imported; values that the user has set are kept."""

SERVICES_OFF = (
    "CANCELLATION_CLEANUP",
    "EVENT_LOGGER",
    "FOREMAN",
    "LATE_RUNS",
    "PAUSE_EXPIRATIONS",
    "REPOSSESSOR",
    "SCHEDULER",
    "TRIGGERS",
)
"""Background services that a server of one run does not need."""


def quieten() -> None:
    """Set the environment for a quiet, offline Prefect; call this before it is imported."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    for name in ("NO_PROXY", "no_proxy"):
        hosts = [host for host in os.environ.get(name, "").split(",") if host]
        missing = [host for host in ("127.0.0.1", "localhost") if host not in hosts]
        os.environ[name] = ",".join([*hosts, *missing])
    # Prefect's sender of events has a logger of its own, which no setting reaches
    logging.getLogger("EventsWorker").setLevel(os.environ["PREFECT_LOGGING_LEVEL"].upper())


def configured_api() -> str | None:
    """The Prefect API named in the environment or in the Prefect profile."""
    if url := os.environ.get("PREFECT_API_URL"):
        return url
    home = Path(os.environ.get("PREFECT_HOME", Path.home() / ".prefect"))
    try:
        profiles = tomllib.loads((home / "profiles.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        return None
    active = os.environ.get("PREFECT_PROFILE") or profiles.get("active", "")
    url = profiles.get("profiles", {}).get(active, {}).get("PREFECT_API_URL")
    return str(url) if url else None


@dataclass(frozen=True, slots=True)
class Server:
    """A private server that is running or starting."""

    process: subprocess.Popen[bytes]
    port: int
    folder: Path

    @property
    def api_url(self) -> str:
        """The address for PREFECT_API_URL."""
        return f"http://127.0.0.1:{self.port}/api"

    def wait(self) -> None:
        """Return once the server answers; ServiceError if it does not start."""
        import httpx

        deadline = time.monotonic() + START_SECONDS
        # the socket listens from the start, so that a request simply waits until it is served
        with httpx.Client(trust_env=False, timeout=1.0) as client:
            while time.monotonic() < deadline and self.process.poll() is None:
                with contextlib.suppress(httpx.TransportError):
                    if client.get(f"{self.api_url}/health").status_code == 200:
                        return
        log = (self.folder / "log").read_text(errors="replace").strip().splitlines()
        raise ServiceError(
            f"the private Prefect server did not start ({log[-1] if log else 'no message'}); "
            f"try again, or start one with `prefect server start` and set PREFECT_API_URL"
        )

    def stop(self) -> None:
        """End the server and remove its folder."""
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def start_server() -> Server:
    """Start a private server; returns at once, while it is still starting."""
    home = cache_folder() / "prefect"
    runs = home / "runs"
    try:
        runs.mkdir(parents=True, exist_ok=True)
        end_stale_servers(runs)
        folder = Path(tempfile.mkdtemp(dir=runs, prefix=f"{os.getpid()}-{machine()}-"))
    except OSError as error:
        raise StorageError(
            f"{home}: cannot be written to: {error.strerror or error}; set DUIZHAO_CACHE to "
            "a folder that can"
        ) from error
    template = home / f"template-{version('prefect')}.db"
    environment = {
        **os.environ,
        TEMPLATE_VARIABLE: str(template),
        "PREFECT_HOME": str(folder),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{folder / DATABASE}",
        "PREFECT_UI_ENABLED": "false",
        "PREFECT_SERVER_API_BLOCKS_REGISTER_ON_START": "false",
        "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
        **{f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in SERVICES_OFF},
    }
    environment.pop("PREFECT_API_URL", None)
    with contextlib.suppress(FileNotFoundError):
        shutil.copyfile(template, folder / DATABASE)
        environment["PREFECT_API_DATABASE_MIGRATE_ON_START"] = "false"
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    with listener, (folder / "log").open("wb") as log:
        process = _serve_on(listener, folder, environment, log)
        return Server(process, listener.getsockname()[1], folder)


def _serve_on(
    listener: socket.socket, folder: Path, environment: Mapping[str, str], log: BinaryIO
) -> subprocess.Popen[bytes]:
    """Start the server; Ctrl-C is for the flow, and the server ends after it."""
    descriptor = listener.fileno()
    passed: dict[str, Any] = {"stdin": subprocess.DEVNULL, "pass_fds": (descriptor,)}
    process = subprocess.Popen(
        module_command("duizhao.flows.runtime.server", descriptor, os.getpid(), folder),
        env=dict(environment),
        stdout=log,
        stderr=log,
        start_new_session=True,
        **({"stdin": subprocess.PIPE} if IS_WINDOWS else passed),
    )
    if process.stdin:
        share = listener.share  # type: ignore[attr-defined,unused-ignore]
        process.stdin.write(share(process.pid))
        process.stdin.close()
    return process


def end_stale_servers(runs: Path) -> None:
    """Remove the folders of servers whose run is gone; end a server that does not end by itself.

    Machines and containers may share the cache, and their process numbers mean nothing here: their
    folders are only removed if no server holds the lock and they are a day old.
    """
    for folder in runs.iterdir():
        parent, _, rest = folder.name.partition("-")
        here = rest.startswith(f"{machine()}-")
        if not parent.isdigit() or (here and alive(int(parent))):
            continue
        with contextlib.suppress(OSError):
            if not here and time.time() - folder.stat().st_mtime < FOREIGN_SECONDS:
                continue
            try:
                with FileLock(folder / LOCK, timeout=0):
                    pass
            except Timeout:
                if not here:
                    continue
                time.sleep(1)  # it is about to end by itself
                _kill_server(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _kill_server(folder: Path) -> None:
    """End the server of a folder, unless its number belongs to another process by now."""
    with contextlib.suppress(OSError, ValueError):
        process = int((folder / PID).read_text())
        words = command_line(process)
        if "duizhao.flows.runtime.server" in words and folder.name in words:
            kill(process)


@contextlib.contextmanager
def session() -> Iterator[Any]:
    """Run flows inside.

    Yields a function to call right before the first flow: it waits for the server and connects
    Prefect to it. Work that needs no Prefect can be done before that.
    """
    quieten()
    server = None if configured_api() else start_server()
    try:
        with contextlib.ExitStack() as stack:

            def connect() -> None:
                stack.enter_context(_connected(server))

            yield connect
    finally:
        if server:
            _send_last_events()
            server.stop()


def _send_last_events() -> None:
    """Prefect sends events from a thread: let it finish before its server ends."""
    if "prefect.events.worker" in sys.modules:
        from prefect.events.worker import EventsWorker

        EventsWorker.drain_all(timeout=10)


def _check_answer() -> None:
    """ServiceError if the server that the user named does not answer."""
    import httpx
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        problem = client.api_healthcheck()
    if isinstance(problem, httpx.TransportError):
        raise ServiceError(
            f"{configured_api()}: no Prefect server answers ({problem}); start it, or unset "
            "PREFECT_API_URL for a private one"
        )


@contextlib.contextmanager
def _connected(server: Server | None) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in ("PREFECT_HOME", "PREFECT_API_URL")}
    if server:
        os.environ["PREFECT_HOME"] = str(server.folder)
        os.environ["PREFECT_API_URL"] = server.api_url
    from prefect.settings import (
        PREFECT_API_URL,
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
        temporary_settings,
    )

    # the heartbeat thread sleeps a second and is joined at the end of each flow run
    changes: dict[Any, Any] = {PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}
    if server:
        changes[PREFECT_API_URL] = server.api_url
        server.wait()
    try:
        with temporary_settings(changes):
            if not server:
                _check_answer()
            yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
