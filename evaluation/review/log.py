"""``edits.jsonl``: every edit on a line of its own, on the disk before anyone is told of it.

The first line names the alignment that the edits are for. A line is written whole, flushed to
the disk (fsync), and only then acknowledged; so a process killed at any moment loses at most an
edit that nobody was told was saved. The file only grows: undo is a line too.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from duizhao.corpus.errors import FolderBusy, InputError
from duizhao.corpus.files.alignment_file import Work, work_hash

NAME = "edits.jsonl"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Log:
    """The edits that were read, and what is needed to add more."""

    path: Path
    edits: tuple[dict[str, Any], ...]
    torn: str = ""  # the beginning of a last line that a crash cut off; it was never acknowledged


def read_log(path: Path, alignment: str) -> Log:
    """Read the edits for the alignment of that hash; InputError where the file is for another."""
    if not path.is_file():
        return Log(path, ())
    raw = path.read_bytes()
    whole, newline, torn = raw.rpartition(b"\n")
    lines = whole.split(b"\n") if newline else []
    told: list[dict[str, Any]] = []
    for number, line in enumerate(lines, 1):
        try:
            value = json.loads(line)
            if not isinstance(value, dict):
                raise ValueError("not an object")
        except ValueError as error:
            raise InputError(
                f"{path}:{number}: not an edit ({error}); mend or remove this line"
            ) from None
        told.append(value)
    if told and told[0].get("alignment") != alignment:
        raise InputError(
            f"{path}: these edits are for another alignment; build with the settings of then, or "
            f"keep them under another name and begin anew"
        )
    for number, edit in enumerate(told[1:], 1):
        if edit.get("edit") != number:
            raise InputError(f"{path}:{number + 1}: edit {number} is missing; restore the file")
    return Log(path, tuple(told[1:]), torn.decode("utf-8", "replace"))


def append(path: Path, record: Mapping[str, Any], alignment: str) -> None:
    """Add a line and see it to the disk; a torn last line is cut off first."""
    line = json.dumps(record, ensure_ascii=False).encode("utf-8") + b"\n"
    fresh = not path.exists()
    with path.open("ab+", buffering=0) as file:
        size = _end_of_lines(file)
        if size != file.seek(0, os.SEEK_END):
            file.truncate(size)
        if size == 0:
            head = {"alignment": alignment, "version": VERSION, "at": now()}
            line = json.dumps(head).encode("utf-8") + b"\n" + line
        try:
            while line:
                line = line[file.write(line) or 0 :]
            os.fsync(file.fileno())
        except OSError:
            # nobody is told that it was saved, so it must not come back at the next start
            with suppress(OSError):
                os.ftruncate(file.fileno(), size)
            raise
    if fresh:
        _sync_folder(path.parent)


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _end_of_lines(file: Any) -> int:
    """Where the last whole line ends."""
    end: int = file.seek(0, os.SEEK_END)
    while end:
        start = max(0, end - 65536)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + int(found) + 1
        end = start
    return 0


def _sync_folder(folder: Path) -> None:
    """A new file is lost in a power cut unless its folder is on the disk, too (POSIX)."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows has no such thing
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Only one review or build of a folder at a time; FolderBusy when there is one already.

    The lock is the one that `duizhao build` takes (corpus/files/folder.py `alone`): on the folder
    itself, without a file, and it goes with its process.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder; give one that `duizhao build` made")
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise InputError(f"{folder}: cannot be reviewed: {error.strerror or error}") from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderBusy(
                f"{folder}: is being reviewed or built already, in another window; end that first"
            ) from None
        yield
    finally:
        os.close(descriptor)


def check_build(folder: Path, work: Work | None) -> None:
    """InputError where the folder holds edits that a build with this alignment would orphan."""
    path = folder / NAME
    if not path.is_file() or path.read_bytes().count(b"\n") < 2:  # the first line is no edit
        return
    try:
        head = json.loads(path.open(encoding="utf-8").readline())
    except ValueError:
        head = None
    if work is None or not isinstance(head, dict) or head.get("alignment") != work_hash(work):
        raise InputError(
            f"{path}: holds edits of a review, and this build aligns otherwise; build with another "
            "--out (what is made is kept and not made again), or move the edits away"
        )
