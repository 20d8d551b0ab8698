"""Start a private Prefect server for one run, and remove the leftovers of ended runs.

The server's database is a copy of a template that the first run migrated (template.py), and its
background services are off. It accepts only requests with its secret (guard.py): from the run that
started it, with which it ends (server.py), or from the commands that share a kept server (kept.py).
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout

from duizhao.corpus.errors import ServiceError, StorageError
from duizhao.corpus.paths import cache_folder
from duizhao.flows.runtime.guard import HOST, authorization
from duizhao.flows.runtime.processes import (
    DETACHED,
    IS_WINDOWS,
    alive,
    command_line,
    kill,
    machine,
    module_command,
)
from duizhao.flows.runtime.server import LOCK, PID, TEMPLATE_VARIABLE
from duizhao.flows.runtime.template import copy_template
from duizhao.flows.runtime.users import DATABASE

START_SECONDS = 600  # on a busy machine; the end of a server that dies is noticed at once
FOREIGN_SECONDS = 86400
NEEDED_BYTES = 4_000_000
"""Bytes on the disk of the cache, for the server's database and its log."""

SERVICES_OFF = (
    "CANCELLATION_CLEANUP",
    "CLEANUP_RECONCILER",
    "EVENT_LOGGER",
    "FOREMAN",
    "LATE_RUNS",
    "PAUSE_EXPIRATIONS",
    "REPOSSESSOR",
    "SCHEDULER",
    "TRIGGERS",
)
"""Background services that a server of one run does not need."""


@dataclass(frozen=True, slots=True)
class Address:
    """The port of a private server, the secret for its requests, and its folder."""

    port: int
    folder: Path
    secret: str = field(repr=False)

    @property
    def api_url(self) -> str:
        """The address for PREFECT_API_URL."""
        return f"http://{HOST}:{self.port}/api"

    def answers(self, seconds: float, is_running: Callable[[], bool]) -> bool:
        """Whether the server answers within so many seconds; False at once if it has ended."""
        import httpx

        deadline = time.monotonic() + seconds
        # the socket listens before the server starts: a request waits until it is served, or is
        # refused because the server has ended
        ours = {"Authorization": authorization(self.secret)}
        with httpx.Client(trust_env=False, timeout=1.0, headers=ours) as client:
            while time.monotonic() < deadline and is_running():
                try:
                    if client.get(f"{self.api_url}/health").status_code == 200:
                        return True
                except httpx.ConnectError:
                    if not IS_WINDOWS:  # there the server opens the socket again
                        return False
                    time.sleep(0.1)
                except httpx.TransportError:
                    continue
        return False


@dataclass(frozen=True, slots=True)
class Server(Address):
    """A running or starting server of this run alone."""

    process: subprocess.Popen[bytes]

    def wait(self) -> None:
        """Return once the server answers; ServiceError if it does not start."""
        if self.answers(START_SECONDS, lambda: self.process.poll() is None):
            return
        if not shutil.disk_usage(self.folder).free > NEEDED_BYTES:
            raise StorageError(
                f"{self.folder.parent}: the disk is full; free some space, or set DUIZHAO_CACHE to "
                "a folder on another disk"
            )
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
    """Start a server for this run; returns at once, while it is still starting."""
    runs = home() / "runs"
    try:
        runs.mkdir(parents=True, exist_ok=True)
        end_stale_servers(runs)
        folder = Path(tempfile.mkdtemp(dir=runs, prefix=f"{os.getpid()}-{machine()}-"))
    except OSError as error:
        raise StorageError(
            f"{home()}: cannot be written to: {error.strerror or error}; set DUIZHAO_CACHE to "
            "a folder that can"
        ) from error
    address, process = launch(folder, os.getpid())
    return Server(address.port, folder, address.secret, process)


def home() -> Path:
    """The folder of all servers of this cache, absolute, as a kept server changes its directory."""
    return cache_folder().absolute() / "prefect"


def launch(folder: Path, parent: int) -> tuple[Address, subprocess.Popen[bytes]]:
    """Start a server that keeps its files in the folder and ends with `parent` (0: kept)."""
    template = home() / f"template-{version('prefect')}.db"
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
    for name in ("PREFECT_API_URL", "PREFECT_SERVER_API_BASE_PATH"):
        environment.pop(name, None)
    if copy_template(template, folder / DATABASE):
        environment["PREFECT_API_DATABASE_MIGRATE_ON_START"] = "false"
    secret = secrets.token_urlsafe(32)
    listener = socket.create_server((HOST, 0), backlog=128)
    with listener, (folder / "log").open("wb") as log:
        process = _serve_on(listener, parent, folder, environment, log, secret)
        return Address(listener.getsockname()[1], folder, secret), process


def _serve_on(
    listener: socket.socket,
    parent: int,
    folder: Path,
    environment: Mapping[str, str],
    log: BinaryIO,
    secret: str,
) -> subprocess.Popen[bytes]:
    """Start the server; Ctrl-C is for the flow, and the server ends after it.

    It gets the secret through a pipe: arguments and variables of a process can be listed, and
    variables are inherited.
    """
    descriptor = listener.fileno()
    process = subprocess.Popen(
        module_command("duizhao.flows.runtime.server", descriptor, parent, folder),
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=log,
        start_new_session=True,
        pass_fds=() if IS_WINDOWS else (descriptor,),
        creationflags=0 if parent else DETACHED,
    )
    assert process.stdin
    with contextlib.suppress(BrokenPipeError), process.stdin as pipe:  # `wait` reports its end
        pipe.write(f"{secret}\n".encode())
        if IS_WINDOWS:
            share = listener.share  # type: ignore[attr-defined,unused-ignore]
            pipe.write(share(process.pid))
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
        if not here and not old(folder):
            continue
        if is_locked(folder):
            if not here:
                continue
            time.sleep(1)  # it is about to end by itself
            _kill_server(folder)
        shutil.rmtree(folder, ignore_errors=True)


def old(folder: Path) -> bool:
    """Whether nothing has been created or removed in the folder for a day."""
    with contextlib.suppress(OSError):
        return time.time() - folder.stat().st_mtime > FOREIGN_SECONDS
    return False


def is_locked(folder: Path) -> bool:
    """Whether a server is serving from the folder."""
    try:
        with FileLock(folder / LOCK, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:  # it is being removed
        return False


def _kill_server(folder: Path) -> None:
    """End the server of a folder, if it is still running."""
    with contextlib.suppress(OSError, ValueError):
        kill_server(int((folder / PID).read_text()), folder)


def kill_server(process: int, folder: Path) -> None:
    """End the process, unless its number now belongs to a process other than the server."""
    words = command_line(process)
    if "duizhao.flows.runtime.server" in words and folder.name in words:
        kill(process)
