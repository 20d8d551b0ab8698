"""Run Prefect quietly, offline, and without a server started by hand.

A command opens `session()` around a flow. If PREFECT_API_URL or the user's Prefect profile names
a server, that one is used. Otherwise the command uses a private server: one left by an earlier
command (kept.py), or a new one that starts while the command reads its input (private.py).
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from duizhao.corpus.errors import ServiceError
from duizhao.flows.runtime.kept import KeptServer, use_server
from duizhao.flows.runtime.private import Server, start_server
from duizhao.flows.runtime.trouble import as_service_errors

AnyServer = Server | KeptServer

QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
    "PREFECT_INTERNAL_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_COLORS": "false",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_CLI_PROMPT": "false",
}
"""Settings of Prefect, applied before it is imported; values set by the user have precedence."""


RETRIES = 2
"""Retries of a request to a private server, over 6 s, and of its events, at once: one that has
ended does not restart, and events are sent even at the exit of the process."""


def quieten() -> None:
    """Set the environment for a quiet, offline Prefect; call this before it is imported."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    for name in ("NO_PROXY", "no_proxy"):
        hosts = [host for host in os.environ.get(name, "").split(",") if host]
        missing = [host for host in ("127.0.0.1", "localhost") if host not in hosts]
        os.environ[name] = ",".join([*hosts, *missing])
    # no setting of Prefect affects the logger of its event sender
    logging.getLogger("EventsWorker").setLevel(os.environ["PREFECT_LOGGING_LEVEL"].upper())


def configured_api() -> str | None:
    """The Prefect API named in the environment or in the Prefect profile."""
    if url := os.environ.get("PREFECT_API_URL"):
        return url
    home = Path(os.environ.get("PREFECT_HOME", Path.home() / ".prefect"))
    try:
        profiles = tomllib.loads((home / "profiles.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        return None
    active = os.environ.get("PREFECT_PROFILE") or profiles.get("active", "")
    url = profiles.get("profiles", {}).get(active, {}).get("PREFECT_API_URL")
    return str(url) if url else None


@contextlib.contextmanager
def session(minutes: float = 0.0) -> Iterator[Callable[[], None]]:
    """Run flows inside; a private server keeps running for `minutes` and is shared meanwhile.

    Yields a function to call right before the first flow: it waits for the server and connects
    Prefect to it. Work that needs no Prefect can be done before that.
    """
    quieten()
    # most of this time is the import of Prefect, whose thousands of classes are never garbage
    gc.disable()
    try:
        with contextlib.ExitStack() as stack:
            server = None
            if not configured_api():
                server = (use_server(minutes) if minutes else None) or start_server()
                stack.callback(_leave, server)

            def connect() -> None:
                stack.enter_context(_connected(server, stack))
                gc.freeze()
                gc.enable()

            with as_service_errors():
                yield connect
    finally:
        gc.enable()


def _answering(server: AnyServer, stack: contextlib.ExitStack) -> AnyServer:
    """The server once it answers; a new private server if a kept one does not answer."""
    if isinstance(server, KeptServer):
        try:
            server.wait()
        except ServiceError:
            server.stop()
            server = start_server()
            stack.callback(_leave, server)
    if isinstance(server, Server):
        server.wait()
    return server


def _leave(server: AnyServer) -> None:
    """Leave or end the server after it has received all events, which a thread of Prefect sends."""
    if "prefect.events.worker" in sys.modules:
        from prefect.events.worker import EventsWorker

        EventsWorker.drain_all(timeout=10)
    server.stop()


def _name(server: AnyServer | None) -> None:
    """Set the variables that name the server, which Prefect reads when it is imported."""
    if server:
        os.environ["PREFECT_HOME"] = str(server.folder)
        os.environ["PREFECT_API_URL"] = server.api_url


def _check_answer() -> None:
    """ServiceError if the server that the user named does not answer."""
    import httpx
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        problem = client.api_healthcheck()
    if isinstance(problem, httpx.TransportError):
        raise ServiceError(
            f"{configured_api()}: no Prefect server answers ({problem}); start it, or unset "
            "PREFECT_API_URL for a private one"
        )


def _send_events(retries: int | None) -> None:
    """Have Prefect try so often to send each event; as usual if None."""
    from prefect.events.clients import PrefectEventsClient
    from prefect.events.worker import EventsWorker

    if retries is None:
        EventsWorker.set_client_override(None)
    else:
        EventsWorker.set_client_override(PrefectEventsClient, reconnection_attempts=retries)


@contextlib.contextmanager
def _connected(server: AnyServer | None, stack: contextlib.ExitStack) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in ("PREFECT_HOME", "PREFECT_API_URL")}
    _name(server)
    from prefect.settings import (
        PREFECT_API_AUTH_STRING,
        PREFECT_API_URL,
        PREFECT_CLIENT_MAX_RETRIES,
        PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
        temporary_settings,
    )

    # the heartbeat thread sleeps a second and is joined at the end of each flow run
    changes: dict[Any, Any] = {PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}
    if server:
        server = _answering(server, stack)
        _name(server)
        changes[PREFECT_API_URL] = server.api_url
        # not in the environment, which every child process inherits: Prefect sends its settings to
        # the workers of Dask and Ray
        changes[PREFECT_API_AUTH_STRING] = server.secret
        if "PREFECT_CLIENT_MAX_RETRIES" not in os.environ:
            changes[PREFECT_CLIENT_MAX_RETRIES] = RETRIES
        _send_events(RETRIES)
    try:
        with temporary_settings(changes):
            if not server:
                _check_answer()
            yield
    finally:
        if server:
            _send_events(None)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
