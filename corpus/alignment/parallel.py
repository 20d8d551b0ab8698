"""Refusing two texts that are not translations of each other."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.alignment.bead import Bead
from corpus.alignment.errors import NotParallel

LEAST = 0.1
"""Least share of partnered sentences."""
SURE = 0.5


def partnered(beads: Sequence[Bead], sources: int, targets: int) -> float:
    """The share of the shorter side's sentences that are in two-sided beads we are sure of."""
    good = [bead for bead in beads if bead.source and bead.target and bead.confidence >= SURE]
    if sources <= targets:
        return sum(len(bead.source) for bead in good) / max(sources, 1)
    return sum(len(bead.target) for bead in good) / max(targets, 1)


def refuse_unless_parallel(
    beads: Sequence[Bead], source: Sequence[str], target: Sequence[str]
) -> None:
    """Raise NotParallel where hardly a sentence finds a partner."""
    if min(len(source), len(target)) < 8:
        return  # too little to judge by
    share = partnered(beads, len(source), len(target))
    if share < LEAST:
        raise NotParallel(
            f"not translations of each other: only {share:.0%} of the sentences of the shorter "
            f"side find a partner (at least {LEAST:.0%} are needed); check that the two files "
            "belong together",
            share,
        )
