"""``edits.jsonl``: the edits of a review, one per line, each on disk before it is acknowledged.

The first line names the alignment that the edits are for. A line is flushed to disk (fsync) before
the page shows the edit as saved, so a killed process loses at most an unacknowledged edit. The file
only grows: an undo adds a line.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from duizhao.corpus.errors import InputError
from duizhao.corpus.files.alignment_file import Work, work_hash

NAME = "edits.jsonl"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Log:
    """The edits in a file; `torn` is an unfinished last line, cut off by a crash."""

    path: Path
    edits: tuple[dict[str, Any], ...]
    torn: str = ""


def read_log(path: Path, alignment: str) -> Log:
    """Read the edits of the alignment with that hash; InputError if they are for another one."""
    if not path.is_file():
        return Log(path, ())
    whole, newline, torn = path.read_bytes().rpartition(b"\n")
    records: list[dict[str, Any]] = []
    for number, line in enumerate(whole.split(b"\n") if newline else [], 1):
        try:
            record = json.loads(line)
            if not isinstance(record, dict):
                raise ValueError("not an object")
        except (ValueError, RecursionError) as error:
            raise InputError(
                f"{path}:{number}: not an edit ({error}); correct or remove this line"
            ) from None
        records.append(record)
    if records and records[0].get("alignment") != alignment:
        raise InputError(
            f"{path}: these edits are for another alignment; build with the earlier settings, or "
            f"keep them under another name and start again"
        )
    for number, edit in enumerate(records[1:], 1):
        if edit.get("edit") != number:
            raise InputError(f"{path}:{number + 1}: edit {number} is missing; restore the file")
        for name in ("op", "by", "at"):
            if not isinstance(edit.get(name), str):
                raise InputError(
                    f"{path}:{number + 1}: the edit has no `{name}`, which must be a string; add it"
                )
    return Log(path, tuple(records[1:]), torn.decode("utf-8", "replace"))


def append(path: Path, record: Mapping[str, Any], alignment: str) -> None:
    """Add a line and flush it to disk, after cutting off an unfinished last line."""
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
            # the edit was not acknowledged, so it must not reappear at the next start
            with suppress(OSError):
                os.ftruncate(file.fileno(), size)
            raise
    if fresh:
        _sync_folder(path.parent)


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def check_build(folder: Path, work: Work | None) -> None:
    """InputError if the folder has edits that would not fit a build with this alignment."""
    path = folder / NAME
    if not path.is_file() or path.read_bytes().count(b"\n") < 2:  # the first line is not an edit
        return
    try:
        head = json.loads(path.open(encoding="utf-8").readline())
    except (ValueError, RecursionError):
        head = None
    if work is None or not isinstance(head, dict) or head.get("alignment") != work_hash(work):
        raise InputError(
            f"{path}: contains edits of a review that do not fit this build's alignment; build "
            "with another --out (finished work is reused), or move the edits away"
        )


def _end_of_lines(file: Any) -> int:
    """The end of the last whole line."""
    end: int = file.seek(0, os.SEEK_END)
    while end:
        start = max(0, end - 65536)
        file.seek(start)
        newline = file.read(end - start).rfind(b"\n")
        if newline >= 0:
            return start + int(newline) + 1
        end = start
    return 0


def _sync_folder(folder: Path) -> None:
    """Flush the folder's entry of a new file, so that a power cut does not lose it (POSIX)."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows cannot open folders
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
