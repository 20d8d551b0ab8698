"""The sweep that our CPU settings come from: arithmetic, batches at once, threads, batch tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from evaluation.benchmarks.translation_systems import Job, run
from models.ctranslate import CPU_BATCH_TOKENS

COMPUTE_TYPES = ("int8", "int8_float32", "float32")
TORCH_TYPES = ("float32", "bfloat16")
BATCH_TOKENS = (512, 1024, 2048, 4096, 8192)


def sweep(base: Job, beams: Sequence[int], torch_lines: int) -> list[dict[str, Any]]:
    """Our engines as they ship, without guards: one setting at a time is another; a line for each.

    Few lines are packed into smaller batches than asked for (models/batching.py): the large ones
    need a thousand lines to differ.
    """
    print("engine\tcompute\tbeam\tbatches at once x threads\tbatch tokens\ttokens/s\ttokens/CPU s")
    ours = replace(base, system="duizhao-no-guards", compute_type="int8")
    ours = replace(ours, batch_tokens=base.batch_tokens or CPU_BATCH_TOKENS)
    torch = replace(ours, system="duizhao-transformers", compute_type="float32")
    torch = replace(torch, lines=min(base.lines, torch_lines))
    jobs = [
        ours,
        *(replace(ours, compute_type=kind) for kind in COMPUTE_TYPES),
        *(replace(ours, threads_each=each) for each in _divisors(base.cores)),
        *(replace(ours, batch_tokens=tokens) for tokens in BATCH_TOKENS),
        torch,
        *(replace(torch, compute_type=kind) for kind in TORCH_TYPES),
        *(replace(torch, batch_tokens=tokens) for tokens in BATCH_TOKENS[1:4]),
    ]
    return [_measured(replace(job, beam=beam)) for beam in beams for job in dict.fromkeys(jobs)]


def _divisors(cores: int) -> list[int]:
    return [each for each in range(1, cores + 1) if cores % each == 0]


def _measured(job: Job) -> dict[str, Any]:
    done = run(job)
    torch = job.system == "duizhao-transformers"
    row = {
        "engine": "transformers" if torch else "ctranslate2",
        "compute": job.compute_type,
        "beam": job.beam,
        "workers": f"1 x {job.cores}" if torch else
        f"{job.cores // job.threads_each} x {job.threads_each}",
        "batch_tokens": job.batch_tokens,
        "tokens_per_second": round(done.tokens / done.seconds),
        "tokens_per_cpu_second": round(done.tokens / done.cpu_seconds),
    }  # fmt: skip
    print(*row.values(), sep="\t", flush=True)
    return row
