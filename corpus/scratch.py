"""Temporary folders that are also removed if their process was killed.

    with scratch("office") as folder:
        ...

A process holds a lock on each of its folders. Before it creates one, it removes those of the same
kind that killed processes left, and ends programs that still run in them. On Windows, which has no
such locks, they are not removed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path

POSIX = os.name == "posix"


class ScratchFolder:
    """A temporary folder, removed by `close`, with this object, or at the end of the process."""

    def __init__(self, kind: str) -> None:
        prefix = f"duizhao-{kind}-"
        _sweep(Path(tempfile.gettempdir()), prefix)
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=prefix))
            lock = _lock(self.path)
            if self.path.exists():  # no other process removed it before it was locked
                break
            _release(lock)
        self._close = weakref.finalize(self, _remove, self.path, lock, os.getpid())

    def close(self) -> None:
        """Remove the folder."""
        self._close()


@contextlib.contextmanager
def scratch(kind: str) -> Iterator[Path]:
    """A folder for the block."""
    folder = ScratchFolder(kind)
    try:
        yield folder.path
    finally:
        folder.close()


def _sweep(parent: Path, prefix: str) -> None:
    """Remove the folders of killed processes of this user."""
    if not POSIX:
        return
    for left in parent.glob(f"{prefix}*"):
        with contextlib.suppress(OSError):
            if left.is_symlink() or left.stat().st_uid != os.getuid():
                continue
            lock = _lock(left, wait=False)
            try:
                _end_programs(left)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                _release(lock)


def _end_programs(folder: Path) -> None:
    """End the programs that were started on a folder, such as a LibreOffice that hangs."""
    import psutil

    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if any(folder.as_uri() in word for word in process.cmdline()):
                process.kill()


def _lock(folder: Path, *, wait: bool = True) -> int | None:
    """Lock a folder for as long as the descriptor is open.

    OSError if another process holds it and `wait` is not requested.
    """
    if not POSIX:
        return None
    import fcntl

    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        if wait:
            return None
        raise
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:  # held, or a file system without locks
        if not wait:
            os.close(descriptor)
            raise
    return descriptor


def _release(lock: int | None) -> None:
    if lock is not None:
        os.close(lock)


def _remove(folder: Path, lock: int | None, process: int) -> None:
    if os.getpid() == process:  # a forked process has the object too, but not the folder
        shutil.rmtree(folder, ignore_errors=True)
        _release(lock)
