"""Refusing two texts that are not translations of each other.

An aligner finds the best path whatever it is given. What its beads have to show for themselves is
support.py's business; here the supported share of the shorter side is set against a least share.
A text of which half is translated keeps half; two texts that have nothing in common, however alike
their subject, keep next to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.alignment.prepare import Texts
from duizhao.corpus.alignment.support import signals_of, support
from duizhao.corpus.errors import NotParallel

SAMPLE = 1000
"""Beads that are looked at, evenly taken from a longer text."""
FEWEST = 3
"""Sentences of the shorter side below which nothing is refused (the beads' support tells)."""
FEW = 10
LEAST = 0.15
"""Least share of the shorter side's sentences in supported beads."""
LEAST_OF_FEW = 0.08
"""The same for texts with fewer than FEW sentences: only clear evidence refuses these."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The supported share of the shorter side's sentences, and the least share that is asked for.

    `least` 0: these texts are too short, or too little is known of them, to refuse them.
    """

    share: float
    least: float

    @property
    def parallel(self) -> bool:
        """Whether the texts may pass."""
        return self.share >= self.least


def judge(texts: Texts, beads: Sequence[Bead]) -> Verdict:
    """How much of the pair is supported by its beads."""
    shorter = "source" if len(texts.source) <= len(texts.target) else "target"
    count = min(len(texts.source), len(texts.target))
    least = 0.0 if count < FEWEST else LEAST_OF_FEW if count < FEW else LEAST
    if signals_of(texts) == "neither":
        least = 0.0  # numbers alone refused real translations of novels, which have few
    two_sided = [bead for bead in beads if bead.source and bead.target]
    if not two_sided:
        return Verdict(0.0, least)
    sample = two_sided[:: max(len(two_sided) // SAMPLE, 1)]
    sizes = np.array([len(getattr(bead, shorter)) for bead in sample])
    share = float((support(texts, sample) * sizes).sum() / sizes.sum())
    covered = sum(len(getattr(bead, shorter)) for bead in two_sided)
    return Verdict(share * covered / count, least)


def refuse_unless_parallel(texts: Texts, beads: Sequence[Bead]) -> None:
    """Raise NotParallel where hardly a sentence has a partner that looks like its translation."""
    verdict = judge(texts, beads)
    if not verdict.parallel:
        raise NotParallel(
            f"not translations of each other: only {verdict.share:.0%} of the sentences of the "
            f"shorter side have a partner that looks like a translation (at least "
            f"{verdict.least:.0%} are needed); check that the two files belong together",
            verdict.share,
        )
