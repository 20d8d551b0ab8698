"""Child processes that run modules of duizhao, and end with the process that started them.

Process numbers are valid on one machine only: `machine()` distinguishes machines and containers
that share a folder. The Windows branches are untested.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from multiprocessing import connection
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any

import psutil

CHECK_SECONDS = 0.5
SAME_SECONDS = 2.0
"""Largest difference in seconds between start times of one process, as clocks are adjusted."""

IS_WINDOWS = os.name == "nt"
DETACHED: int = getattr(subprocess, "DETACHED_PROCESS", 0)
"""Popen's flag for a process that outlives the console, on Windows; 0 elsewhere."""


class Ended(BaseException):
    """SIGTERM arrived; like KeyboardInterrupt it is not caught with errors."""

    exit_code = 143


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """Turn SIGTERM into an exception, so that locks and processes are released."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_number: int, _frame: FrameType | None) -> None:
        raise Ended

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def module_command(module: str, *arguments: object) -> list[str]:
    """The command that runs a module of duizhao in a new process.

    The process searches the current folder for modules only if this one does: a ``queue.py`` of the
    user, which the command `duizhao` does not import, must not break its workers.
    """
    here = {"", str(Path.cwd())} & set(sys.path)
    return [sys.executable, *([] if here else ["-P"]), "-m", module, *map(str, arguments)]


def start_connected(
    module: str, *arguments: object, environment: Mapping[str, str]
) -> tuple[subprocess.Popen[bytes], Connection]:
    """Start a module with one end of a pipe; its arguments are `descriptor, *arguments`.

    `inherited` opens the descriptor. Ctrl-C does not reach it: its parent process ends it.
    """
    ours, theirs = connection.Pipe()
    with theirs:
        process = subprocess.Popen(
            module_command(module, theirs.fileno(), *arguments),
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            **inheriting(theirs.fileno()),
        )
    return process, ours


def inherited(descriptor: int) -> Connection:
    """The end of the pipe that `start_connected` passed to this process."""
    kind = getattr(connection, "PipeConnection", Connection) if IS_WINDOWS else Connection
    return kind(descriptor)


def inheriting(descriptor: int) -> dict[str, Any]:
    """Options of Popen for a process of its own group that inherits a descriptor."""
    if not IS_WINDOWS:
        return {"pass_fds": (descriptor,), "process_group": 0}
    os.set_handle_inheritable(descriptor, True)  # type: ignore[attr-defined,unused-ignore]
    startup = subprocess.STARTUPINFO(  # type: ignore[attr-defined,unused-ignore]
        lpAttributeList={"handle_list": [descriptor]}
    )
    flags = subprocess.CREATE_NEW_PROCESS_GROUP  # type: ignore[attr-defined,unused-ignore]
    return {"startupinfo": startup, "creationflags": flags}


def end_with_parent(parent: int, last: Callable[[], object] | None = None) -> None:
    """End this process, after a call of `last`, as soon as `parent` is gone."""

    def watch() -> None:
        while _is_parent(parent):
            time.sleep(CHECK_SECONDS)
        if last:
            last()
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


def _is_parent(process: int) -> bool:
    # Windows keeps the number of a parent that has ended
    return os.getppid() == process and (not IS_WINDOWS or alive(process))


def machine() -> str:
    """The name of the machine, and of the container on it: process numbers mean the same there."""
    with contextlib.suppress(OSError):
        namespace = str(Path("/proc/self/ns/pid").readlink())
        return f"{socket.gethostname()}.{''.join(filter(str.isdigit, namespace))}"
    return socket.gethostname()


def alive(process: int) -> bool:
    """Whether a process with this number is running here, not counting zombies."""
    try:
        return bool(psutil.Process(process).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True  # of another user


def started(process: int) -> float:
    """When a process started, in seconds since 1970; 0.0 if there is no such process."""
    try:
        return float(psutil.Process(process).create_time())
    except psutil.Error:
        return 0.0


def since_boot(process: int) -> float:
    """When a process started, by a clock that cannot be set; 0.0 if there is no such process.

    Comparable between processes of one machine until it restarts.
    """
    try:
        # psutil adds the time of the boot, which Linux computes from the clock
        boot = float(psutil.boot_time()) if psutil.LINUX else 0.0
        return float(psutil.Process(process).create_time()) - boot
    except psutil.Error:
        return 0.0


def is_same(process: int, start: float) -> bool:
    """Whether the process with this number is the one that started then, by `since_boot`.

    By the clock of the day, a process would be another one after the clock was set. Records of
    earlier versions of duizhao have that clock; the two cannot be confused.
    """
    starts = (since_boot(process), started(process))
    return alive(process) and any(abs(each - start) < SAME_SECONDS for each in starts)


def age() -> float:
    """Seconds since this process started."""
    return time.time() - started(os.getpid())


def command_line(process: int) -> str:
    """The command that a process was started with, "" if it cannot be read."""
    try:
        return " ".join(psutil.Process(process).cmdline())
    except psutil.Error:
        return ""


def kill(process: int) -> None:
    """End a process at once, if it is still running."""
    with contextlib.suppress(psutil.Error):
        psutil.Process(process).kill()
