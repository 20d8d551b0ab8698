"""One studio per folder: the lock, and the address of the one that is running.

The address contains the token, so only the owner of the folder may read its file.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from duizhao.corpus.errors import StorageError, writing
from duizhao.flows.runtime.processes import is_same, since_boot
from duizhao.flows.studio.jobs import HOME

ADDRESS = "server.json"


def running_address(folder: Path) -> str:
    """The address of the studio that is running in this folder, "" if none is."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        record = json.loads((folder / HOME / ADDRESS).read_bytes())
        if is_same(int(record["process"]), float(record["started"])):
            return str(record["address"])
    return ""


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[bool]:
    """Hold the lock of the folder; yields whether it was free."""
    home = folder / HOME
    with writing(home):
        home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        yield False
        return
    except OSError as error:
        raise StorageError(f"{home}: cannot be written to: {error.strerror or error}") from None
    try:
        yield True
    finally:
        (home / ADDRESS).unlink(missing_ok=True)
        lock.release()


def publish(folder: Path, address: str) -> None:
    """Store the address for a second start."""
    path = folder / HOME / ADDRESS
    process = os.getpid()
    record = {"address": address, "process": process, "started": since_boot(process)}
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(record, file)
