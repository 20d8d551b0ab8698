"""From the outcomes of a batch to one corpus: cleaned, split, in shards, with its card.

Rows are streamed in the order of the manifest; they are never all in memory. Locally and in an
object store, ``batch.json`` is the seal: removed first, written last, with size and hash of each
file.

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
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import IO, Any, NamedTuple

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.run import CleaningReport, clean
from duizhao.corpus.cleaning.splits import SplitReport, split
from duizhao.corpus.document import LedgerEntry
from duizhao.corpus.errors import DamagedOutcome
from duizhao.corpus.files.jsonl import as_dict, row_of
from duizhao.corpus.keys import KeyedRow
from duizhao.corpus.paths import cache_folder
from duizhao.flows import results
from duizhao.flows.batch.documents import Planned
from duizhao.flows.batch.lock import Check
from duizhao.flows.batch.options import Plan
from duizhao.flows.batch.outcomes import (
    STATE,
    Outcome,
    OutcomeFile,
    OutcomeKey,
    find_outcomes,
    read_outcome,
)
from duizhao.flows.batch.published import kept_key, read_published, write_published
from duizhao.flows.batch.publishing.record import (
    Account,
    card,
    corpus_counts,
    corpus_scores,
    public_reason,
    without_sentences,
    write_accounts,
)
from duizhao.flows.batch.publishing.seal import Contents, Seal
from duizhao.flows.batch.publishing.shards import (
    CARD,
    CorpusShards,
    LedgerShards,
    Shards,
    keep_edited_card,
)
from duizhao.flows.results import PUBLISH
from duizhao.flows.storage import Place
from duizhao.flows.terminal import console

SEAL = "batch.json"
ROWS_PER_REPORT = 1000

Show = Callable[[str, int, int], None]


def publish(
    out: Place,
    documents: Sequence[Planned],
    plan: Plan,
    made_by: Mapping[str, str],
    show: Show,
    still_ours: Check = lambda: None,
    left: Sequence[Outcome] = (),
) -> Seal:
    """Write the corpus of all stored outcomes; returns the contents of the seal.

    An outcome that cannot be read is removed; the next run processes its document again.
    `still_ours` raises if another batch has taken the folder meanwhile. `left` has the reasons why
    documents have no outcome; those that were published before keep their rows.
    """
    state = out / STATE
    files = find_outcomes(state)
    keys = [one.key for one in documents]
    present = [files.get(key) for key in keys]
    published = read_published(state)
    earlier = [
        files.get(published.get(one.entry.id, one.key))
        for one, outcome in zip(documents, present, strict=True)
        if outcome is None or not outcome.is_done
    ]
    made_from = _made_from(keys, [present, earlier], plan, made_by, left)
    old = read_seal(out)
    if old and old.get("made_from") == made_from and is_whole(out, old):
        return old
    still_ours()
    if old:
        keep_edited_card(out, old["files"])
        still_ours()
    out.remove(SEAL)
    outcomes = _Outcomes(state, documents, files, published, left, show, still_ours)
    with scratch(out) as folder:
        shards = Shards(out, folder, check=still_ours)
        contents = _write(shards, outcomes, plan, made_by)
    seal: Seal = {
        "made_from": made_from,
        "planned": digest(list(keys)),
        "outcomes": digest([list(keys), outcomes.present]),
        **contents,
        "files": shards.files,
    }
    shards.finish()
    still_ours()
    write_published(state, outcomes.published)
    still_ours()
    out.write(SEAL, (json.dumps(seal, ensure_ascii=False, indent=2) + "\n").encode())
    out.settle([SEAL])
    return seal


def read_seal(out: Place) -> Seal | None:
    """The contents of batch.json; None if the corpus is incomplete."""
    try:
        seal: Seal = json.loads(out.read(SEAL))
    except (OSError, ValueError):
        return None
    return seal


def is_whole(out: Place, seal: Seal) -> bool:
    """Whether each file of the seal exists in its size; the card may have been edited."""
    sizes: dict[str, int] = {}
    for name in seal["files"]:
        folder, _, _ = name.rpartition("/")
        if name not in sizes:
            sizes |= out.sizes(folder or name)
    return all(
        name in sizes and (name == CARD or sizes[name] == facts["bytes"])
        for name, facts in seal["files"].items()
    )


def digest(value: Any) -> str:
    """A hash of any JSON value, such as the keys of a plan or its outcomes."""
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()


@contextlib.contextmanager
def scratch(out: Place) -> Iterator[Path]:
    """A folder for unfinished files, on the disk of the corpus if that is local.

    Its name depends on the corpus, so that the next batch removes what a killed one left behind.
    """
    name = hashlib.sha256(out.name.encode()).hexdigest()[:16]
    inside = (out.local / STATE) if out.local else cache_folder() / "publish" / name
    inside.mkdir(parents=True, exist_ok=True)
    for left in inside.glob("new-*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=inside, prefix="new-") as folder:
        yield Path(folder)


def _made_from(
    keys: Sequence[str],
    files: Sequence[Sequence[OutcomeFile | None]],
    plan: Plan,
    made_by: Mapping[str, str],
    left: Sequence[Outcome],
) -> str:
    code = results.code_hash(PUBLISH)
    why_left = sorted([one.key, one.stage, one.reason] for one in left)
    return digest([list(keys), files, plan.as_dict(), dict(made_by), code, why_left])


def _write(shards: Shards, outcomes: _Outcomes, plan: Plan, made_by: Mapping[str, str]) -> Contents:
    ledger = LedgerShards(shards)
    cleaned = shards.scratch / "cleaned.gz"
    report = _clean(shards, outcomes, ledger, plan, cleaned)
    division = _split(shards, outcomes.show, ledger, plan, cleaned, report.kept)
    ledger.finish()
    outcomes.show("accounts and card", 0, 0)
    accounts = outcomes.accounts
    shards.put("documents.jsonl", lambda file: write_accounts(accounts, file))
    if sum(division.rows.values()):
        text = card(shards, plan, report, division, ledger.counts(), made_by, accounts)
        shards.put(CARD, lambda file: file.write(text.encode()))
    return {
        "made_by": dict(made_by),
        "plan": plan.as_dict(),
        "counts": corpus_counts(accounts, division),
        "splits": division.as_dict(),
        "cleaning": report.as_dict(),
        "ledger": ledger.counts(),
        "scores": corpus_scores(accounts),
        "failed": [
            [one.outcome.id, one.outcome.stage, public_reason(one)]
            for one in accounts
            if one.outcome.status == "failed"
        ],
        "kept": [one.outcome.id for one in accounts if one.is_kept],
    }


def _clean(
    shards: Shards, outcomes: _Outcomes, ledger: LedgerShards, plan: Plan, cleaned: Path
) -> CleaningReport:
    """Read the outcomes and clean their rows into the file `cleaned`."""
    spool = shards.scratch / "rows.gz"
    sentences: Sequence[int] = ()
    first = 0

    def rows() -> Iterator[Row]:
        """All rows: the first time from the outcomes, then from the spool."""
        nonlocal sentences, first
        reading = not spool.exists()
        for keyed in outcomes.spooled(spool, ledger) if reading else _read(spool):
            first += reading
            sentences = keyed.sentences
            yield keyed.row

    def cleaning(done: int, total: int) -> None:
        if total:  # while the outcomes are read, documents are shown
            outcomes.show("cleaning", done - first, total - first)

    with _opened(cleaned) as lines:
        # a row is kept before the next is requested: `sentences` are its own
        report = clean(
            rows,
            plan.cleaning,
            keep=lambda row: _spool(lines, KeyedRow(row, sentences)),
            remove=ledger.add,
            progress=cleaning,
        )
    spool.unlink()
    return report


def _split(
    shards: Shards, show: Show, ledger: LedgerShards, plan: Plan, cleaned: Path, rows_cleaned: int
) -> SplitReport:
    """Split the rows of the file `cleaned` into shards, and remove it."""
    corpus = CorpusShards(shards, plan.formats, plan.unit, plan.tsv_form)
    numbers = count(1)

    def rows() -> Iterator[KeyedRow]:
        """Read twice: to see what is in the smaller splits, then to write."""
        for keyed, number in zip(_read(cleaned), numbers, strict=False):
            if number % ROWS_PER_REPORT == 0:
                show("splits and files", number, 2 * rows_cleaned)
            yield keyed

    division = split(rows, plan.shares, keep=corpus.add, remove=ledger.add)
    corpus.finish()
    cleaned.unlink()
    # rows of paragraphs or documents are fewer than the beads that were split
    return replace(division, rows={name: corpus.rows[name] for name in division.rows})


class _Contents(NamedTuple):
    """What a document adds to the corpus."""

    account: Account
    rows: Sequence[KeyedRow] = ()
    ledger: Sequence[LedgerEntry] = ()


class _Outcomes:
    """The outcomes of a batch in the order of its manifest, read once.

    `accounts` has every document of the plan, `present` the files of their outcomes, `published`
    the outcome of each document with rows.
    """

    def __init__(
        self,
        state: Place,
        documents: Sequence[Planned],
        files: Mapping[OutcomeKey, OutcomeFile],
        published: Mapping[str, OutcomeKey],
        left: Sequence[Outcome],
        show: Show,
        check: Check,
    ) -> None:
        self.state = state
        self.documents = documents
        self.files = files
        self.present = [files.get(one.key) for one in documents]
        self.before = published
        self.published: dict[str, OutcomeKey] = {}
        self.left = {one.key: one for one in left}
        self.show = show
        self.check = check
        self.accounts: list[Account] = []

    def _read(self, number: int) -> _Contents:
        """The latest outcome of a document, with the published rows if it is not done."""
        (entry, key), file = self.documents[number], self.present[number]
        outcome = self.left.get(key, Outcome(entry.id, key, "left", "process", "not done yet"))
        if file is not None:
            try:
                outcome, rows, ledger = read_outcome(self.state, file.name)
            except DamagedOutcome as error:
                outcome = self._damaged(number, file, error)
            else:
                if outcome.status == "done":
                    self.published[entry.id] = key
                    return _Contents(Account(entry, outcome), rows, ledger)
        older = kept_key(outcome, self.before, self.files)
        if older is not None and older != key:
            try:
                done, rows, ledger = read_outcome(self.state, self.files[older].name)
            except DamagedOutcome as error:
                console.current().note(f"{entry.id}: {error}; its published rows are lost")
            else:
                self.published[entry.id] = older
                outcome = replace(outcome, counts=done.counts, statistics=done.statistics)
                return _Contents(Account(entry, outcome, is_kept=True), rows, ledger)
        return _Contents(Account(entry, outcome))

    def _damaged(self, number: int, file: OutcomeFile, error: DamagedOutcome) -> Outcome:
        """Remove a damaged outcome; its document is left."""
        entry, key = self.documents[number]
        self.check()
        self.state.remove(file.name)
        self.present[number] = None
        console.current().note(f"left: {entry.id}: {error}; it is removed, run the batch again")
        return Outcome(entry.id, key, "left", "process", str(error))

    def spooled(self, spool: Path, ledger: LedgerShards) -> Iterator[KeyedRow]:
        """All rows, which are also written to a local file; ledger entries go to the ledger."""
        with _opened(spool) as lines:
            for number in range(len(self.documents)):
                account, rows, left_out = self._read(number)
                self.accounts.append(account)
                if account.outcome.status != "done" and not account.is_kept:
                    ledger.add(without_sentences(account))
                for one in left_out:
                    ledger.add(one)
                total = len(self.documents)
                self.show(f"document {number + 1} of {total}", number, total)
                for keyed in rows:
                    _spool(lines, keyed)
                    yield keyed


def _opened(path: Path) -> IO[str]:
    return gzip.open(path, "wt", compresslevel=1, encoding="utf-8")


def _spool(lines: IO[str], keyed: KeyedRow) -> None:
    record = [as_dict(keyed.row), list(keyed.sentences)]
    lines.write(json.dumps(record, ensure_ascii=False) + "\n")


def _read(spool: Path) -> Iterator[KeyedRow]:
    with gzip.open(spool, "rt", encoding="utf-8") as lines:
        for line in lines:
            row, sentences = json.loads(line)
            yield KeyedRow(row_of(row), sentences)
