"""The options of a training, and its plan, which is determined before the first step."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a training.

    `epochs` is the most passes over the corpus, `minutes` bounds the time of the steps, `tokens`
    the size of a batch (padded tokens of the longer side). `share` is that of rehearsal text, as a
    part of the corpus. The learning rate rises over the first `warmup` of the steps, then falls
    linearly to 0. The model is judged `evaluations` times; after `patience` of them in a row
    without a better score, training ends.
    """

    epochs: int = 3
    minutes: float | None = None
    tokens: int = 1024
    share: float = 0.25
    learning_rate: float = 1e-4
    warmup: float = 0.1
    smoothing: float = 0.1
    clip: float = 1.0
    evaluations: int = 6
    patience: int = 3
    seed: int = 1
    checkpoint_seconds: float = 120.0


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan, determined once before the first step, so that it survives interruptions.

    `every` is the number of steps between two evaluations, `seconds` the measured time of a step
    (0 if it was not needed), `threads` that of torch on a CPU: with another number, sums are
    rounded differently. `bfloat16`: products are computed in it, if the processor supports it.
    """

    steps: int
    every: int
    seconds: float
    threads: int
    bfloat16: bool = False


def rate(step: int, steps: int, warmup: float) -> float:
    """The part of the learning rate at a step: rising to 1, then falling to 0."""
    rise = max(1, round(steps * warmup))
    if step < rise:
        return (step + 1) / rise
    return max(0.0, (steps - step) / max(1, steps - rise))
