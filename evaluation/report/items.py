"""The lines of the page: rows of the corpus, and the sentences that are not in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from duizhao.corpus.bitext import Row
from duizhao.corpus.document import LedgerEntry
from duizhao.evaluation.report.summary import segment_chrf

LOW_CONFIDENCE = 0.5
"""Confidence below which the page marks a bead as doubtful."""

REVIEW_COLUMNS = ("review", "reviewed_by", "reviewed_at")
"""Metadata that `duizhao apply` adds to a row that a review changed."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the page: a row of the corpus, or sentences that are not in it.

    `left` is the reason why they are not in the corpus, "" for a row. `note` has the edits of a
    review, their reviewer and the time of the last one. `made` is the origin of the bead:
    "aligner", "person" or "realigned". `moved`: its target is elsewhere in the order of the
    document.
    """

    key: str
    document: str
    section: str
    type: str
    source: str
    translation: str
    target: str
    source_ids: tuple[int, ...]
    target_ids: tuple[int, ...]
    confidence: float | None = None
    score: float | None = None
    chrf: float | None = None
    mt_score: float | None = None
    flags: tuple[str, ...] = ()
    signals: Mapping[str, float] = field(default_factory=dict)
    left: str = ""
    note: tuple[str, str, str] | None = None
    checked: bool = False
    made: str = "aligner"
    moved: bool = False


def items_of(rows: Sequence[Row], ledger: Iterable[LedgerEntry]) -> list[Item]:
    """Rows and left-out sentences, in document order."""
    left_out: dict[str, list[LedgerEntry]] = defaultdict(list)
    for entry in ledger:
        if entry.sentence is not None:
            left_out[entry.document].append(entry)
    by_document: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_document[row.source_document].append(row)
    items: list[Item] = []
    # a batch orders them by split and shard, in which documents are scattered
    for document in sorted(by_document, key=_natural):
        own_rows = by_document[document]
        own_rows.sort(key=lambda row: (row.source_ids, row.target_ids))
        target = own_rows[0].target_document
        entries = left_out.pop(document, [])
        if target is not None and target != document:
            entries = entries + left_out.pop(target, [])
        items += _interleave(document, own_rows, entries)
    for document in sorted(left_out, key=_natural):
        items += _interleave(document, [], left_out[document])
    return items


def item_of_row(row: Row) -> Item:
    """The line of a corpus row."""
    review, by, at = (str(row.metadata.get(name) or "") for name in REVIEW_COLUMNS)
    return Item(
        key=row.id,
        document=row.source_document,
        section=row.section,
        type=row.bead_type,
        source=row.source,
        translation=row.machine_translation,
        target=row.target if row.target_kind == "human" else "",
        source_ids=row.source_ids,
        target_ids=row.target_ids,
        confidence=row.confidence,
        score=row.alignment_score,
        mt_score=row.mt_score,
        flags=row.mt_flags,
        signals=row.signals,
        note=note_of(review, by, at) if review else None,
        checked=bool(row.metadata.get("checked")),
        moved=bool(row.metadata.get("moved")),
    )


def note_of(edits: str, by: str, at: str) -> tuple[str, str, str]:
    """The note of edits (``merge, check``) by a reviewer, with date and time in minutes."""
    return edits, by, at[:16].replace("T", " ")


def with_chrf(items: Sequence[Item], scores: Mapping[str, Any]) -> list[Item]:
    """Items with their chrF++, computed here if the scores do not contain it."""
    known = segment_chrf(scores)
    missing = [
        item
        for item in items
        if not item.left and item.target and item.translation and item.key not in known
    ]
    if missing:
        from duizhao.evaluation.metrics.translation import segment_scores

        values = segment_scores(
            [item.translation for item in missing], [item.target for item in missing], "chrf++"
        )
        known = known | {item.key: value for item, value in zip(missing, values, strict=True)}
    return [replace(item, chrf=known.get(item.key)) for item in items]


def place_name(document: str, source_ids: Sequence[int], target_ids: Sequence[int]) -> str:
    """A name for sentences that were not built as a row: ``report-s12t14``, by the first ones."""
    ends = [f"{side}{ids[0]}" for side, ids in (("s", source_ids), ("t", target_ids)) if ids]
    return f"{document}-{''.join(ends)}"


def _interleave(document: str, rows: Sequence[Row], entries: Sequence[LedgerEntry]) -> list[Item]:
    """Rows and left-out sentences in reading order."""
    ends = {
        "source": [max(row.source_ids, default=-1) for row in rows],
        "target": [max(row.target_ids, default=-1) for row in rows],
    }
    placed: list[tuple[float, int, int, Item]] = [
        (place, 0, 0, item_of_row(row)) for place, row in enumerate(rows)
    ]
    for group in _groups(entries):
        first = group[0]
        assert first.sentence is not None
        # after the last row that ends before this sentence
        place = bisect_right(ends[first.side], first.sentence) - 0.5
        side = 1 if first.side == "source" else 2
        section = rows[min(max(int(place), 0), len(rows) - 1)].section if rows else ""
        placed.append((place, side, first.sentence, _item_left_out(document, section, group)))
    return [item for *_, item in sorted(placed, key=lambda entry: entry[:3])]


def _groups(entries: Sequence[LedgerEntry]) -> list[list[LedgerEntry]]:
    """Entries of one filtered bead together (``detail["bead"]`` names it), others alone."""
    groups: dict[object, list[LedgerEntry]] = defaultdict(list)
    for number, entry in enumerate(entries):
        groups[entry.detail.get("bead", number)].append(entry)
    # the source side first, because it determines where a filtered bead is shown
    return [
        sorted(group, key=lambda entry: (entry.side, entry.sentence or 0))
        for group in groups.values()
    ]


def _item_left_out(document: str, section: str, group: Sequence[LedgerEntry]) -> Item:
    source = [entry for entry in group if entry.side == "source"]
    target = [entry for entry in group if entry.side == "target"]
    source_ids, target_ids = (
        tuple(entry.sentence for entry in side if entry.sentence is not None)
        for side in (source, target)
    )
    return Item(
        key=place_name(document, source_ids, target_ids),
        document=document,
        section=section,
        type=f"{len(source)}-{len(target)}",
        source="".join(entry.text for entry in source),
        translation=" ".join(str(entry.detail.get("machine_translation", "")) for entry in source),
        target=" ".join(entry.text for entry in target),
        source_ids=source_ids,
        target_ids=target_ids,
        confidence=group[0].detail.get("confidence"),
        left=group[0].reason,
    )


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort key that puts S-2021-99 before S-2021-130."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", name)]
