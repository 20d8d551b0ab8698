"""Runs the jobs: documents are read at once, corpora are built one after another.

A thread checks the processes twice a second. The records of the jobs contain everything it needs to
continue after a crash: a process that is still running is followed again, one that ended without a
result is started again (finished stages are in the cache).
"""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from duizhao.corpus.errors import WrongState, one_line
from duizhao.flows.runtime import processes
from duizhao.flows.studio import run
from duizhao.flows.studio.jobs import Job, Jobs, State
from duizhao.flows.studio.progress import Progress

TICK_SECONDS = 0.5
READING_AT_ONCE = 2
MOST_ATTEMPTS = 3
"""Processes of a job that may end without a result before it counts as failed."""
_UNFIT = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')


class Queue:
    """All jobs of a studio, and the thread that advances them."""

    def __init__(self, folder: Path) -> None:
        self.jobs = Jobs(folder)
        self.version = 0
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._progress: dict[str, Progress] = {}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        for job in self.jobs.load():
            if job.state == "new":  # its upload was cut off
                self.jobs.remove(job)
            else:
                self._jobs[job.id] = job

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop_thread(self) -> None:
        """Stop the thread; processes continue."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def close(self) -> int:
        """End all processes; returns the number of jobs that continue at the next start."""
        self.stop_thread()
        with self._lock:
            working = [job for job in self._jobs.values() if job.state in ("reading", "running")]
            for job in working:
                run.end(job)
        return len(working)

    def get(self, name: object) -> Job:
        """The job of this id; WrongState if it was removed."""
        with self._lock:
            job = self._jobs.get(str(name))
        if job is None:
            raise WrongState("this job was removed")
        return job

    def add(self, title: str, symbol: str = "") -> Job:
        """A new job, to which files are uploaded."""
        with self._lock:
            job = self.jobs.create(title, symbol)
            self._jobs[job.id] = job
            return job

    def add_file(self, name: object, file: str) -> None:
        """A file of a new job is complete."""
        with self._lock:
            job = self._in_state(name, "new")
            self._put(job, files=tuple(dict.fromkeys((*job.files, file))))

    def read(self, name: object) -> None:
        """Start to read the documents of a job."""
        with self._lock:
            job = self._in_state(name, "new", "unusable", "ready")
            (self.jobs.place(job) / "preview.json").unlink(missing_ok=True)
            self._put(job, state="reading", attempts=0, message="")

    def enqueue(self, name: object, options: Mapping[str, Any] | None) -> None:
        """Put a job at the end of the queue; None keeps its options."""
        with self._lock:
            job = self._in_state(name, "ready", "failed", "stopped")
            if options is not None:
                job = replace(job, options=run.checked_options(options))
            out = job.out or self._free_name(job)
            self._put(job, state="queued", out=out, attempts=0, message="", started=0.0)

    def stop(self, name: object) -> None:
        """Stop a job; what it has finished is kept in the cache."""
        with self._lock:
            job = self._in_state(name, "queued", "reading", "running")
            run.end(job)
            # reading is done again when it is asked for; without a preview nothing can start
            state: State = "unusable" if job.state == "reading" else "stopped"
            self._put(job, state=state, process=0)

    def remove(self, name: object) -> None:
        """Remove a job and its uploaded files; its project stays."""
        with self._lock:
            job = self.get(name)
            run.end(job)
            self.jobs.remove(job)
            self._jobs.pop(job.id)
            self._progress.pop(job.id, None)
            self.version += 1

    def remove_of(self, project: str) -> None:
        """Remove the jobs that built a project; WrongState if one of them is running."""
        with self._lock:
            made = [job for job in self._jobs.values() if job.out == project]
            if any(job.state in ("queued", "running") for job in made):
                raise WrongState("a job is working on this project; stop it first")
            for job in made:
                self.remove(job.id)

    def snapshot(self) -> list[dict[str, Any]]:
        """All jobs for the page, newest first."""
        with self._lock:
            return [self._shown(job) for job in sorted(self._jobs.values(), key=_newest_first)]

    def _shown(self, job: Job) -> dict[str, Any]:
        shown = asdict(job)
        for private in ("process", "process_started"):
            shown.pop(private)
        progress = self._progress.get(job.id)
        waiting = sorted(one.id for one in self._jobs.values() if one.state == "queued")
        return shown | {
            "place": waiting.index(job.id) + 1 if job.id in waiting else 0,
            "progress": progress.as_dict() if progress else None,
            "now": time.time(),
        }

    def _in_state(self, name: object, *states: State) -> Job:
        job = self.get(name)
        if job.state not in states:
            raise WrongState("this job has moved on; the page shows its new state")
        return job

    def _put(self, job: Job, **changes: Any) -> Job:
        changed = replace(job, **changes)
        self.jobs.save(changed)
        self._jobs[job.id] = changed
        self.version += 1
        return changed

    def _free_name(self, job: Job) -> str:
        """A name for its project that no other project or file has."""
        base = _UNFIT.sub(" ", job.title).strip(" .")[:80] or "project"
        taken = {one.out for one in self._jobs.values()}
        name, number = base, 1
        while name in taken or (self.jobs.folder / name).exists():
            number += 1
            name = f"{base} {number}"
        return name

    def _run(self) -> None:
        while not self._stop.wait(TICK_SECONDS):
            with self._lock:
                for job in list(self._jobs.values()):
                    self._guarded(self._move_on, job)
                self._start_next()

    def _guarded(self, work: Callable[[Job], None], job: Job) -> None:
        try:
            work(job)
        except Exception as error:
            # such as a full disk: the page shows it, and the other jobs continue
            state: State = "unusable" if job.state == "reading" else "failed"
            self._jobs[job.id] = replace(job, state=state, message=one_line(error), process=0)
            self.version += 1

    def _move_on(self, job: Job) -> None:
        """Follow the process of a job, and record its end."""
        if job.state not in ("reading", "running"):
            return
        at_work = run.is_running(job)  # before reading: what it writes last is not missed
        progress = self._progress.get(job.id)
        if progress is None:
            progress = self._progress[job.id] = Progress(self.jobs.place(job) / "progress.jsonl")
        if progress.read():
            self.version += 1
        if at_work and progress.code is None:
            return
        if process := self._processes.pop(job.id, None):
            process.wait()
        if progress.code is not None and job.process:
            self._end(job, progress)
        elif job.process and job.attempts + 1 >= MOST_ATTEMPTS:
            log = (self.jobs.place(job) / "log").read_text("utf-8", "replace").strip()
            self._put(
                job,
                state="unusable" if job.state == "reading" else "failed",
                process=0,
                message=log.rpartition("\n")[2][:500] or "the process ended without a word",
            )
        else:
            self._begin(replace(job, attempts=job.attempts + bool(job.process)))

    def _end(self, job: Job, progress: Progress) -> None:
        """The process of a job has reported its end."""
        if job.state == "reading":
            preview = self.jobs.preview(job)
            usable = progress.code == 0 and preview is not None and not preview["problem"]
            state: State = "ready" if usable else "unusable"
            message = "" if preview else progress.error
        else:
            # a batch ends with 1 if some of its documents failed; the others are a corpus
            built = (self.jobs.folder / job.out / "batch.json").is_file() and not progress.error
            state = "done" if progress.code == 0 or built else "failed"
            message = progress.error
        self._put(job, state=state, message=message, process=0)

    def _begin(self, job: Job) -> None:
        """Start the process of a job that reads or runs, if there is room for one more."""
        if job.state == "reading" and self._at_work("reading") >= READING_AT_ONCE:
            return
        self._progress.pop(job.id, None)
        # saved before and after: after a crash in between, a process may be started twice, but the
        # second of two builds of one folder refuses to start
        process = run.start(run.command(self.jobs, job), self.jobs.place(job))
        self._processes[job.id] = process
        self._put(
            job,
            process=process.pid,
            process_started=processes.since_boot(process.pid),
            started=job.started or time.time(),
            attempts=job.attempts,
            message="",
        )

    def _at_work(self, state: State) -> int:
        return sum(job.state == state and run.is_running(job) for job in self._jobs.values())

    def _start_next(self) -> None:
        if any(job.state == "running" for job in self._jobs.values()):
            return
        waiting = sorted((job for job in self._jobs.values() if job.state == "queued"), key=_order)
        for job in waiting[:1]:
            self._guarded(self._begin, replace(job, state="running", process=0, attempts=0))


def _order(job: Job) -> str:
    return job.id


def _newest_first(job: Job) -> tuple[int, ...]:
    return tuple(-int(part, 16) for part in job.id.split("-"))
