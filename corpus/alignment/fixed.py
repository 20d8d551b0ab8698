"""Beads fixed by a person: the search must go through them, and they come out as they are."""

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
"""First and end source sentence, first and end target sentence."""


def rectangles(fixed: Sequence[Bead], sources: int, targets: int) -> list[Rectangle]:
    """Where the fixed beads stand, in order; InputError where they cannot all hold.

    A gap's place on the other side is not known; its rectangle is there -1.
    """
    found: list[Rectangle] = []
    seen_source: set[int] = set()
    seen_target: set[int] = set()
    for bead in fixed:
        for ids, count, seen, side in (
            (bead.source, sources, seen_source, "source"),
            (bead.target, targets, seen_target, "target"),
        ):
            if ids and list(ids) != list(range(ids[0], ids[0] + len(ids))):
                raise InputError(f"fixed bead {bead}: its {side} sentences are not consecutive")
            if ids and not 0 <= ids[0] <= ids[-1] < count:
                raise InputError(f"fixed bead {bead}: there are {count} {side} sentences")
            if seen.intersection(ids):
                raise InputError(f"fixed bead {bead}: a {side} sentence is in another one too")
            seen.update(ids)
        found.append(
            (
                bead.source[0] if bead.source else -1,
                bead.source[-1] + 1 if bead.source else -1,
                bead.target[0] if bead.target else -1,
                bead.target[-1] + 1 if bead.target else -1,
            )
        )
    both = sorted(each for each in found if each[0] >= 0 and each[2] >= 0)
    for one, other in pairwise(both):
        if other[2] < one[3]:
            raise InputError(
                f"fixed beads cross: source {one[0]} with target {one[2]}, "
                f"source {other[0]} with target {other[2]}"
            )
    return found


def constrain(
    band: Band, scores: NDArray[np.float32], places: Sequence[Rectangle]
) -> NDArray[np.float32]:
    """Scores under which every path goes through the fixed beads, inside them by free gaps."""
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
            # source sentences go first, at the bead's first target place, then the target's
            free_source = on_source & gap_source & (j == j0)
            free_target = on_target & gap_target & (i == i1)
            free = free_source | free_target
        else:
            free = (on_source & gap_source) | (on_target & gap_target)
        scores[(on_source | on_target) & ~free] = NEVER
        scores[free] = 0.0
    return scores


def restore(beads: Sequence[Bead], fixed: Sequence[Bead]) -> list[Bead]:
    """Put the fixed beads in the place of the gaps that lie in them."""
    owner_source = {i: bead for bead in fixed for i in bead.source}
    owner_target = {j: bead for bead in fixed for j in bead.target}
    out: list[Bead] = []
    done: set[int] = set()
    for bead in beads:
        owner = None
        if bead.source:
            owner = owner_source.get(bead.source[0])
        if owner is None and bead.target:
            owner = owner_target.get(bead.target[0])
        if owner is None:
            out.append(bead)
        elif id(owner) not in done:
            done.add(id(owner))
            out.append(owner)
    return out
