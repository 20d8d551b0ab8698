"""The progress of a job's process, read from its progress file as it grows."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LINES_KEPT = 40
"""Most notes and warnings to show."""
LEAST_SECONDS = 2.0
"""Seconds of a stage before the time left is estimated."""


@dataclass(slots=True)
class Progress:
    """The state of a run: finished stages, the current one, notes, and how it ended."""

    path: Path
    stage: str = ""
    done: float = 0
    total: float = 0
    text: str = ""
    finished: list[dict[str, Any]] = field(default_factory=list)
    notes: deque[str] = field(default_factory=lambda: deque(maxlen=LINES_KEPT))
    code: int | None = None
    error: str = ""
    _offset: int = 0
    _begun: tuple[float, float] | None = None
    _at: float = 0.0

    def read(self) -> bool:
        """Read new lines; returns whether there were any."""
        try:
            with self.path.open("rb") as file:
                file.seek(self._offset)
                data = file.read()
        except OSError:
            return False
        whole = data.rpartition(b"\n")[0]
        self._offset += len(whole) + 1 if whole else 0
        for line in whole.split(b"\n"):
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if isinstance(record, dict):
                self._take(record)
        return bool(whole)

    def _take(self, record: dict[str, Any]) -> None:
        match record.get("event"):
            case "stage":
                if record["stage"] != self.stage:
                    self.stage, self.done, self.total, self.text = record["stage"], 0, 0, ""
                    self._begun = None
            case "progress":
                self._move(record)
            case "done":
                names = ("stage", "text", "seconds", "reused")
                self.finished.append({name: record[name] for name in names})
            case "note":
                self.notes.append(str(record["text"]))
            case "end":
                self.code, self.error = int(record["code"]), str(record["error"])

    def _move(self, record: dict[str, Any]) -> None:
        self.stage = record["stage"] or self.stage
        done, total = float(record["done"]), float(record["total"])
        if self._begun is None or done < self.done or total != self.total:
            self._begun = (float(record["at"]), done)
        self.done, self.total, self.text = done, total, str(record["text"])
        self._at = float(record["at"])

    @property
    def seconds_left(self) -> float | None:
        """Estimated seconds of the current stage at its speed so far, None if unknown."""
        if self._begun is None or not self.total:
            return None
        seconds, made = self._at - self._begun[0], self.done - self._begun[1]
        if seconds < LEAST_SECONDS or made <= 0:
            return None
        return round(seconds / made * (self.total - self.done))

    def as_dict(self) -> dict[str, Any]:
        """For the page."""
        return {
            "stage": self.stage,
            "done": self.done,
            "total": self.total,
            "text": self.text,
            "secondsLeft": self.seconds_left,
            "finished": self.finished,
            "notes": list(self.notes),
        }
