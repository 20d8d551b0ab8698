"""The folder that a build writes, completely or not at all.

Everything is written to ``DIR/.partial`` first. Then the old run.json is removed, the files are
moved into place, and the new run.json, which has the hash of each file, is moved last: a folder
without run.json is not a corpus, and one that has it is complete.

Only files written by duizhao are replaced or removed: those that run.json names or, if a run was
killed while it moved them, those that ``DIR/.partial/owned.json`` names.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from duizhao.corpus import tsv
from duizhao.corpus.bitext import Row
from duizhao.corpus.document import LedgerEntry
from duizhao.corpus.errors import BrokenIdentity, FolderBusy, InputError, StorageError, writing
from duizhao.corpus.files import seal
from duizhao.corpus.files.alignment_file import NAME as WORK
from duizhao.corpus.files.alignment_file import read_work
from duizhao.corpus.files.card import CardFacts, render
from duizhao.corpus.files.edits import check_build
from duizhao.corpus.files.formats import FORMATS, endings, writer
from duizhao.corpus.files.jsonl import write_ledger

SEAL = seal.RUN
PARTIAL = ".partial"
OWNED = "owned.json"
LOCK = ".lock"
OUTPUTS = (
    *(f"corpus.{ending}" for name in FORMATS for ending in endings(name)),
    *("ledger.jsonl", "scores.json", WORK, "report.html", SEAL),
)
"""Every file that a build may write, besides its card."""

CARD = "README.md"
ALWAYS = ("jsonl", "parquet")
"""The formats that other commands and `datasets` read."""


def check_output(folder: Path, names: Iterable[str] = ()) -> None:
    """InputError if the folder cannot be written to; writes nothing.

    `names` are the files to be written: any of them already there must come from an earlier run.
    """
    for place in (folder, *folder.absolute().parents):
        if place.is_dir():
            if not os.access(place, os.W_OK):
                raise InputError(f"{place}: is not writable; choose another --out")
            break
        if place.exists():
            raise InputError(f"{place}: is a file; choose another folder with --out")
    ours = owned(folder)
    if SEAL in ours:
        return
    foreign = [name for name in names if name not in ours and os.path.lexists(folder / name)]
    if foreign:
        raise InputError(
            f"{folder}: contains {', '.join(foreign)}, not written by duizhao; move them away, or "
            "choose another --out"
        )


def owned(folder: Path) -> set[str]:
    """Names of the files in the folder that an earlier run wrote."""
    record = _read_json(folder / SEAL)
    files = record.get("files") if isinstance(record, dict) else None
    names = [*files, SEAL] if isinstance(files, dict) else []
    unfinished = _read_json(folder / PARTIAL / OWNED)
    names += unfinished if isinstance(unfinished, list) else []
    return {name for name in names if isinstance(name, str) and Path(name).name == name}


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, so that only one build or review writes to it.

    FolderBusy if another process holds it. The lock ends with its process, and its file is removed
    with it; that of a killed process, by the next. A folder that is new and still empty at the end
    is removed.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / LOCK)
    created = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise FolderBusy(
            f"{folder}: another build or a review is already running here; wait for it, end it, "
            "or choose another --out"
        ) from None
    except OSError as error:
        raise StorageError(f"{folder}: cannot be written to: {error.strerror or error}") from None
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows keeps a locked file, and filelock removes it
            (folder / LOCK).unlink()  # a process waiting for a removed lock file tries again
        lock.release()
        with contextlib.suppress(OSError):  # not empty
            for place in created:
                place.rmdir()


def begin(folder: Path) -> Path:
    """A fresh subfolder to write to."""
    partial = folder / PARTIAL
    ours = owned(folder)
    shutil.rmtree(partial, ignore_errors=True)
    with writing(folder):
        partial.mkdir(parents=True)
        _own(partial, ours)
    return partial


@contextlib.contextmanager
def unfinished(folder: Path) -> Iterator[Path]:
    """`begin`, and remove the files again if the block fails: a full disk needs the space."""
    partial = begin(folder)
    try:
        yield partial
    except BaseException:
        for path in partial.iterdir():
            if path.name != OWNED:
                path.unlink(missing_ok=True)
        # a run killed while it moved its files left no seal: the names of its files are needed
        if (folder / SEAL).is_file() or not owned(folder):
            shutil.rmtree(partial, ignore_errors=True)
        raise


def write_corpus(
    partial: Path,
    rows: Sequence[Row],
    ledger: Iterable[LedgerEntry],
    scores: Mapping[str, object],
    formats: Sequence[str],
    form: tsv.Form = tsv.PLAIN,
) -> None:
    """Write the corpus files, the ledger and the scores.

    `formats` are in addition to ALWAYS; `form` is that of TSV.
    """
    every = dict.fromkeys((*ALWAYS, *formats))
    for ending in (ending for name in every for ending in endings(name)):
        path = partial / f"corpus.{ending}"
        with writing(path), path.open("wb") as file:
            count = writer(ending, form=form)(rows, file)
        if count != len(rows):
            raise BrokenIdentity(f"{count} rows written to corpus.{ending} of {len(rows)}")
    with writing(partial / "ledger.jsonl"), (partial / "ledger.jsonl").open("wb") as file:
        write_ledger(ledger, file)
    write_json(partial / "scores.json", scores)


def write_card(partial: Path, out: Path, facts: CardFacts) -> None:
    """Write the card of the corpus file, with which `datasets` reads the folder.

    A README.md in `out` that is not ours, or that was edited, stays as it is.
    """
    if may_replace_card(out):
        with writing(out / CARD):
            (partial / CARD).write_text(render(facts), encoding="utf-8")


def may_replace_card(folder: Path) -> bool:
    """Whether the folder's README.md is missing, or is as an earlier run wrote it."""
    path = folder / CARD
    if not os.path.lexists(path):
        return True
    record = _read_json(folder / SEAL)
    if not isinstance(record, dict):  # a run was killed while it moved its files
        return CARD in owned(folder)
    files = record.get("files")
    recorded = files.get(CARD) if isinstance(files, dict) else None
    return isinstance(recorded, dict) and seal.matches(path, recorded)


def write_json(path: Path, value: Mapping[str, object]) -> None:
    """Write a JSON file that people can read."""
    with writing(path):
        path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def file_facts(partial: Path) -> dict[str, seal.FileFacts]:
    """Size and SHA-256 of each file, without the seal."""
    return seal.file_facts(partial, [OWNED])


def _own(partial: Path, names: Iterable[str]) -> None:
    (partial / OWNED).write_text(json.dumps(sorted(names)), encoding="utf-8")


def finish(folder: Path) -> None:
    """Move the new files into place, the seal last.

    Files of an earlier run that this one did not write are removed, so that all files belong
    together; foreign files stay. InputError if a review's edits would no longer fit.
    """
    partial = folder / PARTIAL
    work = partial / WORK
    check_build(folder, read_work(work) if work.is_file() else None)
    written = {path.name for path in partial.iterdir()} - {OWNED}
    before = owned(folder)
    if not may_replace_card(folder):
        before -= {CARD}
        written -= {CARD}
    _own(partial, before | written)
    (folder / SEAL).unlink(missing_ok=True)
    for name in before - written:
        (folder / name).unlink(missing_ok=True)
    for name in sorted(written - {SEAL}):
        (partial / name).replace(folder / name)
    (partial / SEAL).replace(folder / SEAL)
    shutil.rmtree(partial, ignore_errors=True)
