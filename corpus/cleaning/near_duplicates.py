"""Near duplicates: almost the same words (MinHash, Broder 1997; signatures by rensa).

Signatures of 64 values are divided into 8 bands; rows that share a band are compared by the exact
Jaccard similarity of their shingles, so that no row is removed on an estimate. Two rows of
similarity 0.9 share a band with probability 0.99.
"""

from __future__ import annotations

import re
from array import array
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.step import Finding, Parameter, Step
from duizhao.corpus.keys import hash64, plain
from duizhao.corpus.script import HAN_CHARACTER

if TYPE_CHECKING:
    from numpy.typing import NDArray

BANDS = 8
ROWS_A_BAND = 8
_WORD = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")


def shingles(row: Row, *, numbers: bool) -> frozenset[str]:
    """Pairs of neighbouring Chinese characters and of neighbouring English words."""
    pairs: set[str] = set()
    for text in (row.source, row.target):
        spaced = HAN_CHARACTER.sub(r" \g<0> ", plain(text))
        words = _WORD.findall(spaced if numbers else _DIGIT.sub("0", spaced))
        pairs.update(f"{a} {b}" for a, b in pairwise(words))
        if len(words) == 1:
            pairs.add(words[0])
    return frozenset(pairs)


def _hashes(shingles: frozenset[str]) -> NDArray[Any]:
    """Shingles as sorted 8-byte numbers, a tenth of the size of the strings."""
    import numpy

    return numpy.array(sorted(hash64(shingle) for shingle in shingles), dtype=numpy.uint64)


def _jaccard(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Size of the intersection over the size of the union."""
    import numpy

    both = len(numpy.intersect1d(one, other, assume_unique=True))
    return both / max(len(one) + len(other) - both, 1)


class _NearDuplicates:
    """Stores 64 bytes per row while looking, then 8 per shingle of rows compared with others."""

    def __init__(self, similarity: float, numbers: str) -> None:
        self.similarity = similarity
        self.numbers = numbers == "differ"
        self.bands = array("Q")
        self.rivals: dict[int, list[int]] = {}
        self.wanted: set[int] = set()
        self.shingles: dict[int, tuple[str, NDArray[Any]]] = {}
        self.stands_for: dict[int, int] = {}
        self.row = -1

    def look(self, row: Row) -> None:
        from rensa import RMinHash

        sketch = RMinHash(num_perm=BANDS * ROWS_A_BAND, seed=1)
        pairs = shingles(row, numbers=self.numbers)
        # a row of symbols has no shingles; it must not equal every other such row
        sketch.update(sorted(pairs) or [row.source, row.target])
        digest = sketch.digest()
        for start in range(0, len(digest), ROWS_A_BAND):
            self.bands.append(hash64(repr(digest[start : start + ROWS_A_BAND])))

    def settle(self) -> None:
        """Rows that share a band with an earlier row, with the first row of each such band."""
        import numpy

        table = numpy.asarray(self.bands).reshape(-1, BANDS)
        for band in range(BANDS):
            column = table[:, band]
            _, first, back = numpy.unique(column, return_index=True, return_inverse=True)
            rival = first[back]
            for row in numpy.flatnonzero(rival != numpy.arange(len(column))).tolist():
                self.rivals.setdefault(row, []).append(int(rival[row]))
                self.wanted.add(int(rival[row]))
        self.bands = array("Q")

    def judge(self, row: Row) -> Finding | None:
        self.row += 1
        rivals = {self.stands_for.get(rival, rival) for rival in self.rivals.get(self.row, ())}
        if not rivals and self.row not in self.wanted:
            return None
        hashes = _hashes(shingles(row, numbers=self.numbers))
        for rival in sorted(rivals):
            name, theirs = self.shingles[rival]
            similarity = _jaccard(hashes, theirs)
            if similarity >= self.similarity:
                self.stands_for[self.row] = rival
                return {"near": name, "similarity": round(similarity, 3)}
        self.shingles[self.row] = (row.id, hashes)
        return None


STEP = Step(
    "near_duplicates",
    "Almost the same pair occurs earlier in the corpus; the first one stays.",
    _NearDuplicates,
    (
        Parameter(
            "similarity", 0.9, "Jaccard similarity from which two rows are duplicates.", 0.5, 1
        ),
        Parameter(
            "numbers",
            "differ",
            "ignore: rows that differ only in digits are duplicates too.",
            choices=("differ", "ignore"),
        ),
    ),
)
