"""Exact duplicates: the same pair again, apart from case, width and white space."""

from __future__ import annotations

from array import array

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.step import Finding, Parameter, Step
from duizhao.corpus.keys import SIDES, Sides, row_key


class _ExactDuplicates:
    """Stores 8 bytes per row while looking; ids only of rows that have a duplicate."""

    def __init__(self, sides: Sides) -> None:
        self.sides: Sides = sides
        self.keys = array("Q")
        self.repeated: set[int] = set()
        self.first: dict[int, str] = {}

    def look(self, row: Row) -> None:
        self.keys.append(row_key(row, self.sides))

    def settle(self) -> None:
        import numpy

        keys, counts = numpy.unique(numpy.asarray(self.keys), return_counts=True)
        self.repeated = set(keys[counts > 1].tolist())
        self.keys = array("Q")

    def judge(self, row: Row) -> Finding | None:
        key = row_key(row, self.sides)
        if key not in self.repeated:
            return None
        first = self.first.setdefault(key, row.id)
        return None if first == row.id else {"same_as": first}


STEP = Step(
    "exact_duplicates",
    "The same pair occurs earlier in the corpus; the first one stays.",
    _ExactDuplicates,
    (Parameter("sides", "both", "What must be the same.", choices=SIDES),),
)
