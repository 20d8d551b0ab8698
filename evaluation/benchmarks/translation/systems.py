"""The systems of the translation benchmark, each measured in a separate process."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
SYSTEMS = {
    "bare-ctranslate2": "CTranslate2 alone, int8, batches perfectly sorted by length",
    "duizhao": "as `duizhao translate` runs it: English pieces, guards, tries after a flag",
    "duizhao-no-guards": "the same without guards and tries",
    "duizhao-whole-vocabulary": "without guards and with all pieces: what our scheduling costs",
    "transformers": "MarianMTModel.generate in float32, batches sorted by length",
    "duizhao-transformers": "our transformers engine without guards",
    "duizhao-other": "another version, whose benchmark is the command DUIZHAO_OTHER",
}
"""The systems by name; the names of the plain libraries do not begin with duizhao."""


@dataclass(frozen=True, slots=True)
class Job:
    """The work of one process; `threads_each` is the number of threads of each batch."""

    system: str
    source: str
    lines: int
    beam: int
    cores: int
    batch_tokens: int = 0
    compute_type: str = "auto"
    threads_each: int = 1
    corpus: int = 0
    new_every: int = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """The measurements; `tokens_made` also counts further attempts after a flag."""

    outputs: list[str]
    tokens: int
    tokens_made: int
    seconds: float
    cpu_seconds: float
    peak_mb: float
    settings: dict[str, Any]


Translate = Callable[[Sequence[str]], dict[str, Any]]


def run(job: Job) -> Outcome:
    """Run one system in a separate process, with an empty cache except for the models."""
    from duizhao.corpus.paths import models_folder

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        environment = {
            **os.environ,
            "DUIZHAO_MODELS": str(models_folder()),
            "DUIZHAO_CACHE": folder,
            "OMP_NUM_THREADS": str(job.cores),
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        }
        command = [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "duizhao.evaluation.benchmarks.translation",
        ]
        place = str(ROOT)
        if job.system == "duizhao-other":
            command, place = shlex.split(os.environ["DUIZHAO_OTHER"]), folder
            environment.pop("PYTHONPATH", None)
            job = replace(job, system="duizhao", source=str(Path(job.source).resolve()))
        command += ["--worker", json.dumps(asdict(job)), "--out", str(out)]
        done = subprocess.run(command, cwd=place, env=environment, check=False)
        if done.returncode:
            sys.exit(f"{job.system}: its process ended with code {done.returncode}")
        return Outcome(**json.loads(out.read_text(encoding="utf-8")))


def work(job: Job, out: Path) -> None:
    """The work of the separate process."""
    texts = lines(job.source, job.lines)
    if job.corpus:
        found = _long_run(job, texts)
    else:
        translate = _prepared(job)
        # the first batch is slower; none of these may be in the texts, or the memory would have it
        translate([f"第{number}号方案的执行情况报告第{number * 7}段。" for number in range(8)])
        started, cpu_started = time.perf_counter(), time.process_time()
        found = translate(texts)
        found["seconds"] = time.perf_counter() - started
        found["cpu_seconds"] = time.process_time() - cpu_started
    outcome = Outcome(peak_mb=memory_mb("VmHWM"), **found)
    out.write_text(json.dumps(asdict(outcome)), encoding="utf-8")


def _prepared(job: Job) -> Translate:
    if job.system == "bare-ctranslate2":
        return _bare(job)
    if job.system == "transformers":
        return _transformers(job)
    return _ours(job)


def _bare(job: Job) -> Translate:
    """CTranslate2 alone: everything sorted by length, then one call."""
    import ctranslate2
    import sentencepiece

    from duizhao.models.translation.ctranslate import cpu_batch_tokens
    from duizhao.models.weights.default import default_model

    folder = default_model()
    batch_tokens = job.batch_tokens or cpu_batch_tokens(job.beam)
    translator = ctranslate2.Translator(
        str(folder), compute_type="int8", inter_threads=job.cores, intra_threads=1
    )
    tokenizer = sentencepiece.SentencePieceProcessor(str(folder / "source.spm"))

    def translate(texts: Sequence[str]) -> dict[str, Any]:
        pieces = tokenizer.encode(list(texts), out_type=str)
        order = sorted(range(len(texts)), key=lambda i: -len(pieces[i]))
        results = translator.translate_batch(
            [pieces[i] for i in order],
            max_batch_size=batch_tokens,
            batch_type="tokens",
            beam_size=job.beam,
            max_decoding_length=512,
        )
        outputs = [""] * len(texts)
        for i, result in zip(order, results, strict=True):
            outputs[i] = "".join(result.hypotheses[0]).replace("▁", " ").strip()
        tokens = sum(len(result.hypotheses[0]) + 1 for result in results)
        settings = {"compute": "int8", "batch_tokens": batch_tokens, "workers": job.cores}
        return {
            "outputs": outputs,
            "tokens": tokens,
            "tokens_made": tokens,
            "settings": {**settings, "threads_each": 1},
        }

    return translate


def _transformers(job: Job) -> Translate:
    """transformers alone: float32 generate over batches sorted by length."""
    import torch
    from transformers import MarianMTModel, MarianTokenizer
    from transformers.utils import logging as transformers_logging

    from duizhao.models.translation.marian import CPU_BATCH_TOKENS
    from duizhao.models.weights.locate import locate
    from duizhao.models.weights.to_marian import marian_form

    bars: Any = transformers_logging
    bars.disable_progress_bar()
    folder = marian_form(locate())
    torch.set_num_threads(job.cores)
    batch_tokens = job.batch_tokens or CPU_BATCH_TOKENS
    compute = "float32" if job.compute_type == "auto" else job.compute_type
    tokenizer: Any = MarianTokenizer.from_pretrained(str(folder))
    model: Any = MarianMTModel.from_pretrained(str(folder), dtype=getattr(torch, compute))

    def translate(texts: Sequence[str]) -> dict[str, Any]:
        lengths = [len(ids) for ids in tokenizer(list(texts))["input_ids"]]
        outputs = [""] * len(texts)
        tokens = 0
        for batch in _by_length(lengths, batch_tokens):
            inputs = tokenizer([texts[i] for i in batch], return_tensors="pt", padding=True)
            with torch.inference_mode():
                made = model.generate(
                    **inputs,
                    num_beams=job.beam,
                    do_sample=False,
                    max_length=512,
                    early_stopping=job.beam > 1,  # as CTranslate2 does; without it it is slower
                )
            tokens += int((made[:, 1:] != tokenizer.pad_token_id).sum())
            said = tokenizer.batch_decode(made, skip_special_tokens=True)
            for i, text in zip(batch, said, strict=True):
                outputs[i] = text
        settings = {"compute": compute, "batch_tokens": batch_tokens, "threads": job.cores}
        return {"outputs": outputs, "tokens": tokens, "tokens_made": tokens, "settings": settings}

    return translate


def _by_length(lengths: Sequence[int], batch_tokens: int) -> list[list[int]]:
    """Indices sorted by length, so that little is padding, in batches of padded tokens."""
    batches: list[list[int]] = []
    longest = 0
    for index in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if not batches or (len(batches[-1]) + 1) * longest > batch_tokens:
            batches.append([])
            longest = lengths[index]
        batches[-1].append(index)
    return batches


def _ours(job: Job) -> Translate:
    """duizhao, as `duizhao translate` runs it, with an empty memory."""
    translator = our_translator(job)
    engine: Any = translator.engine

    def translate(texts: Sequence[str]) -> dict[str, Any]:
        before, flagged = translator.statistics.tokens, translator.statistics.flagged
        made = list(translator.translate(texts))
        return {
            "outputs": [each.text for each in made],
            "tokens": sum(each.tokens for each in made),
            "tokens_made": translator.statistics.tokens - before,
            "settings": {
                "compute": engine.compute_type,
                "batch_tokens": engine.batch_bound(job.beam),
                "workers": engine.workers,
                "threads_each": job.threads_each,
                "guards": translator.guards,
                "flagged": translator.statistics.flagged - flagged,
            },
        }

    return translate


def our_translator(job: Job) -> Any:
    """A Translator for the job's system, with the memory in the cache."""
    from duizhao.models.translation.engine import Decoding
    from duizhao.models.translation.load import load_engine
    from duizhao.models.translation.memory import Memory
    from duizhao.models.translation.translator import Translator

    of_torch = job.system == "duizhao-transformers"
    engine = load_engine(
        None,
        "transformers" if of_torch else "ctranslate2",
        device="cpu",  # as the plain libraries here
        compute_type=job.compute_type,
        threads=job.cores,
        threads_each=job.threads_each,
        batch_tokens=job.batch_tokens or None,
        english_only=job.system != "duizhao-whole-vocabulary",
    )
    return Translator(engine, Decoding(beam=job.beam), Memory(), guards=job.system == "duizhao")


