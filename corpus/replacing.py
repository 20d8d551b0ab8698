"""Files that appear whole: written under a temporary name, then renamed.

with replacing(Path("corpus.tmx")) as temporary:
    temporary.write_text(...)
"""

from __future__ import annotations

import contextlib
import glob
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

WINDOWS = os.name == "nt"


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder, which becomes `path` if the block succeeds.

    The temporary file is locked while it is written. Those that killed processes left for this
    `path` are removed first. Raises OSError if the folder cannot be written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as held:
            _lock(held)
            yield temporary
            if not WINDOWS:  # while the lock is held, so that nobody sweeps the file away
                temporary.replace(path)
        if WINDOWS:  # which does not rename an open file
            temporary.replace(path)
    finally:
        # if this fails too, the first error is the one to report
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _sweep(path: Path) -> None:
    """Remove the files of killed processes; a process at work holds a lock on its own."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
        if not left.name.removeprefix(f".{path.name}.").removesuffix(".tmp").isdigit():
            continue
        with contextlib.suppress(OSError), left.open("rb") as stream:
            _lock(stream)
            left.unlink()


def _lock(stream: IO[Any]) -> None:
    """Lock an open file, or raise OSError; Windows does not remove an open file anyway."""
    if not WINDOWS:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
