"""The review page: the state of a review, and the routes that change it.

local_server/guard.py keeps other web pages out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from duizhao.corpus.errors import EditError
from duizhao.corpus.files.formats import FORMATS
from duizhao.evaluation.local_server import serving
from duizhao.evaluation.local_server.guard import HEADERS, Guard, Protection
from duizhao.evaluation.report.data import Encoder, assemble
from duizhao.evaluation.report.page import render_page
from duizhao.evaluation.review.edits import Splice, find_bead
from duizhao.evaluation.review.outcome import calibration, items_of_review
from duizhao.evaluation.review.session import Aligner, Session

PROGRAM = "duizhao review"


@dataclass(slots=True)
class Review:
    """A session with a lock: one edit at a time."""

    session: Session
    aligner: Aligner
    lock: threading.Lock = field(default_factory=threading.Lock)
    encoder: Encoder = field(default_factory=Encoder)  # shared by all pages
    home: str = ""  # the address of the studio, if the review is part of one

    def page(self) -> str:
        """The current page."""
        with self.lock:
            items = items_of_review(self.session, self.session.beads)
            data = assemble(items, self.session.folder, self.encoder)
            data["review"] = self._state()
            data["home"] = self.home
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

    def apply(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Write the reviewed corpus, as `duizhao apply` does, and export it to `formats`."""
        from duizhao.corpus.files.exports.export import Export, export
        from duizhao.evaluation.review.apply import apply_review

        formats = [name for name in FORMATS if name in (wanted.get("formats") or ())]
        checked_only = wanted.get("checked_only") is True
        with self.lock:
            run = apply_review(self.session.folder.path, checked_only=checked_only)
            out = Path(run["out"])
            files = export(out, Export(formats)).files if formats else ()
        names = [str(path.relative_to(out)) for path in files]
        return {"out": run["out"], "rows": run["counts"]["rows"], "files": names}

    def edits(self) -> dict[str, Any]:
        """The number of edits, by which a page notices edits on another page."""
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
            "formats": list(FORMATS),
        }


_OURS = ("after", "edit", "at", "by")


def _texts(document: Any, ids: tuple[int, ...]) -> list[list[Any]]:
    sentences = document.sentences
    return [[number, sentences[number].text] for number in ids]


def make_app(session: Session, aligner: Aligner, token: str, port: int) -> Starlette:
    """The application of `duizhao review`, for requests from its own page only."""
    protection = Protection(PROGRAM, token, port)
    return Starlette(
        routes=routes(Review(session, aligner)),
        middleware=[Middleware(Guard, protection=protection)],
    )


def routes(review: Review) -> list[Route]:
    """The page at ``/``, edits at ``/edits``, sentences at ``/sentences``.

    ``/apply`` writes the reviewed corpus, ``/state`` has the number of edits.
    """

    async def page(_request: Request) -> Response:
        return HTMLResponse(await serving.aside(review.page), headers=HEADERS)

    async def edits(request: Request) -> Response:
        return await serving.answer(request, review.change)

    async def sentences(request: Request) -> Response:
        return await serving.answer(
            request, lambda wanted: review.sentences(str(wanted.get("bead")))
        )

    async def apply(request: Request) -> Response:
        return await serving.answer(request, review.apply)

    async def state(request: Request) -> Response:
        return await serving.answer(request, lambda _: review.edits())

    return [
        Route("/", page),
        Route("/edits", edits, methods=["POST"]),
        Route("/sentences", sentences, methods=["POST"]),
        Route("/apply", apply, methods=["POST"]),
        Route("/state", state, methods=["POST"]),
    ]


def serve(
    session: Session,
    aligner: Aligner,
    *,
    port: int = 0,
    token: str | None = None,
    ready: Callable[[str], None],
) -> None:
    """Serve until interrupted; `ready` is called with the address once the page is available.

    DuizhaoError if the port is in use.
    """
    serving.serve(
        lambda token, port: make_app(session, aligner, token, port),
        port=port,
        token=token,
        ready=ready,
    )
