"""COMET in a separate environment, because it pins transformers<5 and numpy<2.

    python -m venv comet && comet/bin/pip install unbabel-comet
    export DUIZHAO_COMET_PYTHON=$PWD/comet/bin/python
    duizhao score HYP --reference REF --source SRC --metric comet

Nothing is downloaded: the model must be in the hub's local cache, or DUIZHAO_COMET_MODEL must be
the path of its checkpoint.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics as numbers
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from duizhao.corpus.errors import DuizhaoError, InputError
from duizhao.corpus.scratch import scratch
from duizhao.evaluation.metrics.translation import SEED, Score, check_pair

MODEL = "Unbabel/wmt22-comet-da"
RUNNER = Path(__file__).with_name("comet_runner.py")
INSTALL = (
    "make an environment for it (python -m venv comet && comet/bin/pip install unbabel-comet) "
    "and name its Python in DUIZHAO_COMET_PYTHON"
)


@dataclass(frozen=True, slots=True)
class Neural:
    """A neural metric's corpus score and the score of each segment."""

    score: Score
    segments: tuple[float, ...]


def comet(
    sources: Sequence[str] | None,
    hypotheses: Sequence[str],
    references: Sequence[str],
    *,
    model: str | None = None,
    python: str | None = None,
    bootstrap: int = 1000,
    seed: int = SEED,
) -> Neural:
    """COMET of each segment and their mean, with a bootstrap interval over segments.

    `model` (DUIZHAO_COMET_MODEL, else wmt22-comet-da) is a name in the local hub cache or the
    path of a checkpoint; `python` (DUIZHAO_COMET_PYTHON) is the interpreter of an environment
    that has unbabel-comet. InputError names what is missing and how to get it.
    """
    if sources is None:
        raise InputError("COMET also needs the source: give it with --source")
    check_pair(hypotheses, references)
    check_pair(sources, references)
    model = model or os.environ.get("DUIZHAO_COMET_MODEL") or MODEL
    python = python or os.environ.get("DUIZHAO_COMET_PYTHON")
    if not python:
        raise InputError(f"COMET is not set up: {INSTALL}")
    if shutil.which(python) is None:
        raise InputError(f"DUIZHAO_COMET_PYTHON names {python}, which cannot be run: {INSTALL}")
    answer = _run(
        python,
        {
            "model": model,
            "data": [
                {"src": source, "mt": hypothesis, "ref": reference}
                for source, hypothesis, reference in zip(
                    sources, hypotheses, references, strict=True
                )
            ],
        },
    )
    values = tuple(float(value) for value in answer["scores"])
    if len(values) != len(hypotheses):
        raise DuizhaoError(f"COMET gave {len(values)} scores for {len(hypotheses)} segments")
    signature = f"nrefs:1|model:{model}|comet:{answer['version']}"
    low = high = mean = None
    if bootstrap > 1:
        low, high, mean = _interval(values, bootstrap, seed)
        signature += f"|bs:{bootstrap}|seed:{seed}"
    return Neural(Score("COMET", numbers.fmean(values), low, high, signature, mean), values)


def _run(python: str, question: dict[str, object]) -> dict[str, list[float]]:
    """Run COMET; the scores are returned in a file, because libraries print to its output."""
    with scratch("comet") as folder:
        question_file, answer_file = folder / "question.json", folder / "answer.json"
        question_file.write_text(json.dumps(question), "utf-8")
        environment = os.environ | {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
        environment.pop("PYTHONPATH", None)
        done = subprocess.run(
            [python, str(RUNNER), str(question_file), str(answer_file)],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
        if not answer_file.is_file():
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise DuizhaoError(f"COMET stopped with exit code {done.returncode}: {last}")
        answer: dict[str, list[float]] = json.loads(answer_file.read_text("utf-8"))
    if "error" in answer:
        raise InputError(str(answer["error"]))
    return answer


def _interval(values: Sequence[float], samples: int, seed: int) -> tuple[float, float, float]:
    import numpy

    generator = numpy.random.default_rng(seed)
    table = numpy.array(values)
    scores = sorted(
        float(table[generator.choice(len(table), size=len(table))].mean()) for _ in range(samples)
    )
    cut = samples // 40
    return scores[cut], scores[samples - cut - 1], numbers.fmean(scores)
