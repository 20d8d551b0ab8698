"""Batches: documents per hour, overhead of the flow engine, memory of each process.

    python -m duizhao.evaluation.benchmarks.scale SHARED/data --documents 8 --sentences 200

The same documents, cut from real UN text, go through a plain loop over the functions of `build` in
one process, and through `duizhao batch` with 1 and with 2 workers, each with empty caches; `work`
is from the first document to the last, and the models are loaded within it on both sides. The
runs called "again" find the results of the first in the cache, so only the overhead around the
stages remains. `start` is from the command to the first group that is sent. CPU seconds are valid
on a busy machine, wall seconds are not. `--only start` measures an empty flow. `none-1` and
`none-2` are batches with `--translate none`, `other-1` and `other-2` those of another version,
whose command is `--other`.

The flow engine's overhead is measured in three ways. Two long runs differ by several per cent by
chance, so the first is measured within a run: the time of the one worker minus its time in the
functions that the loop calls. The second is batch against loop, in `--repeat` pairs of runs, one
after the other, with the spread of the pairs. The third is the same with all results cached, where
little but the overhead remains. docs/measurements.md has the
figures; batch.py runs a large batch and checks its end.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from duizhao.evaluation.benchmarks.processes import Ran, run
from duizhao.evaluation.benchmarks.scale.batch import DUIZHAO, environment_in
from duizhao.evaluation.benchmarks.scale.documents import make_documents, read_texts

RUNS = ("plain", "batch-1", "batch-2", "plain-again", "batch-1-again")
FURTHER = ("none-1", "none-2", "other-1", "other-2")
OF_THE_LOOP = ("read", "translate", "align", "write")
"""Stages of a batch that do the work of the loop; `keep` is done by batches only."""

WARM = """
from duizhao.flows.runtime.private import start_server
server = start_server()
server.wait()
"""
START = """
import json, time
start = time.perf_counter()
from duizhao.flows.runtime.session import session
with session() as connect:
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
from duizhao.flows import stages, results
from duizhao.flows.runtime.processes import age
from duizhao.flows.settings import Settings
from duizhao.flows.batch.manifest import read_manifest
settings = Settings(beam=int(sys.argv[2]), threads=int(sys.argv[3]))
began, start = age(), time.perf_counter()
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
record = {"seconds": time.perf_counter() - start, "start_seconds": began, "sentences": sentences}
print(json.dumps(record | {"cpu_by_stage": cpu}))
"""


def measure(
    kind: str, documents: Path, beam: int, threads: int, home: Path, other: Sequence[str]
) -> dict[str, Any]:
    """One of RUNS or FURTHER over the documents; `other` is the command of another version."""
    name = kind.removesuffix("-again")
    environment = environment_in(home / name)
    environment |= {name: str(threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    (home / name).mkdir(exist_ok=True)
    if name == "plain":
        loop = [sys.executable, "-c", LOOP, str(documents), str(beam), str(threads)]
        ran = _checked(run(loop, environment))
        return {"ran": ran, "cpu": ran.cpu, **json.loads(ran.output)}
    what, _, workers = name.partition("-")
    if what == "other":
        environment.pop("PYTHONPATH", None)  # the code of this version
    else:  # the first start of all migrates Prefect's database
        _checked(run([sys.executable, "-c", WARM], environment))
    command = [*(other if what == "other" else DUIZHAO), "batch", str(documents), "--json"]
    command += ["--beam", str(beam), "--threads", str(threads), "--clean", "none"]
    command += ["--out", str(home / f"out-{kind}"), "--workers", workers]
    ran = _checked(run([*command, *(["--translate", "none"] * (what == "none"))], environment))
    # the seconds include processes that are killed at the end (server, worker)
    return {"ran": ran, "cpu": ran.cpu, **json.loads(ran.output)["batch"]}


def _checked(ran: Ran) -> Ran:
    if ran.code:
        sys.exit(f"a command of the benchmark ended with code {ran.code}")
    return ran


def print_row(kind: str, record: Mapping[str, Any], documents: int) -> None:
    """Print a row of the table, and the stages' CPU time if it is known."""
    seconds, ran = max(record["seconds"], 0.1), record["ran"]
    speed = (documents / seconds * 3600, record["sentences"] / seconds)
    figures = (record["start_seconds"], seconds, ran.wall, record["cpu"], *speed)
    row = "".join(f"{figure:>12.1f}" for figure in figures)
    print(f"{kind:<15}{row}  {ran.memory()}", flush=True)
    if "cpu_by_stage" in record:
        by_stage = record["cpu_by_stage"].items()
        parts = (f"{name} {used / record['sentences'] * 1000:.1f}" for name, used in by_stage)
        print(f"{'':15}  CPU ms a sentence: {', '.join(parts)}")


