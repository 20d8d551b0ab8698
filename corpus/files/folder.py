"""The folder that a build fills: whole or not there.

Everything is written into ``DIR/.partial`` first. Then the old run.json is taken away, the files
are moved to their places, and the new run.json, which has the hash of each, is moved last: a
folder without run.json is not a corpus, and one that has it is whole.

Only files that a run of ours wrote are replaced or taken away: those that run.json names, or, where
a run was killed while it moved them, those that ``DIR/.partial/owned.json`` names.
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

from duizhao.corpus.bitext import Row
from duizhao.corpus.document import LedgerEntry
from duizhao.corpus.errors import BrokenIdentity, FolderBusy, InputError, StorageError
from duizhao.corpus.files.alignment_file import NAME as WORK
from duizhao.corpus.files.alignment_file import read_work
from duizhao.corpus.files.formats import FORMATS, writer
from duizhao.corpus.files.jsonl import write_ledger
from duizhao.evaluation.review.log import check_build

SEAL = "run.json"
PARTIAL = ".partial"
OWNED = "owned.json"
OUTPUTS = (
    *(f"corpus.{name}" for name in FORMATS),
    "ledger.jsonl",
    "scores.json",
    "alignment.json",
    "report.html",
    SEAL,
)
"""Every file that a build may write."""


def check_output(folder: Path, names: Iterable[str] = ()) -> None:
    """InputError where the folder cannot be one; nothing is written.

    `names` are files that are to be written: those there must be of a run of ours.
    """
    for place in (folder, *folder.absolute().parents):
        if place.is_dir():
            if not os.access(place, os.W_OK):
                raise InputError(f"{place}: may not be written to; choose another --out")
            break
        if place.exists():
            raise InputError(f"{place}: is a file; choose another folder with --out")
    ours = owned(folder)
    if SEAL in ours:
        return
    there = [name for name in names if name not in ours and os.path.lexists(folder / name)]
    if there:
        raise InputError(
            f"{folder}: has {', '.join(there)}, which no run of duizhao wrote; move that away, or "
            "choose another --out"
        )


def owned(folder: Path) -> set[str]:
    """Names of the files in the folder that a run of ours wrote."""
    told = _read_json(folder / SEAL)
    files = told.get("files") if isinstance(told, dict) else None
    names = [*files, SEAL] if isinstance(files, dict) else []
    begun = _read_json(folder / PARTIAL / OWNED)
    names += begun if isinstance(begun, list) else []
    return {name for name in names if isinstance(name, str) and Path(name).name == name}


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Be the only build that writes to the folder; FolderBusy where another one does.

    The lock is on the folder itself, leaves no file, and goes with its process.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise StorageError(f"{folder}: cannot be written to: {error.strerror or error}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise FolderBusy(
            f"{folder}: another build or a review is at work here; wait, or give another --out"
        ) from None
    finally:
        os.close(descriptor)


def begin(folder: Path) -> Path:
    """A fresh place to write to, inside the folder."""
    partial = folder / PARTIAL
    ours = owned(folder)
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(parents=True)
        _own(partial, ours)
    except OSError as error:
        raise StorageError(f"{folder}: cannot be written to: {error.strerror or error}") from None
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
        if count != len(rows):
            raise BrokenIdentity(f"{count} rows written to corpus.{name} of {len(rows)}")
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
        if path.name not in (SEAL, OWNED)
    }


def _own(partial: Path, names: Iterable[str]) -> None:
    (partial / OWNED).write_text(json.dumps(sorted(names)), encoding="utf-8")


def finish(folder: Path) -> None:
    """Move what was written to its place, the seal last.

    A file of an earlier run that this one did not write is taken away, so that all files of a
    folder belong together; files that no run wrote stay. InputError where edits of a review lie
    there that would not fit any more.
    """
    partial = folder / PARTIAL
    work = partial / WORK
    check_build(folder, read_work(work) if work.is_file() else None)
    written = {path.name for path in partial.iterdir()} - {OWNED}
    before = owned(folder)
    _own(partial, before | written)
    (folder / SEAL).unlink(missing_ok=True)
    for name in before - written:
        (folder / name).unlink(missing_ok=True)
    for name in sorted(written - {SEAL}):
        (partial / name).replace(folder / name)
    (partial / SEAL).replace(folder / SEAL)
    shutil.rmtree(partial, ignore_errors=True)
