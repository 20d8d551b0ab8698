"""The columns of the tables for people (XLSX, CSV): both texts first, the row's id last."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from duizhao.corpus.files.exports.xml import clean
from duizhao.corpus.row import Row

SOURCE = "中文"
TARGET = "English"
CONFIDENCE = "confidence"
CHECKED = "checked"
ID = "id"

LOW, MIDDLE = 0.5, 0.9
"""Confidences below which rows have another colour."""

COLUMNS: Mapping[str, Callable[[Row], str | float]] = {
    SOURCE: lambda row: row.source,
    TARGET: lambda row: row.target,
    CONFIDENCE: lambda row: row.confidence,
    CHECKED: lambda row: "yes" if row.metadata.get("checked") else "",
    "flags": lambda row: ", ".join(row.mt_flags),
    "machine translation": lambda row: (
        row.machine_translation if row.target_kind == "human" else ""
    ),
    "section": lambda row: row.section,
    "document": lambda row: row.source_document,
    "bead": lambda row: row.bead_type,
    ID: lambda row: row.id,
}
"""For each heading, the function that returns a row's value."""


def plain(text: str) -> str:
    """A text without what a spreadsheet may change: kinds of white space, control characters."""
    return " ".join(clean(text).split())


def text_hash(source: str, target: str) -> str:
    """A short hash of a row's texts, which shows whether they were edited since an export."""
    texts = f"{plain(source)}\n{plain(target)}"
    return hashlib.sha256(texts.encode()).hexdigest()[:16]


def level(confidence: float) -> str:
    """low, middle or high, for colours."""
    if confidence < LOW:
        return "low"
    return "middle" if confidence < MIDDLE else "high"
