"""Beads fixed by a person: the search must pass through them, and they are returned unchanged."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.alignment.lattice import TYPE_SOURCE, TYPE_TARGET, Band
from duizhao.corpus.alignment.search import NEVER, place_coordinates
from duizhao.corpus.errors import InputError

Rectangle = tuple[int, int, int, int]
"""First and end source sentence, first and end target sentence; -1 on the side that a gap lacks."""


def rectangles_of(fixed: Sequence[Bead], sources: int, targets: int) -> list[Rectangle]:
    """The rectangles of the fixed beads; InputError if they contradict each other."""
    rectangles: list[Rectangle] = []
    seen: dict[str, set[int]] = {"source": set(), "target": set()}
    for bead in fixed:
        for side, ids, count in (
            ("source", bead.source, sources),
            ("target", bead.target, targets),
        ):
            if ids and list(ids) != list(range(ids[0], ids[0] + len(ids))):
                raise InputError(f"fixed bead {bead}: its {side} sentences are not consecutive")
            if ids and not 0 <= ids[0] <= ids[-1] < count:
                raise InputError(f"fixed bead {bead}: the {side} side has {count} sentences only")
            if seen[side].intersection(ids):
                raise InputError(f"fixed bead {bead}: shares a {side} sentence with another one")
            seen[side].update(ids)
        i0, i1 = (bead.source[0], bead.source[-1] + 1) if bead.source else (-1, -1)
        j0, j1 = (bead.target[0], bead.target[-1] + 1) if bead.target else (-1, -1)
        rectangles.append((i0, i1, j0, j1))
    for one, other in pairwise(sorted(each for each in rectangles if min(each) >= 0)):
        if other[2] < one[3]:
            raise InputError(
                f"fixed beads cross: source {one[0]} with target {one[2]}, "
                f"source {other[0]} with target {other[2]}"
            )
    return rectangles


def constrain(
    band: Band, scores: NDArray[np.float32], places: Sequence[Rectangle]
) -> NDArray[np.float32]:
    """Scores that force every path through the fixed beads, inside them by free gaps."""
    if not places:
        return scores
    scores = scores.copy()
    start = place_coordinates(band, np.arange(band.places))
    i, j = start[:, 0][:, None], start[:, 1][:, None]
    p, q = i + TYPE_SOURCE[None, :], j + TYPE_TARGET[None, :]
    for i0, i1, j0, j1 in places:
        on_source = (i < i1) & (p > i0) if i0 >= 0 else np.zeros_like(p, dtype=bool)
        on_target = (j < j1) & (q > j0) if j0 >= 0 else np.zeros_like(q, dtype=bool)
        gap_source, gap_target = q == j, p == i
        if i0 >= 0 and j0 >= 0:
            # first the source sentences, at the bead's first target place, then the target's
            free = (on_source & gap_source & (j == j0)) | (on_target & gap_target & (i == i1))
        else:
            free = (on_source & gap_source) | (on_target & gap_target)
        scores[(on_source | on_target) & ~free] = NEVER
        scores[free] = 0.0
    return scores


def restore(beads: Sequence[Bead], fixed: Sequence[Bead]) -> list[Bead]:
    """Replace the gaps inside each fixed bead by the bead itself."""
    owners = {("source", i): bead for bead in fixed for i in bead.source}
    owners |= {("target", j): bead for bead in fixed for j in bead.target}
    restored: list[Bead] = []
    done: set[int] = set()
    for bead in beads:
        owner = owners.get(("source", bead.source[0])) if bead.source else None
        if owner is None and bead.target:
            owner = owners.get(("target", bead.target[0]))
        if owner is None:
            restored.append(bead)
        elif id(owner) not in done:
            done.add(id(owner))
            restored.append(owner)
    return restored
