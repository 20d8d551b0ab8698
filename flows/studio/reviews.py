"""The reviews of projects, inside the studio: the pages and routes of `duizhao review`.

A review holds the lock of its folder while it is open, as in the command, and is closed when no
page has sent a request for a while (an open page sends one every few seconds).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from starlette.routing import Router

from duizhao.evaluation.review.realign import realigner
from duizhao.evaluation.review.server import Review, routes
from duizhao.evaluation.review.session import Session, locked, open_session
from duizhao.flows import stages
from duizhao.flows.settings import Effort, Settings

IDLE_SECONDS = 120.0
EFFORT: Effort = "fast"
"""The effort of re-aligning, as in `duizhao review` by default: fast, because a person waits."""
Result = TypeVar("Result")


@dataclass(slots=True)
class _Open:
    """An open review, and the lock to release at its end."""

    review: Review
    app: Router
    release: ExitStack
    used: float = field(default_factory=time.monotonic)


class Reviews:
    """The open reviews by the folder of their project."""

    def __init__(self, settings: Settings, by: str) -> None:
        self._settings, self._by = settings, by
        self._open: dict[Path, _Open] = {}
        self._lock = threading.Lock()

    def app(self, place: Path) -> Router:
        """The routes of a project's review, opened if needed.

        FolderBusy if a build or another review uses the folder.
        """
        return self._at(place).app

    def change(self, place: Path, work: Callable[[Session], Result]) -> Result:
        """Call `work` with the review of a project, not during an edit of its pages."""
        review = self._at(place).review
        with review.lock:
            return work(review.session)

    def close(self, place: Path) -> None:
        """Close a project's review, if it is open; every edit is on disk."""
        with self._lock:
            if review := self._open.pop(place, None):
                review.release.close()

    def close_all(self) -> None:
        """Close all reviews."""
        for place in list(self._open):
            self.close(place)

    def _at(self, place: Path) -> _Open:
        with self._lock:
            self._close_idle(place)
            review = self._open.get(place)
            if review is None:
                review = self._open[place] = self._opened(place)
            review.used = time.monotonic()
            return review

    def _opened(self, place: Path) -> _Open:
        with ExitStack() as stack:
            stack.enter_context(locked(place))
            session = open_session(place, self._by)
            align = realigner(EFFORT, lambda: stages.engine_of(self._settings).score)
            review = Review(session, align, home="/")
            return _Open(review, Router(routes=routes(review)), stack.pop_all())

    def _close_idle(self, wanted: Path) -> None:
        now = time.monotonic()
        for place, review in list(self._open.items()):
            # a page that started a long re-alignment may be gone before its end
            at_work = review.review.lock.locked()
            if place != wanted and now - review.used > IDLE_SECONDS and not at_work:
                self._open.pop(place).release.close()
