"""Read a folder made by ``duizhao build``: rows, ledger, scores and the account of the run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from corpus.bitext import Row
from corpus.document import InputError, LedgerEntry

Record = TypeVar("Record", Row, LedgerEntry)


@dataclass(frozen=True, slots=True)
class Folder:
    """What a build left in a folder; all but the rows may be absent there."""

    path: Path
    rows: tuple[Row, ...]
    ledger: tuple[LedgerEntry, ...] = ()
    scores: Mapping[str, Any] = field(default_factory=dict)
    run: Mapping[str, Any] = field(default_factory=dict)


def read_folder(path: Path) -> Folder:
    """Read the folder; InputError says which file is missing or damaged, and where."""
    path = Path(path)
    corpus = path / "corpus.jsonl"
    if not corpus.is_file():
        raise InputError(
            f"{path}: no corpus.jsonl here; give the folder that `duizhao build` wrote"
        )
    return Folder(
        path=path,
        rows=tuple(_records(corpus, Row)),
        ledger=tuple(_records(path / "ledger.jsonl", LedgerEntry)),
        scores=_json(path / "scores.json"),
        run=_json(path / "run.json"),
    )


def _records(path: Path, kind: type[Record]) -> Iterator[Record]:
    if not path.is_file():
        return
    known = {item.name for item in fields(kind)}
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                values: dict[str, Any] = {
                    name: tuple(value) if isinstance(value, list) else value
                    for name, value in json.loads(line).items()
                    if name in known
                }
                yield kind(**values)
            except (ValueError, TypeError, AttributeError) as error:
                raise InputError(
                    f"{path}:{number}: not a line of this file ({error}); build the corpus again"
                ) from None


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path}: not JSON ({error}); build the corpus again") from None
    return value if isinstance(value, dict) else {}
