"""Larger units than the bead: rows of paragraphs and of documents.

    combined(rows, "paragraph")

A paragraph row has the beads that share a block, directly or through a neighbour: if a Chinese
paragraph is two paragraphs in English, they are one row, named by its first Chinese block
(``report-p12``). A document row has all rows of a document, with a line for each paragraph.
``metadata["sentences"]`` has the original rows; sentences that are not in the corpus are missing in
the texts, and ``metadata["missing"]`` counts them by side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, Literal, get_args

from duizhao.corpus.row import Row
from duizhao.corpus.script import has_chinese

Unit = Literal["sentence", "paragraph", "document"]
UNITS: tuple[Unit, ...] = get_args(Unit)

SENTENCES, MISSING = "sentences", "missing"
DIGITS = 4


def combined(rows: Iterable[Row], unit: Unit) -> Iterator[Row]:
    """Rows of this unit; the rows of a document must follow each other."""
    if unit == "sentence":
        yield from rows
        return
    for _, own in groupby(rows, key=lambda row: (row.source_document, row.target_document)):
        paragraphs = [
            replace(_combine(group), id=f"{group[0].source_document}-p{group[0].source_blocks[0]}")
            for group in _paragraphs(list(own))
        ]
        yield from paragraphs if unit == "paragraph" else [_document(paragraphs)]


def _paragraphs(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Groups of rows that share a block of either side, in the order of their first rows."""
    group_of: dict[tuple[str, int], int] = {}
    groups: list[list[int]] = []
    for place, row in enumerate(rows):
        blocks = [
            *(("source", block) for block in row.source_blocks),
            *(("target", block) for block in row.target_blocks),
        ]
        shared = sorted({group_of[block] for block in blocks if block in group_of})
        own = [place]
        for number in shared:
            own += groups[number]
            groups[number] = []
        groups.append(sorted(own))
        for member in own:
            for block in rows[member].source_blocks:
                group_of["source", block] = len(groups) - 1
            for block in rows[member].target_blocks:
                group_of["target", block] = len(groups) - 1
    for group in sorted(filter(None, groups)):
        yield [rows[place] for place in group]


def _combine(rows: Sequence[Row]) -> Row:
    """One row from the rows of a paragraph."""
    first = rows[0]
    source_ids = _sorted(number for row in rows for number in row.source_ids)
    target_ids = _sorted(number for row in rows for number in row.target_ids)
    translated = [row for row in rows if row.mt_score is not None]
    weights = [len(row.machine_translation) or 1 for row in translated]
    scores = [row.mt_score or 0.0 for row in translated]
    return replace(
        first,
        source_ids=source_ids,
        target_ids=target_ids,
        source_blocks=_sorted(block for row in rows for block in row.source_blocks),
        target_blocks=_sorted(block for row in rows for block in row.target_blocks),
        source=_joined(rows, lambda row: row.source_ids, lambda row: row.source),
        target=_joined(rows, lambda row: row.target_ids, lambda row: row.target),
        machine_translation=" ".join(
            row.machine_translation for row in rows if row.machine_translation
        ),
        bead_type=f"{len(source_ids)}-{len(target_ids) or len(source_ids)}"
        if first.target_kind == "machine"
        else f"{len(source_ids)}-{len(target_ids)}",
        alignment_score=round(sum(row.alignment_score for row in rows), DIGITS),
        confidence=min(row.confidence for row in rows),
        signals=_signals(rows),
        mt_score=round(sum(w * s for w, s in zip(weights, scores, strict=True)) / sum(weights), 4)
        if translated
        else None,
        mt_flags=tuple(dict.fromkeys(flag for row in rows for flag in row.mt_flags)),
        metadata={**first.metadata, SENTENCES: [_inside(row) for row in rows]}
        | _missing(source_ids, target_ids),
    )


def _document(paragraphs: Sequence[Row]) -> Row:
    """One row from the paragraph rows of a document, a line for each."""
    whole = _combine(paragraphs)
    inside = [one for row in paragraphs for one in row.metadata[SENTENCES]]
    return replace(
        whole,
        id=whole.source_document,
        section="",
        source="\n".join(row.source for row in paragraphs),
        target="\n".join(row.target for row in paragraphs),
        machine_translation="\n".join(row.machine_translation for row in paragraphs),
        metadata={**whole.metadata, SENTENCES: inside},
    )


def _joined(
    rows: Sequence[Row],
    ids: Callable[[Row], tuple[int, ...]],
    text: Callable[[Row], str],
) -> str:
    """The texts in the order of their own side: a pair of moved text crosses its neighbours."""
    result = ""
    for part in (text(row) for row in sorted(rows, key=lambda row: ids(row)[:1])):
        result += f"{_between(result, part)}{part}"
    return result


def _between(before: str, after: str) -> str:
    """A space, but not next to Chinese text."""
    return "" if not before or _is_chinese(before[-1]) or _is_chinese(after[:1]) else " "


def _is_chinese(character: str) -> bool:
    is_mark = "\u3000" <= character <= "\u303f" or "\uff00" <= character <= "\uffef"
    return is_mark or has_chinese(character)


def _signals(rows: Sequence[Row]) -> dict[str, float]:
    """Sums of the signals, which are shares of the score; recognition is that of the worst row."""
    total: Counter[str] = Counter()
    for row in rows:
        total.update({k: v for k, v in row.signals.items() if k != "recognition"})
    signals = {name: round(value, DIGITS) for name, value in total.items()}
    known = [row.recognition for row in rows if row.recognition is not None]
    return signals | ({"recognition": min(known)} if known else {})


def _inside(row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "source": row.source,
        "target": row.target,
        "source_ids": list(row.source_ids),
        "target_ids": list(row.target_ids),
        "confidence": row.confidence,
    }


def _missing(source_ids: tuple[int, ...], target_ids: tuple[int, ...]) -> dict[str, Any]:
    """Sentences between the first and the last that are in no row, by side; {} if none."""
    counts = {
        side: ids[-1] - ids[0] + 1 - len(ids)
        for side, ids in (("source", source_ids), ("target", target_ids))
        if ids
    }
    found = {side: number for side, number in counts.items() if number}
    return {MISSING: found} if found else {}


def _sorted(numbers: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(numbers)))
