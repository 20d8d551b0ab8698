"""A training of a few steps on a tiny model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from duizhao.models.training.loop import Trained, train
from duizhao.models.training.plan import Options

STEPS = 12
PAIRS = [
    ("安全理事会欢迎报告。", "the security council welcomes report."),
    ("各国应加强合作。", "states, cooperation."),
    ("秘书长的报告,合作", "report of the council, cooperation"),
    ("理事会欢迎合作。", "the council welcomes cooperation."),
]


def train_tiny(base: Path, work: Path, judge: Callable[[Path], float]) -> Trained:
    """Twelve steps on three pairs and one of rehearsal, judged after the sixth and the last."""
    return train(
        base,
        PAIRS[:3],
        PAIRS[3:],
        PAIRS[2:],
        work,
        judge,
        options=Options(epochs=3, tokens=16, evaluations=2, share=1 / 3, checkpoint_seconds=0.0),
        english=False,
    )
