"""Seconds of a build: the first one, one with compiled code in place, and a repeated one.

    python -m duizhao.evaluation.benchmarks.start REPORT REFERENCE --other 'COMMAND'

Each build is a process of its own with a cache of its own, and the model in place
(DUIZHAO_MODELS). `--other` names the `duizhao` of another version, whose builds take turns with
ours, so that the ratio does not depend on what else the machine does. CPU seconds include a
Prefect server that ends with its build, not one that stays for the next; it is ended with the
cache.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

KINDS = {
    "first": "no cache",
    "compiled": "compiled code in place, nothing else",
    "cached": "everything in place",
}
COMPILED = "numba"
"""The folder of compiled code in the cache."""


@dataclass(frozen=True, slots=True)
class Took:
    """Wall and CPU seconds of a build."""

    wall: float
    cpu: float


def main() -> None:
    """Print a line for each kind of build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report")
    parser.add_argument("reference")
    parser.add_argument("--other", help="the command of another version")
    parser.add_argument("--rounds", type=int, default=1, help="of the cached build")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    options = parser.parse_args()
    commands = [[sys.executable, "-m", "duizhao"]]
    if options.other:
        commands.append(shlex.split(options.other))
    files = [options.report, "--reference", options.reference]
    with tempfile.TemporaryDirectory() as folder:
        places = [Path(folder, str(number)) for number in range(len(commands))]
        print("build\tduizhao: wall s, CPU s\tother: wall s, CPU s\tratio of wall, of CPU")
        for kind in KINDS:
            rounds = [
                [
                    _build(command, files, place, kind)
                    for command, place in zip(commands, places, strict=True)
                ]
                for _ in range(options.rounds if kind == "cached" else 1)
                if kind in options.kinds or kind == "first"
            ]
            if kind in options.kinds:
                _print(kind, rounds)


def _build(command: list[str], files: list[str], place: Path, kind: str) -> Took:
    cache = place / "cache"
    if kind == "first":
        shutil.rmtree(place, ignore_errors=True)
    elif kind == "compiled":
        for entry in cache.iterdir():
            if entry.name not in (COMPILED, "prefect"):
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    cache.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(place / "out", ignore_errors=True)
    environment = {**os.environ, "DUIZHAO_CACHE": str(cache)}
    environment.pop("NUMBA_CACHE_DIR", None)
    if command[0] != sys.executable:
        environment.pop("PYTHONPATH", None)  # the code of this version
    start, before = time.perf_counter(), os.times()
    done = subprocess.run(
        [*command, "build", *files, "--out", str(place / "out")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    after = os.times()
    if done.returncode:
        sys.exit(f"{shlex.join(command)}: {done.stderr[-2000:]}")
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    return Took(time.perf_counter() - start, cpu)


def _print(kind: str, rounds: list[list[Took]]) -> None:
    middle = [
        (statistics.median(t.wall for t in column), statistics.median(t.cpu for t in column))
        for column in zip(*rounds, strict=True)
    ]
    cells = [f"{wall:.1f}, {cpu:.1f}" for wall, cpu in middle]
    if len(middle) == 2:
        (wall, cpu), (other_wall, other_cpu) = middle
        cells.append(f"{wall / other_wall:.2f}, {cpu / other_cpu:.2f}")
    print("\t".join([KINDS[kind], *cells]), flush=True)


if __name__ == "__main__":
    main()
