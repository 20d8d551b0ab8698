"""Start, recognise and end the process of a job.

A process outlives the studio that started it. Another studio recognises it by its number and its
start time.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from duizhao.corpus.errors import StorageError
from duizhao.flows.runtime.processes import IS_WINDOWS, is_same, module_command
from duizhao.flows.settings import Settings, resolve, validated
from duizhao.flows.studio.jobs import Job, Jobs
from duizhao.flows.terminal.progress_file import VARIABLE

OPTIONS = ("formats", "unit", "min_confidence", "effort", "ocr", "translate")
"""Settings that the page offers, if settings of these names exist."""
ALWAYS = ("jsonl", "parquet")
"""Formats that every job writes: other commands read them."""
SECONDS_TO_END = 10.0


def offered() -> list[str]:
    """The settings that a job may have."""
    return [name for name in OPTIONS if name in Settings.model_fields]


def checked_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a job as settings know them; InputError for any other."""
    known = offered()
    origins = dict.fromkeys(given, "option")
    wanted = {name: value for name, value in given.items() if value not in (None, "")}
    settings = validated(Settings, wanted, origins)
    # `validated` rejects unknown names; of the others only those on the page are used
    return {name: getattr(settings, name) for name in wanted if name in known}


def command(jobs: Jobs, job: Job) -> list[str]:
    """The command of a job that reads or runs."""
    if job.state == "reading":
        return module_command("duizhao.flows.studio.preview", jobs.place(job))
    preview = jobs.preview(job) or {}
    out = jobs.folder / job.out
    flags = ["--out", str(out), "--json"]
    # the page offers the formats of a build for a batch too
    formats = job.options.get("formats", resolve().settings.formats)
    for name, value in (dict(job.options) | {"formats": [*ALWAYS, *formats]}).items():
        text = ",".join(value) if isinstance(value, list | tuple) else str(value)
        flags += [f"--{name.replace('_', '-')}", text]
    if preview.get("kind") == "batch":
        return module_command("duizhao", "batch", jobs.place(job) / "pairs.csv", *flags)
    if job.symbol:
        return module_command("duizhao", "build", job.symbol, *flags)
    report, reference = (
        jobs.inputs(job) / name if name else None
        for name in (preview["report"], preview["reference"])
    )
    given = [report, "--reference", reference] if reference else [report]
    return module_command("duizhao", "build", *given, *flags)


def start(words: Sequence[str], place: Path) -> subprocess.Popen[bytes]:
    """Start the process in a new process group; its progress is written to a new file."""
    progress = place / "progress.jsonl"
    progress.unlink(missing_ok=True)
    apart: dict[str, Any] = (
        {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}  # type: ignore[attr-defined,unused-ignore]
        if IS_WINDOWS
        else {"start_new_session": True}
    )
    try:
        with (place / "result.json").open("wb") as out, (place / "log").open("wb") as log:
            return subprocess.Popen(
                words,
                env=os.environ | {VARIABLE: str(progress)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
                **apart,
            )
    except OSError as error:
        raise StorageError(f"{place}: cannot be written to ({error.strerror})") from None


def is_running(job: Job) -> bool:
    """Whether the job's process is running, not counting zombies."""
    if not job.process or not is_same(job.process, job.process_started):
        return False
    try:
        return bool(psutil.Process(job.process).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def end(job: Job) -> None:
    """End the job's process and those that it started."""
    if not is_running(job):
        return
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(job.process)
        below = process.children(recursive=True)
        process.terminate()
        psutil.wait_procs([process], timeout=SECONDS_TO_END)
        # workers and readers end with their parent; this is for those that do not
        for one in [process, *below]:
            with contextlib.suppress(psutil.Error):
                one.kill()
