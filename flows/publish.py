"""From the outcomes of a batch to one corpus: cleaned, split, in shards, with its card.

Rows are streamed in the order of the manifest and never held together. Locally as in an object
store ``batch.json`` is the seal: taken away first, written last, with size and hash of each file.

    data/train-00000.parquet, jsonl/train-00000.jsonl, tmx/..., tsv/...
    ledger/00000.jsonl, documents.jsonl, README.md, batch.json
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from corpus.bitext import Row
from corpus.cleaning.plan import Planned, describe
from corpus.cleaning.run import clean
from corpus.document import LedgerEntry
from corpus.splits import KeyedRow, Shares, split
from corpus.writers.jsonl import as_dict, row_of
from flows import console, results
from flows.corpus_account import card, corpus_counts, corpus_scores, write_accounts
from flows.manifest import Entry
from flows.outcomes import STATE, Damaged, Found, Outcome, find_outcomes, read_outcome
from flows.shards import CARD, CorpusShards, LedgerShards, Shards
from flows.storage import Place
from models.paths import cache_folder

SEAL = "batch.json"

Show = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How the corpus is made of the outcomes."""

    cleaning: Sequence[Planned]
    shares: Shares
    formats: Sequence[str]
    title: str

    def told(self) -> dict[str, Any]:
        """The plan as JSON."""
        return {
            "cleaning": describe(list(self.cleaning)),
            "shares": asdict(self.shares),
            "formats": list(self.formats),
            "title": self.title,
        }


