"""The review page on 127.0.0.1, for one person at this machine.

Three things keep other web pages out. The address has a token that is new at each start, so no
page can guess it. The Host header must name this server, so that a foreign name that resolves to
127.0.0.1 (DNS rebinding) is refused. A request with an origin (Origin, Sec-Fetch-Site) must come
from this page.

The page removes the token from the address once it is loaded (review.js). To an address without it
the server answers with a page that reads it from the tab's own storage, so that reloads and links
to beads work in that tab.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from duizhao.corpus.errors import DuizhaoError, EditError
from duizhao.evaluation.report.data import Encoder, assemble
from duizhao.evaluation.report.page import render_page
from duizhao.evaluation.review.edits import Splice, find_bead
from duizhao.evaluation.review.outcome import calibration, items_of_review
from duizhao.evaluation.review.session import Aligner, Session

HOST = "127.0.0.1"
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
LONGEST_BODY = 1_000_000
SECONDS_TO_END = 1
"""How long Ctrl-C waits for a request; a longer re-alignment is not saved."""

DOOR = """<!doctype html><html lang="en"><meta charset="utf-8"><title>duizhao review</title>
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<p id="door">This tab does not know the review. Open the address that `duizhao review` printed.</p>
<script>
const token = sessionStorage.getItem("duizhao-token");
if (token) location.replace(`/?token=${encodeURIComponent(token)}${location.hash}`);
</script></html>"""


@dataclass(slots=True)
class Review:
    """A session with a lock: one edit at a time."""

    session: Session
    aligner: Aligner
    lock: threading.Lock = field(default_factory=threading.Lock)
    encoder: Encoder = field(default_factory=Encoder)  # shared by all pages

    def page(self) -> str:
        """The current page."""
        with self.lock:
            items = items_of_review(self.session, self.session.beads)
            data = assemble(items, self.session.folder, self.encoder)
            data["review"] = self._state()
            data["judged"] = calibration(self.session)
            return render_page(data)

    def change(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Apply an edit and return what changed."""
        with self.lock:
            if wanted.get("after") != len(self.session.edits):
                raise EditError("this page is behind the review; load it again")
            splice = self._do(wanted)
            return {
                "start": splice.start,
                "removed": len(splice.removed),
                "beads": self._encoded(splice),
                "sections": [title for _, title in self.encoder.sections],
                "signals": list(self.encoder.signals),
                "judged": calibration(self.session),
                "review": self._state(),
            }

    def apply(self) -> dict[str, Any]:
        """Write the reviewed corpus, as `duizhao apply` does."""
        from duizhao.evaluation.review.apply import apply_review

        with self.lock:
            run = apply_review(self.session.folder.path)
        return {"out": run["out"], "rows": run["counts"]["rows"]}

    def edits(self) -> dict[str, Any]:
        """The number of edits, by which a page knows that another one has edited."""
        return {"edits": len(self.session.edits)}

    def sentences(self, name: str) -> dict[str, list[list[Any]]]:
        """(id, text) of the sentences of a bead, by side, for splitting and moving."""
        with self.lock:
            bead = self.session.beads[find_bead(self.session.beads, name)].bead
            return {
                "source": _texts(self.session.work.source, bead.source),
                "target": _texts(self.session.work.target, bead.target),
            }

    def _do(self, wanted: dict[str, Any]) -> Splice:
        match wanted.get("op"):
            case "undo":
                return self.session.undo()
            case "redo":
                return self.session.redo()
            case "realign":
                return self.session.realign(self.aligner)
            case _:
                edit = {name: value for name, value in wanted.items() if name not in _OURS}
                return self.session.edit(edit)

    def _encoded(self, splice: Splice) -> list[list[Any]]:
        items = items_of_review(self.session, splice.inserted)
        return [self.encoder.encode(item) for item in items]

    def _state(self) -> dict[str, Any]:
        session = self.session
        return {
            "edits": len(session.edits),
            "undo": session.edits[session.done[-1][0] - 1]["op"] if session.done else None,
            "redo": session.edits[session.undone[-1][0] - 1]["op"] if session.undone else None,
            "by": session.by,
            "file": session.path.name,
        }


Result = TypeVar("Result")
_OURS = ("after", "edit", "at", "by")


def _texts(document: Any, ids: tuple[int, ...]) -> list[list[Any]]:
    sentences = document.sentences
    return [[number, sentences[number].text] for number in ids]


