"""The commands that use a kept server, and its end when there have been none for some minutes.

Each command has an empty file in the folder `users` of the server, named by the number and start
time of its process, so that a killed command does not count, and one that runs for a week does,
even if the clock of the machine is set meanwhile. Commands join, and the server ends, under the
lock of kept.py.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from duizhao.flows.runtime.processes import SAME_SECONDS, alive, since_boot

RECORD = "server.json"
"""Name of the file that describes a kept server; without it, no further command joins."""
DATABASE = "prefect.db"
CHECK_SECONDS = 1.0
MOST_SECONDS = 12 * 3600.0
MOST_BYTES = 100_000_000
"""Age and size of the database from which a server accepts no further commands (150 kB a run)."""
_NAME = re.compile(r"(\d+)-([\d.]+)-([\d.]+)-[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class User:
    """A running command: its process, and the minutes for which the server stays after it."""

    process: int
    minutes: float


def join(folder: Path, minutes: float) -> Path:
    """Record that this process uses the server of the folder; delete the file to leave it."""
    (folder / "users").mkdir(exist_ok=True)
    process = os.getpid()
    name = f"{process}-{since_boot(process):.2f}-{minutes:.3f}-{secrets.token_hex(4)}"
    path = folder / "users" / name
    path.touch()
    return path


def users_of(folder: Path) -> list[User]:
    """The commands that use the server; the files of ended ones are deleted."""
    users = []
    for path in _files(folder):
        name = _NAME.fullmatch(path.name)
        if not name:  # of another program, such as a network file system
            continue
        user = User(int(name[1]), float(name[3]))
        if alive(user.process) and abs(since_boot(user.process) - float(name[2])) < SAME_SECONDS:
            users.append(user)
        else:
            with contextlib.suppress(OSError):
                path.unlink()
    return users


def _files(folder: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        yield from sorted((folder / "users").iterdir())


def wait_until_idle(folder: Path, lock: Path) -> None:
    """Return when the server should end; after that no command can join it."""
    begun = used = time.monotonic()
    minutes, last_change = 0.0, 0
    while True:
        users = users_of(folder)
        minutes = max((user.minutes for user in users), default=minutes)
        now, change = time.monotonic(), _changed(folder)
        if users or change != last_change:
            used, last_change = now, change
        # the command that starts a server is a user before it writes the record
        if not (folder / RECORD).exists():
            if not users:  # retired, abandoned, or the cache was deleted
                return
        elif now - begun > MOST_SECONDS or _bytes(folder) > MOST_BYTES:
            _retire(folder, lock)
        elif now - used > minutes * 60 and _retire(folder, lock, unless_used=True):
            return
        time.sleep(CHECK_SECONDS)


def _changed(folder: Path) -> int:
    """When a command last joined or left; 0 if the folder does not exist."""
    try:
        return (folder / "users").stat().st_mtime_ns
    except OSError:
        return 0


def _bytes(folder: Path) -> int:
    total = 0
    for path in folder.glob(f"{DATABASE}*"):
        with contextlib.suppress(OSError):
            total += path.stat().st_size
    return total


def _retire(folder: Path, lock: Path, *, unless_used: bool = False) -> bool:
    """Accept no further commands; False if this is not possible now."""
    with contextlib.suppress(Timeout, OSError), FileLock(lock, timeout=0):
        if unless_used and users_of(folder):
            return False
        (folder / RECORD).unlink(missing_ok=True)
        return True
    return False
