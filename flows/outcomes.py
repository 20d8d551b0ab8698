"""What became of each document of a batch: files in ``DIR/.duizhao/documents``.

An outcome is named by all that decides it, so that a batch that was stopped, however it was, goes
on from what is there:

    KEY.done.gz       JSON lines: the account, then {"row": ..., "sentences": [...]} and
                      {"ledger": ...}; `sentences` are hashes of the row's sentences, for the splits
    KEY.failed.json   the account with the reason
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal

from corpus.document import LedgerEntry
from corpus.splits import KeyedRow
from corpus.writers.jsonl import as_dict, row_of
from flows.storage import Place

STATE = ".duizhao"
FOLDER = "documents"
FORM = 2
"""Version of the form of an outcome file; part of its name."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a document. `left` means: not done for a reason that may pass."""

    id: str
    key: str
    status: Literal["done", "failed", "left"]
    stage: str = ""
    reason: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    statistics: Mapping[str, Sequence[float]] = field(default_factory=dict)
    seconds: float = 0.0


def outcome_names(place: Place) -> dict[str, str]:
    """Names of outcome files by document key, from one look at the folder."""
    found: dict[str, str] = {}
    for name in place.find(FOLDER):
        key, _, ending = name.rpartition("/")[2].partition(".")
        if ending in ("done.gz", "failed.json"):
            found[key] = name
    return found


def keep_done(
    place: Place, outcome: Outcome, rows: Sequence[KeyedRow], ledger: Sequence[LedgerEntry]
) -> None:
    """Keep the outcome of a document with its rows; the same content gives the same bytes."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=3, mtime=0) as file:
        for record in (
            asdict(outcome) | {"seconds": 0.0},
            *({"row": as_dict(one.row), "sentences": list(one.sentences)} for one in rows),
            *({"ledger": as_dict(entry)} for entry in ledger),
        ):
            file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
    place.write(f"{FOLDER}/{outcome.key[:2]}/{outcome.key}.done.gz", packed.getvalue())


def keep_failure(place: Place, outcome: Outcome) -> None:
    """Keep the outcome of a document that cannot be done."""
    told = json.dumps(asdict(outcome), ensure_ascii=False).encode()
    place.write(f"{FOLDER}/{outcome.key[:2]}/{outcome.key}.failed.json", told)


def read_outcome(place: Place, name: str) -> tuple[Outcome, list[KeyedRow], list[LedgerEntry]]:
    """An outcome with its rows and ledger."""
    data = place.read(name)
    if name.endswith(".failed.json"):
        return Outcome(**json.loads(data)), [], []
    lines = [json.loads(line) for line in gzip.decompress(data).split(b"\n")[:-1]]
    rows = [KeyedRow(row_of(one["row"]), one["sentences"]) for one in lines[1:] if "row" in one]
    ledger = [LedgerEntry(**line["ledger"]) for line in lines[1:] if "ledger" in line]
    return Outcome(**lines[0]), rows, ledger
