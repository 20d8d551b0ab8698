"""One batch at a time on an output folder.

`hold(place)` writes a lock file that names its holder. On a local disk it is combined with a lock
of the operating system, which ends with its process in any case. In an object store the file is
created only if there is none, and renewed every few seconds; one that has not been renewed for a
minute, or whose process on this machine is gone, is taken over.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import NotRequired, TypedDict
from uuid import uuid4

from filelock import FileLock, Timeout

from duizhao.corpus.errors import DuizhaoError, FolderBusy, StorageError
from duizhao.flows.runtime.processes import is_same, machine, since_boot
from duizhao.flows.storage import Place

NAME = "lock.json"
LOCK = "lock"
"""The file of the operating system's lock, which has no content."""

RENEW_SECONDS = 5.0
STALE_SECONDS = 60.0
WAIT_SECONDS = 1.0
"""Seconds to wait for the lock, which `duizhao status` takes for a moment to test it."""

Check = Callable[[], None]


class Holder(TypedDict):
    """Who holds a folder; the rest of it only in an object store."""

    user: str
    host: str
    process: int
    since: str
    machine: NotRequired[str]
    started: NotRequired[float]
    token: NotRequired[str]
    renewed: NotRequired[float]


@contextlib.contextmanager
def hold(place: Place) -> Iterator[Check]:
    """Hold the lock of the folder `place`; FolderBusy names the holder.

    Yields a check to call before a write that only the holder may do: it raises FolderBusy if the
    lock has been lost.
    """
    with _local(place) if place.local else _remote(place) as check:
        yield check


def holder(place: Place) -> Holder | None:
    """The process that holds the folder now, None if there is none."""
    try:
        record: Holder = json.loads(place.read(NAME))
    except (OSError, ValueError):
        return None
    if not place.local:
        return None if _is_gone(record) else record
    try:
        with FileLock(place.local / LOCK, timeout=0):
            return None
    except (Timeout, OSError):
        return record


def _is_gone(record: Holder) -> bool:
    """Whether the holder of a lock in an object store has ended."""
    if time.time() - record["renewed"] > STALE_SECONDS:
        return True
    here = record.get("machine") == machine()
    return here and not is_same(record["process"], record.get("started", 0.0))


def user_name() -> str:
    """The login of the user; "unknown" in a container without one."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"


def _who() -> Holder:
    return {
        "user": user_name(),
        "host": socket.gethostname(),
        "process": os.getpid(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _refuse(place: Place, record: Holder | None) -> FolderBusy:
    folder = place.name.rpartition("/")[0]
    who = ""
    if record:
        who = (
            f" (process {record.get('process')} of {record.get('user')} on "
            f"{record.get('host')}, since {record.get('since')})"
        )
    return FolderBusy(
        f"{folder}: another batch is running here{who}; wait for it, end it, or give another --out"
    )


@contextlib.contextmanager
def _local(place: Place) -> Iterator[Check]:
    assert place.local
    lock, record = FileLock(place.local / LOCK), place.local / NAME
    try:
        place.local.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=WAIT_SECONDS)
    except Timeout:
        holding: Holder | None = None
        with contextlib.suppress(OSError, ValueError):
            holding = json.loads(record.read_bytes())
        raise _refuse(place, holding) from None
    except OSError as error:
        raise StorageError(f"{place.name}: {error.strerror or error}; check --out") from error
    try:
        record.write_text(json.dumps(_who()))
        yield lambda: None
        record.write_text("")
    finally:
        lock.release()


@contextlib.contextmanager
def _remote(place: Place) -> Iterator[Check]:
    mine = _who() | {"machine": machine(), "started": since_boot(os.getpid()), "token": uuid4().hex}
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
            raise _refuse(place, _read(place))

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


def _take(place: Place, mine: Holder) -> None:
    if record := _read(place):
        if not _is_gone(record):
            raise _refuse(place, record)
        place.remove(NAME)
    try:
        place.create(NAME, _packed(mine))
    except (FileExistsError, NotImplementedError):
        record = _read(place)
        if record is None:
            _put(place, mine)
        elif record["token"] != mine["token"]:  # an answer that was lost, or another's
            raise _refuse(place, record) from None
    if record:
        # two that take over at once: the last to write has it, and the other sees so
        time.sleep(WAIT_SECONDS)
        if not _is_mine(place, mine):
            raise _refuse(place, _read(place))


def _read(place: Place) -> Holder | None:
    try:
        record: Holder = json.loads(place.read(NAME))
    except (FileNotFoundError, ValueError):
        return None
    return record


def _is_mine(place: Place, mine: Holder) -> bool:
    record = _read(place)
    return record is not None and record.get("token") == mine["token"]


def _put(place: Place, mine: Holder) -> None:
    place.write(NAME, _packed(mine))


def _packed(mine: Holder) -> bytes:
    return json.dumps(mine | {"renewed": time.time()}).encode()
