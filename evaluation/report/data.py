"""What the page shows, as one JSON value: the beads, the scores, what was left out."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from duizhao.corpus.bitext import Row
from duizhao.corpus.document import LedgerEntry
from duizhao.evaluation.report.dotplot import similar_places
from duizhao.evaluation.report.folder import Folder

LOW_CONFIDENCE = 0.5
"""Beads under this are called unsure on the page."""

CONFIDENCE_EDGES = (0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1)
"""Edges of the bars of confidence: finer towards 1, where most beads are."""

REVIEW_COLUMNS = ("review", "reviewed_by", "reviewed_at")
"""What `duizhao apply` adds to the metadata of a row that a review touched."""

BEAD_FIELDS = (
    "key",  # what a permalink names
    "document",  # index into `documents`
    "section",  # index into `sections`
    "type",
    "source",
    "translation",
    "target",
    "confidence",
    "score",
    "chrf",
    "mtScore",
    "flags",
    "signals",  # values in the order of `signals`
    "sourceIds",
    "targetIds",
    "left",  # reason why this is not in the corpus, "" for a row of it
    "note",  # who made or checked it and when, "" without a review
    "checked",
    "made",  # "aligner", "person" or "realigned"
)
"""The order of the values in each bead's list; the page's scripts read it from the data."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the page: a row of the corpus, or sentences that are not in it."""

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
    note: str = ""
    checked: bool = False
    made: str = "aligner"


def page_data(folder: Folder) -> dict[str, Any]:
    """Everything the page of a build shows; its chrF by segment is scored here if need be."""
    items = with_chrf(items_of(folder.rows, folder.ledger), folder.scores)
    return assemble(items, folder)


def assemble(
    items: Sequence[Item], folder: Folder, encoder: Encoder | None = None
) -> dict[str, Any]:
    """The page's data for these items and the folder's scores and account of the run.

    `encoder` is one that made an earlier page, so that numbers mean the same on both.
    """
    from duizhao.evaluation.report.summary import run_facts, score_cards, score_notes

    encoder = encoder or Encoder()
    beads = [encoder.encode(item) for item in items]
    documents, sections = list(encoder.documents), list(encoder.sections)
    has_reference = any(row.target_kind == "human" for row in folder.rows) or not folder.rows
    return {
        "title": documents[0] if len(documents) == 1 else folder.path.resolve().name,
        "facts": run_facts(folder),
        "scores": score_cards(folder) if has_reference else [],
        "notes": score_notes(folder),
        "hasReference": has_reference,
        "lowConfidence": LOW_CONFIDENCE,
        "confidenceEdges": CONFIDENCE_EDGES,
        "documents": documents,
        "sections": [title for _, title in sections],
        "sectionDocuments": [documents.index(document) for document, _ in sections],
        "signals": list(encoder.signals),
        "fields": BEAD_FIELDS,
        "beads": beads,
        "dots": similar_places(items) if has_reference else [],
        "furniture": furniture(folder.ledger),
        "judged": (folder.run.get("review") or {}).get("judged") or [],
        "review": None,
    }


@dataclass(frozen=True, slots=True)
class Encoder:
    """Turns items into the page's lists, against lists of names that only grow.

    A name has one number for as long as the encoder lives, so that pages of one review agree.
    """

    documents: dict[str, int] = field(default_factory=dict)
    sections: dict[tuple[str, str], int] = field(default_factory=dict)
    signals: dict[str, int] = field(default_factory=dict)

    def encode(self, item: Item) -> list[Any]:
        """The item's values in the order of BEAD_FIELDS; names not seen before are added."""
        for name in item.signals:
            _index(self.signals, name)
        return [
            item.key,
            _index(self.documents, item.document),
            _index(self.sections, (item.document, item.section)),
            item.type,
            item.source,
            item.translation,
            item.target,
            number(item.confidence, 4),
            number(item.score, 3),
            number(item.chrf, 2),
            number(item.mt_score, 3),
            list(item.flags),
            [number(item.signals.get(name), 3) for name in self.signals] if item.signals else [],
            list(item.source_ids),
            list(item.target_ids),
            item.left,
            item.note,
            int(item.checked),
            item.made,
        ]


