"""The documents of a batch: a CSV, TSV or JSONL manifest, or a folder with a pattern.

A manifest has one line per document: ``id``, ``source``, ``reference`` (may be empty); further
columns are kept as metadata of each row. Paths are taken from the manifest's own folder, and may
be addresses (``s3://...``). A folder is searched for pairs (flows/batch/folder_manifest.py).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any, TypeVar

from duizhao.corpus import tsv
from duizhao.corpus.errors import InputError, UnnamedPile
from duizhao.flows.batch.folder_manifest import PATTERN, find_pairs, is_utf8, shown
from duizhao.flows.storage import Place, is_remote, plain_path, read_anywhere
from duizhao.flows.terminal import console

LONGEST_FIELD = 131_072
"""Characters: a longer field is due to a quotation mark that is never closed."""

PACKED_ENDINGS = (".pdf", ".docx", ".docm", ".doc")
PACKED = 10
"""Share of text in a PDF or Word file: the rest is fonts, pictures and markup."""

T = TypeVar("T")


COLUMNS = ("id", "source", "reference")
ALIASES = {"document_id": "id", "document": "id", "target": "reference"}
"""Other names of columns, used if a manifest has no column of the proper name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document of the batch; `reference` None: its translation is the target."""

    id: str
    source: str
    reference: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, from which `Entry(**values)` makes the entry again."""
        return {
            "id": self.id,
            "source": self.source,
            "reference": self.reference,
            "metadata": dict(self.metadata),
        }


def read_manifest(path: str, pattern: str = PATTERN) -> list[Entry]:
    """The entries in order; InputError names the line that cannot be used."""
    path = plain_path(path)
    if not is_remote(path) and Path(path).is_dir():
        entries = [Entry(*pair) for pair in find_pairs(path, pattern)]
        if not entries and any(each.is_file() for each in Path(path).rglob("*")):
            raise UnnamedPile(
                f"{path}: no files named like {pattern}; `duizhao pair {path} --out pairs.csv` "
                "finds the pairs by their content"
            )
        return _checked(f"{path} ({pattern})", entries)
    text = _text(path)
    records = _jsonl(path, text) if path.endswith((".jsonl", ".ndjson")) else _table(path, text)
    base = path.rpartition("/")[0] if is_remote(path) else str(Path(path).resolve().parent)
    if not is_utf8(base):
        raise InputError(f"{shown(base)}: the name of the manifest's folder is not UTF-8")
    with console.current().stage("manifest"):
        numbered = console.counted(records, "reading the manifest", "documents")
        entries = [_entry(path, line, record, base) for line, record in numbered]
    return _checked(path, entries)


