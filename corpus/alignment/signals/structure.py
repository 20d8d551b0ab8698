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

from duizhao.corpus.alignment.lattice import Band

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


def features(table: Structure, band: Band, at: NDArray[np.int64]) -> NDArray[np.float32]:
    """Features of beads given by their corners: (beads, columns)."""
    out = np.zeros((len(at), len(COLUMNS)), dtype=np.float32)
    pairs = at[:, 4] >= 2
    i, j, p, q, _ = at[pairs].T
    source, target = table.source, table.target
    source_starts = _starts(source[:, 0])[i]
    target_starts = _starts(target[:, 0])[j]
    mark, other = source[i, 2], target[j, 2]
    marked = source_starts & target_starts & (mark >= 0) & (other >= 0)
    values = {
        "source_crossed": source[p - 1, 0] - source[i, 0],
        "target_crossed": target[q - 1, 0] - target[j, 0],
        "both_start": source_starts & target_starts,
        "one_starts": source_starts ^ target_starts,
        "kinds_differ": source[i, 1] != target[j, 1],
        "marks_agree": marked & (mark == other),
        "marks_differ": marked & (mark != other),
    }
    out[pairs] = np.stack([values[name] for name in COLUMNS], axis=1)
    return out


def _starts(blocks: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which sentences begin a block."""
    return np.append(True, blocks[1:] != blocks[:-1])
