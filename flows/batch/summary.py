"""The summary at the end of a batch, and the status while it runs."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

from duizhao.corpus.errors import DamagedOutcome, InputError
from duizhao.flows.batch import lock
from duizhao.flows.batch.outcomes import STATE, OutcomeFile, find_outcomes, read_outcome
from duizhao.flows.batch.plan import planned
from duizhao.flows.batch.progress import PROGRESS, rate_text
from duizhao.flows.batch.publishing.assemble import SEAL, digest, is_whole, read_seal
from duizhao.flows.batch.publishing.seal import BatchRecord, Seal
from duizhao.flows.build.record import SCORES, score_text
from duizhao.flows.storage import Place, is_remote, plain_path
from duizhao.flows.terminal.output import print_table

SHOWN = 12
"""Most failed documents, and most left ones, that are printed; documents.jsonl has all failed."""


class Status(TypedDict):
    """The status of a batch: the JSON that `duizhao status --json` prints.

    `failed` and `why_left` have id, stage and reason of each document; `kept` are documents that
    are not done and whose rows of an earlier run are in the corpus.
    """

    out: str
    documents: int
    done: int
    failed: list[list[str]]
    left: int
    kept: list[str]
    why_left: list[list[str]]
    running: lock.Holder | None
    seconds_left: int | None
    whole: bool
    corpus: str


class _Stored(TypedDict, total=False):
    """What progress.json holds and the status needs."""

    left: list[list[str]]
    seconds_left: int | None
    at: float
    stage: str | None


WHOLE = "whole"
WRITING = "being written: {}"


def print_summary(record: BatchRecord) -> None:
    """Print the summary of a finished batch."""
    counts, work = record["counts"], record["batch"]
    rows = [
        ("Documents", _documents(counts)),
        ("Sentences", f"{counts['zh_sentences']} Chinese, {counts['en_sentences']} English"),
        ("Rows", f"{counts['rows']} ({counts['rows_before_cleaning']} before cleaning)"),
        ("Splits", ", ".join(f"{n}: {one['rows']}" for n, one in record["splits"].items())),
    ]  # fmt: skip
    for metric, score in record["scores"].items():
        rows.append((SCORES[metric], score_text(score)))
    taken = [
        f"{one['step']}: {one['taken']}" for one in record["cleaning"]["steps"] if one["taken"]
    ]
    rows.append(("Cleaning took", ", ".join(taken) or "nothing"))
    if work["finished"]:
        speed = work["finished"] / max(work["seconds"], 0.1) * 3600
        rate = work["sentences"] / max(work["seconds"], 0.1)
        worked = f"{work['finished']} documents in {work['seconds']:.0f} s"
        rows.append(("This run", f"{worked}: {speed:.0f} an hour, {rate_text(rate)} sentences/s"))
        rows.append(("Workers' time", _shares(work["stage_seconds"])))
    else:
        rows.append(("This run", "nothing to do"))
    rows.append(("Files", f"{record['out']}: {len(record['files'])} files and {SEAL}"))
    print_table("duizhao batch", rows)
    _print_those("failed", record["failed"], record["kept"])
    _print_those("left", work["left"], record["kept"])


def _documents(counts: Mapping[str, int]) -> str:
    """Documents by status.

    >>> _documents({"done": 3, "failed": 1, "left": 0, "kept": 0})
    '3 in the corpus, 1 failed, 0 left'
    >>> _documents({"done": 0, "failed": 1, "left": 2, "kept": 2})
    '2 in the corpus (2 with the rows of an earlier run), 1 failed, 2 left'
    """
    kept = f" ({counts['kept']} with the rows of an earlier run)" if counts["kept"] else ""
    return (
        f"{counts['done'] + counts['kept']} in the corpus{kept}, {counts['failed']} failed, "
        f"{counts['left']} left"
    )


def _shares(seconds: Mapping[str, float]) -> str:
    """The share of each stage in the workers' time."""
    whole = max(sum(seconds.values()), 0.001)
    most_first = sorted(seconds.items(), key=lambda one: -one[1])
    return ", ".join(f"{stage} {100 * spent / whole:.0f}%" for stage, spent in most_first)


def create_artifacts(record: BatchRecord) -> None:
    """Put the summary and the failed documents on the pages of the Prefect server."""
    from prefect.artifacts import create_markdown_artifact, create_table_artifact

    counts = [{"what": name, "number": value} for name, value in record["counts"].items()]
    create_table_artifact(table=counts, key="batch-summary", description="The batch in numbers")
    lines = [
        f"- {kind}: `{name}` ({stage}): {reason}"
        for kind, some in (("failed", record["failed"]), ("left", record["batch"]["left"]))
        for name, stage, reason in some[:200]
    ]
    if lines:
        create_markdown_artifact(markdown="\n".join(lines), key="batch-failed")