class Guard:
    """Refuses requests that do not come from our own page, before anything else runs."""

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self.app = app
        self.token = token
        self.hosts = {f"{HOST}:{port}", f"localhost:{port}"}
        if port == 80:  # browsers leave it out
            self.hosts |= {HOST, "localhost"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it with the reason for refusing it."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        request = Request(scope)
        status, reason = self.refusal(request)
        if reason:
            answer = PlainTextResponse(reason, status_code=status, headers=HEADERS)
            return await answer(scope, receive, send)
        await self.app(scope, receive, send)

    def refusal(self, request: Request) -> tuple[int, str]:
        """(status, reason); (200, "") if the request may pass."""
        host = request.headers.get("host", "")
        if host not in self.hosts:
            return 421, "this server answers only to 127.0.0.1"
        origin = request.headers.get("origin")
        if origin is not None and origin != f"http://{host}":
            return 403, "requests from other pages are refused"
        site = request.headers.get("sec-fetch-site", "none")
        # navigation may come from another site: the file that opens the browser is one
        opens = request.method == "GET" and request.headers.get("sec-fetch-mode") == "navigate"
        if site not in ("same-origin", "none") and not opens:
            return 403, "requests from other pages are refused"
        if request.method == "GET" and request.url.path == "/" and not request.url.query:
            return 200, ""  # the page without anything in it
        given = request.query_params.get("token") or request.headers.get("x-duizhao-token") or ""
        if not secrets.compare_digest(given.encode(), self.token.encode()):
            return 403, "the address needs the token that `duizhao review` printed"
        if request.method == "POST":
            if request.headers.get("content-type", "").partition(";")[0] != "application/json":
                return 415, "edits are JSON"
            length = request.headers.get("content-length", "")
            if not length.isdigit() or int(length) > LONGEST_BODY:
                return 413, "an edit is under a megabyte"
        return 200, ""


def make_app(session: Session, aligner: Aligner, token: str, port: int) -> Starlette:
    """The application: the page at ``/``, edits at ``/edits``, sentences at ``/sentences``.

    ``/apply`` writes the reviewed corpus, ``/state`` has the number of edits.
    """
    review = Review(session, aligner)

    async def page(request: Request) -> Response:
        if "token" not in request.query_params:
            return HTMLResponse(DOOR, headers=HEADERS)
        return HTMLResponse(await _aside(review.page), headers=HEADERS)

    async def edits(request: Request) -> Response:
        return await _answer(request, review.change)

    async def sentences(request: Request) -> Response:
        return await _answer(request, lambda wanted: review.sentences(str(wanted.get("bead"))))

    async def apply(request: Request) -> Response:
        return await _answer(request, lambda _: review.apply())

    async def state(request: Request) -> Response:
        return await _answer(request, lambda _: review.edits())

    return Starlette(
        routes=[
            Route("/", page),
            Route("/edits", edits, methods=["POST"]),
            Route("/sentences", sentences, methods=["POST"]),
            Route("/apply", apply, methods=["POST"]),
            Route("/state", state, methods=["POST"]),
        ],
        middleware=[Middleware(Guard, token=token, port=port)],
    )


async def _answer(request: Request, work: Callable[[dict[str, Any]], dict[str, Any]]) -> Response:
    try:
        wanted = await request.json()
        if not isinstance(wanted, dict):
            raise ValueError("not an object")
    except (ValueError, RecursionError) as error:
        return JSONResponse({"error": f"not JSON: {error}"}, status_code=400, headers=HEADERS)
    try:
        return JSONResponse(await _aside(lambda: work(wanted)), headers=HEADERS)
    except DuizhaoError as error:
        return JSONResponse({"error": str(error)}, status_code=409, headers=HEADERS)


async def _aside(work: Callable[[], Result]) -> Result:
    """Run work in a thread for which the program does not wait at its end, unlike a pool's."""
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
    session: Session,
    aligner: Aligner,
    *,
    port: int = 0,
    token: str | None = None,
    ready: Callable[[str], None],
) -> None:
    """Serve until interrupted; `ready` is called with the address once the page is available.

    DuizhaoError if the port is taken.
    """
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready(f"http://{HOST}:{port}/?token={token}")

        def handle_exit(self, sig: int, frame: Any) -> None:
            # from here on uvicorn would only log that requests were cut off
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)
            super().handle_exit(sig, frame)

    token = token or secrets.token_urlsafe(24)
    with contextlib.closing(_listen(port)) as listening:
        port = listening.getsockname()[1]
        app = make_app(session, aligner, token, port)
        config = uvicorn.Config(
            app,
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
