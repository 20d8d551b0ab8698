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
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import IO, Any

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
from duizhao.flows.batch.manifest import Entry
from duizhao.flows.batch.options import Plan
from duizhao.flows.batch.outcomes import STATE, Found, Outcome, find_outcomes, read_outcome
from duizhao.flows.batch.publishing.record import (
    card,
    corpus_counts,
    corpus_scores,
    public_reason,
    without_sentences,
    write_accounts,
)
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
ROWS_TOLD = 1000

Show = Callable[[str, int, int], None]


def publish(
    out: Place,
    documents: Sequence[Planned],
    plan: Plan,
    made_by: Mapping[str, str],
    show: Show,
    still_ours: Check = lambda: None,
    left: Sequence[Outcome] = (),
) -> dict[str, Any]:
    """Write the corpus of all outcomes that are there; returns what the seal holds.

    An outcome that cannot be read is removed, for the next run to make it again. `still_ours`
    raises where another batch has taken the folder meanwhile; `left` says why documents have no
    outcome.
    """
    state = out / STATE
    found = find_outcomes(state)
    keys = [one.key for one in documents]
    present = [found.get(key) for key in keys]
    made_from = _made_from(keys, present, plan, made_by, left)
    old = read_seal(out)
    if old and old.get("made_from") == made_from and is_whole(out, old):
        return old
    still_ours()
    if old:
        keep_edited_card(out, old["files"])
        still_ours()
    out.remove(SEAL)
    outcomes = _Outcomes(state, documents, present, left, show, still_ours)
    with scratch(out) as folder:
        shards = Shards(out, folder, check=still_ours)
        told = _write(shards, outcomes, plan, made_by)
    told = {
        "made_from": made_from,
        "planned": digest(list(keys)),
        "outcomes": digest([list(keys), outcomes.present]),
        **told,
        "files": shards.files,
    }
    shards.finish()
    still_ours()
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
    """Whether each file of the seal is there in its size; the card may be edited by hand."""
    found: dict[str, int] = {}
    for name in seal["files"]:
        folder, _, _ = name.rpartition("/")
        if name not in found:
            found |= out.sizes(folder or name)
    return all(
        name in found and (name == CARD or found[name] == told["bytes"])
        for name, told in seal["files"].items()
    )


def digest(told: Any) -> str:
    """A hash of whatever JSON can hold: of the keys of a plan, of its outcomes."""
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


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
    keys: Sequence[str],
    present: Sequence[Found | None],
    plan: Plan,
    made_by: Mapping[str, str],
    left: Sequence[Outcome],
) -> str:
    code = results.code_hash(PUBLISH)
    why_left = sorted([one.key, one.stage, one.reason] for one in left)
    return digest([list(keys), list(present), plan.as_dict(), dict(made_by), code, why_left])


def _write(
    shards: Shards, outcomes: _Outcomes, plan: Plan, made_by: Mapping[str, str]
) -> dict[str, Any]:
    ledger = LedgerShards(shards)
    cleaned = shards.scratch / "cleaned.gz"
    report = _clean(shards, outcomes, ledger, plan, cleaned)
    division = _split(shards, outcomes.show, ledger, plan, cleaned, report.kept)
    ledger.finish()
    outcomes.show("accounts and card", 0, 0)
    accounts = [outcome for _, outcome in outcomes.accounts]
    shards.put("documents.jsonl", lambda file: write_accounts(outcomes.accounts, file))
    if sum(division.rows.values()):
        text = card(shards, plan.title, report, division, ledger.counts(), made_by)
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
            [one.id, one.stage, public_reason(entry, one)]
            for entry, one in outcomes.accounts
            if one.status == "failed"
        ],
    }


