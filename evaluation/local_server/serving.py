"""Run an application on 127.0.0.1, and answer requests without blocking it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import socket
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from duizhao.corpus.errors import DuizhaoError
from duizhao.evaluation.local_server.guard import HEADERS, HOST

SECONDS_TO_END = 1
"""Seconds that Ctrl-C waits for a request; a longer re-alignment is not saved."""

Result = TypeVar("Result")


async def answer(request: Request, work: Callable[[dict[str, Any]], dict[str, Any]]) -> Response:
    """The JSON that `work` returns for the JSON of the request, or its error as JSON."""
    try:
        wanted = await request.json()
        if not isinstance(wanted, dict):
            raise ValueError("not an object")
    except (ValueError, RecursionError) as error:
        return JSONResponse({"error": f"not JSON: {error}"}, status_code=400, headers=HEADERS)
    try:
        return JSONResponse(await aside(lambda: work(wanted)), headers=HEADERS)
    except DuizhaoError as error:
        return JSONResponse({"error": str(error)}, status_code=409, headers=HEADERS)


async def aside(work: Callable[[], Result]) -> Result:
    """Run work in a daemon thread, for which the program, unlike for a pool, does not wait."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def finish(result: Result | None, error: Exception | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        try:
            outcome: tuple[Result | None, Exception | None] = (work(), None)
        except Exception as error:
            outcome = (None, error)
        with contextlib.suppress(RuntimeError):  # the server has ended meanwhile
            loop.call_soon_threadsafe(finish, *outcome)

    threading.Thread(target=run, daemon=True).start()
    return await future


def serve(
    make_app: Callable[[str, int], ASGIApp],
    *,
    port: int = 0,
    token: str | None = None,
    ready: Callable[[str], None],
) -> None:
    """Serve until interrupted; `ready` is called with the address once the page is available.

    `make_app` receives the token and the port. DuizhaoError if the port is in use.
    """
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready(f"http://{HOST}:{port}/?token={token}")

        def handle_exit(self, sig: int, frame: Any) -> None:
            # after this, uvicorn would only log that requests were cut off
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)
            super().handle_exit(sig, frame)

    token = token or secrets.token_urlsafe(24)
    with contextlib.closing(_listen(port)) as listening:
        port = listening.getsockname()[1]
        config = uvicorn.Config(
            make_app(token, port),
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=SECONDS_TO_END,
        )
        Server(config).run(sockets=[listening])


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        raise DuizhaoError(
            f"port {port} cannot be used ({error.strerror}); give another with --port"
        ) from None
    listening.listen()
    return listening
