"""The outcome of each document of a batch: files in ``DIR/.duizhao/documents``.

An outcome is named by a hash of everything that determines it, so that an interrupted batch
continues from there:

    KEY.done.gz       JSON lines: the outcome, then {"row": ..., "sentences": [...]} and
                      {"ledger": ...}; `sentences` are hashes of the row's sentences, for the splits
    KEY.failed.json   the outcome with the reason

The first half of a key is a hash of the document's files, the second of code, models and settings.
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Literal, NamedTuple, NewType

from duizhao.corpus.document import LedgerEntry
from duizhao.corpus.errors import DamagedOutcome
from duizhao.corpus.files.jsonl import as_dict, row_of
from duizhao.corpus.keys import KeyedRow
from duizhao.flows.storage import Place

STATE = ".duizhao"
FOLDER = "documents"
FORM = 2
"""Version of the format of an outcome file; part of its name."""


_DAMAGE = (
    EOFError,
    OSError,
    zlib.error,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
)

OutcomeKey = NewType("OutcomeKey", str)
"""A hash of everything that determines the outcome of a document: the name of its file."""

HALF = 32
"""Characters of each half of a key."""

DONE = ".done.gz"
FAILED = ".failed.json"


def same_files(one: OutcomeKey, other: OutcomeKey) -> bool:
    """Whether two outcomes are of the same files, with any code and settings."""
    return one[:HALF] == other[:HALF]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a document; `left`: not done because of an error that may be temporary.

    `cause` is the reason for a failure: the document, or the run (a time-out, a crash, a file that
    is missing now). `seconds` is the time of each stage in this run; a stored outcome has none, so
    that the same content gives the same bytes.
    """

    id: str
    key: OutcomeKey
    status: Literal["done", "failed", "left"]
    stage: str = ""
    reason: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    statistics: Mapping[str, Sequence[float]] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    cause: Literal["document", "run"] = "document"


class OutcomeFile(NamedTuple):
    """An outcome file that exists; `print` changes when it is written again."""

    name: str
    print: str

    @property
    def is_done(self) -> bool:
        """Whether it has the rows of a document."""
        return self.name.endswith(DONE)


def find_outcomes(place: Place) -> dict[OutcomeKey, OutcomeFile]:
    """Outcome files by document key, from one listing of the folder."""
    files: dict[OutcomeKey, OutcomeFile] = {}
    for name, fingerprint in sorted(place.prints(FOLDER).items()):
        key, _, ending = name.rpartition("/")[2].partition(".")
        if f".{ending}" in (DONE, FAILED):  # DONE sorts first and wins if there are both
            files.setdefault(OutcomeKey(key), OutcomeFile(name, fingerprint))
    return files


def outcome_names(place: Place) -> dict[OutcomeKey, str]:
    """Names of outcome files by document key."""
    return {key: file.name for key, file in find_outcomes(place).items()}


def keep_done(
    place: Place, outcome: Outcome, rows: Sequence[KeyedRow], ledger: Sequence[LedgerEntry]
) -> None:
    """Store the outcome of a document with its rows; the same content gives the same bytes."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=3, mtime=0) as file:
        for record in (
            asdict(replace(outcome, seconds={})),
            *({"row": as_dict(one.row), "sentences": list(one.sentences)} for one in rows),
            *({"ledger": as_dict(entry)} for entry in ledger),
        ):
            file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
    place.write(f"{FOLDER}/{outcome.key[:2]}/{outcome.key}{DONE}", packed.getvalue())


def keep_failure(place: Place, outcome: Outcome) -> bool:
    """Store the outcome of a failed document, unless it has been done by an earlier run.

    Returns whether the failure was stored.
    """
    name = f"{FOLDER}/{outcome.key[:2]}/{outcome.key}"
    if place.exists(f"{name}{DONE}"):
        return False
    account = json.dumps(asdict(replace(outcome, seconds={})), ensure_ascii=False)
    place.write(f"{name}{FAILED}", account.encode())
    return True


def read_outcome(place: Place, name: str) -> tuple[Outcome, list[KeyedRow], list[LedgerEntry]]:
    """An outcome with its rows and ledger; DamagedOutcome if the file cannot be read."""
    data = place.read(name)
    try:
        return _outcome_of(data, is_done=name.endswith(DONE))
    except _DAMAGE as error:
        raise DamagedOutcome(f"{place.name}/{name} is damaged ({error})") from error


def _outcome_of(data: bytes, is_done: bool) -> tuple[Outcome, list[KeyedRow], list[LedgerEntry]]:
    if not is_done:
        return Outcome(**json.loads(data)), [], []
    lines = [json.loads(line) for line in gzip.decompress(data).split(b"\n")[:-1]]
    rows = [KeyedRow(row_of(one["row"]), one["sentences"]) for one in lines[1:] if "row" in one]
    ledger = [LedgerEntry(**line["ledger"]) for line in lines[1:] if "ledger" in line]
    return Outcome(**lines[0]), rows, ledger
