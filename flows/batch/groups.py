"""A group of documents and a worker: every document gets an outcome, even if the worker dies.

If a worker is lost, the documents of its group are processed one by one, to find the cause. A
document fails only if the worker crashed or became silent while it processed this document alone;
a worker that was killed from outside, or never started, says nothing about its documents.
"""

from __future__ import annotations

import threading
from dataclasses import replace

from duizhao.corpus.errors import DuizhaoError, Retry
from duizhao.flows.batch.documents import Group
from duizhao.flows.batch.outcomes import Outcome, keep_failure
from duizhao.flows.batch.workers import Heard, NotUp, WorkerError, WorkerLost, Workers
from duizhao.flows.storage import Place

DEATHS = 2
"""Workers that a single document may cost before it is given up."""


def alone(group: Group) -> list[Group]:
    """Groups of one document each."""
    return [replace(group, documents=(one,)) for one in group.documents]


def left(group: Group, reason: str) -> list[Outcome]:
    """All documents of a group as left: none of them is known to be at fault."""
    return [Outcome(one.entry.id, one.key, "left", "process", reason) for one in group.documents]


def failed(group: Group, reason: str) -> list[Outcome]:
    """All documents of a group as failed, and stored as such; left if that cannot be written."""
    outcomes = [
        Outcome(one.entry.id, one.key, "failed", "process", reason) for one in group.documents
    ]
    try:
        for outcome in outcomes:
            keep_failure(Place.of(group.state), outcome)
    except (OSError, DuizhaoError) as error:
        return left(group, f"{reason}; {error}")
    return outcomes


def in_worker(
    workers: Workers, group: Group, timeout: float, heard: Heard | None = None
) -> list[Outcome]:
    """Process a group; if its worker is lost, its documents one by one."""
    try:
        return _run(workers, group, timeout, heard)
    except (WorkerLost, WorkerError):
        return [_alone(workers, one, timeout, heard) for one in alone(group)]


def _alone(workers: Workers, group: Group, timeout: float, heard: Heard | None) -> Outcome:
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


def _run(workers: Workers, group: Group, timeout: float, heard: Heard | None) -> list[Outcome]:
    """The outcomes from a worker; all left if none starts, or after a temporary error.

    WorkerLost if the worker died, WorkerError if it reports that the group cannot be processed.
    """
    reason = ""
    for _ in range(DEATHS):
        try:
            with workers.one() as worker:
                return worker.run(group, timeout, heard)
        except NotUp as error:
            reason = str(error)
        except WorkerError as error:
            if error.retry is Retry.NEVER:
                raise
            return left(group, str(error))
    return left(group, reason)


_here = threading.local()


def in_this_thread(group: Group, timeout: float) -> list[Outcome]:
    """Process a group in the worker process of this thread, which is started if necessary.

    Dask and Ray workers do it this way: a document can crash or be ended without ending them.
    """
    if not hasattr(_here, "workers"):
        _here.workers = Workers(1, group.settings.threads)
    return in_worker(_here.workers, group, timeout)