def _text(path: str) -> str:
    if is_remote(path) and path.endswith("/"):
        raise InputError(f"{path}: {_NO_REMOTE_FOLDER}")
    try:
        text = read_anywhere(path).decode("utf-8-sig")
    except FileNotFoundError:
        if is_remote(path) and not Place.of(path).is_empty():
            raise InputError(f"{path}: {_NO_REMOTE_FOLDER}") from None
        what = "manifest" if is_remote(path) else "manifest or folder"
        raise InputError(f"{path}: no such {what}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    if not text.strip():
        raise InputError(f"{path}: is empty; a manifest has one line per document ({_HEADING})")
    return text


_HEADING = f"columns {', '.join(COLUMNS)} and any others"
_NO_REMOTE_FOLDER = (
    "is a folder, and only local folders can be searched for documents; "
    "give a manifest file that names them (CSV, TSV or JSONL, also at an address)"
)


def _table(path: str, text: str) -> list[tuple[int, dict[str, Any]]]:
    tabs = path.endswith(".tsv") or "\t" in text.partition("\n")[0]
    rows = tsv.rows(text) if tabs else _csv(path, text)
    (_, heading), *rows = rows
    heading = [name.strip() for name in heading]
    for name in heading:
        if name and heading.count(name) > 1:
            raise InputError(f"{path}:1: the column {name!r} appears twice; rename one")
    proper = _proper(heading)
    heading = [proper.get(name, name) for name in heading]
    for name in ("id", "source"):
        if name not in heading:
            raise InputError(
                f"{path}:1: no column {name!r}; the first line must name the columns: "
                f"{', '.join(COLUMNS)} and any others"
            )
    for number, row in rows:
        if len(row) > len(heading):
            raise InputError(f"{path}:{number}: more fields than the first line names")
    filled = [(number, row) for number, row in rows if row not in ([], [""])]
    return [(number, dict(zip_longest(heading, row))) for number, row in filled]


def _csv(path: str, text: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    limit = csv.field_size_limit(LONGEST_FIELD)  # one limit for the whole process
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            rows.append((reader.line_num, row))
    except csv.Error as error:
        line = rows[-1][0] + 1 if rows else 1
        raise InputError(
            f"{path}:{line}: {error} in the record that begins here or before; in "
            'CSV a quotation mark is written "" inside quotation marks'
        ) from None
    finally:
        csv.field_size_limit(limit)
    return rows


def _proper(names: Iterable[str]) -> dict[str, str]:
    """The proper name of each column that has an alias, unless there is such a column already.

    >>> _proper(["document", "source", "target"]), _proper(["id", "document", "document_id"])
    ({'document': 'id', 'target': 'reference'}, {})
    """
    present = set(names)
    proper: dict[str, str] = {}
    for alias, name in ALIASES.items():
        if alias in present and name not in present:
            proper[alias] = name
            present.add(name)
    return proper


def _jsonl(path: str, text: str) -> list[tuple[int, dict[str, Any]]]:
    records = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path}:{number}: not JSON: {error}") from None
        if not isinstance(record, dict):
            raise InputError(f"{path}:{number}: not a JSON object")
        if "\\ud" in line or "\\uD" in line:  # an unpaired surrogate cannot be written again
            _check_text(path, number, record)
        if proper := _proper(record):
            record = {proper.get(name, name): value for name, value in record.items()}
        records.append((number, record))
    return records


def _check_text(path: str, line: int, record: Mapping[str, Any]) -> None:
    for name, value in record.items():
        if not is_utf8(json.dumps([name, value], ensure_ascii=False)):
            raise InputError(
                f"{path}:{line}: {_in_ascii(name)} contains an unpaired surrogate "
                f"({_in_ascii(value)})"
            )


def _in_ascii(value: Any) -> str:
    """A value in ASCII, short enough for a message."""
    return json.dumps(value)[:80]


def _entry(path: str, line: int, record: Mapping[str, Any], base: str) -> Entry:
    values = [str(record.get(name) or "").strip() for name in COLUMNS]
    for name, value in zip(COLUMNS, values, strict=True):
        if not value and name != "reference":
            raise InputError(f"{path}:{line}: no {name}")
        if "\n" in value or "\r" in value:
            raise InputError(f"{path}:{line}: a line break in {name}; is a quotation mark open?")
        if "\0" in value:
            raise InputError(f"{path}:{line}: a NUL character in {name}")
    document, *files = values
    source, reference = (_absolute(named, base) if named else None for named in files)
    assert source
    metadata = {name: value for name, value in record.items() if name not in COLUMNS}
    return Entry(document, source, reference, metadata)


def _absolute(path: str, base: str) -> str:
    path = plain_path(path)
    return path if path.startswith("/") or "://" in path else f"{base}/{path}"


def _checked(path: str, entries: Sequence[Entry]) -> list[Entry]:
    if not entries:
        raise InputError(f"{path}: names no document; give at least one line with id and source")
    seen: set[str] = set()
    for entry in entries:
        if entry.id in seen:
            raise InputError(f"{path}: the id {entry.id!r} appears twice; make ids unique")
        seen.add(entry.id)
    return list(entries)


def text_bytes(path: str, size: int) -> int:
    """About how many bytes of a file of `size` bytes are text.

    >>> text_bytes("report.zh.pdf", 300_000), text_bytes("report.zh.txt", 300_000)
    (30000, 300000)
    """
    return size // PACKED if path.lower().endswith(PACKED_ENDINGS) else size


def grouped(
    documents: Iterable[T], sizes: Iterable[int], most: int, most_bytes: int
) -> list[list[T]]:
    """Runs of at most `most` documents and about `most_bytes` bytes of text in source files."""
    groups: list[list[T]] = []
    bytes_in_group = 0
    for entry, size in zip(documents, sizes, strict=True):
        if not groups or len(groups[-1]) >= most or bytes_in_group + size > most_bytes:
            groups.append([])
            bytes_in_group = 0
        groups[-1].append(entry)
        bytes_in_group += size
    return groups
