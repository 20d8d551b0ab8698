"""Dask and Ray as task runners of a batch (prefect-dask, prefect-ray)."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from typing import Any, cast

from prefect.task_runners import TaskRunner

from duizhao.corpus.errors import ServiceError

QUIET = {"RAY_USAGE_STATS_ENABLED": "0"}
"""Ray does not report its usage."""

CONNECT_SECONDS = 10
"""Seconds for the head of a cluster to accept a connection; Dask and Ray would wait longer."""


def dask_runner(workers: int, cluster: str | None) -> TaskRunner[Any]:
    """A task runner for Dask, started for the batch or running at `cluster`."""
    # Dask and its workers read this when they are imported: without it they log all their work
    os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "error")
    from prefect_dask.task_runners import DaskTaskRunner

    if cluster:
        check_answers(cluster, "Dask's scheduler", "dask scheduler")
        return cast(TaskRunner[Any], DaskTaskRunner(address=cluster))
    started = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": None}
    return cast(TaskRunner[Any], DaskTaskRunner(cluster_kwargs=started))


def ray_runner(workers: int, cluster: str | None) -> TaskRunner[Any]:
    """A task runner for Ray, started for the batch or running at `cluster`.

    Raises ServiceError if nothing answers at `cluster`: Ray itself would wait for minutes.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    if cluster:
        check_answers(cluster, "Ray", "ray start --head")
    from prefect_ray.task_runners import RayTaskRunner

    class Runner(RayTaskRunner):  # type: ignore[misc]
        """Prefect's runner, without Ray's changes to the process that starts it."""

        def __enter__(self) -> Any:
            ours = signal.getsignal(signal.SIGTERM)
            try:
                return super().__enter__()
            except Exception as error:
                reason = str(error).strip().partition("\n")[0]
                where = f"--cluster {cluster}" if cluster else "--runner ray"
                out = "; on a machine of the cluster try --cluster auto" if cluster else ""
                raise ServiceError(f"{where}: Ray cannot be used: {reason}{out}") from error
            finally:
                # Ray's own handler would hide the reason for the end of a batch
                if threading.current_thread() is threading.main_thread():
                    signal.signal(signal.SIGTERM, ours)

    # standard output is for --json, so workers must not print to it
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if not cluster:  # a running cluster has its own CPUs, and rejects another number
        options |= {"num_cpus": workers, "include_dashboard": False}
    return cast(TaskRunner[Any], Runner(address=cluster, init_kwargs=options))


def check_answers(cluster: str, name: str, start: str) -> None:
    """ServiceError if nothing answers at HOST:PORT; `start` is the command that starts it."""
    host, _, port = cluster.rpartition("://")[2].rpartition(":")
    if not port.isdigit():  # "auto", or a name that Ray resolves
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS).close()
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ServiceError(
            f"--cluster {cluster}: {name} does not answer: {reason}; start it there ({start}), or "
            "leave --cluster out"
        ) from error