def status(out: str) -> Status:
    """The status of a batch; InputError if there is none."""
    out = plain_path(out)
    if not is_remote(out) and Path(out).is_file():
        raise InputError(f"{out}: is a file; give the folder of a batch")
    place = Place.of(out)
    state = place / STATE
    try:
        documents = planned(state)
    except FileNotFoundError:
        raise InputError(f"{out}: no batch was started here (see duizhao batch --help)") from None
    there = find_outcomes(state)
    present = [there.get(key) for _, key in documents]
    files_by_id = [
        (entry.id, one.name if one else "")
        for (entry, _), one in zip(documents, present, strict=True)
    ]
    failed, damaged = [], []
    for name, outcome in files_by_id:
        if outcome.endswith(".failed.json"):
            try:
                failure, _, _ = read_outcome(state, outcome)
            except DamagedOutcome as error:  # publishing removes it
                damaged.append([name, "process", str(error)])
            else:
                failed.append([name, failure.stage, failure.reason])
    done = sum(outcome.endswith(".done.gz") for _, outcome in files_by_id)
    held = lock.holder(state)
    progress = _progress(state)
    stage = progress.get("stage") if held else None
    keys = [key for _, key in documents]
    seal = read_seal(place)
    corpus = WRITING.format(stage) if stage else _corpus(place, seal, keys, present)
    done_ids = {name for name, outcome in files_by_id if outcome}
    return {
        "out": out,
        "documents": len(documents),
        "done": done,
        "failed": failed,
        "left": len(documents) - done - len(failed),
        "kept": list(seal.get("kept", ())) if seal else [],
        "why_left": damaged + [one for one in progress.get("left", ()) if one[0] not in done_ids],
        "running": held,
        "seconds_left": _seconds_left(progress) if held and not stage else None,
        "whole": corpus == WHOLE,
        "corpus": corpus,
    }


def _corpus(
    place: Place,
    seal: Seal | None,
    keys: Sequence[str],
    present: Sequence[OutcomeFile | None],
) -> str:
    """The state of the corpus, compared with the plan and the outcomes."""
    if seal is None:
        return "not written yet, or incomplete"
    if not is_whole(place, seal):
        return "a file is missing or truncated; the next run of the batch writes it again"
    if seal.get("planned") != digest(list(keys)):
        return "of an earlier plan"
    if seal.get("outcomes") != digest([list(keys), list(present)]):
        return "out of date: newer results are not included"
    if not seal["counts"]["rows"]:
        done = seal["counts"]["done"]
        return "empty: all rows were removed" if done else "empty: no document is done"
    return WHOLE


def _progress(state: Place) -> _Stored:
    """The progress of the batch that runs now, or of the last one."""
    try:
        progress: _Stored = json.loads(state.read(PROGRESS))
    except (OSError, ValueError):
        return {}
    return progress


def _seconds_left(progress: _Stored) -> int | None:
    seconds = progress.get("seconds_left")
    return None if seconds is None else int(max(0, seconds - (time.time() - progress["at"])))


def print_status(status: Status) -> None:
    """Print the status of a batch."""
    held = status["running"]
    rows = [
        ("Documents", f"{status['documents']}"),
        ("Done", f"{status['done']}"),
        ("Failed", f"{len(status['failed'])}"),
        ("Left", f"{status['left']}"),
        ("Running", f"process {held['process']} of {held['user']} on {held['host']}, since "
         f"{held['since']}" if held else "no"),
    ]  # fmt: skip
    if status["kept"]:
        rows.insert(4, ("Kept", f"{len(status['kept'])}, with the rows of an earlier run"))
    if status["seconds_left"] is not None:
        rows.append(("Time left", f"about {status['seconds_left'] / 60:.0f} minutes"))
    rows.append(("Corpus", status["corpus"]))
    print_table(f"batch in {status['out']}", rows)
    _print_those("failed", status["failed"], status["kept"])
    _print_those("left", status["why_left"], status["kept"])


def _print_those(what: str, documents: Sequence[Sequence[str]], kept: Sequence[str] = ()) -> None:
    keeping = set(kept)
    for name, stage, reason in documents[:SHOWN]:
        rows = "; its published rows are kept" if name in keeping else ""
        print(f"{what}: {name} ({stage}): {reason}{rows}")
    if len(documents) > SHOWN:
        print(f"... and {len(documents) - SHOWN} more {what} (--json names them)")
