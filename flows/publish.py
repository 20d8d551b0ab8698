"""From the outcomes of a batch to one corpus: cleaned, split, in shards, with its card.

Rows are streamed in the order of the manifest and never held together. Locally as in an object
store ``batch.json`` is the seal: taken away first, written last, with size and hash of each file.

    data/train-00000.parquet, jsonl/train-00000.jsonl, tmx/..., tsv/...
    ledger/00000.jsonl, documents.jsonl, README.md, batch.json
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from corpus.bitext import Row
from corpus.cleaning.plan import Planned, describe
from corpus.cleaning.run import CleaningReport, clean
from corpus.document import LedgerEntry
from corpus.splits import SPLITS, Shares, SplitReport, split
from corpus.writers import writer
from corpus.writers.jsonl import as_dict, row_of, write_ledger
from evaluation.translation import Statistics
from flows.documents import STATE, Outcome, outcome_names, read_outcome
from flows.manifest import Entry
from flows.storage import Place

SEAL = "batch.json"
ROWS_A_SHARD = 25_000
LEDGER_A_SHARD = 100_000
FOLDERS = {"parquet": "data", "jsonl": "jsonl", "tmx": "tmx", "tsv": "tsv"}

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


@dataclass(slots=True)
class Shards:
    """Files written so far, with size and hash."""

    place: Place
    scratch: Path
    files: dict[str, dict[str, Any]] = field(default_factory=dict)

    def put(self, name: str, write: Callable[[Any], object]) -> None:
        """Write a file through `write`, hash it and move it to its place."""
        local = self.scratch / name.replace("/", "_")
        with local.open("wb") as file:
            write(file)
        with local.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self.files[name] = {"bytes": local.stat().st_size, "sha256": digest}
        self.place.write(name, local)


def publish(
    out: Place,
    entries: Sequence[Entry],
    keys: Sequence[str],
    plan: Plan,
    made_by: Mapping[str, str],
    show: Show,
) -> dict[str, Any]:
    """Write the corpus of all outcomes that are there; returns what the seal holds."""
    state = out / STATE
    names = outcome_names(state)
    present = [names.get(key) for key in keys]
    made_from = _made_from(keys, present, plan)
    if (old := read_seal(out)) and old.get("made_from") == made_from:
        return old
    out.remove(SEAL)
    scratch_in = (out.local / STATE) if out.local else None
    for left in scratch_in.glob("new-*") if scratch_in else ():
        shutil.rmtree(left, ignore_errors=True)  # of a batch that was killed
    with tempfile.TemporaryDirectory(dir=scratch_in, prefix="new-") as folder:
        shards = Shards(out, Path(folder))
        told = _write(shards, state, entries, present, plan, made_by, show)
    told = {"made_from": made_from, **told, "files": shards.files}
    keep = {*shards.files, SEAL}
    for folder in (*FOLDERS.values(), "ledger"):
        for name in list(out.find(folder)):
            if name not in keep:
                out.remove(name)
    out.write(SEAL, (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode())
    return told


def read_seal(out: Place) -> dict[str, Any] | None:
    """What batch.json holds; None where the corpus is not whole."""
    try:
        told: dict[str, Any] = json.loads(out.read(SEAL))
    except (OSError, ValueError):
        return None
    return told


def _made_from(keys: Sequence[str], present: Sequence[str | None], plan: Plan) -> str:
    told = json.dumps([keys, present, plan.told()], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def _write(
    shards: Shards,
    state: Place,
    entries: Sequence[Entry],
    present: Sequence[str | None],
    plan: Plan,
    made_by: Mapping[str, str],
    show: Show,
) -> dict[str, Any]:
    ledger = _Ledger(shards)
    accounts: list[Outcome] = []

    def all_rows() -> Iterator[Row]:
        first = not accounts
        for number, name in enumerate(present):
            if name is None:
                continue
            outcome, rows, left_out = read_outcome(state, name)
            if first:
                accounts.append(outcome)
                for entry in left_out:
                    ledger.add(entry)
            if number % 50 == 0:
                show(f"document {number} of {len(present)}", number, len(present))
            yield from rows

    spool = shards.scratch / "cleaned.gz"
    with gzip.open(spool, "wt", compresslevel=1, encoding="utf-8") as kept:
        report = clean(
            all_rows,
            plan.cleaning,
            keep=lambda row: kept.write(json.dumps(as_dict(row), ensure_ascii=False) + "\n"),
            remove=ledger.add,
        )
    corpus = _Corpus(shards, plan.formats)
    division = split(lambda: _spooled(spool), plan.shares, keep=corpus.add, remove=ledger.add)
    corpus.finish()
    ledger.finish()
    spool.unlink()
    shards.put("documents.jsonl", lambda file: _write_accounts(accounts, file))
    counts = _counts(accounts, division, len(entries))
    if sum(division.rows.values()):
        card = _card(shards, plan, report, division, ledger.reasons, made_by)
        shards.put("README.md", lambda file: file.write(card.encode()))
    return {
        "made_by": dict(made_by),
        "plan": plan.told(),
        "counts": counts,
        "splits": division.as_dict(),
        "cleaning": report.as_dict(),
        "ledger": _reasons(ledger.reasons),
        "scores": corpus_scores(accounts),
        "failed": [[one.id, one.stage, one.reason] for one in accounts if one.status == "failed"],
    }


def _spooled(spool: Path) -> Iterator[Row]:
    with gzip.open(spool, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield row_of(json.loads(line))


class _Corpus:
    """Rows by split, written in shards."""

    def __init__(self, shards: Shards, formats: Sequence[str]) -> None:
        self._shards = shards
        self._formats = formats
        self._rows: dict[str, list[Row]] = {name: [] for name in SPLITS}
        self._number: Counter[str] = Counter()

    def add(self, name: str, row: Row) -> None:
        self._rows[name].append(row)
        if len(self._rows[name]) >= ROWS_A_SHARD:
            self._flush(name)

    def finish(self) -> None:
        for name, rows in self._rows.items():
            if rows:
                self._flush(name)

    def _flush(self, name: str) -> None:
        rows = self._rows[name]
        for format in self._formats:
            file = f"{FOLDERS[format]}/{name}-{self._number[name]:05d}.{format}"
            self._shards.put(file, lambda file, f=format: writer(f)(rows, file))  # type: ignore[misc]
        self._number[name] += 1
        self._rows[name] = []


class _Ledger:
    """Ledger entries, written in shards."""

    def __init__(self, shards: Shards) -> None:
        self._shards = shards
        self._entries: list[LedgerEntry] = []
        self._number = 0
        self.reasons: Counter[tuple[str, str]] = Counter()

    def add(self, entry: LedgerEntry) -> None:
        self.reasons[entry.stage, entry.reason] += 1
        self._entries.append(entry)
        if len(self._entries) >= LEDGER_A_SHARD:
            self.finish()

    def finish(self) -> None:
        if self._entries:
            entries, self._entries = self._entries, []
            name = f"ledger/{self._number:05d}.jsonl"
            self._shards.put(name, lambda file: write_ledger(entries, file))
            self._number += 1


def _write_accounts(accounts: Iterable[Outcome], file: Any) -> None:
    for account in accounts:
        told = {
            "id": account.id,
            "status": account.status,
            "stage": account.stage,
            "reason": account.reason,
            **account.counts,
            **{m: round(one.score().value, 2) for m, one in _statistics([account]).items()},
        }
        file.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")


def _statistics(accounts: Iterable[Outcome]) -> dict[str, Statistics]:
    """Statistics of BLEU and chrF++, a row a document."""
    from evaluation.translation import measure

    found = {}
    taken = list(accounts)
    for metric in ("bleu", "chrf++"):
        sums = tuple(tuple(one.statistics[metric]) for one in taken if metric in one.statistics)
        if sums:
            # a metric knows its signature only after it has measured something
            found[metric] = replace(measure(metric, ["a"], ["a"]), rows=sums)
    return found


def corpus_scores(accounts: Sequence[Outcome]) -> dict[str, Any]:
    """BLEU and chrF++ over all aligned beads, with an interval over documents."""
    from evaluation.scores import score_json

    return {
        metric: score_json(statistics.score(bootstrap=1000 if len(statistics.rows) > 1 else 0))
        for metric, statistics in _statistics(accounts).items()
    }


def _counts(accounts: Sequence[Outcome], division: SplitReport, documents: int) -> dict[str, int]:
    status = Counter(one.status for one in accounts)
    counts = Counter[str]()
    for one in accounts:
        counts.update(one.counts)
    return {
        "documents": documents,
        "done": status["done"],
        "failed": status["failed"],
        "left": documents - len(accounts),
        "zh_sentences": counts["zh_sentences"],
        "en_sentences": counts["en_sentences"],
        "rows_before_cleaning": counts["rows"],
        "rows": sum(division.rows.values()),
    }


def _reasons(reasons: Mapping[tuple[str, str], int]) -> list[dict[str, Any]]:
    return [
        {"stage": stage, "reason": reason, "count": count}
        for (stage, reason), count in sorted(reasons.items())
    ]


def _card(
    shards: Shards,
    plan: Plan,
    report: CleaningReport,
    division: SplitReport,
    reasons: Mapping[tuple[str, str], int],
    made_by: Mapping[str, str],
) -> str:
    from corpus.card import CardFacts, SplitFacts, render

    form = "parquet" if "parquet" in plan.formats else plan.formats[0]
    splits = []
    for name in SPLITS:
        files = [
            facts["bytes"]
            for file, facts in shards.files.items()
            if file.startswith(f"{FOLDERS[form]}/{name}-")
        ]
        if files:
            pattern = f"{FOLDERS[form]}/{name}-*.{form}"
            rows, documents = division.rows[name], division.documents[name]
            splits.append(SplitFacts(name, pattern, rows, documents, sum(files)))
    facts = CardFacts(
        plan.title,
        splits,
        made_by=made_by,
        cleaning=report.as_dict(),
        ledger=_reasons(reasons),
    )
    empty = shards.scratch / "empty.parquet"  # its schema goes into the card
    with empty.open("wb") as file:
        writer("parquet")([], file)
    return render(facts, empty)
