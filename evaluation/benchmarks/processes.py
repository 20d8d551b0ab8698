"""Run a command and measure its processes: seconds, CPU seconds, peak memory of each."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LOOK_SECONDS = 0.5
TICKS = os.sysconf("SC_CLK_TCK")
NAMES = {"duizhao.flows.runtime.server": "server", "duizhao.flows.batch.workers": "worker"}


@dataclass(frozen=True, slots=True)
class Process:
    """Measurements of one process: its kind, peak memory in MiB, and CPU seconds."""

    name: str
    peak: int
    cpu: float


@dataclass(frozen=True, slots=True)
class Ran:
    """The time of a command, its output, and each of its processes."""

    code: int
    wall: float
    cpu: float
    output: str
    processes: tuple[Process, ...]

    def memory(self) -> str:
        """Largest peak of each kind of process."""
        peaks: dict[str, int] = {}
        for one in self.processes:
            peaks[one.name] = max(one.peak, peaks.get(one.name, 0))
        return ", ".join(f"{name} {peak}" for name, peak in sorted(peaks.items()))


def run(command: list[str], environment: Mapping[str, str], log: Path | None = None) -> Ran:
    """Run a command to its end; standard error is written to `log`, if that is set."""
    start, before = time.perf_counter(), ended_children()
    errors = log.open("wb") if log else None
    process = subprocess.Popen(
        command, env=dict(environment), stdout=subprocess.PIPE, stderr=errors, text=True
    )
    seen: dict[int, Process] = {}
    watcher = threading.Thread(target=_watch, args=(process, seen))
    watcher.start()
    output, _ = process.communicate()
    wall = time.perf_counter() - start
    watcher.join()
    if errors:
        errors.close()
    spent = ended_children() - before
    # servers and workers may be killed: their seconds count for the process that waits for them
    return Ran(process.returncode, wall, spent, output, tuple(seen.values()))


def ended_children() -> float:
    """Core seconds of the child processes that have ended."""
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _watch(process: subprocess.Popen[str], seen: dict[int, Process]) -> None:
    while process.poll() is None:
        for number in _descendants(process.pid):
            if found := _look(number, number == process.pid):
                seen[number] = found
        time.sleep(LOOK_SECONDS)


def _descendants(ancestor: int) -> list[int]:
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
    found = [ancestor]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def _look(number: int, first: bool) -> Process | None:
    folder = Path(f"/proc/{number}")
    try:
        status = (folder / "status").read_text()
        words = (folder / "cmdline").read_text()
        stat = (folder / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    peaks = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    if not peaks:
        return None  # it has ended; its last measurement counts
    kinds = [name for word, name in NAMES.items() if word in words]
    name = kinds[0] if kinds else "batch" if first else "other"
    cpu = (int(stat[11]) + int(stat[12])) / TICKS
    return Process(name, int(peaks[0]) // 1024, cpu)
