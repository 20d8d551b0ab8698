"""How far the writing of a corpus is: shown, and kept for `duizhao status`."""

from __future__ import annotations

import sys
import time

from duizhao.flows.batch.progress import KEEP_SECONDS, LINE_SECONDS, keep_stage
from duizhao.flows.storage import Place
from duizhao.flows.terminal import console


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
