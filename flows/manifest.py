"""The documents of a batch: a CSV, TSV or JSONL manifest, or a folder with a pattern.

A manifest has a line a document: ``id``, ``source``, ``reference`` (may be empty); further
columns are kept as metadata of each row. Paths are taken from the manifest's own folder, and may
be addresses (``s3://...``). A folder is searched for pairs by a pattern with ``{id}`` in it.
"""

from __future__ import annotations

import csv
import glob
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.document import InputError
from flows import console
from flows.storage import is_remote, plain_path, read_anywhere

PATTERN = "{id}.zh.*,{id}.en.*"
NOTED = 5
"""Files named in a note."""

PACKED_ENDINGS = (".pdf", ".docx", ".docm", ".doc")
PACKED = 10
"""Of a PDF or Word file, fonts, pictures and markup are most: a tenth is taken for text."""

COLUMNS = ("id", "source", "reference")
_NAMES = {"document_id": "id", "document": "id", "target": "reference"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A document of the batch; `reference` None: its translation is the target."""

    id: str
    source: str
    reference: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


def read_manifest(path: str, pattern: str = PATTERN) -> list[Entry]:
    """The entries in order; InputError names the line that cannot be used."""
    path = plain_path(path)
    if not is_remote(path) and Path(path).is_dir():
        return _from_folder(path, pattern)
    try:
        text = read_anywhere(path).decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: no such manifest or folder") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    records = _jsonl(path, text) if path.endswith((".jsonl", ".ndjson")) else _table(path, text)
    base = path.rpartition("/")[0] if is_remote(path) else str(Path(path).resolve().parent)
    entries = [_entry(path, line, record, base) for line, record in records]
    return _checked(path, entries)


def _table(path: str, text: str) -> list[tuple[int, dict[str, Any]]]:
    tabs = path.endswith(".tsv") or "\t" in text.partition("\n")[0]
    told: dict[str, Any] = {"delimiter": ",", "strict": True}
    if tabs:  # a quotation mark is a character like others there
        told = {"delimiter": "\t", "quoting": csv.QUOTE_NONE}
    lines = csv.DictReader(io.StringIO(text, newline=""), **told)
    try:
        return _records(path, lines)
    except csv.Error as error:
        raise InputError(
            f"{path}:{lines.line_num + 1}: {error} in the record that begins here or before; in "
            'CSV a quotation mark is written "" inside quotation marks'
        ) from None


def _records(path: str, lines: csv.DictReader[str]) -> list[tuple[int, dict[str, Any]]]:
    heading = [name.strip() for name in lines.fieldnames or ()]
    heading = [_NAMES.get(name, name) for name in heading]
    for name in ("id", "source"):
        if name not in heading:
            raise InputError(
                f"{path}:1: no column {name!r}; the first line must name the columns: "
                f"{', '.join(COLUMNS)} and any others"
            )
    lines.fieldnames = heading
    records: list[tuple[int, dict[str, Any]]] = []
    for record in lines:
        if None in record:
            raise InputError(f"{path}:{lines.line_num}: more fields than the first line names")
        records.append((lines.line_num, {str(name): value for name, value in record.items()}))
    return records


def _jsonl(path: str, text: str) -> list[tuple[int, dict[str, Any]]]:
    records = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise InputError(f"{path}:{number}: not JSON: {error}") from None
        if not isinstance(record, dict):
            raise InputError(f"{path}:{number}: not a JSON object")
        records.append((number, {str(_NAMES.get(name, name)): v for name, v in record.items()}))
    return records


def _entry(path: str, line: int, record: Mapping[str, Any], base: str) -> Entry:
    for name in ("id", "source"):
        if not str(record.get(name) or "").strip():
            raise InputError(f"{path}:{line}: no {name}")
        if re.search(r"[\r\n]", str(record[name]).strip()):
            raise InputError(f"{path}:{line}: a line break in {name}; is a quotation mark open?")
    reference = str(record.get("reference") or "").strip()
    return Entry(
        str(record["id"]).strip(),
        _absolute(str(record["source"]).strip(), base),
        _absolute(reference, base) if reference else None,
        {name: value for name, value in record.items() if name not in COLUMNS},
    )


def _absolute(path: str, base: str) -> str:
    path = plain_path(path)
    if is_remote(path) or Path(path).is_absolute():
        return path
    return f"{base}/{path}"


def _from_folder(folder: str, pattern: str) -> list[Entry]:
    source, _, reference = (part.strip() for part in pattern.partition(","))
    if "{id}" not in source or (reference and "{id}" not in reference):
        raise InputError(f"pattern {pattern!r}: needs {{id}} in each part, as in {PATTERN!r}")
    references = _matches(folder, reference) if reference else {}
    sources = _matches(folder, source)
    entries = [Entry(name, path, references.get(name)) for name, path in sources.items()]
    if alone := sorted(set(references) - set(sources)):
        _note(f"{folder}: no Chinese file for", [Path(references[name]).name for name in alone])
    return _checked(f"{folder} ({pattern})", entries)


def _matches(folder: str, pattern: str) -> dict[str, str]:
    """Paths by id; the first in order where an id has several."""
    before, _, after = pattern.partition("{id}")
    told = re.escape(before) + r"(?P<id>[^/]+?)" + _regular(after)
    found: dict[str, str] = {}
    more: list[str] = []
    root = Path(folder).resolve()
    search = glob.escape(before) + "*" + after
    for path in sorted(root.glob(search)):
        match = re.fullmatch(told, path.relative_to(root).as_posix())
        if match and path.is_file():
            if match["id"] in found:
                more.append(path.name)
            found.setdefault(match["id"], str(path))
    if more:
        _note(f"{folder}: not taken, another file has the same id:", more)
    return found


def _note(what: str, names: Sequence[str]) -> None:
    """Say what a folder has that the batch does not take."""
    others = f" and {len(names) - NOTED} more" if len(names) > NOTED else ""
    console.current().note(f"{what} {', '.join(names[:NOTED])}{others}")


def _regular(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*", "[^/]*").replace(r"\?", "[^/]")


def _checked(path: str, entries: Sequence[Entry]) -> list[Entry]:
    if not entries:
        raise InputError(f"{path}: names no document")
    seen: set[str] = set()
    for entry in entries:
        if entry.id in seen:
            raise InputError(f"{path}: the id {entry.id!r} stands there twice; make ids unique")
        seen.add(entry.id)
    return list(entries)


def text_bytes(path: str, size: int) -> int:
    """About how many bytes of a file of `size` bytes are text.

    >>> text_bytes("report.zh.pdf", 300_000), text_bytes("report.zh.txt", 300_000)
    (30000, 300000)
    """
    return size // PACKED if path.lower().endswith(PACKED_ENDINGS) else size


def groups(
    entries: Iterable[Entry], sizes: Iterable[int], most: int, most_bytes: int
) -> list[list[Entry]]:
    """Runs of entries of at most `most` documents and about `most_bytes` of source files."""
    made: list[list[Entry]] = []
    held = 0
    for entry, size in zip(entries, sizes, strict=True):
        if not made or len(made[-1]) >= most or held + size > most_bytes:
            made.append([])
            held = 0
        made[-1].append(entry)
        held += size
    return made
