"""The progress of a batch: counted as outcomes arrive, shown, and stored for `duizhao status`."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from duizhao.corpus.errors import DuizhaoError
from duizhao.flows.batch.outcomes import Outcome
from duizhao.flows.batch.publishing.seal import Progress
from duizhao.flows.runtime.processes import age
from duizhao.flows.storage import Place
from duizhao.flows.terminal import console

PROGRESS = "progress.json"
MOST_LEFT = 100
"""Most documents left that progress.json names."""
KEEP_SECONDS = 5.0
LINE_SECONDS = 30.0


@dataclass(slots=True)
class Tally:
    """The outcomes so far; it starts when the first group is sent."""

    total: int
    status: Counter[str] = field(default_factory=Counter)
    sentences: int = 0
    started: float = field(default_factory=time.monotonic)
    left: list[Outcome] = field(default_factory=list)
    stage_seconds: dict[str, float] = field(default_factory=dict)
    activity: str = ""
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
        self.activity = ""

    def on_progress(self, text: str, _done: int, _total: int) -> None:
        """Record the current work of a worker."""
        self.activity = text

    @property
    def finished(self) -> int:
        """Documents that have any outcome."""
        return sum(self.status.values())

    def as_dict(self) -> Progress:
        """Return the values for progress.json and the summary."""
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
        """Return one line for the screen."""
        record = self.as_dict()
        rate = self.sentences / max(0.1, record["seconds"])
        text = f"{self.finished} of {self.total} documents"
        for status in ("failed", "left"):
            if self.status[status]:
                text += f", {self.status[status]} {status}"
        return f"{text}, {rate_text(rate)} sentences/s"


def rate_text(rate: float) -> str:
    """A rate per second for the screen.

    >>> rate_text(0.43), rate_text(170.2)
    ('0.4', '170')
    """
    return f"{rate:.1f}" if rate < 10 else f"{rate:.0f}"


@contextlib.contextmanager
def shown(tally: Tally, state: Place) -> Iterator[None]:
    """Show and store the tally while a batch works, and at its end."""
    stop = threading.Event()
    to = console.current()

    def show() -> None:
        stored = noted = time.monotonic()
        while not stop.wait(1.0):
            activity = f" ({tally.activity})" if tally.activity else ""
            to.progress(tally.line() + activity, tally.finished, tally.total)
            now = time.monotonic()
            if now - stored >= KEEP_SECONDS:
                keep(tally, state)
                stored = now
            if now - noted >= LINE_SECONDS and not sys.stderr.isatty():
                left = tally.as_dict()["seconds_left"]
                more = f", about {left} s left" if left is not None else activity
                to.note(tally.line() + more)
                noted = now

    thread = threading.Thread(target=show, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
        keep(tally, state)


def keep(tally: Tally, state: Place) -> None:
    """Write progress.json; failing to write it does not stop the batch."""
    record = tally.as_dict()
    record["left"] = record["left"][:MOST_LEFT]
    with contextlib.suppress(OSError, DuizhaoError):
        state.write(PROGRESS, json.dumps(record).encode())


def keep_stage(state: Place, stage: str | None) -> None:
    """Add the stage after the documents to progress.json; None once it has ended."""
    with contextlib.suppress(OSError, ValueError, DuizhaoError):
        record = json.loads(state.read(PROGRESS)) if state.exists(PROGRESS) else {}
        state.write(PROGRESS, json.dumps(record | {"stage": stage}).encode())


class PublishProgress:
    """Reports the progress of publishing, not more often than people can read."""

    def __init__(
        self, state: Place, keep: float = KEEP_SECONDS, line: float = LINE_SECONDS
    ) -> None:
        self._state = state
        self._keep_seconds, self._line_seconds = keep, line
        self._stored = self._noted = time.monotonic()
        self._is_stored = False

    def show(self, text: str, done: int, total: int) -> None:
        """Move the progress bar; without a terminal, print a line now and then; write the file."""
        console.current().progress(text, done, total)
        now = time.monotonic()
        line = f"{text} ({100 * done // total}%)" if total else text
        if now - self._stored >= self._keep_seconds:
            self._stored, self._is_stored = now, True
            keep_stage(self._state, line)
        if now - self._noted >= self._line_seconds and not sys.stderr.isatty():
            self._noted = now
            console.current().note(f"writing the corpus: {line}")

    def end(self) -> None:
        """Publishing has ended, successfully or not."""
        if self._is_stored:
            keep_stage(self._state, None)