def _long_run(job: Job, texts: Sequence[str]) -> dict[str, Any]:
    """Translate `job.corpus` sentences from a generator; only the memory stores them."""
    translator = our_translator(job)
    resident = []
    started, cpu_started = time.perf_counter(), time.process_time()
    done = 0
    for done, _ in enumerate(translator.translate(edited(texts, job.corpus, job.new_every)), 1):
        if done % max(1, job.corpus // 10) == 0:
            resident.append(round(memory_mb("VmRSS")))
    statistics = translator.statistics
    return {
        "outputs": [],
        "tokens": statistics.tokens,
        "tokens_made": statistics.tokens,
        "seconds": time.perf_counter() - started,
        "cpu_seconds": time.process_time() - cpu_started,
        "settings": {
            "sentences done": done,
            "translated": statistics.translated,
            "from the memory": statistics.remembered,
            "repeated in a window": statistics.repeated,
            "MB at each tenth": resident,
        },
    }


def edited(texts: Sequence[str], size: int, new_every: int = 10) -> Iterator[str]:
    """The texts repeatedly; every tenth text is new."""
    for number in range(size):
        text = texts[number % len(texts)]
        # 10 divides 4,000 lines: without the second term the same lines would be edited each time
        new = (number + number // len(texts)) % new_every == 0
        yield f"{text}(第{number}号文件)" if new else text


def lines(file: str, count: int) -> list[str]:
    """The first lines of a file."""
    with Path(file).open(encoding="utf-8", newline="\n") as stream:
        return [line.rstrip("\r\n") for _, line in zip(range(count), stream, strict=False)]


def held(holds: bool) -> str:
    """The verdict on a requirement."""
    return "holds" if holds else "FAILS"


def memory_mb(field: str) -> float:
    """Memory of this process by the kernel: VmRSS now, VmHWM at its peak."""
    status = Path("/proc/self/status")
    if not status.exists():
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    line = next(line for line in status.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024
