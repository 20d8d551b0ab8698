"""A training of a few steps on sentences of ours."""

from __future__ import annotations

from pathlib import Path

from duizhao.models.training.loop import Trained, train
from duizhao.models.training.plan import Options
from duizhao.models.training.rehearsal import general_test
from duizhao.models.weights.locate import locate
from duizhao.models.weights.to_marian import marian_form

STEPS = 4


def train_small(work: Path) -> Trained:
    """Four steps on twelve pairs, three of them rehearsal, judged once."""
    pairs = general_test()[:15]
    return train(
        marian_form(locate()),
        pairs[:12],
        pairs[12:],
        work,
        lambda folder: 1.0,
        options=Options(epochs=3, tokens=1024, evaluations=1, share=0.25, checkpoint_seconds=0.0),
        english=True,
    )
