"""The sweep behind the default CPU settings: precision, parallel batches, threads, batch tokens."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from duizhao.evaluation.benchmarks.translation.systems import Job, run
from duizhao.models.translation.ctranslate import cpu_batch_tokens
from duizhao.models.translation.marian import CPU_BATCH_TOKENS

COMPUTE_TYPES = ("int8", "int8_float32", "float32")
TORCH_TYPES = ("float32", "bfloat16")
BATCH_TOKENS = (512, 1024, 2048, 4096, 8192)


def sweep(base: Job, beams: Sequence[int], torch_lines: int) -> list[dict[str, Any]]:
    """Our engines as they ship, without guards: one setting at a time is another; a line for each.

    Few lines are packed into smaller batches than asked for (models/translation/batching.py): the
    large ones need a thousand lines to differ.
    """
    print("engine\tcompute\tbeam\tbatches at once x threads\tbatch tokens\ttokens/s\ttokens/CPU s")
    ours = replace(base, system="duizhao-no-guards", compute_type="int8")
    torch = replace(ours, system="duizhao-transformers", compute_type="float32")
    torch = replace(torch, batch_tokens=base.batch_tokens or CPU_BATCH_TOKENS)
    torch = replace(torch, lines=min(base.lines, torch_lines))
    jobs = [
        ours,
        *(replace(ours, compute_type=kind) for kind in COMPUTE_TYPES),
        *(replace(ours, threads_each=each) for each in _divisors(base.cores)),
        *(replace(ours, batch_tokens=tokens) for tokens in BATCH_TOKENS),
        torch,
        *(replace(torch, compute_type=kind) for kind in TORCH_TYPES),
        *(replace(torch, batch_tokens=tokens) for tokens in BATCH_TOKENS[:4]),
    ]
    rows = []
    for beam in beams:
        usual = base.batch_tokens or cpu_batch_tokens(beam)
        at_beam = (replace(job, beam=beam, batch_tokens=job.batch_tokens or usual) for job in jobs)
        rows += [_measured(job) for job in dict.fromkeys(at_beam)]
        if base.cores > 1:
            rows.append(_processes(replace(ours, beam=beam, batch_tokens=usual)))
    return rows


def _divisors(cores: int) -> list[int]:
    return [each for each in range(1, cores + 1) if cores % each == 0]


def _processes(job: Job) -> dict[str, Any]:
    """One process per core, each with one thread and its own copy of the weights."""
    alone = replace(job, cores=1, lines=max(1, job.lines // job.cores))
    with ThreadPoolExecutor(job.cores) as at_once:
        done = list(at_once.map(run, [alone] * job.cores))
    tokens = sum(each.tokens for each in done)
    return _told(
        job,
        f"{job.cores} processes",
        tokens / max(each.seconds for each in done),
        tokens / sum(each.cpu_seconds for each in done),
    )


def _measured(job: Job) -> dict[str, Any]:
    done = run(job)
    torch = job.system == "duizhao-transformers"
    workers = 1 if torch else job.cores // job.threads_each
    shape = f"{workers} x {job.cores if torch else job.threads_each}"
    return _told(job, shape, done.tokens / done.seconds, done.tokens / done.cpu_seconds)


def _told(job: Job, shape: str, rate: float, cpu_rate: float) -> dict[str, Any]:
    row = {
        "engine": "transformers" if job.system == "duizhao-transformers" else "ctranslate2",
        "compute": job.compute_type,
        "beam": job.beam,
        "workers": shape,
        "batch_tokens": job.batch_tokens,
        "tokens_per_second": round(rate),
        "tokens_per_cpu_second": round(cpu_rate),
    }
    print(*row.values(), sep="\t", flush=True)
    return row
