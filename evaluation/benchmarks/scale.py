"""Batches: documents an hour, what the flow engine costs, memory of each process.

    python -m evaluation.benchmarks.scale SHARED/data --documents 8 --sentences 200

The same documents, cut from the UN development set, go through a plain loop over the functions of
`build` in one process, and through `duizhao batch` with 1 and with 2 workers, each with empty
caches. The runs called "again" find the results of "plain" in the cache: what is left is the cost
of everything around the stages, and the difference between the two is what the flow engine, the
outcome files and the publishing cost. CPU seconds hold on a busy machine, wall seconds do not.
`--broken` adds documents that cannot be done; `--only batch-2` takes one of the measurements.
docs/scale.md has the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RUNS = ("plain", "batch-1", "batch-2", "plain-again", "batch-1-again")
START = """
import json, time
start = time.perf_counter()
from flows import runtime
with runtime.session() as connect:
    from prefect import flow
    connect()
    ready = time.perf_counter()
    flow(lambda: None, name="nothing")()
    done = time.perf_counter()
print(json.dumps({"ready": ready - start, "flow": done - ready}))
"""
PREFECT_START = """
import json, time
start = time.perf_counter()
from prefect import flow
flow(lambda: None, name="nothing")()
print(json.dumps({"ready": 0.0, "flow": time.perf_counter() - start}))
"""
LOOP = """
import json, sys, time
from flows import stages, results
from flows.settings import Settings
from flows.manifest import read_manifest
settings = Settings(beam=int(sys.argv[2]))
start = time.perf_counter()
stages.engine_of(settings)
loaded = time.perf_counter()
sentences = 0
cpu = {}
def timed(stage, work, *arguments):
    before = time.process_time()
    made = work(*arguments)
    cpu[stage] = cpu.get(stage, 0.0) + time.process_time() - before
    return made
for entry in read_manifest(sys.argv[1]):
    source = timed("read", stages.read, entry.source, "zh", "source", entry.id)
    target = timed("read", stages.read, entry.reference, "en", "target", entry.id + ".en")
    translation = timed("translate", stages.translate, source, settings)
    beads = timed("align", stages.align, source, target, translation, settings)
    bitext = timed("rows", stages.assemble, source, target, translation, beads, settings)
    timed("score", stages.score_statistics, bitext.rows)
    sentences += len(results.load(source).document.sentences)
done = time.perf_counter()
told = {"load": loaded - start, "work": done - loaded, "sentences": sentences}
print(json.dumps(told | {"cpu_by_stage": cpu}))
"""


def make_documents(data: Path, folder: Path, documents: int, sentences: int) -> None:
    """Cut the development set into pairs of documents; round again where it ends."""
    chinese = (data / "unpc/dev.zh").read_text(encoding="utf-8").splitlines()
    english = (data / "unpc/dev.en").read_text(encoding="utf-8").splitlines()
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(documents):
        places = [(number * sentences + i) % len(chinese) for i in range(sentences)]
        for language, lines in (("zh", chinese), ("en", english)):
            text = "\n".join(lines[place] for place in places) + "\n"
            (folder / f"doc{number:05d}.{language}.txt").write_text(text, encoding="utf-8")


def break_documents(folder: Path, count: int, seed: int = 1) -> dict[str, str]:
    """Spoil some of the documents; returns how, by document id."""
    chance = random.Random(seed)
    ids = sorted(path.name.removesuffix(".zh.txt") for path in folder.glob("*.zh.txt"))
    kinds = ("empty", "wrong language", "not parallel", "binary", "one line of 5 MB")
    spoilt = {}
    for number, name in enumerate(sorted(chance.sample(ids, count))):
        kind = kinds[number % len(kinds)]
        path = folder / f"{name}.zh.txt"
        english = folder / f"{name}.en.txt"
        if kind == "empty":
            path.write_text("")
        elif kind == "wrong language":
            path.write_bytes(english.read_bytes())
        elif kind == "not parallel":
            other = f"{name}.en.txt"
            while other == f"{name}.en.txt":
                other = f"{chance.choice(ids)}.en.txt"
            english.write_bytes((folder / other).read_bytes())
        elif kind == "binary":
            path.write_bytes(chance.randbytes(10_000))
        else:
            path.write_text("字" * (5_000_000 // 3), encoding="utf-8")
        spoilt[name] = kind
    return spoilt


def largest_memory(process: subprocess.Popen[Any], seen: dict[int, tuple[str, int]]) -> None:
    """Peak memory in MiB of each process of a run, by process id."""
    while process.poll() is None:
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                fields = dict(
                    line.split(":", 1) for line in status.read_text().splitlines() if ":" in line
                )
                words = (status.parent / "cmdline").read_text().split("\0")
                group = int((status.parent / "stat").read_text().rpartition(")")[2].split()[2])
            except (OSError, ValueError):
                continue
            if group != process.pid and "flows.server" not in words:
                continue
            name = "server" if "flows.server" in words else "process"
            name = "worker" if any("spawn_main" in word for word in words) else name
            peak = int(fields.get("VmHWM", "0 kB").split()[0]) // 1024
            seen[int(status.parent.name)] = (name, peak)
        time.sleep(0.5)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command cost: wall and CPU seconds, peak MiB by process; and what it printed."""

    wall: float
    cpu: float
    output: str
    memory: list[tuple[str, int]]


