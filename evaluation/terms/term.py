"""A bilingual term as it is extracted from a corpus."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Variant:
    """An English form and the rows that have it beside the Chinese term.

    examples: ids of the first of these rows. context: the English text of the first one.
    """

    text: str
    rows: int
    examples: tuple[str, ...]
    context: str


@dataclass(frozen=True, slots=True)
class BilingualTerm:
    """A Chinese term and its English forms, the most frequent one first.

    count: occurrences of the Chinese term. rows: rows with it. documents: documents with it.
    termhood: log likelihood of its frequency against general text, in nats. score: how certainly
    the first form is its counterpart, 0 to 1.
    """

    chinese: str
    english: tuple[Variant, ...]
    count: int
    rows: int
    documents: int
    termhood: float
    score: float

    @property
    def is_consistent(self) -> bool:
        """Whether the corpus has one English form for it."""
        return len(self.english) == 1
