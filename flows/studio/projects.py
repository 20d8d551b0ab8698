"""The projects of a folder: corpora written by `build`, `batch`, `clean` and `apply`."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from duizhao.corpus.errors import InputError, StorageError, WrongState
from duizhao.corpus.files import folder as built
from duizhao.corpus.files import seal
from duizhao.corpus.files.alignment_file import NAME as ALIGNMENT
from duizhao.corpus.files.edits import NAME as EDITS
from duizhao.corpus.files.exports.export import FOLDER as EXPORTS
from duizhao.evaluation.review.apply import NAME as REVIEWED
from duizhao.evaluation.search import projects as found_below
from duizhao.flows.batch.outcomes import STATE
from duizhao.flows.batch.publishing.shards import CARD, FOLDERS, LEDGER


@dataclass(frozen=True, slots=True)
class Project:
    """A corpus in the list of projects; `name` is its path below the studio's folder.

    `target` is human or mt; `edits` and `checked` count the edits and the checked beads of its
    review, `reviewed` is True if a corpus with all of them was written.
    """

    id: str
    name: str
    kind: str
    finished: str
    target: str
    rows: int
    documents: int
    confidence: float | None
    scores: Mapping[str, float]
    reviewable: bool
    edits: int
    reviewed: bool
    exports: tuple[str, ...]
    deletable: bool


def listed(folder: Path) -> list[Project]:
    """All projects, newest first; the corpus of a review belongs to its project."""
    try:
        places = found_below.projects(folder)
    except InputError:
        return []
    known = set(places)
    made = [
        _project(folder, place)
        for place in places
        if place != folder and not (place.name == REVIEWED and place.parent in known)
    ]
    return sorted(made, key=lambda one: (one.finished, one.name), reverse=True)


def place_of(folder: Path, name: object) -> Path:
    """The folder of the project with this id; WrongState if it does not exist."""
    for project in listed(folder):
        if project.id == name:
            return folder / project.name
    raise WrongState("there is no such project any more; load the page again")


def id_of(name: str) -> str:
    """The id of a project in addresses, which contain no paths."""
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def for_page(folder: Path) -> list[dict[str, Any]]:
    """The projects as JSON values."""
    return [asdict(project) for project in listed(folder)]


def _project(folder: Path, place: Path) -> Project:
    name = str(place.relative_to(folder))
    record, kind = _record(place)
    counts = record.get("counts") or {}
    inputs = record.get("inputs") or {}
    unit = (record.get("settings") or {}).get("unit", "sentence")
    edits = _edits(place)
    return Project(
        id=id_of(name),
        name=name,
        kind=kind,
        finished=str(record.get("finished") or _changed(place / seal.BATCH)),
        target="mt" if kind == "build" and inputs and "target" not in inputs else "human",
        rows=_number(counts.get("rows")),
        documents=_number(counts.get("done")) if kind == "batch" else 1,
        confidence=_fraction(counts.get("mean_confidence")),
        scores={
            metric: float(score["value"])
            for metric, score in (record.get("scores") or {}).items()
            if isinstance(score, Mapping) and isinstance(score.get("value"), int | float)
        },
        reviewable=(place / ALIGNMENT).is_file() and unit == "sentence",
        edits=edits,
        reviewed=edits > 0 and _is_newer(place / REVIEWED / seal.RUN, place / EDITS),
        exports=tuple(sorted(path.name for path in exports(place))),
        deletable=kind in ("build", "batch"),
    )


def exports(place: Path) -> list[Path]:
    """The exported files of a project."""
    folder = place / EXPORTS
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")]


def _record(place: Path) -> tuple[dict[str, Any], str]:
    for name, kind in ((seal.RUN, "build"), (seal.BATCH, "batch")):
        path = place / name
        with contextlib.suppress(OSError):
            record = _parsed(path, path.stat().st_mtime_ns)
            if record:
                return record, kind
    return {}, "other"


@lru_cache(2000)
def _parsed(path: Path, _changed: int) -> dict[str, Any]:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _changed(path: Path) -> str:
    """When a file was written, because the record of a batch contains no time."""
    with contextlib.suppress(OSError):
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return changed.isoformat(timespec="seconds")
    return ""


def _edits(place: Path) -> int:
    """Lines of the log, without its first one."""
    with contextlib.suppress(OSError):
        return max(0, (place / EDITS).read_bytes().count(b"\n") - 1)
    return 0


def _is_newer(one: Path, other: Path) -> bool:
    try:
        return one.stat().st_mtime_ns >= other.stat().st_mtime_ns
    except OSError:
        return False


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _fraction(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def delete(place: Path) -> list[str]:
    """Delete the files of a project that duizhao wrote. Returns the names of the remaining ones.

    Only folders with a seal are changed, and foreign files in them stay.
    """
    record, kind = _record(place)
    if kind == "other" or not isinstance(record.get("files"), Mapping):
        raise InputError(f"{place}: has no run.json or batch.json of duizhao; delete it by hand")
    if place.is_symlink():
        raise InputError(f"{place}: is a link to another folder; delete it by hand")
    with built.alone(place):
        _delete_files(place, kind)
    if not place.is_dir():
        return []
    left = sorted(path.name for path in place.iterdir() if path.name != built.LOCK)
    with contextlib.suppress(OSError):
        (place / built.LOCK).unlink(missing_ok=True)
        if not left:
            place.rmdir()
    return left


def _delete_files(place: Path, kind: str) -> None:
    names = [*_listed_files(place), EDITS]
    folders = [EXPORTS, built.PARTIAL]
    if kind == "batch":
        names += [CARD]
        folders += [STATE]
    if built.owned(place / REVIEWED):
        folders.append(REVIEWED)
    try:
        # the seal last, because a folder without it cannot be deleted as a project
        for name in names:
            (place / name).unlink(missing_ok=True)
        for name in folders:
            if not (place / name).is_symlink():
                shutil.rmtree(place / name, ignore_errors=True)
        for name in {*FOLDERS.values(), LEDGER} if kind == "batch" else ():
            with contextlib.suppress(OSError):  # foreign files in it
                (place / name).rmdir()
        for name in (seal.RUN, seal.BATCH):
            (place / name).unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"{error.filename}: cannot be deleted ({error.strerror})") from None


def _listed_files(place: Path) -> list[str]:
    """The files that the seal lists: of a batch with their folder, and nothing above ours."""
    record, _ = _record(place)
    return [
        name
        for name in record.get("files") or {}
        if isinstance(name, str) and name and not Path(name).is_absolute() and ".." not in name
    ]
