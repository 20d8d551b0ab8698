"""Boilerplate: the same pair in many documents (mastheads, "The meeting rose at 6 p.m.")."""

from __future__ import annotations

from array import array

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.step import Finding, Parameter, Step
from duizhao.corpus.keys import SIDES, Sides, hash64, row_key


class _Boilerplate:
    """Stores 16 bytes per row while looking: hashes of the text and of the document."""

    def __init__(self, documents: int, sides: Sides) -> None:
        self.documents = documents
        self.sides: Sides = sides
        self.texts = array("Q")
        self.documents_of = array("Q")
        self.counts: dict[int, int] = {}

    def look(self, row: Row) -> None:
        self.texts.append(row_key(row, self.sides))
        self.documents_of.append(hash64(row.source_document))

    def settle(self) -> None:
        import numpy

        if self.texts:
            pairs = numpy.stack([self.texts, self.documents_of], axis=1)
            pairs = numpy.unique(pairs, axis=0)  # each text once per document
            texts, counts = numpy.unique(pairs[:, 0], return_counts=True)
            often = counts >= self.documents
            self.counts = dict(zip(texts[often].tolist(), counts[often].tolist(), strict=True))
        self.texts, self.documents_of = array("Q"), array("Q")

    def judge(self, row: Row) -> Finding | None:
        count = self.counts.get(row_key(row, self.sides))
        return {"documents": count} if count else None


STEP = Step(
    "boilerplate",
    "The same text is in many documents; every copy is removed.",
    _Boilerplate,
    (
        Parameter("documents", 10, "Number of documents that must have the text.", 2),
        Parameter("sides", "both", "What must be the same.", choices=SIDES),
    ),
)
