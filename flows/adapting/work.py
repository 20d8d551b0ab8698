"""The folder of unfinished work beside a model, and the finished model in its place."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from duizhao.corpus.errors import FolderBusy, InputError, writing
from duizhao.corpus.replacing import replacing
from duizhao.flows.terminal import console

RECORD, CARD, FINGERPRINT = "adapt.json", "README.md", "fingerprint"


def check_out(out: Path) -> None:
    """InputError if OUT exists and is not an adapted model; a quick check before the work."""
    if out.exists() and not (out / RECORD).is_file():
        raise InputError(
            f"{out}: exists, and is not an adapted model; choose another --out, or remove it"
        )


def finished(out: Path, fingerprint: str) -> dict[str, Any] | None:
    """The record of a finished model of the same request; InputError if OUT is something else."""
    if not out.exists():
        return None
    path = out / RECORD
    record = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    if record.get("fingerprint") != fingerprint:
        raise InputError(
            f"{out}: a model of other texts or options, or of another version of duizhao; choose "
            "another --out, or remove it"
        )
    console.current().note(f"{out}: finished before")
    return {**record, "model": str(out)}


def check(work: Path, fingerprint: str) -> None:
    """InputError if the folder has unfinished work of another request."""
    path = work / FINGERPRINT
    if path.is_file() and path.read_text("utf-8") != fingerprint:
        raise InputError(
            f"{work}: unfinished training with other texts or options, or of another version of "
            "duizhao; repeat that command to finish it, choose another --out, or remove the folder"
        )
    write(path, fingerprint)


@contextmanager
def held(out: Path) -> Iterator[Path]:
    """The folder for unfinished work, held by one process; removed when the model is complete."""
    work = out.resolve().with_name(f".{out.resolve().name}.adapting")
    with writing(work):
        work.mkdir(parents=True, exist_ok=True)
    lock = FileLock(work / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise FolderBusy(f"{out}: another process is adapting this model; wait for it") from None
    try:
        yield work
    finally:
        # before the lock is released: another command may start its work in the folder then
        if (out / RECORD).is_file() or not (work / FINGERPRINT).is_file():
            shutil.rmtree(work, ignore_errors=True)
        lock.release()


def write(path: Path, text: str) -> None:
    with writing(path), replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def publish(model: Path, out: Path, card: str, record: dict[str, Any]) -> None:
    """Add the card and the record to a model, and move it to its place."""
    with writing(out):
        (model / CARD).write_text(card, encoding="utf-8")
        # the record without the path of this machine
        text = json.dumps(record | {"model": out.name}, ensure_ascii=False, indent=1)
        (model / RECORD).write_text(text + "\n", encoding="utf-8")
        model.rename(out)
