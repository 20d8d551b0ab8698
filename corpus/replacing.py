"""Write files atomically: under a temporary name, then renamed.

with replacing(Path("corpus.tmx")) as temporary:
    temporary.write_text(...)

Every file that duizhao writes as a whole is written like this, so that there is one kind of
temporary file, and those left by killed processes are removed.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

WINDOWS = os.name == "nt"
NAME = re.compile(r"\..{,40}\.[0-9a-f]{12}\.duizhao\.tmp", re.DOTALL)
"""Names of temporary files, unlike those of other programs that write to the same folders."""

_swept: set[Path] = set()
"""The folders in which this process has removed the files of killed ones."""


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder, which becomes `path` if the block succeeds.

    The temporary file is locked while it is written. Those that killed processes left in the
    folder are removed first. Raises OSError if the folder cannot be written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent)
    # only a part of the name: with all of it the temporary name could be too long
    temporary = path.with_name(f".{path.name[:40]}.{uuid4().hex[:12]}.duizhao.tmp")
    try:
        with temporary.open("wb") as held:
            with contextlib.suppress(OSError):  # a file system without locks
                _lock(held)
            yield temporary
            if not WINDOWS:  # under the lock, so that no other process removes the file
                temporary.replace(path)
        if WINDOWS:  # which does not rename an open file
            temporary.replace(path)
    finally:
        # if this fails too, the first error is the one to report
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove the files of killed processes from a folder, once per process.

    A running process holds a lock on its file. On file systems without locks nothing is removed.
    """
    if folder in _swept:
        return
    _swept.add(folder)
    for left in _temporary(folder):
        with contextlib.suppress(OSError), left.open("r+b") as stream:
            _lock(stream)
            left.unlink()


def _temporary(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [folder / entry.name for entry in entries if NAME.fullmatch(entry.name)]
    except OSError:
        return []


def _lock(stream: IO[Any]) -> None:
    """Lock an open file, or raise OSError; Windows does not remove an open file anyway."""
    if not WINDOWS:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
