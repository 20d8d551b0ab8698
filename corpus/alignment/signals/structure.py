"""Structure: translations keep paragraphs, headings and list marks; evidence, never a constraint.

The weights are set by hand (`WEIGHTS`) and small compared with those of the words: the gold
alignments have no paragraphs to learn from, and layouts differ between two versions of a document
more often than its words do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.alignment.compiled import njit
from duizhao.corpus.alignment.lattice import corners
from duizhao.corpus.alignment.signals.signal import features_by

Place = tuple[int, str, str | None]
"""A sentence's block number, the kind of the block (document.BlockKind), and its mark or None."""

WEIGHTS = {
    "source_crossed": -1.2,  # block borders inside the bead
    "target_crossed": -1.2,
    "both_start": 0.6,  # both sides begin with a block
    "one_starts": -0.8,  # only one does
    "kinds_differ": -0.8,  # a heading is paired with text
    "marks_agree": 1.5,  # both begin with a mark, the same one
    "marks_differ": -1.5,
}
COLUMNS = tuple(WEIGHTS)
_HEADINGS = frozenset({"heading", "signature", "caption"})


class Structure(NamedTuple):
    """A row per sentence: block number, 1 for a heading, number of the block's mark (-1: none)."""

    source: NDArray[np.int64]
    target: NDArray[np.int64]


def prepare(source: Sequence[Place], target: Sequence[Place]) -> Structure:
    """Number kinds and marks."""
    marks: dict[str, int] = {}
    sides = []
    for places in (source, target):
        rows = [
            (
                block,
                int(kind in _HEADINGS),
                marks.setdefault(mark.strip().strip("().（）．、"), len(marks)) if mark else -1,
            )
            for block, kind, mark in places
        ]
        sides.append(np.array(rows, dtype=np.int64).reshape(-1, 3))
    return Structure(*sides)


@njit
def _features(low, high, offset, table, beads, out):  # type: ignore[no-untyped-def]
    source, target = table.source, table.target
    at = corners(low, offset, beads)
    for n in range(len(beads)):
        i, j, p, q, k = at[n, 0], at[n, 1], at[n, 2], at[n, 3], at[n, 4]
        f = out[n]
        if k < 2:
            continue
        f.source_crossed = source[p - 1, 0] - source[i, 0]
        f.target_crossed = target[q - 1, 0] - target[j, 0]
        starts_source = i == 0 or source[i - 1, 0] != source[i, 0]
        starts_target = j == 0 or target[j - 1, 0] != target[j, 0]
        if starts_source and starts_target:
            f.both_start = 1.0
        elif starts_source or starts_target:
            f.one_starts = 1.0
        if source[i, 1] != target[j, 1]:
            f.kinds_differ = 1.0
        if starts_source and starts_target and source[i, 2] >= 0 and target[j, 2] >= 0:
            if source[i, 2] == target[j, 2]:
                f.marks_agree = 1.0
            else:
                f.marks_differ = 1.0


features = features_by(_features, COLUMNS)
