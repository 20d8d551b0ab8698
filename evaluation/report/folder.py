"""Read the folder of a build or a batch: rows, ledger, scores, run record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from duizhao.corpus.bitext import Row
from duizhao.corpus.document import LedgerEntry
from duizhao.corpus.errors import InputError
from duizhao.corpus.files.read import read_ledger, read_rows
from duizhao.evaluation.consistency import Consistency, consistency

MOST_ROWS = 50_000
"""Most rows of a page: browsers become slow with files over about 30 MB."""


@dataclass(frozen=True)
class Folder:
    """The contents of a folder; all but the rows may be empty. `cut`: there are more rows."""

    path: Path
    rows: tuple[Row, ...]
    ledger: tuple[LedgerEntry, ...] = ()
    scores: Mapping[str, Any] = field(default_factory=dict)
    run: Mapping[str, Any] = field(default_factory=dict)
    cut: bool = False

    @cached_property
    def consistency(self) -> tuple[Consistency, ...]:
        """Inconsistencies between rows, computed once for all loads of a page."""
        return consistency(self.rows)


def read_folder(path: Path, most: int | None = MOST_ROWS) -> Folder:
    """Read the folder, `most` of its rows (None: all of them).

    InputError names the file that is missing or damaged.
    """
    path = Path(path)
    rows = tuple(islice(read_rows(path), None if most is None else most + 1))
    cut = most is not None and len(rows) > most
    rows = rows[:most]
    ledger = tuple(read_ledger(path))
    if cut:
        shown = {name for row in rows for name in (row.source_document, row.target_document)}
        ledger = tuple(entry for entry in ledger if entry.document in shown)
    run = _json(path / "run.json") or _json(path / "batch.json")
    return Folder(path, rows, ledger, _json(path / "scores.json"), run, cut)


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path}: not JSON ({error}); build the corpus again") from None
    return value if isinstance(value, dict) else {}
