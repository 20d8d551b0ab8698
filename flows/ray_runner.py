"""Ray as what runs the groups of a batch (prefect-ray)."""

from __future__ import annotations

import logging
import os
import signal
import threading
from typing import Any, cast

from prefect.task_runners import TaskRunner

QUIET = {"RAY_USAGE_STATS_ENABLED": "0"}
"""Nothing is reported to Ray's makers."""


def runner(workers: int, cluster: str | None) -> TaskRunner[Any]:
    """A task runner of a Ray that is started for the batch, or of the running one at `cluster`."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    from prefect_ray.task_runners import RayTaskRunner

    class Runner(RayTaskRunner):  # type: ignore[misc]
        """Prefect's, without Ray's SIGTERM handler: ours ends the batch in order."""

        def __enter__(self) -> Any:
            ours = signal.getsignal(signal.SIGTERM)
            try:
                return super().__enter__()
            finally:
                if threading.current_thread() is threading.main_thread():
                    signal.signal(signal.SIGTERM, ours)

    # standard output is for --json: no lines of workers there
    told: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if not cluster:  # one that runs has its own CPUs, and refuses another number
        told |= {"num_cpus": workers, "include_dashboard": False}
    return cast(TaskRunner[Any], Runner(address=cluster, init_kwargs=told))
