"""How fast and how good is translation: ours against the plain libraries, on the same sentences.

    python -m evaluation.benchmarks.translation                    # beam 1, 2, 4; 1,000 lines
    python -m evaluation.benchmarks.translation --lines 200 --beams 2
    python -m evaluation.benchmarks.translation --sweep            # CPU settings
    python -m evaluation.benchmarks.translation --corpus 100000    # memory against length

Each system runs in a process of its own, on the same cores, one after the other. Time counts from
the first text given to the last translation had (tokenizing is in it, loading is not); tokens are
the target tokens of the output, `</s>` counted. On a machine that does other work as well, tokens a
CPU second of the process (all its threads) are the fairer figure. Memory is the peak of the whole
process, libraries and model in it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

SYSTEMS = ("bare-ctranslate2", "duizhao-ctranslate2", "transformers", "duizhao-transformers")
ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Job:
    """What one worker process does."""

    system: str
    source: str
    lines: int
    beam: int
    cores: int
    batch_tokens: int = 0
    guards: bool = True
    english_only: bool = True
    corpus: int = 0
    new_every: int = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What it took; `tokens_made` counts the tries after a flag too."""

    outputs: list[str]
    tokens: int
    tokens_made: int
    seconds: float
    cpu_seconds: float
    peak_mb: float
    settings: dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what the options ask for and print the table."""
    options = _options(arguments)
    if options.worker:
        _worker(Job(**json.loads(options.worker)), Path(options.out))
        return
    shared = Path(os.environ.get("DUIZHAO_SHARED", ROOT.parent / "shared")) / "data" / "unpc"
    source = options.source or str(shared / "dev.zh")
    reference = options.reference or str(shared / "dev.en")
    base = Job("", source, options.lines, 1, options.cores)
    print(_machine(options.cores))
    if options.corpus:
        _corpus(
            replace(
                base,
                corpus=options.corpus,
                beam=options.beams[0],
                new_every=options.new_every,
            )
        )
    elif options.sweep:
        _sweep(base, options.beams)
    else:
        _table(base, reference, options)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--lines", type=int, default=1000, help="how many lines (default 1000)")
    parser.add_argument(
        "--beams",
        type=lambda text: [int(beam) for beam in text.split(",")],
        default=[1, 2, 4],
        help="beam sizes, with commas between (default 1,2,4)",
    )
    parser.add_argument(
        "--systems",
        type=lambda text: text.split(","),
        default=SYSTEMS,
        help=f"which of {', '.join(SYSTEMS)} (default all)",
    )
    parser.add_argument("--source", help="Chinese sentences, one a line (default unpc/dev.zh)")
    parser.add_argument("--reference", help="their English (default unpc/dev.en)")
    parser.add_argument("--cores", type=int, default=0, help="cores to use (default all)")
    parser.add_argument("--repeat", type=int, default=1, help="runs of each; the fastest counts")
    parser.add_argument("--no-guards", action="store_true", help="ours without its guards")
    parser.add_argument("--full", action="store_true", help="ours with the whole vocabulary")
    parser.add_argument("--sweep", action="store_true", help="try CPU settings instead")
    parser.add_argument("--corpus", type=int, default=0, help="a corpus of so many sentences")
    parser.add_argument(
        "--new-every",
        type=int,
        default=10,
        help="in that corpus, how often a sentence is new (default 10: a tenth)",
    )
    parser.add_argument("--json", help="write the figures to this file as well")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--out", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if not options.cores:
        from models.cores import usable_cores

        options.cores = usable_cores()
    return options


def _machine(cores: int) -> str:
    """The versions and the machine, in one line."""
    from importlib.metadata import PackageNotFoundError, version

    def of(name: str) -> str:
        try:
            return f"{name} {version(name)}"
        except PackageNotFoundError:
            return f"no {name}"

    names = ("ctranslate2", "transformers", "torch", "sacrebleu")
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        models = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        cpu = models[0].partition(":")[2].strip() if models else cpu
    return f"{cpu}, {cores} cores; Python {platform.python_version()}; " + ", ".join(map(of, names))


def _table(base: Job, reference_file: str, options: argparse.Namespace) -> None:
    """The systems over the beams: BLEU, chrF++, tokens a second, peak memory."""
    references = _lines(reference_file, options.lines)
    rows = []
    print(
        "system\tbeam\tlines\tBLEU\tchrF++\ttokens/s\tall tokens/s\ttokens/CPU s\tpeak MB\tsettings"
    )
    for beam in options.beams:
        for system in options.systems:
            job = replace(
                base,
                system=system,
                beam=beam,
                guards=not options.no_guards,
                english_only=not options.full,
            )
            runs = [_run(job) for _ in range(options.repeat)]
            best = min(runs, key=lambda run: run.seconds)
            row = {"system": system, "beam": beam, "lines": len(best.outputs)}
            row |= _quality(best.outputs, references)
            row |= {
                "tokens_per_second": round(best.tokens / best.seconds, 1),
                "all_tokens_per_second": round(best.tokens_made / best.seconds, 1),
                "tokens_per_cpu_second": round(best.tokens / best.cpu_seconds, 1),
                "peak_mb": round(best.peak_mb),
                "settings": best.settings,
            }
            rows.append(row)
            settings = ", ".join(f"{name}={value}" for name, value in best.settings.items())
            print(*list(row.values())[:-1], settings, sep="\t", flush=True)
    _ratios(rows)
    if options.json:
        Path(options.json).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def _ratios(rows: Sequence[dict[str, Any]]) -> None:
    """Ours against each of the plain libraries at equal beam."""
    for row in rows:
        if not row["system"].startswith("duizhao-ctranslate2"):
            continue
        for other in rows:
            if other["beam"] == row["beam"] and not other["system"].startswith("duizhao"):
                print(
                    f"beam {row['beam']}: {row['system']} makes "
                    f"{row['tokens_per_second'] / other['tokens_per_second']:.2f} times the tokens "
                    f"a second of {other['system']} "
                    f"({row['tokens_per_cpu_second'] / other['tokens_per_cpu_second']:.2f} times "
                    f"the tokens a CPU second), BLEU {row['bleu'] - other['bleu']:+.2f}"
                )


def _quality(outputs: Sequence[str], references: Sequence[str]) -> dict[str, float]:
    """BLEU and chrF++ of sacrebleu, default settings."""
    import sacrebleu

    assert len(outputs) == len(references), f"{len(outputs)} outputs, {len(references)} references"
    bleu = sacrebleu.corpus_bleu(list(outputs), [list(references)]).score
    chrf = sacrebleu.corpus_chrf(list(outputs), [list(references)], word_order=2).score
    return {"bleu": round(bleu, 2), "chrf": round(chrf, 2)}


def _sweep(base: Job, beams: Sequence[int]) -> None:
    """CPU settings of the CTranslate2 engine: threads a batch against batches at once, size."""
    print("beam\tbatches at once x threads\tbatch tokens\ttokens/s\ttokens/CPU s")
    for beam in beams:
        for batches, threads in {(base.cores, 1), (1, base.cores)}:
            for batch_tokens in (256, 512, 1024, 2048, 4096):
                system = f"bare-ctranslate2:{batches}x{threads}"
                done = _run(replace(base, system=system, beam=beam, batch_tokens=batch_tokens))
                rate, of_cpu = done.tokens / done.seconds, done.tokens / done.cpu_seconds
                print(
                    beam,
                    f"{batches} x {threads}",
                    batch_tokens,
                    round(rate),
                    round(of_cpu),
                    sep="\t",
                    flush=True,
                )


def _run(job: Job) -> Outcome:
    """One system in a process of its own, with a cache of its own but for the models."""
    from models.paths import models_folder

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        environment = {
            **os.environ,
            "DUIZHAO_MODELS": str(models_folder()),
            "DUIZHAO_CACHE": folder,
            "OMP_NUM_THREADS": str(job.cores),
        }
        command = [sys.executable, "-m", "evaluation.benchmarks.translation"]
        command += ["--worker", json.dumps(asdict(job)), "--out", str(out)]
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
        if done.returncode:
            sys.exit(f"{job.system}: its process ended with code {done.returncode}")
        return Outcome(**json.loads(out.read_text(encoding="utf-8")))


def _worker(job: Job, out: Path) -> None:
    """What runs in the process of its own."""
    texts = _lines(job.source, job.lines)
    prepare: Callable[[Job], Callable[[Sequence[str]], dict[str, Any]]] = {
        "bare-ctranslate2": _bare,
        "transformers": _transformers,
    }.get(job.system.partition(":")[0], _ours)
    if job.corpus:
        found = _long_run(job, texts)
        peak = _memory_mb("VmHWM")
    else:
        translate = prepare(job)
        # the first batch of all is slower; none of these may be in the texts, or the memory has it
        translate([f"第{number}号方案的执行情况报告第{number * 7}段。" for number in range(8)])
        started, cpu_started = time.perf_counter(), time.process_time()
        found = translate(texts)
        found["seconds"] = time.perf_counter() - started
        found["cpu_seconds"] = time.process_time() - cpu_started
        peak = _memory_mb("VmHWM")
    outcome = Outcome(peak_mb=peak, **found)
    out.write_text(json.dumps(asdict(outcome)), encoding="utf-8")


def _bare(job: Job) -> Callable[[Sequence[str]], dict[str, Any]]:
    """CTranslate2 alone: everything sorted by length, then one call."""
    import ctranslate2
    import sentencepiece

    from models.ctranslate import CPU_BATCH_TOKENS
    from models.weights import default_model

    folder = default_model()
    batches, _, threads = job.system.partition(":")[2].partition("x")
    batch_tokens = job.batch_tokens or CPU_BATCH_TOKENS
    translator = ctranslate2.Translator(
        str(folder),
        compute_type="int8",
        inter_threads=int(batches or job.cores),
        intra_threads=int(threads or 1),
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
        return {
            "outputs": outputs,
            "tokens": tokens,
            "tokens_made": tokens,
            "settings": {"compute": "int8", "batch_tokens": batch_tokens, "workers": job.cores},
        }

    return translate


def _transformers(job: Job) -> Callable[[Sequence[str]], dict[str, Any]]:
    """transformers alone: float32 generate over batches sorted by length."""
    import torch
    from transformers import MarianMTModel, MarianTokenizer
    from transformers.utils import logging as transformers_logging

    from models.batching import pack
    from models.locate import locate
    from models.marian_weights import marian_form

    bars: Any = transformers_logging
    bars.disable_progress_bar()
    folder = marian_form(locate())
    torch.set_num_threads(job.cores)
    batch_tokens = job.batch_tokens or 2048
    tokenizer: Any = MarianTokenizer.from_pretrained(str(folder))
    model: Any = MarianMTModel.from_pretrained(str(folder), dtype=torch.float32)

    def translate(texts: Sequence[str]) -> dict[str, Any]:
        lengths = [len(ids) for ids in tokenizer(list(texts))["input_ids"]]
        outputs = [""] * len(texts)
        tokens = 0
        for batch in pack(lengths, batch_tokens):
            inputs = tokenizer([texts[i] for i in batch], return_tensors="pt", padding=True)
            with torch.inference_mode():
                made = model.generate(**inputs, num_beams=job.beam, do_sample=False, max_length=512)
            tokens += int((made[:, 1:] != tokenizer.pad_token_id).sum())
            said = tokenizer.batch_decode(made, skip_special_tokens=True)
            for i, text in zip(batch, said, strict=True):
                outputs[i] = text
        return {
            "outputs": outputs,
            "tokens": tokens,
            "tokens_made": tokens,
            "settings": {"compute": "float32", "batch_tokens": batch_tokens, "threads": job.cores},
        }

    return translate


def _ours(job: Job) -> Callable[[Sequence[str]], dict[str, Any]]:
    """duizhao, as `duizhao translate` runs it, with an empty memory."""
    translator = _our_translator(job)
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
                "batch_tokens": engine.batch_tokens,
                "workers": job.cores,
                "guards": job.guards,
                "flagged": translator.statistics.flagged - flagged,
            },
        }

    return translate


def _our_translator(job: Job) -> Any:
    from models.auto import load_engine
    from models.engine import Decoding
    from models.memory import Memory
    from models.translator import Translator

    engine = load_engine(
        None,
        "transformers" if job.system.endswith("transformers") else "ctranslate2",
        threads=job.cores,
        batch_tokens=job.batch_tokens or None,
        english_only=job.english_only,
    )
    return Translator(engine, Decoding(beam=job.beam), Memory(), guards=job.guards)


def _corpus(base: Job) -> None:
    """A long corpus, a tenth of it new: memory at each tenth of the way, and what was saved."""
    for size in sorted({max(1, base.corpus // 5), base.corpus}):
        done = _run(replace(base, system="duizhao-ctranslate2", corpus=size))
        print(f"{size} sentences: {done.seconds:.0f} s, peak {done.peak_mb:.0f} MB")
        for name, value in done.settings.items():
            print(f"  {name}: {value}")


def _long_run(job: Job, texts: Sequence[str]) -> dict[str, Any]:
    """Translate `job.corpus` sentences from a generator; nothing but the memory keeps them."""
    translator = _our_translator(job)
    resident = []
    started, cpu_started = time.perf_counter(), time.process_time()
    done = 0
    for done, _ in enumerate(translator.translate(edited(texts, job.corpus, job.new_every)), 1):
        if done % max(1, job.corpus // 10) == 0:
            resident.append(round(_memory_mb("VmRSS")))
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
    """The texts over and over; in every tenth place one that was never there before."""
    for number in range(size):
        text = texts[number % len(texts)]
        # 10 divides 4,000 lines: without the second term the same lines were edited each time
        new = (number + number // len(texts)) % new_every == 0
        yield f"{text}(第{number}号文件)" if new else text


def _lines(file: str, count: int) -> list[str]:
    with Path(file).open(encoding="utf-8", newline="\n") as stream:
        return [line.rstrip("\r\n") for _, line in zip(range(count), stream, strict=False)]


def _memory_mb(field: str) -> float:
    """Memory of this process by the kernel: VmRSS now, VmHWM at its peak."""
    status = Path("/proc/self/status")
    if not status.exists():
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    line = next(line for line in status.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
