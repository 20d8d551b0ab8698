"""A job: documents that were uploaded to the studio, and the state of the work on them.

Each job has a folder ``.studio/jobs/ID``:

    job.json          this record, replaced as a whole at each change
    inputs/           the uploaded files
    preview.json      how they were read
    progress.jsonl    what its process reports (terminal/progress_file.py)
    result.json, log  standard output and standard error of its process
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from duizhao.corpus.errors import StorageError, writing
from duizhao.corpus.replacing import replacing

State = Literal[
    "new",  # files are being uploaded
    "reading",  # a process reads them
    "ready",  # read; waits for the person to start it
    "unusable",  # no corpus can be built from them
    "queued",
    "running",
    "done",
    "failed",
    "stopped",
]
STATES: tuple[State, ...] = get_args(State)
HOME = ".studio"
ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Job:
    """A job; `out` is its project, relative to the studio's folder, "" before it starts.

    `process` and `process_started` identify its process while it reads or runs. `attempts` counts
    processes that ended without reporting a result.
    """

    id: str
    state: State
    title: str
    created: str
    files: tuple[str, ...] = ()
    symbol: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    out: str = ""
    process: int = 0
    process_started: float = 0.0
    started: float = 0.0
    attempts: int = 0
    message: str = ""


class Jobs:
    """The folders of all jobs below a studio's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / HOME / "jobs"

    def place(self, job: Job) -> Path:
        """The folder of a job."""
        return self.home / job.id

    def inputs(self, job: Job) -> Path:
        """The folder of its uploaded files."""
        return self.place(job) / "inputs"

    def create(self, title: str, symbol: str = "") -> Job:
        """A new job without files."""
        now = datetime.now(UTC)
        name = f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
        job = Job(name, "new", title, now.isoformat(timespec="seconds"), symbol=symbol)
        try:
            with writing(self.place(job)):
                self.inputs(job).mkdir(parents=True)
            self.save(job)
        except StorageError:  # such as a full disk
            self.remove(job)
            raise
        return job

    def save(self, job: Job) -> None:
        """Write its record."""
        path = self.place(job) / "job.json"
        with writing(path), replacing(path) as temporary:
            text = json.dumps(asdict(job), ensure_ascii=False, indent=1)
            temporary.write_text(text, encoding="utf-8")

    def load(self) -> list[Job]:
        """All jobs, oldest first; folders without a readable record are skipped."""
        found = [_read(place) for place in sorted(self.home.glob("*")) if ID.fullmatch(place.name)]
        return [job for job in found if job]

    def remove(self, job: Job) -> None:
        """Remove a job with its uploaded files; its project stays."""
        shutil.rmtree(self.place(job), ignore_errors=True)

    def preview(self, job: Job) -> dict[str, Any] | None:
        """How its documents were read, None if they were not yet."""
        try:
            record = json.loads((self.place(job) / "preview.json").read_bytes())
        except (OSError, ValueError):
            return None
        return record if isinstance(record, dict) else None

    def size(self, job: Job) -> int:
        """Bytes of its uploaded files."""
        return sum(path.stat().st_size for path in self.inputs(job).iterdir())


def _read(place: Path) -> Job | None:
    try:
        record = json.loads((place / "job.json").read_bytes())
        job = Job(**(record | {"files": tuple(record["files"])}))
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return job if job.id == place.name and job.state in STATES else None