def items_of(rows: Sequence[Row], ledger: Iterable[LedgerEntry]) -> list[Item]:
    """Rows and left-out sentences in the order of the documents."""
    left_out: dict[str, list[LedgerEntry]] = defaultdict(list)
    for entry in ledger:
        if entry.sentence is not None:
            left_out[entry.document].append(entry)
    by_document: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_document[row.source_document].append(row)
    placed: list[Item] = []
    # a batch has them by split and shard, where nobody finds one
    for document in sorted(by_document, key=_natural):
        own_rows = by_document[document]
        own_rows.sort(key=lambda row: (row.source_ids, row.target_ids))
        target = own_rows[0].target_document
        entries = left_out.pop(document, [])
        if target is not None and target != document:
            entries = entries + left_out.pop(target, [])
        placed += _interleave(document, own_rows, entries)
    for document in sorted(left_out, key=_natural):
        placed += _interleave(document, [], left_out[document])
    return placed


def item_of_row(row: Row) -> Item:
    """The line of a corpus row."""
    told = {name: str(row.metadata.get(name) or "") for name in REVIEW_COLUMNS}
    note = ""
    if told["review"]:
        date = told["reviewed_at"][:16].replace("T", " ")
        note = f"{told['review']} by {told['reviewed_by']}, {date}"
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
        note=note,
        checked=bool(row.metadata.get("checked")),
    )


def with_chrf(items: Sequence[Item], scores: Mapping[str, Any]) -> list[Item]:
    """Items with chrF++ by segment, taken from the scores where they have it, else scored."""
    from dataclasses import replace

    from duizhao.evaluation.report.summary import segment_chrf

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


def furniture(ledger: Iterable[LedgerEntry]) -> list[dict[str, Any]]:
    """What the readers left out (page heads, job numbers ...) by side and reason, with examples."""
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for entry in ledger:
        if entry.sentence is None:
            groups[entry.side, entry.stage, entry.reason].append(entry.text)
    return [
        {
            "side": side,
            "stage": stage,
            "reason": reason,
            "count": len(texts),
            "examples": [text[:160] for text, _ in Counter(texts).most_common(5)],
        }
        for (side, stage, reason), texts in sorted(groups.items(), key=lambda pair: -len(pair[1]))
    ]


def place_name(document: str, source_ids: Sequence[int], target_ids: Sequence[int]) -> str:
    """A name for sentences that are no row as built, by their first ones: ``report-s12t14``."""
    ends = [f"{side}{ids[0]}" for side, ids in (("s", source_ids), ("t", target_ids)) if ids]
    return f"{document}-{''.join(ends)}"


def number(value: float | None, digits: int) -> float | None:
    """Rounded for the page; None for what JSON cannot say (NaN, infinity)."""
    return None if value is None or not math.isfinite(value) else round(value, digits)


def _interleave(document: str, rows: Sequence[Row], entries: Sequence[LedgerEntry]) -> list[Item]:
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
    for number_, entry in enumerate(entries):
        groups[entry.detail.get("bead", number_)].append(entry)
    # the source side first, so that a filtered bead stands at the place of its source
    return [
        sorted(group, key=lambda entry: (entry.side, entry.sentence or 0))
        for group in groups.values()
    ]


def _item_left_out(document: str, section: str, group: Sequence[LedgerEntry]) -> Item:
    source = [entry for entry in group if entry.side == "source"]
    target = [entry for entry in group if entry.side == "target"]
    first = group[0]
    return Item(
        key=place_name(
            document,
            tuple(entry.sentence or 0 for entry in source),
            tuple(entry.sentence or 0 for entry in target),
        ),
        document=document,
        section=section,
        type=f"{len(source)}-{len(target)}",
        source="".join(entry.text for entry in source),
        translation=" ".join(str(entry.detail.get("machine_translation", "")) for entry in source),
        target=" ".join(entry.text for entry in target),
        source_ids=tuple(entry.sentence for entry in source if entry.sentence is not None),
        target_ids=tuple(entry.sentence for entry in target if entry.sentence is not None),
        confidence=first.detail.get("confidence"),
        left=first.reason,
    )


def _index(numbers: dict[Any, int], name: Any) -> int:
    """The number of a name: the next one when it is new."""
    return numbers.setdefault(name, len(numbers))


def _natural(name: str) -> list[tuple[int, str]]:
    """To sort names as people do: S-2021-99 before S-2021-130."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", name)]
