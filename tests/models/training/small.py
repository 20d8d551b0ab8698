"""Trainings of a few steps: of a tiny model in a second, and of the default model."""

from __future__ import annotations

from pathlib import Path

from duizhao.models.training.loop import Trained, train
from duizhao.models.training.plan import Options
from duizhao.models.training.rehearsal import general_test
from duizhao.models.weights.locate import locate
from duizhao.models.weights.to_marian import marian_form

STEPS = 40
"""Of the tiny model: enough to be killed among them."""

TINY_PAIRS = [
    ("安全理事会欢迎报告。", "the security council welcomes report ."),
    ("各国应加强合作", "states cooperation"),
    ("秘书长的报告", "report of the council"),
    ("各国欢迎合作", "the states cooperation"),
]


def train_tiny(base: Path, work: Path) -> Trained:
    """A checkpoint after each of the steps; judged twice, the second time as better."""
    scores = iter((1.0, 2.0))
    return train(
        base,
        TINY_PAIRS[:3],
        [],
        TINY_PAIRS[3:],
        work,
        lambda folder: next(scores),
        options=Options(epochs=STEPS, evaluations=2, share=0.0, checkpoint_seconds=0.0),
        english=False,
    )


def train_default(work: Path) -> Trained:
    """Two steps of the default model on eight pairs of ours."""
    pairs = general_test()[:8]
    return train(
        marian_form(locate()),
        pairs,
        [],
        general_test()[8:12],
        work,
        lambda folder: 1.0,
        options=Options(epochs=2, evaluations=1, learning_rate=2e-4),
        english=True,
    )
