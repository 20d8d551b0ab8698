"""Rows and ledger of a corpus on disk in any form: a file, a build folder, a batch folder.

    for row in read_rows(Path("out")):  # out/corpus.jsonl, or out/data/train-*.parquet ...

A folder is searched for JSON lines first (which have all columns), then for Parquet.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.splits import SPLITS
from duizhao.corpus.document import LedgerEntry
from duizhao.corpus.errors import InputError
from duizhao.corpus.files.jsonl import row_of

ENDINGS = (".jsonl", ".jsonl.gz", ".parquet")
LEDGERS = ("ledger.jsonl", "ledger.jsonl.gz", "ledger")
NOT_CORPUS = (
    "ledger",
    "edits",
    "status",
    "state",
    "manifest",
    "failed",
    "cache",
    "documents",
    "exports",
)


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file of rows; `split` is "" where the corpus is not split."""

    path: Path
    split: str = ""


def corpus_files(path: Path) -> list[CorpusFile]:
    """The files with the rows, in order of their names; InputError if there are none."""
    if path.is_file():
        if not path.name.endswith(ENDINGS):
            raise InputError(f"{path}: not a corpus; give a .jsonl or .parquet file, or a folder")
        return [CorpusFile(path, split_of_name(path))]
    if not path.is_dir():
        raise InputError(f"{path}: no such file or folder; check the path")
    for pattern in ("corpus.jsonl", "*.jsonl", "*/*.jsonl", "*.jsonl.gz", "*/*.jsonl.gz"):
        if matching := _matching(path, pattern):
            return matching
    for pattern in ("corpus.parquet", "*.parquet", "*/*.parquet"):
        if matching := _matching(path, pattern):
            return matching
    raise InputError(
        f"{path}: no corpus in it; give a folder written by `duizhao build` or `batch`, "
        "or a .jsonl or .parquet file"
    )


def read_rows(path: Path) -> Iterator[Row]:
    """All rows of a file or folder, one after another."""
    for file in corpus_files(path):
        yield from read_file(file.path)


def read_file(path: Path) -> Iterator[Row]:
    """Rows of one file; InputError names the line that is not a row."""
    if path.name.endswith(".parquet"):
        yield from _parquet_rows(path)
        return
    with _open(path) as file:
        for number, line in enumerate(file, 1):
            try:
                yield row_of(json.loads(line))
            except (ValueError, TypeError, KeyError) as error:
                raise InputError(
                    f"{path}, line {number}: not a row of a corpus ({error}); "
                    "build the corpus again"
                ) from error


def read_ledger(path: Path) -> Iterator[LedgerEntry]:
    """The ledger of a corpus; empty if there is none."""
    folder = path if path.is_dir() else path.parent
    files = [folder / name for name in LEDGERS if (folder / name).is_file()]
    if (folder / "ledger").is_dir():
        files += sorted((folder / "ledger").glob("*.jsonl*"))
    for file in files:
        with _open(file) as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield LedgerEntry(**json.loads(line))
                except (ValueError, TypeError) as error:
                    raise InputError(f"{file}, line {number}: not a ledger entry") from error


def _matching(folder: Path, pattern: str) -> list[CorpusFile]:
    paths = [
        path
        for path in sorted(folder.glob(pattern))
        if path.is_file()
        and not any(part.startswith((".", *NOT_CORPUS)) for part in path.relative_to(folder).parts)
    ]
    return [CorpusFile(path, split_of_name(path)) for path in paths]


def split_of_name(path: Path) -> str:
    """The split that a file's name begins with, as on the hub (train-00000-of-00002...)."""
    return next((name for name in SPLITS if path.name.startswith((f"{name}-", f"{name}."))), "")


def _open(path: Path) -> BinaryIO:
    if path.name.endswith(".gz"):
        return cast(BinaryIO, gzip.open(path, "rb"))
    return path.open("rb")


def _parquet_rows(path: Path) -> Iterator[Row]:
    from pyarrow import ArrowInvalid
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=2000):
                for values in batch.to_pylist():
                    yield _from_parquet(values)
    except (ArrowInvalid, KeyError) as error:
        raise InputError(f"{path}: not a Parquet file of a corpus ({error})") from error


def _from_parquet(values: dict[str, Any]) -> Row:
    pair = values["translation"]
    signals = json.loads(values.get("signals") or "{}")
    metadata = json.loads(values.get("metadata") or "{}")
    return row_of(
        values
        | {"source": pair["zh"], "target": pair["en"], "signals": signals, "metadata": metadata}
    )