def publish(
    out: Place,
    entries: Sequence[Entry],
    keys: Sequence[str],
    plan: Plan,
    made_by: Mapping[str, str],
    show: Show,
    still_ours: Callable[[], object] = lambda: None,
) -> dict[str, Any]:
    """Write the corpus of all outcomes that are there; returns what the seal holds.

    An outcome that cannot be read is removed, for the next run to make it again. `still_ours`
    raises where another batch has taken the folder meanwhile.
    """
    state = out / STATE
    found = find_outcomes(state)
    present = [found.get(key) for key in keys]
    made_from = _made_from(keys, present, plan, made_by)
    if (old := read_seal(out)) and old.get("made_from") == made_from and is_whole(out, old):
        return old
    still_ours()
    out.remove(SEAL)
    with scratch(out) as folder:
        shards = Shards(out, folder)
        told = _write(shards, _Outcomes(state, entries, present, show), plan, made_by)
    told = {"made_from": made_from, **told, "files": shards.files}
    still_ours()
    shards.finish()
    out.write(SEAL, (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode())
    out.settle([SEAL])
    return told


def read_seal(out: Place) -> dict[str, Any] | None:
    """What batch.json holds; None where the corpus was not written to its end."""
    try:
        told: dict[str, Any] = json.loads(out.read(SEAL))
    except (OSError, ValueError):
        return None
    return told


def is_whole(out: Place, seal: Mapping[str, Any]) -> bool:
    """Whether each file of the seal is there in its size."""
    found: dict[str, int] = {}
    for name in seal["files"]:
        folder, _, _ = name.rpartition("/")
        if name not in found:
            found |= out.sizes(folder or name)
    return all(found.get(name) == told["bytes"] for name, told in seal["files"].items())


@contextlib.contextmanager
def scratch(out: Place) -> Iterator[Path]:
    """A folder for files in the making, on the disk of the corpus where that is on one.

    It is known whose it is, so that what a killed batch left is removed by the next one.
    """
    name = hashlib.sha256(out.name.encode()).hexdigest()[:16]
    inside = (out.local / STATE) if out.local else cache_folder() / "publish" / name
    inside.mkdir(parents=True, exist_ok=True)
    for left in inside.glob("new-*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=inside, prefix="new-") as folder:
        yield Path(folder)


def _made_from(
    keys: Sequence[str], present: Sequence[Found | None], plan: Plan, made_by: Mapping[str, str]
) -> str:
    code = results.code_version("publish")
    told = json.dumps([keys, present, plan.told(), dict(made_by), code], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def _write(
    shards: Shards, outcomes: _Outcomes, plan: Plan, made_by: Mapping[str, str]
) -> dict[str, Any]:
    ledger = LedgerShards(shards)
    spool, cleaned = shards.scratch / "rows.gz", shards.scratch / "cleaned.gz"
    sentences: Sequence[int] = ()

    def rows() -> Iterator[Row]:
        """All rows, each time anew: of the outcomes, which are read once, then of the spool."""
        nonlocal sentences
        for keyed in _read(spool) if spool.exists() else outcomes.spooled(spool, ledger):
            sentences = keyed.sentences
            yield keyed.row

    with _opened(cleaned) as kept:
        # a row is kept before the next is asked for: `sentences` are its own
        report = clean(
            rows,
            plan.cleaning,
            keep=lambda row: _spool(kept, KeyedRow(row, sentences)),
            remove=ledger.add,
        )
    spool.unlink()
    corpus = CorpusShards(shards, plan.formats)
    division = split(lambda: _read(cleaned), plan.shares, keep=corpus.add, remove=ledger.add)
    corpus.finish()
    ledger.finish()
    cleaned.unlink()
    accounts = [outcome for _, outcome in outcomes.accounts]
    shards.put("documents.jsonl", lambda file: write_accounts(outcomes.accounts, file))
    if sum(division.rows.values()):
        text = card(shards, plan.title, report, division, ledger.counts(), made_by)
        shards.put(CARD, lambda file: file.write(text.encode()))
    return {
        "made_by": dict(made_by),
        "plan": plan.told(),
        "counts": corpus_counts(accounts, division, len(outcomes.present)),
        "splits": division.as_dict(),
        "cleaning": report.as_dict(),
        "ledger": ledger.counts(),
        "scores": corpus_scores(accounts),
        "failed": [[one.id, one.stage, one.reason] for one in accounts if one.status == "failed"],
    }


class _Outcomes:
    """The outcomes of a batch in the order of its manifest, read once."""

    def __init__(
        self, state: Place, entries: Sequence[Entry], present: Sequence[Found | None], show: Show
    ) -> None:
        self.state = state
        self.entries = entries
        self.present = present
        self.show = show
        self.accounts: list[tuple[Entry, Outcome]] = []

    def _say(self, number: int) -> None:
        if number % 50 == 0:
            self.show(f"document {number} of {len(self.present)}", number, len(self.present))

    def _read(
        self, entry: Entry, name: str
    ) -> tuple[Outcome, list[KeyedRow], list[LedgerEntry]] | None:
        """What an outcome holds; None where it is damaged, and now removed."""
        try:
            return read_outcome(self.state, name)
        except Damaged as error:
            self.state.remove(name)
            console.current().note(f"left: {entry.id}: {error}; it is removed, run the batch again")
            return None

    def spooled(self, spool: Path, ledger: LedgerShards) -> Iterator[KeyedRow]:
        """All rows, written to a file of this machine too; the ledger gets what it is to have."""
        with _opened(spool) as lines:
            for number, (entry, found) in enumerate(zip(self.entries, self.present, strict=True)):
                read = self._read(entry, found.name) if found else None
                if read is None:
                    continue
                outcome, rows, left_out = read
                self.accounts.append((entry, outcome))
                for one in left_out:
                    ledger.add(one)
                self._say(number)
                for keyed in rows:
                    _spool(lines, keyed)
                    yield keyed


def _opened(path: Path) -> IO[str]:
    return gzip.open(path, "wt", compresslevel=1, encoding="utf-8")


def _spool(lines: IO[str], keyed: KeyedRow) -> None:
    told = [as_dict(keyed.row), list(keyed.sentences)]
    lines.write(json.dumps(told, ensure_ascii=False) + "\n")


def _read(spool: Path) -> Iterator[KeyedRow]:
    with gzip.open(spool, "rt", encoding="utf-8") as lines:
        for line in lines:
            row, sentences = json.loads(line)
            yield KeyedRow(row_of(row), sentences)
