"""Compile every function of the aligner ahead of its first use.

Compiling takes seconds if nothing is cached, and loading the compiled code half a second. Both can
run while the program waits for something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.alignment.aligner import align
from duizhao.corpus.alignment.signals.structure import Place

SENTENCES = 60
"""Enough for anchors and for doubtful beads."""


class _Answer(NamedTuple):
    log_probability: float
    tokens: int


def compile_all() -> None:
    """Align a text with itself by all signals."""
    source = [f"sentence {number} about {number * number}" for number in range(SENTENCES)]
    target = [*source[:20], *source[21:]]
    places: list[Place] = [(number, "paragraph", None) for number in range(SENTENCES)]
    align(
        source,
        target,
        source,
        embed=_embed,
        score=lambda sources, _: [_Answer(-1.0, 1) for _ in sources],
        source_structure=places,
        target_structure=places[: len(target)],
        check_parallel=False,
    )


def _embed(_sentences: Sequence[str], spans: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
    angles = np.array(spans, dtype=np.float32).reshape(-1, 2)[:, :1] / SENTENCES
    return np.concatenate([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
