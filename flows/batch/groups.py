"""A group of documents and a worker: what comes back, whatever happens to the worker.

If the worker is lost, the documents of its group are done one by one, to find which it was. A
document is failed only where the worker died by itself, or fell silent, while alone with it; a
worker that was killed from outside, or never came up, says nothing about its documents.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from duizhao.corpus.errors import DuizhaoError, Retry
from duizhao.flows.batch.manifest import Entry
from duizhao.flows.batch.outcomes import Outcome, keep_failure
from duizhao.flows.batch.workers import Heard, NotUp, Sent, WorkerError, WorkerLost, Workers
from duizhao.flows.storage import Place

DEATHS = 2
"""A document that was alone with a worker when it died, so many times, is not tried again."""


def packed(
    entries: Sequence[Entry],
    keys: Sequence[str],
    state: str,
    settings: Mapping[str, Any],
    fresh: bool = False,
) -> dict[str, Any]:
    """A group as it is sent: plain values only; `fresh`: results of before are not taken."""
    return {
        "entries": [entry.as_dict() for entry in entries],
        "keys": list(keys),
        "state": state,
        "settings": dict(settings),
        "fresh": fresh,
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
        return _run(workers, group, timeout, heard)
    except (WorkerLost, WorkerError):
        return [_alone(workers, one, timeout, heard) for one in alone(group)]


def _alone(
    workers: Workers, group: Mapping[str, Any], timeout: float, heard: Heard | None
) -> Outcome:
    lost: list[WorkerLost] = []
    while len(lost) < DEATHS:
        try:
            return _run(workers, group, timeout, heard)[0]
        except WorkerLost as error:
            lost.append(error)
        except WorkerError as error:
            return failed(group, str(error))[0]
    end = left if any(error.retry is not Retry.NEVER for error in lost) else failed
    return end(group, f"lost {DEATHS} workers: {lost[-1]}")[0]


def _run(
    workers: Workers, group: Mapping[str, Any], timeout: float, heard: Heard | None
) -> list[Outcome]:
    """What a worker makes of the group; all left where none comes up, or after a temporary error.

    WorkerLost where the worker died of it, WorkerError where it says that it cannot be done.
    """
    reason = ""
    for _ in range(DEATHS):
        try:
            with workers.one() as worker:
                return worker.run(_unpacked(group), timeout, heard)
        except NotUp as error:
            reason = str(error)
        except WorkerError as error:
            if error.retry is Retry.NEVER:
                raise
            return left(group, str(error))
    return left(group, reason)


_here = threading.local()


def in_this_thread(group: Mapping[str, Any], timeout: float) -> list[Outcome]:
    """Process a group in the worker process of this thread, which is started if need be.

    It is how a Dask or Ray worker does it: its documents can be ended, and can die, without it.
    """
    if not hasattr(_here, "workers"):
        _here.workers = Workers(1, group["settings"]["threads"])
    return in_worker(_here.workers, group, timeout)


def _unpacked(group: Mapping[str, Any]) -> Sent:
    entries = [Entry(**entry) for entry in group["entries"]]
    keys, settings = list(group["keys"]), dict(group["settings"])
    return entries, keys, group["state"], settings, group["fresh"]
