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
"""Version of the form of an outcome file; part of its name."""


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
"""A hash of everything that decides the outcome of a document: the name of its file."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a document. `left` means: not done for a reason that may pass.

    `seconds` is the time that each stage took just now; an outcome that is kept has none, so that
    the same content gives the same bytes.
    """

    id: str
    key: OutcomeKey
    status: Literal["done", "failed", "left"]
    stage: str = ""
    reason: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    statistics: Mapping[str, Sequence[float]] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)


class Found(NamedTuple):
    """An outcome file that is there; `print` changes when it is written again."""

    name: str
    print: str


def find_outcomes(place: Place) -> dict[OutcomeKey, Found]:
    """Outcome files by document key, from one look at the folder."""
    found: dict[OutcomeKey, Found] = {}
    for name, fingerprint in sorted(place.prints(FOLDER).items()):
        key, _, ending = name.rpartition("/")[2].partition(".")
        if ending in ("done.gz", "failed.json"):
            found[OutcomeKey(key)] = Found(name, fingerprint)
    return found


def outcome_names(place: Place) -> dict[OutcomeKey, str]:
    """Names of outcome files by document key."""
    return {key: found.name for key, found in find_outcomes(place).items()}


def keep_done(
    place: Place, outcome: Outcome, rows: Sequence[KeyedRow], ledger: Sequence[LedgerEntry]
) -> None:
    """Keep the outcome of a document with its rows; the same content gives the same bytes."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=3, mtime=0) as file:
        for record in (
            asdict(replace(outcome, seconds={})),
            *({"row": as_dict(one.row), "sentences": list(one.sentences)} for one in rows),
            *({"ledger": as_dict(entry)} for entry in ledger),
        ):
            file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
    place.write(f"{FOLDER}/{outcome.key[:2]}/{outcome.key}.done.gz", packed.getvalue())


def keep_failure(place: Place, outcome: Outcome) -> None:
    """Keep the outcome of a document that cannot be done."""
    told = json.dumps(asdict(replace(outcome, seconds={})), ensure_ascii=False).encode()
    place.write(f"{FOLDER}/{outcome.key[:2]}/{outcome.key}.failed.json", told)


def read_outcome(place: Place, name: str) -> tuple[Outcome, list[KeyedRow], list[LedgerEntry]]:
    """An outcome with its rows and ledger; DamagedOutcome where the file holds none."""
    data = place.read(name)
    try:
        return _outcome_of(data, is_done=name.endswith(".done.gz"))
    except _DAMAGE as error:
        raise DamagedOutcome(f"{place.name}/{name} is damaged ({error})") from error


def _outcome_of(data: bytes, is_done: bool) -> tuple[Outcome, list[KeyedRow], list[LedgerEntry]]:
    if not is_done:
        return Outcome(**json.loads(data)), [], []
    lines = [json.loads(line) for line in gzip.decompress(data).split(b"\n")[:-1]]
    rows = [KeyedRow(row_of(one["row"]), one["sentences"]) for one in lines[1:] if "row" in one]
    ledger = [LedgerEntry(**line["ledger"]) for line in lines[1:] if "ledger" in line]
    return Outcome(**lines[0]), rows, ledger
