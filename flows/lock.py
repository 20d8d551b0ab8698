"""One batch at a time on an output folder.

`hold(place)` puts a lock file there that says who holds it. On a local disk the kernel's own lock
(flock) stands behind it and goes with its process, however that ends. In an object store the file
is renewed every few seconds, and one that has not been renewed for a minute is taken over.
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
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from corpus.document import DuizhaoError
from flows.storage import Place

NAME = "lock.json"
RENEW_SECONDS = 5.0
STALE_SECONDS = 60.0


class Held(DuizhaoError):  # noqa: N818 - reads as what it is
    """Another batch has the folder."""


@contextlib.contextmanager
def hold(place: Place) -> Iterator[None]:
    """Hold the lock of the folder `place`; Held says who has it."""
    with _local(place) if place.local else _remote(place):
        yield


def holder(place: Place) -> dict[str, Any] | None:
    """Who holds the folder now, None if nobody."""
    try:
        told: dict[str, Any] = json.loads(place.read(NAME))
    except (OSError, ValueError):
        return None
    if not place.local:
        return None if time.time() - told["renewed"] > STALE_SECONDS else told
    with (place.local / NAME).open("r") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return told
    return None


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


def _refuse(place: Place, told: dict[str, Any]) -> Held:
    folder = place.name.rpartition("/")[0]
    return Held(
        f"{folder}: another batch is at work here (process {told.get('process')} of "
        f"{told.get('user')} on {told.get('host')}, since {told.get('since')}); wait for it, "
        "end it, or give another --out"
    )


@contextlib.contextmanager
def _local(place: Place) -> Iterator[None]:
    assert place.local
    try:
        place.local.mkdir(parents=True, exist_ok=True)
        file = (place.local / NAME).open("a+")
    except OSError as error:
        raise DuizhaoError(f"{place.name}: {error.strerror or error}; check --out") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            with contextlib.suppress(ValueError):
                raise _refuse(place, json.load(file)) from None
            raise _refuse(place, {}) from None
        file.truncate(0)
        file.write(json.dumps(_who()))
        file.flush()
        yield
        file.truncate(0)


@contextlib.contextmanager
def _remote(place: Place) -> Iterator[None]:
    mine = _who() | {"token": uuid4().hex}
    if told := holder(place):
        raise _refuse(place, told)
    _renew(place, mine)
    # two that began at once: the last to write has it, and the other sees so
    time.sleep(1.0)
    if (told := holder(place)) and told["token"] != mine["token"]:
        raise _refuse(place, told)
    stop = threading.Event()

    def keep() -> None:
        while not stop.wait(RENEW_SECONDS):
            with contextlib.suppress(Exception):
                _renew(place, mine)

    thread = threading.Thread(target=keep, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        place.remove(NAME)


def _renew(place: Place, mine: dict[str, Any]) -> None:
    place.write(NAME, json.dumps(mine | {"renewed": time.time()}).encode())
