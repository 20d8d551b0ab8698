"""Fine-tune a Marian model by a small loop that resumes exactly where it was interrupted.

transformers' Seq2SeqTrainer is not used: it needs a further package, replays its data loader to
resume, and writes checkpoints that a kill can truncate. Here batches and dropout are determined by
the seed and the number of the step, so a checkpoint is the weights, the optimiser's state and that
number, and an interrupted run gives the same bits as an uninterrupted one (same machine, same
threads).

The embeddings, which are also the output layer, are not trained: a small corpus uses few of their
65,000 rows, the int8 form of the default model's rows is kept, and training needs half the memory.
"""

from __future__ import annotations

import json
import math
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from duizhao.corpus.errors import ModelError, writing
from duizhao.corpus.replacing import replacing
from duizhao.models.cores import usable_cores
from duizhao.models.training import checkpoint
from duizhao.models.training.blend import blend
from duizhao.models.training.examples import Encoder, Pair, batches, epoch_batches
from duizhao.models.training.export import export
from duizhao.models.training.plan import Options, Plan
from duizhao.models.training.state import TrainingState, has_fast_bfloat16

PLAN, CHECKPOINT = "plan.json", "checkpoint.pt"
CANDIDATE, BEST, BLENDED = "candidate", "best", "blended"
_PROBES = 3

Judge = Callable[[Path], float]
"""The score of the model in a folder on held-out text: more is better."""

Report = Callable[[str, int, int], object]
"""Called with (activity, steps done, steps in total)."""


@dataclass(frozen=True, slots=True)
class Trained:
    """The result: `folder` has the best model (models/training/export.py).

    `scores` are (step, score) of each evaluation, `best` is the step of the best one, `steps` the
    number of steps. `share` of the change of the weights is kept; `losses` has the loss of each
    share. `examples` and `left_out` count pairs of the corpus.
    """

    folder: Path
    plan: Plan
    steps: int
    best: int
    scores: Sequence[tuple[int, float]]
    share: float
    losses: Mapping[float, float]
    examples: int
    left_out: int


def train(
    base: Path,
    domain: Sequence[Pair],
    rehearsal: Sequence[Pair],
    choosing: Sequence[Pair],
    work: Path,
    judge: Judge,
    *,
    options: Options,
    english: bool,
    device: str = "cpu",
    report: Report = lambda text, done, total: None,
) -> Trained:
    """Fine-tune the model in `base` (transformers' form) on the pairs; call again after a kill.

    `work` is a folder for the plan, the checkpoint and the best model so far; it must only be used
    for one set of pairs and options. `judge` scores a model to choose the best step; the loss on
    the pairs `choosing` determines the share of the change to keep (models/training/blend.py).
    ModelError if torch fails, for instance for lack of memory.
    """
    work.mkdir(parents=True, exist_ok=True)
    encoder = Encoder(base, english=english)
    examples = encoder.encode(domain)
    if not examples:
        raise ModelError("no sentence pair of the corpus fits into the model")
    rehearsed = encoder.encode(rehearsal)
    try:
        state = TrainingState(base, encoder, [*examples, *rehearsed], options, device)
        plan = _plan(work, state, len(examples), options)
        state.use(plan)
        scores = _run(state, plan, len(examples), base, work, judge, english, report)
        report("blending with the base", plan.steps, plan.steps)
        share, losses = blend(state, base, work / BEST, encoder.encode(choosing))
    except RuntimeError as error:
        reason = (str(error).strip().splitlines() or ["no reason given"])[0]
        raise ModelError(
            f"torch stopped: {reason}; if it ran out of memory, free some and run the same command "
            "again to continue"
        ) from error
    export(state.model, base, work / BLENDED, english=english)
    return Trained(
        work / BLENDED,
        plan,
        scores[-1][0],
        _best(scores),
        scores,
        share,
        losses,
        len(examples),
        len(domain) - len(examples),
    )


def _run(
    state: TrainingState,
    plan: Plan,
    domain: int,
    base: Path,
    work: Path,
    judge: Judge,
    english: bool,
    report: Report,
) -> list[tuple[int, float]]:
    """Do the remaining steps; returns the scores of all evaluations."""
    options = state.options
    step, scores = state.resume(checkpoint.load(work / CHECKPOINT, state.device))
    sizes = [example.size for example in state.examples]
    order = batches(
        sizes[:domain],
        sizes[domain:],
        share=options.share,
        tokens=options.tokens,
        seed=options.seed,
    )
    saved = started = time.monotonic()
    first = step
    for batch in islice(order, step, plan.steps):
        if _is_over(scores, options.patience):
            break
        loss = state.step(step, batch, plan.steps)
        step += 1
        left = (time.monotonic() - started) / (step - first) * (plan.steps - step)
        report(
            f"step {step:,} of {plan.steps:,}, loss {loss:.2f}, {_duration(left)} left",
            step,
            plan.steps,
        )
        judged = step % plan.every == 0 or step == plan.steps
        if judged:
            report(f"step {step:,}: translating held-out sentences", step, plan.steps)
            export(state.model, base, work / CANDIDATE, english=english)
            scores.append((step, judge(work / CANDIDATE)))
            if _best(scores) == step:
                shutil.rmtree(work / BEST, ignore_errors=True)
                (work / CANDIDATE).rename(work / BEST)
        if judged or time.monotonic() - saved >= options.checkpoint_seconds:
            checkpoint.save(work / CHECKPOINT, state.saved(step, scores))
            saved = time.monotonic()
    return scores


def _plan(work: Path, state: TrainingState, domain: int, options: Options) -> Plan:
    """The stored plan, or a new one."""
    path = work / PLAN
    if path.is_file():
        return Plan(**json.loads(path.read_text(encoding="utf-8")))
    sizes = [example.size for example in state.examples]
    share = min(options.share, 1.0) if len(sizes) > domain else 0.0
    own = epoch_batches(sizes[:domain], range(domain), tokens=options.tokens, seed="plan")
    steps = math.ceil(options.epochs * len(own) * (1 + share))
    threads, bfloat16, seconds = usable_cores(), has_fast_bfloat16(state.device), 0.0
    if options.minutes is not None:
        state.use(Plan(steps, steps, 0.0, threads, bfloat16))
        seconds = _seconds_per_step(state, own)
        steps = min(steps, max(1, int(options.minutes * 60 / seconds)))
    every = max(1, math.ceil(steps / options.evaluations))
    plan = Plan(steps, every, seconds, threads, bfloat16)
    with writing(path), replacing(path) as temporary:
        temporary.write_text(json.dumps(asdict(plan)) + "\n", encoding="utf-8")
    return plan


def _seconds_per_step(state: TrainingState, order: Sequence[Sequence[int]]) -> float:
    """Measured on a few batches without changing the weights; the first one warms up."""
    state.gradients(order[0])
    start = time.monotonic()
    probes = order[: _PROBES + 1][1:] or order[:1]
    for batch in probes:
        state.gradients(batch)
    seconds = (time.monotonic() - start) / len(probes)
    state.forget()
    return max(seconds, 1e-3)


def _best(scores: Sequence[tuple[int, float]]) -> int:
    """The step with the best score, the first one of equals."""
    return max(scores, key=lambda pair: (pair[1], -pair[0]))[0]


def _is_over(scores: Sequence[tuple[int, float]], patience: int) -> bool:
    """Whether the last `patience` evaluations had no better score."""
    return len(scores) > patience and _best(scores) < scores[-patience][0]


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
