"""Speed and quality of translation by duizhao and by the plain libraries, on the same sentences.

    python -m duizhao.evaluation.benchmarks.translation  # beam 1, 2, 4; 1,000 lines
    python -m duizhao.evaluation.benchmarks.translation --lines 200 --beams 2
    python -m duizhao.evaluation.benchmarks.translation --sweep  # CPU settings
    python -m duizhao.evaluation.benchmarks.translation --corpus 100000  # memory against length
    python -m duizhao.evaluation.benchmarks.translation --guards  # planted failures
    python -m duizhao.evaluation.benchmarks.translation --kill  # two processes, one killed

Each system runs in a separate process, on the same cores, one after the other. Time is from the
first text to the last translation (with tokenizing, without loading); tokens are the target tokens
of the output, including `</s>`. On a busy machine, tokens per CPU second of the process (all its
threads) are the better figure. Memory is the peak of the whole process, including libraries and
model. If transformers translates fewer lines to save time (`--transformers-lines`), duizhao
translates those lines as well, and is compared on them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from duizhao.evaluation.benchmarks.translation.systems import ROOT, SYSTEMS, Job, work

# instructions that determine the speed of int8 and bfloat16
_FEATURES = ("avx2", "avx512f", "avx_vnni", "avx512_vnni", "avx512_bf16", "amx_int8", "amx_bf16")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the requested benchmark and print its table."""
    options = _options(arguments)
    if options.worker:
        work(Job(**json.loads(options.worker)), Path(options.out))
        return
    results: dict[str, Any] = {"machine": machine(options.cores)}
    print(results["machine"], flush=True)
    beam = options.beams[-1]
    base = Job("", options.source, options.lines, beam, options.cores)
    base = replace(base, batch_tokens=options.batch_tokens)
    if options.corpus:
        from duizhao.evaluation.benchmarks.translation.checks import corpus

        job = replace(base, beam=options.beams[0], corpus=options.corpus)
        results["corpus"] = corpus(replace(job, new_every=options.new_every))
    elif options.sweep:
        from duizhao.evaluation.benchmarks.translation.sweep import sweep

        results["sweep"] = sweep(base, options.beams, options.transformers_lines)
    elif options.guards:
        from duizhao.evaluation.benchmarks.translation.checks import guards

        published = Path(options.source).with_name("dev.opus-mt.en")
        sides = {"human": options.reference, "OPUS-MT as published": str(published)}
        results["guards"] = guards(
            options.source, {n: f for n, f in sides.items() if Path(f).exists()}
        )
    elif options.kill:
        from duizhao.evaluation.benchmarks.translation.checks import kill

        results["kill"] = kill(replace(base, beam=options.beams[0]))
    else:
        from duizhao.evaluation.benchmarks.translation.table import table

        for name in options.systems:
            print(f"{name}: {SYSTEMS[name]}")
        results |= table(
            base,
            options.reference,
            options.systems,
            options.beams,
            options.transformers_lines,
            options.repeat,
            options.outputs,
        )
    if options.json:
        Path(options.json).write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    add = parser.add_argument
    add("--lines", type=int, help="how many lines (default 1000; with --corpus: all)")
    add(
        "--transformers-lines",
        type=int,
        help="how many of them transformers gets (default all of them; with --sweep 60)",
    )
    add("--beams", type=_beams, default=[1, 2, 4], help="with commas between (default 1,2,4)")
    usual = [name for name in SYSTEMS if name != "duizhao-other"]
    add("--systems", type=_systems, default=usual, help=f"of {', '.join(SYSTEMS)} (ours)")
    data = Path(os.environ.get("DUIZHAO_SHARED", ROOT.parent / "shared")) / "data" / "unpc"
    add("--source", default=str(data / "dev.zh"), help="Chinese, one a line (unpc/dev.zh)")
    add("--reference", default=str(data / "dev.en"), help="their English (unpc/dev.en)")
    add("--cores", type=int, default=0, help="cores to use (default all)")
    add("--batch-tokens", type=int, default=0, help="source tokens in a batch (default: ours)")
    add("--repeat", type=int, default=1, help="runs of each; the fastest counts")
    add("--sweep", action="store_true", help="our engines over their CPU settings")
    add("--corpus", type=int, default=0, help="a corpus of so many sentences, at the first beam")
    add("--new-every", type=int, default=10, help="there, how often one is new (10: a tenth)")
    add("--guards", action="store_true", help="planted failures, and real translations flagged")
    add("--kill", action="store_true", help="two processes on one memory, one killed")
    add("--json", help="write the figures to this file as well")
    add("--outputs", type=Path, help="write the translations to this folder, for `compare`")
    add("--worker", help=argparse.SUPPRESS)
    add("--out", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.lines is None:
        options.lines = 10**6 if options.corpus else 1000
    if options.transformers_lines is None:
        options.transformers_lines = 60 if options.sweep else options.lines
    if not options.cores:
        from duizhao.models.cores import usable_cores

        options.cores = usable_cores()
    return options


def _beams(text: str) -> list[int]:
    return [int(beam) for beam in text.split(",")]


def _systems(text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in SYSTEMS:
            raise argparse.ArgumentTypeError(f"no {name!r}; there are {', '.join(SYSTEMS)}")
    return names


def machine(cores: int) -> str:
    """The processor with its instructions, the load, and the versions, in one line."""
    from importlib.metadata import PackageNotFoundError, version

    def of(name: str) -> str:
        try:
            return f"{name} {version(name)}"
        except PackageNotFoundError:
            return f"no {name}"

    cpu, features = platform.processor() or platform.machine(), "features not known"
    info = Path("/proc/cpuinfo")
    if info.exists():
        cpuinfo: dict[str, str] = {}
        for line in info.read_text().splitlines():
            name, _, value = line.partition(":")
            cpuinfo[name.strip()] = value.strip()
        cpu = f"{cpuinfo.get('model name', cpu)}, model {cpuinfo.get('model', '?')}"
        flags = cpuinfo.get("flags", "").split()
        features = " ".join(name for name in _FEATURES if name in flags) or "no AVX2"
    names = ("ctranslate2", "transformers", "torch", "sacrebleu")
    load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load not known"
    return (
        f"{cpu} ({features}), {cores} cores, {load}; Python {platform.python_version()}, "
        + ", ".join(map(of, names))
    )


if __name__ == "__main__":
    main()
