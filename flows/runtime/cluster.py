"""A running cluster that a batch is sent to: whether anything answers at its address."""

from __future__ import annotations

import socket

from duizhao.corpus.errors import ServiceError

CONNECT_SECONDS = 10
"""For the head of a cluster to take a connection; Dask and Ray themselves would try for longer."""


def check_answers(cluster: str, name: str, start: str) -> None:
    """ServiceError where nothing answers at HOST:PORT; `start` is the command that starts it."""
    host, _, port = cluster.rpartition("://")[2].rpartition(":")
    if not port.isdigit():  # "auto", or a name that Ray knows
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS).close()
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ServiceError(
            f"--cluster {cluster}: {name} does not answer: {reason}; start it there ({start}), or "
            "leave --cluster out"
        ) from error
