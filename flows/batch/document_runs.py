"""A flow run on Prefect's pages for each document, under its batch.

A run by Prefect's engine for each document would take up to a second and could stop the batch. So
the runs are only recorded: as outcomes arrive, a thread sends each to the server, and an error
there does not affect the batch.
"""

from __future__ import annotations

import contextlib
import contextvars
import queue
import threading
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from duizhao.flows.batch.outcomes import Outcome

LAST_SECONDS = 60.0
"""Seconds that a batch waits at its end until the server has all documents."""


class DocumentRuns:
    """Records documents on the server, in a separate thread."""

    def __init__(self) -> None:
        self._waiting: queue.SimpleQueue[tuple[UUID | None, Outcome] | None] = queue.SimpleQueue()
        run = contextvars.copy_context().run
        self._thread = threading.Thread(target=lambda: run(self._work), daemon=True)
        self._thread.start()

    def add(self, task_run: UUID | None, outcomes: Sequence[Outcome]) -> None:
        """Record these documents; `task_run` is that of their group."""
        for outcome in outcomes:
            self._waiting.put((task_run, outcome))

    def finish(self) -> int:
        """Wait until all are recorded, a minute at most; returns how many are missing."""
        self._waiting.put(None)
        self._thread.join(LAST_SECONDS)
        return max(0, self._waiting.qsize() - 1)

    def _work(self) -> None:
        from prefect import flow
        from prefect.client.orchestration import get_client

        @flow(name="document")
        def document(id: str) -> None:
            """A document of a batch."""

        with contextlib.suppress(Exception), get_client(sync_client=True) as client:
            while documents := self._waiting.get():
                with contextlib.suppress(Exception):
                    _record(client, document, *documents)


def _record(client: Any, document: Any, task_run: UUID | None, outcome: Outcome) -> None:
    from prefect.states import Completed, Failed

    counts = ", ".join(f"{value} {name}" for name, value in outcome.counts.items())
    state: Any = Completed(message=counts or None)
    if outcome.status != "done":
        state = Failed(message=f"{outcome.stage}: {outcome.reason}", name=outcome.status.title())
    run = client.create_flow_run(
        document,
        name=outcome.id,
        parameters={"id": outcome.id},
        parent_task_run_id=task_run,
    )
    client.set_flow_run_state(run.id, state, force=True)