def run(command: list[str], cache: Path, models: str) -> Ran:
    """Run a command on a cache."""
    environment = os.environ | {"DUIZHAO_CACHE": str(cache), "DUIZHAO_MODELS": models}
    start, before = time.perf_counter(), _children()
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    seen: dict[int, tuple[str, int]] = {}
    watcher = threading.Thread(target=largest_memory, args=(process, seen))
    watcher.start()
    output, _ = process.communicate()
    wall = time.perf_counter() - start
    watcher.join()
    return Ran(wall, _children() - before, output, sorted(seen.values()))


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(kind: str, documents: Path, beam: int, home: Path) -> dict[str, Any]:
    """One of RUNS over the documents."""
    from corpus.alignment.compiled import compile_cache
    from models.paths import models_folder

    os.environ.setdefault("NUMBA_CACHE_DIR", str(compile_cache()))
    name = kind.removesuffix("-again")
    cache = home / ("cache-plain" if "-again" in kind else f"cache-{kind}")
    models = str(models_folder())
    if name == "plain":
        ran = run([sys.executable, "-c", LOOP, str(documents), str(beam)], cache, models)
        return {"wall": ran.wall, "cpu": ran.cpu, **json.loads(ran.output), "memory": ran.memory}
    warm = [sys.executable, "-c", "from flows import runtime; s = runtime.start_server(); s.wait()"]
    run(warm, cache, models)  # the first start of all migrates Prefect's database
    command = [sys.executable, "-c", "from flows.cli import main; main()", "batch", str(documents)]
    command += ["--out", str(home / f"out-{kind}"), "--beam", str(beam), "--no-resume"]
    ran = run([*command, "--workers", name.partition("-")[2], "--json"], cache, models)
    told = json.loads(ran.output)
    work, counts = told["batch"], told["counts"]
    return {
        "wall": ran.wall,
        "cpu": ran.cpu,
        "work": work["seconds"],
        "sentences": work["sentences"],
        "counts": counts,
        "memory": ran.memory,
    }


def measure_start(home: Path) -> None:
    """What a flow that does nothing costs, with our server and with Prefect's own; twice each."""
    os.environ |= {"DO_NOT_TRACK": "1", "PREFECT_LOGGING_LEVEL": "CRITICAL"}
    os.environ["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"] = "120"
    print(f"{'start':<28}{'wall s':>8}{'CPU s':>8}  ready s, flow s")
    for name, code in (("ours", START), ("Prefect's ephemeral server", PREFECT_START)):
        for turn in ("first", "again"):
            os.environ["PREFECT_HOME"] = str(home / "prefect-home")
            ran = run([sys.executable, "-c", code], home / "start-cache", "")
            told = json.loads(ran.output)
            parts = f"{told['ready']:.1f}, {told['flow']:.1f}"
            print(f"{name + ', ' + turn:<28}{ran.wall:>8.1f}{ran.cpu:>8.1f}  {parts}", flush=True)


def main() -> None:
    """Print a table of all runs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="the shared data folder, with unpc/dev.zh")
    parser.add_argument("--documents", type=int, default=8)
    parser.add_argument("--sentences", type=int, default=200)
    parser.add_argument("--broken", type=int, default=0)
    parser.add_argument("--beam", type=int, default=1)
    parser.add_argument("--only", choices=(*RUNS, "start"))
    parser.add_argument("--home", type=Path, help="keep caches and outputs here")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = chosen.home or Path(scratch)
        if chosen.only == "start":
            measure_start(home)
            return
        folder = home / "documents"
        make_documents(chosen.data, folder, chosen.documents, chosen.sentences)
        spoilt = break_documents(folder, chosen.broken)
        (home / "spoilt.json").write_text(json.dumps(spoilt))
        print(f"{chosen.documents} documents of {chosen.sentences} sentences, beam {chosen.beam}")
        columns = ("wall s", "CPU s", "work s", "docs/hour", "sentences/s")
        print(f"{'run':<15}" + "".join(f"{name:>12}" for name in columns) + "  peak MiB")
        for kind in (chosen.only,) if chosen.only else RUNS:
            told = measure(kind, folder, chosen.beam, home)
            hour = chosen.documents / told["work"] * 3600
            rate = told["sentences"] / told["work"]
            memory = ", ".join(f"{name} {peak}" for name, peak in told["memory"])
            figures = (told["wall"], told["cpu"], told["work"], hour, rate)
            row = "".join(f"{figure:>12.1f}" for figure in figures)
            print(f"{kind:<15}{row}  {memory}", flush=True)
            if "cpu_by_stage" in told:
                by_stage = told["cpu_by_stage"].items()
                parts = (f"{name} {used / told['sentences'] * 1000:.1f}" for name, used in by_stage)
                print(f"{'':15}  CPU ms a sentence: {', '.join(parts)}")
            if "counts" in told:
                print(f"               {told['counts']}")


if __name__ == "__main__":
    main()
