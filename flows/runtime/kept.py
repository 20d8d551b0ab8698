"""A private server that runs for some minutes after a command, so that the next starts faster.

Its folder, `prefect/kept/MACHINE-IDENTITY-...` in the cache, holds the address and the secret in a
file that only its owner can read. A command joins a server of the same identity (version, code,
Prefect and its settings, Python, user) that is alive, and starts one if there is none; if it does
not answer, the command starts a server of its own (private.py). The server counts the processes
that use it, and ends some minutes after the last (users.py).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock, Timeout

from duizhao.corpus.errors import ServiceError
from duizhao.flows.runtime.private import (
    START_SECONDS,
    Address,
    home,
    is_locked,
    kill_server,
    launch,
    old,
)
from duizhao.flows.runtime.processes import IS_WINDOWS, is_same, machine, since_boot
from duizhao.flows.runtime.server import LOCK
from duizhao.flows.runtime.users import RECORD, User, join, users_of

ANSWER_SECONDS = 30.0
"""Seconds to wait for a server that another command started, before starting another."""
LOCK_SECONDS = 10.0
"""Seconds to wait for another command that joins or starts a server, which takes milliseconds."""


@dataclass(frozen=True, slots=True)
class KeptServer(Address):
    """A kept server and its process; `use` is the file that counts this command."""

    process: int
    start: float
    use: Path | None = None
    patience: float = ANSWER_SECONDS

    @property
    def is_running(self) -> bool:
        """Whether its process is running."""
        return is_same(self.process, self.start)

    def wait(self) -> None:
        """Return once the server answers; ServiceError if it does not: then no command joins it."""
        if not self.answers(self.patience, lambda: self.is_running):
            (self.folder / RECORD).unlink(missing_ok=True)  # the next command need not wait
            raise ServiceError(f"the Prefect server of {self.folder} does not answer")

    def stop(self) -> None:
        """Leave the server, which keeps running for other commands."""
        if self.use:
            self.use.unlink(missing_ok=True)


def use_server(minutes: float) -> KeptServer | None:
    """The kept server, started if there is none; None if a server cannot be shared safely."""
    kept = home() / "kept"
    try:
        kept.mkdir(parents=True, exist_ok=True)
        with FileLock(kept / LOCK, timeout=LOCK_SECONDS):
            _remove_ended(kept)
            prefix = f"{machine()}-{identity()}-"
            for server in _servers(kept, prefix):
                use = join(server.folder, minutes)
                return KeptServer(
                    server.port, server.folder, server.secret, server.process, server.start, use
                )
            return _start(Path(tempfile.mkdtemp(dir=kept, prefix=prefix)), minutes)
    except (OSError, Timeout):
        return None  # a private server reports what is wrong with the folder


def _start(folder: Path, minutes: float) -> KeptServer | None:
    if not _is_private(folder):  # such as on a Windows disk mounted in Linux
        shutil.rmtree(folder, ignore_errors=True)
        return None
    use = join(folder, minutes)
    address, process = launch(folder, parent=0)
    start = since_boot(process.pid)
    record = {
        "process": process.pid,
        "started": start,
        "port": address.port,
        "secret": address.secret,
    }
    temporary = folder / f"{RECORD}.new"
    temporary.touch(mode=0o600, exist_ok=False)
    temporary.write_text(json.dumps(record))
    temporary.replace(folder / RECORD)
    return KeptServer(
        address.port, folder, address.secret, process.pid, start, use, float(START_SECONDS)
    )


def kept_servers() -> list[tuple[KeptServer, list[User]]]:
    """The kept servers of this cache on this machine, of all versions, and their users."""
    found = _servers(home() / "kept", f"{machine()}-")
    return [(server, users_of(server.folder)) for server in found]


def stop_kept_servers(patience: float = LOCK_SECONDS) -> tuple[int, int]:
    """End the servers that no command uses; the others end after their commands. Counts both.

    ServiceError if another command starts a server for longer than `patience` seconds.
    """
    ended = later = 0
    kept = home() / "kept"
    if not kept.is_dir():
        return 0, 0
    try:
        with FileLock(kept / LOCK, timeout=patience):
            for server, users in kept_servers():
                (server.folder / RECORD).unlink(missing_ok=True)
                if users:
                    later += 1
                    continue
                kill_server(server.process, server.folder)
                ended += 1
                shutil.rmtree(server.folder, ignore_errors=True)
    except Timeout:
        raise ServiceError(
            f"{kept}: another command is starting a server; run `duizhao server stop` again"
        ) from None
    return ended, later


def identity() -> str:
    """A hash of the properties that a server and the commands that share it must have in common."""
    total = hashlib.sha256()
    settings = sorted(
        (name, value)
        for name, value in os.environ.items()
        if name.startswith("PREFECT_") and name not in ("PREFECT_HOME", "PREFECT_PROFILE")
    )
    user = getattr(os, "getuid", lambda: 0)()
    for part in (version("duizhao"), version("prefect"), sys.executable, sys.version, user):
        total.update(f"{part}\n".encode())
    total.update(repr(settings).encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        total.update(path.read_bytes())
    return total.hexdigest()[:12]


def _servers(kept: Path, prefix: str) -> Iterator[KeptServer]:
    """The servers whose process is running and whose record only this user can have written."""
    for record in sorted(kept.glob(f"{prefix}*/{RECORD}")):
        if not (_is_private(record.parent) and _is_private(record)):
            continue
        with contextlib.suppress(OSError, ValueError, KeyError):
            values = json.loads(record.read_text())
            server = KeptServer(
                int(values["port"]),
                record.parent,
                str(values["secret"]),
                int(values["process"]),
                float(values["started"]),
            )
            if server.is_running:
                yield server


def _is_private(path: Path) -> bool:
    """Whether the file or folder belongs to this user and no other can read or write it."""
    if IS_WINDOWS:  # the user's folder is private
        return True
    with contextlib.suppress(OSError):
        status = path.stat()
        return status.st_uid == os.getuid() and not status.st_mode & 0o077
    return False


def _remove_ended(kept: Path) -> None:
    """Remove the folders of servers that are gone, such as killed ones."""
    running = {server.folder for server in _servers(kept, f"{machine()}-")}
    for folder in kept.iterdir():
        if folder in running or not folder.is_dir() or is_locked(folder):
            continue
        if folder.name.startswith(f"{machine()}-") or old(folder):
            shutil.rmtree(folder, ignore_errors=True)
