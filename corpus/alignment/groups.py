"""A prior for texts whose layout shows which sentences belong together, as in a bilingual file.

Sentences of both sides that share a group (a line, a row of a table, two neighbouring paragraphs)
are expected to be each other's translations; a bead across groups needs strong evidence.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.alignment.lattice import TYPE_SOURCE, TYPE_TARGET, Band
from duizhao.corpus.alignment.search import place_coordinates

Groups = tuple[Sequence[int], Sequence[int]]
"""The number of the group of each source and each target sentence, ascending."""

CROSSING = 8.0
"""What a bead across groups costs, in the units of the search's scores (natural logarithm)."""


def crossing_costs(band: Band, groups: Groups) -> NDArray[np.float32]:
    """The cost of each bead of the band, shape (places, types): CROSSING or 0."""
    source, target = (np.asarray(side, dtype=np.int64) for side in groups)
    start = place_coordinates(band, np.arange(band.places))
    i, j = start[:, 0][:, None], start[:, 1][:, None]
    p, q = i + TYPE_SOURCE[None, :], j + TYPE_TARGET[None, :]
    inside = (p <= len(source)) & (q <= len(target))
    last = len(source) - 1, len(target) - 1
    first_groups = source[np.minimum(i, last[0])], target[np.minimum(j, last[1])]
    last_groups = source[np.clip(p - 1, 0, last[0])], target[np.clip(q - 1, 0, last[1])]
    two_sided = (p > i) & (q > j)
    within = (
        (first_groups[0] == last_groups[0])
        & (first_groups[1] == last_groups[1])
        & (first_groups[0] == first_groups[1])
    )
    return np.where(inside & two_sided & ~within, CROSSING, 0.0).astype(np.float32)
