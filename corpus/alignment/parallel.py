"""Refusing two texts that are not translations of each other.

An aligner finds the best path whatever it is given. So a sample of the beads on the path is set
against chance: the same source spans with the target spans of other beads. A bead is supported if
it is more alike than 95 in 100 such chance pairs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.alignment.bead import Bead
from corpus.alignment.errors import NotParallel
from corpus.alignment.texts import Texts
from corpus.alignment.tokens import Bags

LEAST = 0.25
"""Least share of supported sentences; unrelated texts stay below 0.2, translations above 0.6."""
FEWEST = 12
"""Beads with two sides below which there is too little to judge by."""
SAMPLE = 100
SHIFTS = (5, 11, 17, 29)


def _likeness_by_tokens(bags: Bags, beads: Sequence[Bead]) -> NDArray[np.float64]:
    """Dice coefficient of each bead's source with the target of each bead of the sample."""
    size = len(bags.weight)
    sides = []
    for ids, starts, spans in (
        (bags.source_ids, bags.source_starts, [bead.source for bead in beads]),
        (bags.target_ids, bags.target_starts, [bead.target for bead in beads]),
    ):
        rows = np.zeros((len(beads), size), dtype=np.float32)
        for row, span in enumerate(spans):
            rows[row, ids[starts[span[0]] : starts[span[-1] + 1]]] = 1.0
        sides.append(rows * np.sqrt(bags.weight))
    shared = (sides[0] @ sides[1].T).astype(np.float64)
    mass = [np.square(side).sum(axis=1).astype(np.float64) for side in sides]
    dice: NDArray[np.float64] = 2 * shared / (mass[0][:, None] + mass[1][None, :] + 1e-6)
    return dice


def supported(texts: Texts, beads: Sequence[Bead]) -> float | None:
    """The share of the shorter side's sentences in supported beads; None: too little to judge."""
    two_sided = [bead for bead in beads if bead.source and bead.target]
    if len(two_sided) < FEWEST:
        return 0.0 if min(len(texts.source), len(texts.target)) >= 4 * FEWEST else None
    step = max(len(two_sided) // SAMPLE, 1)
    sample = two_sided[::step]
    if texts.embed is not None:
        of_source = texts.embed(texts.source, [_span(bead.source) for bead in sample])
        of_target = texts.embed(texts.target, [_span(bead.target) for bead in sample])
        likeness = (of_source @ of_target.T).astype(np.float64)
    elif "overlap" in texts.bags:
        bags = texts.bags["overlap"]
        likeness = _likeness_by_tokens(bags, sample)
    else:
        return None  # lengths and numbers alone cannot tell
    own = np.diagonal(likeness)
    chance = np.concatenate([np.diagonal(np.roll(likeness, shift, axis=1)) for shift in SHIFTS])
    share = float((own > np.percentile(chance, 95)).mean())
    shorter = "source" if len(texts.source) <= len(texts.target) else "target"
    covered = sum(len(getattr(bead, shorter)) for bead in two_sided)
    return share * covered / min(len(texts.source), len(texts.target))


def _span(ids: Sequence[int]) -> tuple[int, int]:
    return ids[0], ids[-1] + 1


def refuse_unless_parallel(texts: Texts, beads: Sequence[Bead]) -> None:
    """Raise NotParallel where hardly a sentence finds a partner."""
    share = supported(texts, beads)
    if share is not None and share < LEAST:
        raise NotParallel(
            f"not translations of each other: only {share:.0%} of the sentences of the shorter "
            f"side find a partner that is more like them than chance (at least {LEAST:.0%} are "
            "needed); check that the two files belong together",
            share,
        )
