"""The folder that a build fills: whole or not there.

Everything is written into ``DIR/.partial`` first. Then the old run.json is taken away, the files
are moved to their places, and the new run.json, which has the hash of each, is moved last: a
folder without run.json is not a corpus, and one that has it is whole.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.bitext import Row
from corpus.document import DuizhaoError, InputError, LedgerEntry
from corpus.workfile import NAME as WORK
from corpus.workfile import read_work
from corpus.writers import writer
from corpus.writers.jsonl import write_ledger
from evaluation.review.log import check_build

SEAL = "run.json"
PARTIAL = ".partial"


def check_output(folder: Path) -> None:
    """InputError where the folder cannot be one; nothing is written."""
    for place in (folder, *folder.absolute().parents):
        if place.is_dir():
            if not os.access(place, os.W_OK):
                raise InputError(f"{place}: may not be written to; choose another --out")
            return
        if place.exists():
            raise InputError(f"{place}: is a file; choose another folder with --out")


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Be the only build that writes to the folder; DuizhaoError where another one does.

    The lock is on the folder itself, leaves no file, and goes with its process.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise DuizhaoError(f"{folder}: cannot be written to: {error.strerror or error}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise DuizhaoError(
            f"{folder}: another build or a review is at work here; wait, or give another --out"
        ) from None
    finally:
        os.close(descriptor)


def begin(folder: Path) -> Path:
    """A fresh place to write to, inside the folder."""
    partial = folder / PARTIAL
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
    except OSError as error:
        raise DuizhaoError(f"{folder}: cannot be written to: {error.strerror or error}") from None
    return partial


def write_corpus(
    partial: Path,
    rows: Sequence[Row],
    ledger: Iterable[LedgerEntry],
    scores: Mapping[str, Any],
    formats: Sequence[str],
) -> None:
    """Write the corpus files, the ledger and the scores."""
    for name in formats:
        with (partial / f"corpus.{name}").open("wb") as file:
            count = writer(name)(rows, file)
        assert count == len(rows), f"{count} rows written to corpus.{name} of {len(rows)}"
    with (partial / "ledger.jsonl").open("wb") as file:
        write_ledger(ledger, file)
    write_json(partial / "scores.json", scores)


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """A JSON file that people can read."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def file_facts(partial: Path) -> dict[str, dict[str, Any]]:
    """Size and SHA-256 of each file, without the seal."""
    return {
        path.name: {
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(partial.iterdir())
        if path.name != SEAL
    }


def finish(folder: Path, known: Iterable[str]) -> None:
    """Move what was written to its place, the seal last; `known` names that a build may write.

    A file of an earlier build that this one did not write is taken away, so that all files of a
    folder belong together; files of other names stay. InputError where edits of a review lie
    there that would not fit any more.
    """
    partial = folder / PARTIAL
    work = partial / WORK
    check_build(folder, read_work(work) if work.is_file() else None)
    (folder / SEAL).unlink(missing_ok=True)
    written = sorted(path.name for path in partial.iterdir())
    for name in set(known) - set(written):
        (folder / name).unlink(missing_ok=True)
    for name in written:
        if name != SEAL:
            (partial / name).replace(folder / name)
    (partial / SEAL).replace(folder / SEAL)
    partial.rmdir()
