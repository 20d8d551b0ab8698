"""What a batch's corpus says about itself: accounts of documents, counts, scores, the card."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from duizhao.corpus.cleaning.run import CleaningReport
from duizhao.corpus.cleaning.splits import SPLITS, SplitReport
from duizhao.corpus.document import LedgerEntry
from duizhao.corpus.files.formats import writer
from duizhao.corpus.paths import cache_folder
from duizhao.corpus.printable import without_passwords
from duizhao.evaluation.metrics.translation import Statistics
from duizhao.flows.batch.manifest import Entry
from duizhao.flows.batch.outcomes import Outcome
from duizhao.flows.batch.publishing.shards import FOLDERS, Shards

FOLDERS_OF_A_PATH = re.compile(r"(?<![\w/.])(?:\w+:/)?/(?:[^\s/'\"]+/)+")


def public_reason(entry: Entry, account: Outcome) -> str:
    """Why a document is not in the corpus, without folders and passwords: it goes to the hub."""
    reason = account.reason
    for path in filter(None, (entry.source, entry.reference)):
        reason = reason.replace(path, path.rpartition("/")[2])
    for folder in (cache_folder(), Path.cwd(), Path.home()):
        if folder != Path(folder.anchor):
            reason = reason.replace(f"{folder}/", "")
    return without_passwords(FOLDERS_OF_A_PATH.sub("", reason))


def without_sentences(entry: Entry, account: Outcome) -> LedgerEntry:
    """The line of the ledger for a document that failed or is left."""
    detail = {"reason": public_reason(entry, account)}
    reason = f"document_{account.status}"
    return LedgerEntry(entry.id, "source", account.stage, reason, "", detail=detail)


def write_accounts(accounts: Iterable[tuple[Entry, Outcome]], file: Any) -> None:
    """A line a document of the plan."""
    for entry, account in accounts:
        told = {
            "id": account.id,
            "status": account.status,
            "stage": account.stage,
            "reason": public_reason(entry, account),
            **account.counts,
            **{m: round(one.score().value, 2) for m, one in _statistics([account]).items()},
        }
        file.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")


def _statistics(accounts: Iterable[Outcome]) -> dict[str, Statistics]:
    """Statistics of BLEU and chrF++, a row a document."""
    found = {}
    taken = list(accounts)
    for metric in ("bleu", "chrf++"):
        sums = tuple(tuple(one.statistics[metric]) for one in taken if metric in one.statistics)
        if sums:
            found[metric] = replace(_measured(metric), rows=sums)
    return found


@cache
def _measured(metric: str) -> Statistics:
    """Of something: a metric knows its signature only after it has measured."""
    from duizhao.evaluation.metrics.translation import measure

    return measure(metric, ["a"], ["a"])


def corpus_scores(accounts: Iterable[Outcome]) -> dict[str, Any]:
    """BLEU and chrF++ over all aligned beads, with an interval over documents."""
    from duizhao.evaluation.metrics.scores import score_json

    return {
        metric: score_json(statistics.score(bootstrap=1000 if len(statistics.rows) > 1 else 0))
        for metric, statistics in _statistics(accounts).items()
    }


def corpus_counts(accounts: Sequence[Outcome], division: SplitReport) -> dict[str, int]:
    """Documents by their fate, sentences, rows."""
    status = Counter(one.status for one in accounts)
    counts = Counter[str]()
    for one in accounts:
        counts.update(one.counts)
    return {
        "documents": len(accounts),
        "done": status["done"],
        "failed": status["failed"],
        "left": status["left"],
        "zh_sentences": counts["zh_sentences"],
        "en_sentences": counts["en_sentences"],
        "rows_before_cleaning": counts["rows"],
        "rows": sum(division.rows.values()),
    }


def card(
    shards: Shards,
    title: str,
    report: CleaningReport,
    division: SplitReport,
    ledger: Sequence[Mapping[str, Any]],
    made_by: Mapping[str, str],
) -> str:
    """The dataset card of the Parquet files written."""
    from duizhao.corpus.files.card import CardFacts, SplitFacts, render

    splits = []
    for name in SPLITS:
        start = f"{FOLDERS['parquet']}/{name}-"
        files = [told["bytes"] for file, told in shards.files.items() if file.startswith(start)]
        if files:
            rows, documents = division.rows[name], division.documents[name]
            splits.append(SplitFacts(name, f"{start}*.parquet", rows, documents, sum(files)))
    cleaning = report.as_dict()
    facts = CardFacts(title, splits, made_by=made_by, cleaning=cleaning, ledger=ledger)
    empty = shards.scratch / "empty.parquet"  # its schema goes into the card
    with empty.open("wb") as file:
        writer("parquet")([], file)
    return render(facts, empty)
