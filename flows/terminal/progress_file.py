"""Progress for another program: one JSON object per line, in the file DUIZHAO_PROGRESS names.

    {"at": 1764316800.0, "event": "progress", "stage": "translate", "done": 12, "total": 40, ...}

Events are `stage` (one begins), `progress` (`done` of `total`; 0 if unknown), `done` (a stage has
finished), `note`, and `end` with the exit code and the message of the error. The studio follows
builds this way, including builds that it did not start itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from duizhao.corpus.errors import exit_code, one_line
from duizhao.flows.terminal.console import TerminalConsole

VARIABLE = "DUIZHAO_PROGRESS"
BETWEEN_SECONDS = 0.5
"""Least seconds between two lines about the progress of a stage."""


def command_console() -> TerminalConsole:
    """The console of a command: it writes progress to a file if the environment names one.

    The variable is removed, so that processes which the command starts do not write there too.
    """
    path = os.environ.pop(VARIABLE, "")
    return RecordingConsole(Path(path)) if path else TerminalConsole()


class RecordingConsole(TerminalConsole):
    """Also appends what it shows to a file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._lock = threading.Lock()
        self._written = 0.0

    def record(self, event: str, **values: Any) -> None:
        """Append a line; a file that cannot be written to does not stop the work."""
        line = json.dumps({"at": round(time.time(), 3), "event": event, **values}) + "\n"
        with self._lock, contextlib.suppress(OSError), self._path.open("ab") as file:
            file.write(line.encode())

    @contextlib.contextmanager
    def whole_run(self) -> Iterator[None]:
        """Record how the command ends."""
        try:
            yield
        except SystemExit as ended:
            self.record("end", code=ended.code if isinstance(ended.code, int) else 0, error="")
            raise
        except BaseException as error:
            self.record("end", code=exit_code(error), error=one_line(error))
            raise
        self.record("end", code=0, error="")

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Record the stage, and again when an inner one has ended."""
        outer = self._name
        self.record("stage", stage=name)
        with super().stage(name):
            yield
        if outer:
            self.record("stage", stage=outer)

    def progress(self, text: str, done: float, total: int) -> None:
        """Record the progress now and then, and always its end."""
        now = time.monotonic()
        if now - self._written >= BETWEEN_SECONDS or (total and done >= total):
            self._written = now
            self.record("progress", stage=self._name, text=text, done=done, total=total)
        if self._live is not None:  # without a terminal, the file is enough
            super().progress(text, done, total)

    def done(self, name: str, text: str, seconds: float, reused: bool) -> None:
        """Record a finished stage."""
        self.record("done", stage=name, text=text, seconds=round(seconds, 2), reused=reused)
        super().done(name, text, seconds, reused)

    def warn(self, text: str) -> None:
        """Record a warning, or a note that `note` passes on."""
        self.record("note", text=text)
        super().warn(text)
