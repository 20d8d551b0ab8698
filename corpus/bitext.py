"""The bitext: beads with their texts and provenance, one row of the corpus each.

The identity that holds for every run (`check_identity`): each sentence of either document is in
exactly one row or in exactly one ledger entry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from corpus.document import Document, LedgerEntry

TargetKind = Literal["human", "machine"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the corpus.

    Ids count from 0 through the document. `target` is the reference's text (`target_kind`
    "human") or, without a reference, the machine translation ("machine"; then target ids and
    blocks are empty). `alignment_score`, `confidence` and `signals` are the bead's. `mt_score`
    is the mean log-probability a token of the machine translation, `mt_flags` what its guards
    found. `metadata` are further columns of a batch's manifest.
    """

    id: str
    source_document: str
    target_document: str | None
    source_ids: tuple[int, ...]
    target_ids: tuple[int, ...]
    source_blocks: tuple[int, ...]
    target_blocks: tuple[int, ...]
    section: str
    source: str
    target: str
    machine_translation: str
    target_kind: TargetKind
    bead_type: str
    alignment_score: float
    confidence: float
    signals: Mapping[str, float] = field(default_factory=dict)
    mt_score: float | None = None
    mt_flags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bitext:
    """Rows in document order, and the ledger of what is not in them."""

    rows: tuple[Row, ...]
    ledger: tuple[LedgerEntry, ...]


def check_identity(
    rows: Iterable[Row],
    ledger: Iterable[LedgerEntry],
    source: Document,
    target: Document | None,
) -> None:
    """Raise AssertionError unless rows + ledger hold every sentence of both documents once."""
    rows = list(rows)
    ledger = list(ledger)
    sides: Sequence[tuple[str, Document | None, Iterable[int]]] = (
        ("source", source, (number for row in rows for number in row.source_ids)),
        ("target", target, (number for row in rows for number in row.target_ids)),
    )
    for side, document, kept in sides:
        left_out = [
            entry.sentence
            for entry in ledger
            if entry.side == side and entry.sentence is not None
        ]
        found = Counter([*kept, *left_out])
        expected = Counter(range(len(document.sentences) if document else 0))
        assert found == expected, (
            f"{side} sentences lost: {sorted((expected - found).elements())[:10]}, "
            f"doubled: {sorted((found - expected).elements())[:10]}"
        )
