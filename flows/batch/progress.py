"""How far a batch is: counted as outcomes arrive, shown, and kept for `duizhao status`."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from duizhao.corpus.errors import DuizhaoError
from duizhao.flows.batch.outcomes import Outcome
from duizhao.flows.runtime.processes import age
from duizhao.flows.storage import Place
from duizhao.flows.terminal import console

PROGRESS = "progress.json"
LEFT_TOLD = 100
"""Documents left that progress.json names."""
KEEP_SECONDS = 5.0
LINE_SECONDS = 30.0


@dataclass(slots=True)
class Tally:
    """What has become of the documents so far; begun when the first group is sent."""

    total: int
    status: Counter[str] = field(default_factory=Counter)
    sentences: int = 0
    started: float = field(default_factory=time.monotonic)
    left: list[Outcome] = field(default_factory=list)
    stage_seconds: dict[str, float] = field(default_factory=dict)
    heard: str = ""
    start_seconds: float = field(default_factory=age)

    def start(self, left: Sequence[Outcome]) -> None:
        """Start the clock; `left` are documents that cannot be reached now."""
        self.started = time.monotonic()
        self.add(left)

    def add(self, outcomes: Sequence[Outcome]) -> None:
        """Count the outcomes of a group."""
        for outcome in outcomes:
            self.status[outcome.status] += 1
            self.sentences += outcome.counts.get("zh_sentences", 0)
            for stage, seconds in outcome.seconds.items():
                self.stage_seconds[stage] = self.stage_seconds.get(stage, 0.0) + seconds
            if outcome.status == "left":
                self.left.append(outcome)
        self.heard = ""

    def hear(self, text: str, _done: int, _total: int) -> None:
        """What a worker says of the group it is at."""
        self.heard = text

    @property
    def finished(self) -> int:
        """Documents with an outcome of whatever kind."""
        return sum(self.status.values())

    def as_dict(self) -> dict[str, Any]:
        """For progress.json and the summary."""
        seconds = time.monotonic() - self.started
        done = self.finished
        return {
            "total": self.total,
            "finished": done,
            "failed": self.status["failed"],
            "left": [[one.id, one.stage, one.reason] for one in self.left],
            "sentences": self.sentences,
            "seconds": round(seconds, 1),
            "stage_seconds": {stage: round(s, 2) for stage, s in self.stage_seconds.items()},
            "start_seconds": round(self.start_seconds, 1),
            "seconds_left": round(seconds / done * (self.total - done)) if done else None,
            "at": time.time(),
        }

    def line(self) -> str:
        """For a person."""
        told = self.as_dict()
        rate = self.sentences / max(0.1, told["seconds"])
        text = f"{self.finished} of {self.total} documents"
        for status in ("failed", "left"):
            if self.status[status]:
                text += f", {self.status[status]} {status}"
        return f"{text}, {rate_text(rate)} sentences/s"


def rate_text(rate: float) -> str:
    """Things a second, for a person.

    >>> rate_text(0.43), rate_text(170.2)
    ('0.4', '170')
    """
    return f"{rate:.1f}" if rate < 10 else f"{rate:.0f}"


@contextlib.contextmanager
def shown(tally: Tally, state: Place) -> Iterator[None]:
    """Show and keep the tally while a batch works, and at its end."""
    stop = threading.Event()
    to = console.current()

    def show() -> None:
        kept = said = time.monotonic()
        while not stop.wait(1.0):
            heard = f" ({tally.heard})" if tally.heard else ""
            to.progress(tally.line() + heard, tally.finished, tally.total)
            now = time.monotonic()
            if now - kept >= KEEP_SECONDS:
                keep(tally, state)
                kept = now
            if now - said >= LINE_SECONDS and not sys.stderr.isatty():
                left = tally.as_dict()["seconds_left"]
                to.note(tally.line() + (f", about {left} s left" if left is not None else heard))
                said = now

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
        keep(tally, state)


def keep(tally: Tally, state: Place) -> None:
    """Write progress.json; that it cannot be written stops no batch."""
    told = tally.as_dict()
    told["left"] = told["left"][:LEFT_TOLD]
    with contextlib.suppress(OSError, DuizhaoError):
        state.write(PROGRESS, json.dumps(told).encode())


def keep_stage(state: Place, stage: str | None) -> None:
    """Add to progress.json what is done after the documents; None where that has ended."""
    with contextlib.suppress(OSError, ValueError, DuizhaoError):
        told = json.loads(state.read(PROGRESS)) if state.exists(PROGRESS) else {}
        state.write(PROGRESS, json.dumps(told | {"stage": stage}).encode())


class PublishProgress:
    """Called as the work goes on; says so as often as a person wants to hear it."""

    def __init__(
        self, state: Place, keep: float = KEEP_SECONDS, line: float = LINE_SECONDS
    ) -> None:
        self._state = state
        self._keep_seconds, self._line_seconds = keep, line
        self._kept = self._said = time.monotonic()
        self._is_kept = False

    def show(self, text: str, done: int, total: int) -> None:
        """Move the bar; now and then write a line where there is none, and progress.json."""
        console.current().progress(text, done, total)
        now = time.monotonic()
        line = f"{text} ({100 * done // total}%)" if total else text
        if now - self._kept >= self._keep_seconds:
            self._kept, self._is_kept = now, True
            keep_stage(self._state, line)
        if now - self._said >= self._line_seconds and not sys.stderr.isatty():
            self._said = now
            console.current().note(f"writing the corpus: {line}")

    def end(self) -> None:
        """The corpus is written, or given up."""
        if self._is_kept:
            keep_stage(self._state, None)
