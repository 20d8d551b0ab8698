"""The record of a batch's corpus: accounts of documents, counts, scores, the card."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from duizhao.corpus.cleaning.run import CleaningReport
from duizhao.corpus.cleaning.splits import SPLITS, SplitReport
from duizhao.corpus.document import LedgerEntry
from duizhao.corpus.files.formats import writer
from duizhao.corpus.files.rights import counted, rights_of
from duizhao.corpus.paths import cache_folder
from duizhao.corpus.printable import without_passwords
from duizhao.evaluation.metrics.records import ScoreRecord
from duizhao.evaluation.metrics.translation import Statistics
from duizhao.flows.batch.manifest import Entry
from duizhao.flows.batch.options import Plan
from duizhao.flows.batch.outcomes import Outcome
from duizhao.flows.batch.publishing.shards import FOLDERS, Shards

FOLDERS_OF_A_PATH = re.compile(r"(?<![\w/.])(?:\w+:/)?/(?:[^\s/'\"]+/)+")


class Account(NamedTuple):
    """A document and its latest outcome; `is_kept`: its rows are those of an earlier run.

    The counts and statistics of the outcome are then those of the rows.
    """

    entry: Entry
    outcome: Outcome
    is_kept: bool = False


def public_reason(account: Account) -> str:
    """Why a document is not done, without folders and passwords: it goes to the hub."""
    reason = account.outcome.reason
    for path in filter(None, (account.entry.source, account.entry.reference)):
        reason = reason.replace(path, path.rpartition("/")[2])
    for folder in (cache_folder(), Path.cwd(), Path.home()):
        if folder != Path(folder.anchor):
            reason = reason.replace(f"{folder}/", "")
    return without_passwords(FOLDERS_OF_A_PATH.sub("", reason))


def without_sentences(account: Account) -> LedgerEntry:
    """The line of the ledger for a document that failed or was left."""
    outcome = account.outcome
    detail = {"reason": public_reason(account)}
    reason = f"document_{outcome.status}"
    return LedgerEntry(outcome.id, "source", outcome.stage, reason, "", detail=detail)


def write_accounts(accounts: Iterable[Account], file: BinaryIO) -> None:
    """One line for each document of the plan."""
    for account in accounts:
        outcome = account.outcome
        record = {
            "id": outcome.id,
            "status": outcome.status,
            "stage": outcome.stage,
            "reason": public_reason(account),
            **({"kept": True} if account.is_kept else {}),
            **outcome.counts,
            **{m: round(one.score().value, 2) for m, one in _statistics([account]).items()},
        }
        file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")


def _statistics(accounts: Iterable[Account]) -> dict[str, Statistics]:
    """Statistics of BLEU and chrF++, one row per document."""
    by_metric = {}
    each = [account.outcome.statistics for account in accounts]
    for metric in ("bleu", "chrf++"):
        sums = tuple(tuple(one[metric]) for one in each if metric in one)
        if sums:
            by_metric[metric] = replace(_measured(metric), rows=sums)
    return by_metric


@cache
def _measured(metric: str) -> Statistics:
    """Statistics of any text: a metric knows its signature only after it has measured."""
    from duizhao.evaluation.metrics.translation import measure

    return measure(metric, ["a"], ["a"])


def corpus_scores(accounts: Iterable[Account]) -> dict[str, ScoreRecord]:
    """BLEU and chrF++ over all aligned beads, with an interval over documents."""
    from duizhao.evaluation.metrics.scores import score_json

    return {
        metric: score_json(statistics.score(bootstrap=1000 if len(statistics.rows) > 1 else 0))
        for metric, statistics in _statistics(accounts).items()
    }


def corpus_counts(accounts: Sequence[Account], division: SplitReport) -> dict[str, int]:
    """Documents by status, sentences, rows; `kept` are among those that failed or were left."""
    status = Counter(one.outcome.status for one in accounts)
    counts = Counter[str]()
    for one in accounts:
        counts.update(one.outcome.counts)
    return {
        "documents": len(accounts),
        "done": status["done"],
        "failed": status["failed"],
        "left": status["left"],
        "kept": sum(one.is_kept for one in accounts),
        "zh_sentences": counts["zh_sentences"],
        "en_sentences": counts["en_sentences"],
        "rows_before_cleaning": counts["rows"],
        "rows": sum(division.rows.values()),
    }


def card(
    shards: Shards,
    plan: Plan,
    report: CleaningReport,
    division: SplitReport,
    ledger: Sequence[Mapping[str, Any]],
    made_by: Mapping[str, str],
    accounts: Sequence[Account],
) -> str:
    """The dataset card of the Parquet files written."""
    from duizhao.corpus.files.card import CardFacts, SplitFacts, render

    splits = []
    for name in SPLITS:
        start = f"{FOLDERS['parquet']}/{name}-"
        files = [one["bytes"] for file, one in shards.files.items() if file.startswith(start)]
        if files:
            rows, documents = division.rows[name], division.documents[name]
            splits.append(SplitFacts(name, f"{start}*.parquet", rows, documents, sum(files)))
    cleaning = report.as_dict()
    facts = CardFacts(
        plan.title,
        splits,
        made_by=made_by,
        cleaning=cleaning,
        ledger=ledger,
        kept=sum(one.is_kept for one in accounts),
        rights=counted(
            rights_of(one.entry.metadata, plan.rights)
            for one in accounts
            if one.is_kept or one.outcome.status == "done"
        ),
    )
    empty = shards.scratch / "empty.parquet"  # its schema goes into the card
    with empty.open("wb") as file:
        writer("parquet")([], file)
    return render(facts, empty)
