"""One batch at a time on an output folder.

`hold(place)` puts a lock file there that says who holds it. On a local disk the kernel's own lock
(flock) stands behind it and goes with its process, however that ends. In an object store the file
is created only where there is none, and renewed every few seconds; one that has not been renewed
for a minute, or whose process on this machine is gone, is taken over.
"""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, TextIO
from uuid import uuid4

from duizhao.corpus.errors import DuizhaoError, FolderBusy, StorageError
from duizhao.flows.runtime.machine import alive, machine, started
from duizhao.flows.storage import Place

NAME = "lock.json"
RENEW_SECONDS = 5.0
STALE_SECONDS = 60.0
WAIT_SECONDS = 1.0
"""`duizhao status` takes the lock for an instant to see whether somebody has it."""

Check = Callable[[], None]


@contextlib.contextmanager
def hold(place: Place) -> Iterator[Check]:
    """Hold the lock of the folder `place`; FolderBusy says who has it.

    Yields a check to call before something is written that must not be written twice: it raises
    FolderBusy where the lock was lost meanwhile.
    """
    with _local(place) if place.local else _remote(place) as check:
        yield check


def holder(place: Place) -> dict[str, Any] | None:
    """Who holds the folder now, None if nobody."""
    try:
        told: dict[str, Any] = json.loads(place.read(NAME))
    except (OSError, ValueError):
        return None
    if not place.local:
        return None if _is_gone(told) else told
    with (place.local / NAME).open("r") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return told
    return None


def _is_gone(told: dict[str, Any]) -> bool:
    """Whether the holder of a lock in an object store is not there any more."""
    if time.time() - told["renewed"] > STALE_SECONDS:
        return True
    process = told["process"]
    here = told.get("machine") == machine()
    return here and not (alive(process) and started(process) == told.get("started"))


def user_name() -> str:
    """The login of who runs this; "unknown" in a container without one."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"


def _who() -> dict[str, Any]:
    return {
        "user": user_name(),
        "host": socket.gethostname(),
        "process": os.getpid(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _refuse(place: Place, told: dict[str, Any]) -> FolderBusy:
    folder = place.name.rpartition("/")[0]
    return FolderBusy(
        f"{folder}: another batch is at work here (process {told.get('process')} of "
        f"{told.get('user')} on {told.get('host')}, since {told.get('since')}); wait for it, "
        "end it, or give another --out"
    )


@contextlib.contextmanager
def _local(place: Place) -> Iterator[Check]:
    assert place.local
    try:
        place.local.mkdir(parents=True, exist_ok=True)
        file = (place.local / NAME).open("a+")
    except OSError as error:
        raise StorageError(f"{place.name}: {error.strerror or error}; check --out") from error
    with file:
        if not _flock(file):
            file.seek(0)
            told = {}
            with contextlib.suppress(ValueError):
                told = json.load(file)
            raise _refuse(place, told)
        file.truncate(0)
        file.write(json.dumps(_who()))
        file.flush()
        yield lambda: None
        file.truncate(0)


def _flock(file: TextIO) -> bool:
    """Take the kernel's lock; False where somebody keeps it."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        else:
            return True


@contextlib.contextmanager
def _remote(place: Place) -> Iterator[Check]:
    mine = _who() | {"machine": machine(), "started": started(os.getpid()), "token": uuid4().hex}
    _take(place, mine)
    stop, lost = threading.Event(), threading.Event()

    def keep() -> None:
        while not stop.wait(RENEW_SECONDS) and not lost.is_set():
            with contextlib.suppress(Exception):
                if _is_mine(place, mine):
                    _put(place, mine)
                else:
                    lost.set()

    def check() -> None:
        if lost.is_set() or not _is_mine(place, mine):
            raise _refuse(place, _read(place) or {})

    thread = threading.Thread(target=keep, daemon=True)
    thread.start()
    try:
        yield check
    finally:
        stop.set()
        thread.join()
        with contextlib.suppress(DuizhaoError):  # it goes stale
            if _is_mine(place, mine):
                place.remove(NAME)


def _take(place: Place, mine: dict[str, Any]) -> None:
    if told := _read(place):
        if not _is_gone(told):
            raise _refuse(place, told)
        place.remove(NAME)
    try:
        place.create(NAME, _packed(mine))
    except (FileExistsError, NotImplementedError):
        told = _read(place)
        if told is None:
            _put(place, mine)
        elif told["token"] != mine["token"]:  # an answer that was lost, or another's
            raise _refuse(place, told) from None
    if told:
        # two that take over at once: the last to write has it, and the other sees so
        time.sleep(WAIT_SECONDS)
        if not _is_mine(place, mine):
            raise _refuse(place, _read(place) or {})


def _read(place: Place) -> dict[str, Any] | None:
    try:
        told: dict[str, Any] = json.loads(place.read(NAME))
    except (FileNotFoundError, ValueError):
        return None
    return told


def _is_mine(place: Place, mine: dict[str, Any]) -> bool:
    told = _read(place)
    return told is not None and told.get("token") == mine["token"]


def _put(place: Place, mine: dict[str, Any]) -> None:
    place.write(NAME, _packed(mine))


def _packed(mine: dict[str, Any]) -> bytes:
    return json.dumps(mine | {"renewed": time.time()}).encode()
