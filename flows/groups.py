"""A group of documents and a worker: what comes back, whatever happens to the worker.

If the worker is lost, the documents of its group are done one by one, to find which it was.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from corpus.document import DuizhaoError
from flows.manifest import Entry
from flows.outcomes import Outcome, keep_failure
from flows.storage import Place
from flows.workers import Heard, WorkerError, WorkerLost, Workers

DEATHS = 2
"""A document that was alone with a worker when it died, so many times, is what killed it."""

DEADLY = ("KilledWorker", "WorkerCrashedError", "OutOfMemoryError")
"""How Dask and Ray say that the processes died that had a task."""


def packed(
    entries: Sequence[Entry], keys: Sequence[str], state: str, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """A group as it is sent: plain values only."""
    return {
        "entries": [asdict(entry) for entry in entries],
        "keys": list(keys),
        "state": state,
        "settings": dict(settings),
    }


def alone(group: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Groups of one document each."""
    pairs = zip(group["entries"], group["keys"], strict=True)
    return [{**group, "entries": [entry], "keys": [key]} for entry, key in pairs]


def left(group: Mapping[str, Any], reason: str) -> list[Outcome]:
    """All documents of a group as left: none of them is known to be at fault."""
    pairs = zip(group["entries"], group["keys"], strict=True)
    return [Outcome(entry["id"], key, "left", "process", reason) for entry, key in pairs]


def failed(group: Mapping[str, Any], reason: str) -> list[Outcome]:
    """All documents of a group as failed, and kept so; left where that cannot be written."""
    pairs = zip(group["entries"], group["keys"], strict=True)
    outcomes = [Outcome(entry["id"], key, "failed", "process", reason) for entry, key in pairs]
    try:
        for outcome in outcomes:
            keep_failure(Place.of(group["state"]), outcome)
    except (OSError, DuizhaoError) as error:
        return left(group, f"{reason}; {error}")
    return outcomes


def in_worker(
    workers: Workers, group: Mapping[str, Any], timeout: float, heard: Heard | None = None
) -> list[Outcome]:
    """Process a group; if its worker is lost, its documents one by one."""
    try:
        with workers.one() as worker:
            return worker.run(_unpacked(group), timeout, heard)
    except (WorkerLost, WorkerError) as error:
        if isinstance(error, WorkerError) and error.passing:
            return left(group, str(error))
    return [_alone(workers, one, timeout, heard) for one in alone(group)]


def _alone(
    workers: Workers, group: Mapping[str, Any], timeout: float, heard: Heard | None
) -> Outcome:
    reason = ""
    for _ in range(DEATHS):
        try:
            with workers.one() as worker:
                return worker.run(_unpacked(group), timeout, heard)[0]
        except WorkerLost as error:
            reason = f"lost {DEATHS} workers: {error}"
        except WorkerError as error:
            return (left if error.passing else failed)(group, str(error))[0]
    return failed(group, reason)[0]


_here = threading.local()


def in_this_thread(group: Mapping[str, Any], timeout: float) -> list[Outcome]:
    """Process a group in the worker process of this thread, which is started if need be.

    It is how a Dask or Ray worker does it: its documents can be ended, and can die, without it.
    """
    if not hasattr(_here, "workers"):
        _here.workers = Workers(1, group["settings"]["threads"])
    return in_worker(_here.workers, group, timeout)


def is_deadly(error: BaseException) -> bool:
    """Whether an error of a cluster says that its processes died of the task."""
    return type(error).__name__ in DEADLY


def _unpacked(
    group: Mapping[str, Any],
) -> tuple[list[Entry], list[str], str, dict[str, Any]]:
    entries = [Entry(**entry) for entry in group["entries"]]
    return entries, list(group["keys"]), group["state"], dict(group["settings"])