def tell_overhead(turns: Sequence[Mapping[str, Mapping[str, Any]]], documents: int) -> None:
    """Print the overhead of a batch over the loop's functions: per document, and as a share."""
    if "batch-1" in turns[0]:  # several workers also wait for the last of them
        seconds = [one["batch-1"]["seconds"] for one in turns]
        apart = [
            had - _of_the_loop(one["batch-1"]) for one, had in zip(turns, seconds, strict=True)
        ]
        shares = [100 * outside / had for outside, had in zip(apart, seconds, strict=True)]
        print(
            f"batch-1, outside the loop's functions: {mean(apart) / documents:.2f} s a document, "
            f"{_spread(shares)} of the worker's time"
        )
    for kind, other in (("batch-1", "plain"), ("batch-1-again", "plain-again")):
        if not {kind, other, "plain"} <= set(turns[0]):
            continue
        for what, key in (("wall (work)", "seconds"), ("CPU (whole command)", "cpu")):
            more = [one[kind][key] - one[other][key] for one in turns]
            whole = [one["plain"][key] for one in turns]
            shares = [100 * extra / loop for extra, loop in zip(more, whole, strict=True)]
            print(
                f"{kind} over {other}, {what}: {mean(more) / documents:+.2f} s a document, "
                f"{_spread(shares)} of the loop's {mean(whole) / documents:.2f} s"
            )


def _of_the_loop(record: Mapping[str, Any]) -> float:
    """Seconds of a batch's workers in the functions that the loop calls."""
    return float(sum(record["stage_seconds"].get(stage, 0.0) for stage in OF_THE_LOOP))


def _spread(shares: Sequence[float]) -> str:
    """Mean of some percentages, and their standard deviation where there are several."""
    apart = f" (standard deviation {stdev(shares):.1f})" if len(shares) > 1 else ""
    return f"{mean(shares):+.1f}%{apart}"


def measure_start(home: Path) -> None:
    """The time of an empty flow, with duizhao's server and with Prefect's own; twice each."""
    environment = environment_in(home) | {
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_HOME": str(home / "prefect-home"),
    }
    environment.pop("PREFECT_API_URL", None)
    print(f"{'start':<36}{'wall s':>8}{'CPU s':>8}  ready s, flow s")
    for name, code in (("ours", START), ("Prefect's ephemeral server", PREFECT_START)):
        for turn in ("first", "again"):
            ran = _checked(run([sys.executable, "-c", code], environment))
            record = json.loads(ran.output)
            parts = f"{record['ready']:.1f}, {record['flow']:.1f}"
            print(f"{name + ', ' + turn:<36}{ran.wall:>8.1f}{ran.cpu:>8.1f}  {parts}", flush=True)


def main() -> None:
    """Print a table of all runs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="the shared data folder, with unpc/dev.zh")
    parser.add_argument("--documents", type=int, default=8)
    parser.add_argument("--sentences", type=int, default=200)
    parser.add_argument("--beam", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="of each worker, and of the loop")
    parser.add_argument("--repeat", type=int, default=1, help="turns of all runs")
    parser.add_argument("--only", choices=(*RUNS, *FURTHER, "start"), action="append")
    parser.add_argument("--other", default="", help="the command `duizhao` of another version")
    parser.add_argument("--home", type=Path, help="keep caches and outputs here")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = chosen.home or Path(scratch)
        if chosen.only == ["start"]:
            measure_start(home)
            return
        folder = home / "documents"
        make_documents(read_texts(chosen.data), folder, chosen.documents, chosen.sentences)
        print(f"{chosen.documents} documents of {chosen.sentences} sentences, beam {chosen.beam},")
        print(f"{chosen.threads} thread(s) a process, {os.cpu_count()} cores")
        columns = ("start s", "work s", "wall s", "CPU s", "docs/hour", "sentences/s")
        print(f"{'run':<15}" + "".join(f"{name:>12}" for name in columns) + "  peak MiB")
        turns: list[dict[str, dict[str, Any]]] = []
        for turn in range(chosen.repeat):
            place = home / f"turn-{turn + 1}"
            place.mkdir(exist_ok=True)
            turns.append({})
            for kind in chosen.only or RUNS:
                made = measure(
                    kind, folder, chosen.beam, chosen.threads, place, shlex.split(chosen.other)
                )
                turns[-1][kind] = made
                print_row(kind, made, chosen.documents)
        tell_overhead(turns, chosen.documents)


if __name__ == "__main__":
    main()
