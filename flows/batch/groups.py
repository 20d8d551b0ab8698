"""A group of documents and a worker: every document gets an outcome, even if the worker dies.

If a worker is lost, the documents of its group are processed one by one, to find the cause. A
document fails only if the worker crashed or hung while it processed this document alone; a worker
that was killed from outside, or never started, is no evidence against its documents.
"""

from __future__ import annotations

import threading
from dataclasses import replace

from duizhao.corpus.errors import DuizhaoError, NotReady, Retry
from duizhao.flows.batch.documents import Group
from duizhao.flows.batch.needs import Needs
from duizhao.flows.batch.outcomes import Outcome, keep_failure
from duizhao.flows.batch.workers import NotUp, OnProgress, WorkerError, WorkerLost, Workers
from duizhao.flows.storage import Place

DEATHS = 2
"""Workers lost while they processed a single document before it fails."""


def alone(group: Group) -> list[Group]:
    """Groups of one document each."""
    return [replace(group, documents=(one,)) for one in group.documents]


def left(group: Group, reason: str) -> list[Outcome]:
    """All documents of a group as left: none of them is known to be the cause."""
    return [Outcome(one.entry.id, one.key, "left", "process", reason) for one in group.documents]


def failed(group: Group, reason: str) -> list[Outcome]:
    """All documents of a group as failed and stored; left if they are done or cannot be stored."""
    outcomes = [
        Outcome(one.entry.id, one.key, "failed", "process", reason, cause="run")
        for one in group.documents
    ]
    try:
        stored = [keep_failure(Place.of(group.state), outcome) for outcome in outcomes]
    except (OSError, DuizhaoError) as error:
        return left(group, f"{reason}; {error}")
    return [
        outcome if is_stored else replace(outcome, status="left")
        for outcome, is_stored in zip(outcomes, stored, strict=True)
    ]


def check_worker(workers: Workers, needs: Needs) -> None:
    """Let a worker check that it can process documents; NotReady if it cannot."""
    reason = ""
    for _ in range(DEATHS):
        try:
            with workers.one() as worker:
                worker.check(needs)
            return
        except WorkerError as error:
            raise NotReady(str(error), error.retry, error.exit_code) from None
        except (NotUp, WorkerLost) as error:
            reason = str(error)
    raise NotReady(f"no worker can load the model: {reason}")


def in_worker(
    workers: Workers, group: Group, timeout: float, on_progress: OnProgress = None
) -> list[Outcome]:
    """Process a group; if its worker is lost, its documents one by one."""
    try:
        return _run(workers, group, timeout, on_progress)
    except (WorkerLost, WorkerError):
        return [_alone(workers, one, timeout, on_progress) for one in alone(group)]


def _alone(workers: Workers, group: Group, timeout: float, on_progress: OnProgress) -> Outcome:
    lost: list[WorkerLost] = []
    while len(lost) < DEATHS:
        try:
            return _run(workers, group, timeout, on_progress)[0]
        except WorkerLost as error:
            lost.append(error)
        except WorkerError as error:
            return failed(group, str(error))[0]
    end = left if any(error.retry is not Retry.NEVER for error in lost) else failed
    return end(group, f"lost {DEATHS} workers: {lost[-1]}")[0]


def _run(workers: Workers, group: Group, timeout: float, on_progress: OnProgress) -> list[Outcome]:
    """The outcomes from a worker; all left if none starts, or after a temporary error.

    WorkerLost if the worker died, WorkerError if it reports that the group cannot be processed.
    """
    reason = ""
    for _ in range(DEATHS):
        try:
            with workers.one() as worker:
                return worker.run(group, timeout, on_progress)
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

    Dask and Ray workers use this, so that a document that crashes or hangs does not end them.
    """
    return in_worker(_workers_of_this_thread(group.settings.threads), group, timeout)


def check_this_thread(needs: Needs) -> None:
    """Check the worker process of this thread, as `check_worker` does."""
    check_worker(_workers_of_this_thread(needs.settings.threads), needs)


def _workers_of_this_thread(threads: int) -> Workers:
    if not hasattr(_here, "workers"):
        _here.workers = Workers(1, threads)
    workers: Workers = _here.workers
    return workers
