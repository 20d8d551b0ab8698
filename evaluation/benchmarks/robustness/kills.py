"""SIGKILL at random moments: the next run completes the work, and nothing is left behind.

    python -m duizhao.evaluation.benchmarks.robustness.kills --builds 50 --batches 30 --seed 1

First each command runs undisturbed, for its files and its duration. Then it is started again and
again with an empty cache, killed after a random part of that duration, and run to the end. Every
file of the output, hidden ones included, must be the same byte for byte; only the values in
TIME_IN and the date in the report depend on the run. The cache must consist of the same files, the
folder for temporary files must be empty, and no process may be left. Needs Linux or macOS.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

PAIRS = (
    (
        "安全理事会决定继续处理此案。",
        "The Security Council decided to remain seized of the matter.",
    ),
    ("会议于2021年3月4日在日内瓦举行。", "The meeting was held in Geneva on 4 March 2021."),
    ("秘书长感谢东道国的款待。", "The Secretary-General thanked the host country."),
    ("委员会通过了该报告。", "The Committee adopted the report."),
    ("各国代表发了言。", "Statements were made by the representatives of States."),
    ("预算为1 200万美元。", "The budget amounts to $12 million."),
    ("工作组将在明年开会。", "The Working Group will meet next year."),
)
TIME_IN = {
    "run.json": {"started", "finished", "seconds", "translation", "report.html"},
    "batch.json": {"made_from", "outcomes"},
    "progress.json": {
        "seconds", "stage_seconds", "start_seconds", "seconds_left", "at", "sentences",
    },
}  # fmt: skip
"""Values of each record that depend on the run: times, reused results, and hashes of these.

The two hashes in batch.json are of sizes and modification times of the outcomes.
"""
_DATE = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")
"""When a report was written; the hash of the file in run.json differs with it."""
LOG_OF_SQLITE = ("-wal", "-shm")
"""Endings of files that SQLite may keep beside a database."""
CACHED = ("results", "memory.sqlite*", "embeddings.sqlite*", "publish", "kept")
"""Parts of the cache that a trial starts without: results, so that there is work to interrupt."""
END_SECONDS = 15.0
"""Seconds in which the processes of a killed run must notice its end."""


@dataclass(frozen=True, slots=True)
class Trial:
    """The folders of a run: its output, cache and temporary files."""

    folder: Path

    @property
    def out(self) -> Path:
        """The folder that the command writes."""
        return self.folder / "out"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of the command."""
        (self.folder / "tmp").mkdir(parents=True, exist_ok=True)
        return {
            **os.environ,
            "DUIZHAO_CACHE": str(self.folder / "cache"),
            "TMPDIR": str(self.folder / "tmp"),
        }

    def processes(self) -> list[int]:
        """The processes that have this trial's cache in their environment."""
        wanted = str(self.folder / "cache")
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("DUIZHAO_CACHE") == wanted and process.is_running():
                    found.append(process.pid)
            except psutil.Error:
                continue
        return found

    def left_behind(self) -> list[str]:
        """Temporary files, folders of servers, and processes that do not end by themselves.

        The server that stays for the next command is ended first; it has no users by now.
        """
        stop = [sys.executable, "-m", "duizhao", "server", "stop"]
        subprocess.run(stop, env=self.environment, check=True, capture_output=True)
        end = time.monotonic() + END_SECONDS
        while (running := self.processes()) and time.monotonic() < end:
            time.sleep(0.2)
        left = [f"process {number}" for number in running]
        servers = [self.folder / "cache/prefect/runs", *self.folder.glob("cache/prefect/kept/*/")]
        for folder in (self.folder / "tmp", *servers, self.out / ".partial"):
            every = (path for path in folder.rglob("*") if not _is_probe(path))
            left += [str(path.relative_to(self.folder)) for path in every]
        return left

    def cached(self) -> set[str]:
        """Names of all files in the cache."""
        cache = self.folder / "cache"
        every = (path for path in cache.rglob("*") if not path.name.endswith(LOG_OF_SQLITE))
        return {path.relative_to(self.folder).as_posix() for path in every if path.is_file()}


def _is_probe(path: Path) -> bool:
    """Whether a file is the one with which Python's `tempfile` tries whether a folder is writable.

    It exists for microseconds in each process; nobody can tell it from a file of another program.
    """
    return (
        re.fullmatch("[a-z0-9_]{8}", path.name) is not None
        and path.is_file()
        and path.read_bytes() in (b"", b"blat")
    )


