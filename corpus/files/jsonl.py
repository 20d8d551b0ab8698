"""JSON lines: one row per line, UTF-8, keys in the order of `Row`; `files.read` reads them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, BinaryIO

from duizhao.corpus.bitext import Row
from duizhao.corpus.document import LedgerEntry

_FIELDS = {entry.name: str(entry.type) for entry in fields(Row)}
_TUPLES = tuple(name for name, kind in _FIELDS.items() if kind.startswith("tuple"))


def write(rows: Iterable[Row], file: BinaryIO) -> int:
    """Write the rows; returns their number."""
    return _write((as_dict(row) for row in rows), file)


def write_ledger(entries: Iterable[LedgerEntry], file: BinaryIO) -> int:
    """Write ledger entries in the same form; returns their number."""
    return _write((as_dict(entry) for entry in entries), file)


def row_of(values: Mapping[str, Any]) -> Row:
    """The row with these fields; unknown columns are ignored."""
    known = {name: values[name] for name in _FIELDS if name in values}
    return Row(**(known | {name: tuple(known[name] or ()) for name in _TUPLES if name in known}))


def as_dict(record: Row | LedgerEntry) -> dict[str, Any]:
    """Field names to values, one level deep (dataclasses.asdict copies all levels, slowly)."""
    return {entry.name: getattr(record, entry.name) for entry in fields(record)}


def _write(records: Iterable[dict[str, Any]], file: BinaryIO) -> int:
    count = 0
    for record in records:
        file.write(json.dumps(record, ensure_ascii=False).encode("utf-8") + b"\n")
        count += 1
    return count
