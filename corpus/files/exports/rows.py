"""Changes of the rows before an export: without machine translation, duplicates merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from duizhao.corpus.row import Row

MERGED = "merged_ids"
"""In the metadata of a row: the ids of the rows with the same texts that were merged into it."""


def without_machine_translation(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows without anything that a machine translated.

    Rows whose target is a machine translation are left out, so that they cannot enter a client's
    translation memory.
    """
    for row in rows:
        if row.target_kind == "human":
            yield replace(row, machine_translation="", mt_score=None, mt_flags=())


def merged_duplicates(rows: Iterable[Row]) -> list[Row]:
    """Rows with the same two texts as one row, the first; its metadata lists the others' ids."""
    first: dict[tuple[str, str], Row] = {}
    others: dict[str, list[str]] = {}
    for row in rows:
        kept = first.setdefault((row.source, row.target), row)
        if kept is not row:
            others.setdefault(kept.id, []).append(row.id)
    return [
        replace(row, metadata={**row.metadata, MERGED: others[row.id]}) if row.id in others else row
        for row in first.values()
    ]