def contents(out: Path) -> dict[str, bytes]:
    """The files of an output folder by name, without what depends on the run."""
    found = {}
    for path in sorted(out.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        if times := TIME_IN.get(path.name):
            content = json.dumps(_timeless(json.loads(content), times), sort_keys=True).encode()
        elif path.name == "report.html":
            content = _DATE.sub(b"", content)
        found[path.relative_to(out).as_posix()] = content
    return found


def _timeless(value: Any, times: Collection[str]) -> Any:
    if isinstance(value, dict):
        return {name: _timeless(one, times) for name, one in value.items() if name not in times}
    return [_timeless(one, times) for one in value] if isinstance(value, list) else value


def texts(sentences: int, number: int) -> tuple[str, str]:
    """A Chinese and an English text with this number of sentences."""
    chosen = [PAIRS[(number + step) % len(PAIRS)] for step in range(sentences)]
    chinese = [f"第{number * 100 + step}段。{zh}" for step, (zh, _) in enumerate(chosen)]
    english = [f"Paragraph {number * 100 + step}. {en}" for step, (_, en) in enumerate(chosen)]
    return "\n\n".join(chinese) + "\n", "\n\n".join(english) + "\n"


def write_documents(folder: Path, count: int, sentences: int) -> Path:
    """This number of pairs of documents."""
    folder.mkdir(parents=True)
    for number in range(count):
        for language, text in zip(("zh", "en"), texts(sentences, number), strict=True):
            (folder / f"d{number}.{language}.txt").write_text(text, encoding="utf-8")
    return folder


def start(arguments: Sequence[str], trial: Trial) -> subprocess.Popen[bytes]:
    """Start a command; its output goes to files of the trial."""
    with (trial.folder / "log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "duizhao", *arguments, "--out", str(trial.out)],
            env=trial.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def finish(arguments: Sequence[str], trial: Trial) -> float:
    """Run a command to its end; its seconds. Exits with the log if it fails."""
    begun = time.monotonic()
    if start(arguments, trial).wait():
        sys.exit((trial.folder / "log").read_text(errors="replace"))
    return time.monotonic() - begun


def empty_cache(warm: Path, trial: Trial) -> None:
    """Give a trial a cache with compiled code and a migrated database, and without results."""
    shutil.rmtree(trial.folder, ignore_errors=True)
    shutil.copytree(warm, trial.folder / "cache", ignore=shutil.ignore_patterns(*CACHED))


def trials(
    arguments: Sequence[str], kills: int, random_: random.Random, scratch: Path
) -> Iterator[str]:
    """Run a command to its end, then kill it repeatedly; yields the error of each kill, or ""."""
    whole = Trial(scratch / "whole")
    whole.folder.mkdir(parents=True)
    finish(arguments, whole)  # compiles, and migrates the database
    warm = scratch / "warm"
    (whole.folder / "cache").rename(warm)
    empty_cache(warm, whole)
    duration = finish(arguments, whole)
    wanted, cached = contents(whole.out), whole.cached()
    print(f"undisturbed: {duration:.1f} s, {len(wanted)} files", flush=True)
    for line in whole.left_behind():
        yield f"the undisturbed run left {line}"
    for number in range(1, kills + 1):
        trial = Trial(scratch / "killed")
        empty_cache(warm, trial)
        after = random_.uniform(0.0, duration)
        process = start(arguments, trial)
        try:
            process.wait(after)
            moment = "had ended before"
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            moment = f"killed after {after:.1f} s"
        seconds = finish(arguments, trial)
        wrong = [
            *(f"left {line}" for line in trial.left_behind()),
            *(f"left {name}" for name in sorted(trial.cached() - cached)),
            *_differences(wanted, contents(trial.out)),
        ]
        print(f"{number:>3} {moment}, then {seconds:.1f} s: {'; '.join(wrong) or 'ok'}", flush=True)
        yield "; ".join(wrong)


def _differences(wanted: Mapping[str, bytes], found: Mapping[str, bytes]) -> Iterator[str]:
    for name in sorted({*wanted, *found}):
        if name not in found:
            yield f"{name} is missing"
        elif name not in wanted:
            yield f"{name} is left over"
        elif wanted[name] != found[name]:
            yield f"{name} differs"


def main() -> None:
    """Kill builds and batches; exit code 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description="SIGKILL builds and batches at random moments.")
    parser.add_argument("--builds", type=int, default=50)
    parser.add_argument("--batches", type=int, default=30)
    parser.add_argument("--sentences", type=int, default=60, help="sentences of the build")
    parser.add_argument("--documents", type=int, default=6, help="documents of the batch")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random_ = random.Random(options.seed)
    faults = 0
    with tempfile.TemporaryDirectory(prefix="duizhao-kills-") as name:
        scratch = Path(name)
        one = write_documents(scratch / "one", 1, options.sentences)
        many = write_documents(scratch / "many", options.documents, 12)
        build = ["build", str(one / "d0.zh.txt"), "--reference", str(one / "d0.en.txt")]
        batch = ["batch", str(many), "--workers", "1"]
        for arguments, kills in ((build, options.builds), (batch, options.batches)):
            if kills:
                print(f"{kills} kills of `duizhao {arguments[0]}`", flush=True)
                common = [*arguments, "--beam", "1", "--min-confidence", "0"]
                wrong = list(trials(common, kills, random_, scratch / arguments[0]))
                faults += sum(map(bool, wrong))
    print(f"{options.builds} builds and {options.batches} batches killed, {faults} faults")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
