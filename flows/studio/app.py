"""The web application of the studio: its page, its actions, and the pages of projects.

Only requests of its own page are forwarded to it (evaluation/local_server/guard.py). Actions are
JSON in a POST; an uploaded file is the body of a request.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from duizhao.corpus.errors import DuizhaoError, LimitError
from duizhao.evaluation.local_server import serving
from duizhao.evaluation.local_server.guard import HEADERS, Guard, Protection
from duizhao.evaluation.review.apply import NAME as REVIEWED
from duizhao.flows.studio import pages
from duizhao.flows.studio.actions import Actions
from duizhao.flows.studio.uploads import receive, safe_name

PROGRAM = "duizhao studio"
UPLOAD = "/upload"
SHEET = "/sheet"
EVENT_SECONDS = 0.5
SILENT_SECONDS = 15.0
"""Seconds between lines without content, which show whether the browser is still connected."""
_PAGES = re.compile(
    r"/|/projects/[0-9a-f]{16}/(report|review/)|/jobs/[0-9a-f-]{24}/reading/\d{1,4}"
)


def is_page(path: str) -> bool:
    """Whether the path is a page that may be opened without the token, which the tab then adds."""
    return bool(_PAGES.fullmatch(path))


def make_app(actions: Actions, largest: int, token: str, port: int) -> Starlette:
    """The application; `largest` is the size in bytes up to which a file is accepted."""
    protection = Protection(PROGRAM, token, port, is_page, {UPLOAD: largest, SHEET: largest})

    async def studio(_request: Request) -> Response:
        return HTMLResponse(pages.studio_page(), headers=HEADERS)

    async def events(request: Request) -> Response:
        headers = {**HEADERS, "Content-Type": "text/event-stream"}
        return StreamingResponse(_events(request, actions), headers=headers)

    async def upload(request: Request) -> Response:
        return await _received(request, lambda name: _upload(request, actions, name, largest))

    async def sheet(request: Request) -> Response:
        return await _received(request, lambda name: _sheet(request, actions, name, largest))

    async def report(request: Request) -> Response:
        place = await serving.aside(lambda: actions.place(request.path_params["project"]))
        return HTMLResponse(await serving.aside(lambda: pages.report(place)), headers=HEADERS)

    async def reading(request: Request) -> Response:
        job, number = request.path_params["job"], request.path_params["number"]
        return HTMLResponse(
            await serving.aside(lambda: pages.reading(actions.queue, job, number)), headers=HEADERS
        )

    async def exported(request: Request) -> Response:
        wanted = request.path_params
        path = await serving.aside(lambda: actions.exported(wanted["project"], wanted["name"]))
        return FileResponse(path, headers=HEADERS, filename=_download_name(path))

    async def review(scope: Scope, receive: Receive, send: Send) -> None:
        project = scope["path_params"]["project"]
        try:
            inner = await serving.aside(lambda: actions.review(project))
        except DuizhaoError as error:
            return await _refused(Request(scope), error)(scope, receive, send)
        await inner(scope, receive, send)

    return Starlette(
        routes=[
            Route("/", studio),
            Route("/events", events),
            Route(UPLOAD, upload, methods=["POST"]),
            Route(SHEET, sheet, methods=["POST"]),
            *(_action(name, work) for name, work in actions.by_name().items()),
            Route("/projects/{project}/report", report),
            Route("/projects/{project}/exports/{name}", exported),
            Mount("/projects/{project}/review", review),
            Route("/jobs/{job}/reading/{number:int}", reading),
        ],
        middleware=[Middleware(Guard, protection=protection)],
        exception_handlers={DuizhaoError: _refused},  # type: ignore[dict-item]
    )


def _action(name: str, work: Callable[[dict[str, Any]], dict[str, Any]]) -> Route:
    async def endpoint(request: Request) -> Response:
        return await serving.answer(request, work)

    return Route(f"/do/{name}", endpoint, methods=["POST"])


async def _received(request: Request, take: Callable[[str], Awaitable[dict[str, Any]]]) -> Response:
    """Receive a file; its name is percent-encoded in a header."""
    try:
        name = safe_name(unquote(request.headers.get("x-duizhao-name", "")))
        return JSONResponse(await take(name), headers=HEADERS)
    except LimitError as error:
        return _error(error, 413)
    except DuizhaoError as error:
        return _error(error, 400)
    except ClientDisconnect:
        return Response(status_code=400)


async def _upload(request: Request, actions: Actions, name: str, largest: int) -> dict[str, Any]:
    """Receive one file of a new job."""
    job = request.headers.get("x-duizhao-job", "")
    size = await receive(request.stream(), actions.place_for(job, name), largest)
    actions.queue.add_file(job, name)
    return {"bytes": size}


async def _sheet(request: Request, actions: Actions, name: str, largest: int) -> dict[str, Any]:
    """Receive an edited workbook of a project, and apply it."""
    project = request.headers.get("x-duizhao-project", "")
    with actions.place_for_sheet(name) as path:
        await receive(request.stream(), path, largest)
        return await serving.aside(lambda: actions.apply_sheet(project, path))


async def _events(request: Request, actions: Actions) -> AsyncIterator[bytes]:
    """The state of all jobs, again whenever it has changed."""
    shown, silent = -1, 0.0
    while not await request.is_disconnected():
        version = actions.queue.version
        if version != shown:
            jobs = await serving.aside(actions.queue.snapshot)
            yield f"data: {json.dumps({'jobs': jobs}, ensure_ascii=False)}\n\n".encode()
            shown, silent = version, 0.0
        elif silent >= SILENT_SECONDS:
            yield b": here\n\n"
            silent = 0.0
        await asyncio.sleep(EVENT_SECONDS)
        silent += EVENT_SECONDS


def _refused(request: Request, error: DuizhaoError) -> Response:
    """An error as JSON for a script, or as a line for a person who opened a page."""
    if request.method == "GET":
        return PlainTextResponse(str(error), status_code=409, headers=HEADERS)
    return _error(error, 409)


def _error(error: DuizhaoError, status: int) -> Response:
    return JSONResponse({"error": str(error)}, status_code=status, headers=HEADERS)


def _download_name(path: Path) -> str:
    """``corpus.tmx`` of the project `report` is saved as ``report.tmx``."""
    project = path.parent.parent
    if project.name == REVIEWED:
        project = project.parent
    return f"{project.name}{path.name.removeprefix('corpus')}"
