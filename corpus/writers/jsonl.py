"""JSON lines: a row a line, UTF-8, keys in the order of `Row`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any, BinaryIO

from corpus.bitext import Row
from corpus.document import LedgerEntry


def write(rows: Iterable[Row], file: BinaryIO) -> int:
    """Write the rows; returns their number."""
    return _write((as_dict(row) for row in rows), file)


def write_ledger(entries: Iterable[LedgerEntry], file: BinaryIO) -> int:
    """Write ledger entries in the same form; returns their number."""
    return _write((as_dict(entry) for entry in entries), file)


def read(file: BinaryIO) -> Iterator[Row]:
    """The rows of a file that `write` wrote."""
    for line in file:
        yield row_of(json.loads(line))


def row_of(told: Mapping[str, Any]) -> Row:
    """The row that JSON told of."""
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in told.items()}
    return Row(**values)


def read_ledger(file: BinaryIO) -> Iterator[LedgerEntry]:
    """The entries of a file that `write_ledger` wrote."""
    for line in file:
        yield LedgerEntry(**json.loads(line))


def as_dict(record: Row | LedgerEntry) -> dict[str, Any]:
    """Field names to values, one level deep (dataclasses.asdict copies all levels, slowly)."""
    return {entry.name: getattr(record, entry.name) for entry in fields(record)}


def _write(records: Iterable[dict[str, Any]], file: BinaryIO) -> int:
    count = 0
    for record in records:
        file.write(json.dumps(record, ensure_ascii=False).encode("utf-8") + b"\n")
        count += 1
    return count
