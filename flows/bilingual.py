"""Two documents from one bilingual file: their common groups, and the reader's ledger."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from duizhao.corpus.document import Document, LedgerEntry
from duizhao.flows.results import ReadResult

if TYPE_CHECKING:
    from duizhao.corpus.alignment.groups import Groups


def is_bilingual(document: Document) -> bool:
    """Whether the file that this document was read from has both languages."""
    return bool(document.metadata.get("arrangement") or document.metadata.get("bilingual"))


def groups_of(source: Document, target: Document) -> Groups | None:
    """The group of each sentence of both sides of a bilingual file, None if it is unknown."""
    points = source.metadata.get("groups")
    if not points or not _same_file(source, target):
        return None
    found = []
    for side, document in enumerate((source, target)):
        starts = [point[side] for point in points]
        found.append([bisect_right(starts, sentence.block) for sentence in document.sentences])
    return found[0], found[1]


def _same_file(source: Document, target: Document) -> bool:
    """Whether both documents are the sides of one bilingual file."""
    named = [
        (one.metadata.get("arrangement"), one.metadata.get("sha256")) for one in (source, target)
    ]
    return bool(named[0][0]) and named[0] == named[1]


def left_out_by_readers(source: ReadResult, target: ReadResult | None) -> tuple[LedgerEntry, ...]:
    """The ledgers of both readings; for a bilingual file, each text in neither document once."""
    if target is None or not _same_file(source.document, target.document):
        return (*source.ledger, *(target.ledger if target else ()))
    return tuple(entry for entry in source.ledger if entry.reason != "other_language")