def _clean(
    shards: Shards, outcomes: _Outcomes, ledger: LedgerShards, plan: Plan, cleaned: Path
) -> CleaningReport:
    """Read the outcomes and clean their rows into the file `cleaned`."""
    spool = shards.scratch / "rows.gz"
    sentences: Sequence[int] = ()
    first = 0

    def rows() -> Iterator[Row]:
        """All rows, each time anew: of the outcomes, which are read once, then of the spool."""
        nonlocal sentences, first
        reading = not spool.exists()
        for keyed in outcomes.spooled(spool, ledger) if reading else _read(spool):
            first += reading
            sentences = keyed.sentences
            yield keyed.row

    def cleaning(done: int, total: int) -> None:
        if total:  # in the first reading documents are told
            outcomes.show("cleaning", done - first, total - first)

    with _opened(cleaned) as kept:
        # a row is kept before the next is asked for: `sentences` are its own
        report = clean(
            rows,
            plan.cleaning,
            keep=lambda row: _spool(kept, KeyedRow(row, sentences)),
            remove=ledger.add,
            progress=cleaning,
        )
    spool.unlink()
    return report


def _split(
    shards: Shards, show: Show, ledger: LedgerShards, plan: Plan, cleaned: Path, kept: int
) -> SplitReport:
    """Split the rows of the file `cleaned` into shards, and remove it."""
    corpus = CorpusShards(shards, plan.formats, plan.unit, plan.tsv_form)
    numbers = count(1)

    def rows() -> Iterator[KeyedRow]:
        """Asked for twice: to see what is in the smaller splits, then to write."""
        for keyed, number in zip(_read(cleaned), numbers, strict=False):
            if number % ROWS_TOLD == 0:
                show("splits and files", number, 2 * kept)
            yield keyed

    division = split(rows, plan.shares, keep=corpus.add, remove=ledger.add)
    corpus.finish()
    cleaned.unlink()
    # rows of paragraphs or documents are fewer than the beads that were split
    return replace(division, rows={name: corpus.rows[name] for name in division.rows})


class _Outcomes:
    """The outcomes of a batch in the order of its manifest, read once.

    `accounts` has every document of the plan, `present` what is there of them.
    """

    def __init__(
        self,
        state: Place,
        documents: Sequence[Planned],
        present: Sequence[Found | None],
        left: Sequence[Outcome],
        show: Show,
        check: Check,
    ) -> None:
        self.state = state
        self.documents = documents
        self.present = list(present)
        self.left = {one.key: one for one in left}
        self.show = show
        self.check = check
        self.accounts: list[tuple[Entry, Outcome]] = []

    def _read(self, number: int) -> tuple[Outcome, list[KeyedRow], list[LedgerEntry]]:
        """What became of a document; a damaged outcome is removed, and the document left."""
        (entry, key), found = self.documents[number], self.present[number]
        if found is None:
            unknown = Outcome(entry.id, key, "left", "process", "not done yet")
            return self.left.get(key, unknown), [], []
        try:
            return read_outcome(self.state, found.name)
        except DamagedOutcome as error:
            self.check()
            self.state.remove(found.name)
            self.present[number] = None
            console.current().note(f"left: {entry.id}: {error}; it is removed, run the batch again")
            return Outcome(entry.id, key, "left", "process", str(error)), [], []

    def spooled(self, spool: Path, ledger: LedgerShards) -> Iterator[KeyedRow]:
        """All rows, written to a file of this machine too; the ledger gets what it is to have."""
        with _opened(spool) as lines:
            for number, (entry, _) in enumerate(self.documents):
                outcome, rows, left_out = self._read(number)
                self.accounts.append((entry, outcome))
                if outcome.status != "done":
                    ledger.add(without_sentences(entry, outcome))
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
    told = [as_dict(keyed.row), list(keyed.sentences)]
    lines.write(json.dumps(told, ensure_ascii=False) + "\n")


def _read(spool: Path) -> Iterator[KeyedRow]:
    with gzip.open(spool, "rt", encoding="utf-8") as lines:
        for line in lines:
            row, sentences = json.loads(line)
            yield KeyedRow(row_of(row), sentences)
