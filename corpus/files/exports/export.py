"""Write a corpus on disk in other formats: `duizhao export`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from duizhao.corpus import tsv
from duizhao.corpus.errors import InputError
from duizhao.corpus.files import seal
from duizhao.corpus.files.exports.options import DEFAULT, ExportOptions
from duizhao.corpus.files.exports.rows import merged_duplicates, without_machine_translation
from duizhao.corpus.files.formats import endings, writer
from duizhao.corpus.files.read import read_rows
from duizhao.corpus.replacing import replacing
from duizhao.corpus.row import Row
from duizhao.corpus.units import Unit, combined

FOLDER = "exports"
NAME = "corpus"


@dataclass(frozen=True, slots=True)
class Export:
    """The names of the formats to write, changes to the rows, and the dialect of TSV."""

    formats: Sequence[str]
    options: ExportOptions = DEFAULT
    unit: Unit = "sentence"
    without_mt: bool = False
    merge_duplicates: bool = False
    form: tsv.Form = tsv.PLAIN


@dataclass(frozen=True, slots=True)
class Exported:
    """The files written, the rows in each, and the rows that are not in them.

    `machine` rows were left out because their target is a machine translation, `merged` rows have
    the texts of another row.
    """

    files: tuple[Path, ...]
    rows: int
    machine: int
    merged: int


def export(corpus: Path, wanted: Export, out: Path | None = None) -> Exported:
    """Write the corpus of a file or folder to `out`, by default a subfolder ``exports``.

    `out` is a folder, or the name of the file if only one is written. InputError if there is
    nothing to write; StorageError by the caller for a disk that is full.
    """
    read = sum(1 for _ in read_rows(corpus))
    rows, machine, merged = _rows(corpus, wanted, read)
    if not read or machine == read:
        reason = "has no rows" if not read else "has machine translations only"
        raise InputError(f"{corpus}: {reason}, so there is nothing to export")
    options = replace(wanted.options, created=created(corpus))
    paths = _paths(corpus, wanted.formats, out)
    count = 0
    for ending, path in paths.items():
        with replacing(path) as temporary, temporary.open("wb") as file:
            count = writer(ending, options, form=wanted.form)(rows(), file)
    return Exported(tuple(paths.values()), count, machine, merged)


def _rows(corpus: Path, wanted: Export, read: int) -> tuple[Callable[[], Iterable[Row]], int, int]:
    """(function that iterates over the rows to write, rows left out, rows merged)."""

    def human() -> Iterable[Row]:
        rows = read_rows(corpus)
        return without_machine_translation(rows) if wanted.without_mt else rows

    left = sum(1 for _ in human()) if wanted.without_mt else read
    if not wanted.merge_duplicates:
        return (lambda: combined(human(), wanted.unit)), read - left, 0
    units = list(combined(human(), wanted.unit))
    merged = merged_duplicates(units)
    return (lambda: merged), read - left, len(units) - len(merged)


def created(corpus: Path) -> str:
    """When the corpus was built, from its seal; "" if it has none."""
    folder = corpus if corpus.is_dir() else corpus.parent
    for name in (seal.RUN, seal.BATCH):
        try:
            record = json.loads((folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(record, dict) and isinstance(record.get("finished"), str):
            return str(record["finished"])
    return ""


def _paths(corpus: Path, formats: Sequence[str], out: Path | None) -> dict[str, Path]:
    """The path of each file by its ending."""
    wanted = [ending for name in dict.fromkeys(formats) for ending in endings(name)]
    if out is None:
        out = (corpus if corpus.is_dir() else corpus.parent) / FOLDER
    elif len(wanted) == 1 and out.name.endswith(f".{wanted[0]}") and not out.is_dir():
        return {wanted[0]: out}
    if out.exists() and not out.is_dir():
        raise InputError(f"{out}: is a file; choose another folder with --out")
    return {ending: out / f"{NAME}.{ending}" for ending in wanted}
