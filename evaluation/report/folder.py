"""Read what a build or a batch left in a folder: rows, ledger, scores, the account of the run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from duizhao.corpus.bitext import Row
from duizhao.corpus.document import LedgerEntry
from duizhao.corpus.errors import InputError
from duizhao.corpus.files.read import read_ledger, read_rows

MOST_ROWS = 50_000
"""Of a larger corpus the page shows the first rows: no person reads more, and no browser is
pleased with a file of more than about 30 MB."""


@dataclass(frozen=True, slots=True)
class Folder:
    """What lies in a folder; all but the rows may be absent there. `cut`: there are more rows."""

    path: Path
    rows: tuple[Row, ...]
    ledger: tuple[LedgerEntry, ...] = ()
    scores: Mapping[str, Any] = field(default_factory=dict)
    run: Mapping[str, Any] = field(default_factory=dict)
    cut: bool = False


def read_folder(path: Path, most: int | None = MOST_ROWS) -> Folder:
    """Read the folder, `most` of its rows (None: all of them).

    InputError says which file is missing or damaged, and where.
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
    folder = Folder(path, rows, ledger, _json(path / "scores.json"), run, cut)
    _check_scores(folder)
    return folder


def _check_scores(folder: Folder) -> None:
    """InputError where scores.json does not hold what a build writes."""
    from duizhao.evaluation.report.summary import score_cards, score_notes, segment_chrf

    try:
        score_cards(folder)
        score_notes(folder)
        segment_chrf(folder.scores)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise InputError(
            f"{folder.path / 'scores.json'}: not as a build writes it ({error}); "
            "build the corpus again, or take the file away"
        ) from None


def _json(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path}: not JSON ({error}); build the corpus again") from None
    return value if isinstance(value, dict) else {}
