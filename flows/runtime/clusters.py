"""Ray as what runs the groups of a batch (prefect-ray)."""

from __future__ import annotations

import logging
import os
import signal
import threading
from typing import Any, cast

from prefect.task_runners import TaskRunner

from duizhao.corpus.errors import ServiceError
from duizhao.flows.runtime.cluster import check_answers

QUIET = {"RAY_USAGE_STATS_ENABLED": "0"}
"""Nothing is reported to Ray's makers."""


def runner(workers: int, cluster: str | None) -> TaskRunner[Any]:
    """A task runner of a Ray that is started for the batch, or of the running one at `cluster`.

    Raises ServiceError where nothing answers at `cluster`: Ray itself would try for minutes.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    if cluster:
        check_answers(cluster, "Ray", "ray start --head")
    from prefect_ray.task_runners import RayTaskRunner

    class Runner(RayTaskRunner):  # type: ignore[misc]
        """Prefect's, without what Ray does to the process that starts it."""

        def __enter__(self) -> Any:
            ours = signal.getsignal(signal.SIGTERM)
            try:
                return super().__enter__()
            except Exception as error:
                said = str(error).strip().partition("\n")[0]
                where = f"--cluster {cluster}" if cluster else "--runner ray"
                out = "; on a machine of the cluster try --cluster auto" if cluster else ""
                raise ServiceError(f"{where}: Ray cannot be used: {said}{out}") from error
            finally:
                # with Ray's own handler a batch would not say what ended it
                if threading.current_thread() is threading.main_thread():
                    signal.signal(signal.SIGTERM, ours)

    # standard output is for --json: no lines of workers there
    told: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if not cluster:  # one that runs has its own CPUs, and refuses another number
        told |= {"num_cpus": workers, "include_dashboard": False}
    return cast(TaskRunner[Any], Runner(address=cluster, init_kwargs=told))
