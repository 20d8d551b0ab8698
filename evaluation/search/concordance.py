"""Keyword in context with its counterpart, and how often each counterpart occurs."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from duizhao.evaluation.search.counterparts import Translation, spans_of, translations
from duizhao.evaluation.search.index import Progress, open_index
from duizhao.evaluation.search.query import Query, parse

SAMPLE = 250
"""Most matching rows in which counterparts are counted."""


@dataclass(frozen=True, slots=True)
class Filters:
    """The rows to search: documents whose id contains `document`, ranges of date and confidence.

    Dates are compared as text, so ISO dates and years work; rows without a date are included only
    if neither `since` nor `until` is set.
    """

    document: str = ""
    since: str = ""
    until: str = ""
    min_confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Hit:
    """A matching row: `source_marks` and `target_marks` are (start, end) of the text to mark.

    `link` is the address of the row in the report page of its corpus, "" if there is no page.

    On the side of the query, the matches are marked; on the other side the likely counterpart, if
    there is one.
    """

    corpus: str
    id: str
    document: str
    date: str
    confidence: float
    source: str
    target: str
    source_marks: tuple[tuple[int, int], ...]
    target_marks: tuple[tuple[int, int], ...]
    link: str = ""


@dataclass(frozen=True, slots=True)
class Concordance:
    """`total` matching rows, the first `hits` of them, and the counterparts by frequency."""

    total: int
    hits: tuple[Hit, ...]
    translations: tuple[Translation, ...]


def search(
    corpora: Sequence[Path],
    text: str,
    *,
    filters: Filters | None = None,
    limit: int = 50,
    progress: Progress = lambda rows: None,
) -> Concordance:
    """Rows of the corpora that match; InputError for an empty query or a folder without corpus."""
    query = parse(text)
    filters = filters or Filters()
    total = 0
    found: list[tuple[str, tuple[str, str, str, float, str, str]]] = []
    sample: list[tuple[str, str]] = []
    connections = [(str(corpus), open_index(corpus, progress)) for corpus in corpora]
    for corpus, connection in connections:
        matching, values = _matching(query, filters)
        total += _count(connection, query, filters)
        wanted = max(limit - len(found), SAMPLE - len(sample))
        if wanted > 0:
            rows = connection.execute(
                f"SELECT id, document, date, confidence, source, target {matching} LIMIT ?",
                (*values, wanted),
            ).fetchall()
            sample += [(row[4], row[5]) for row in rows][: SAMPLE - len(sample)]
            found += [(corpus, row) for row in rows][: limit - len(found)]
    counted = translations(query, sample, [connection for _, connection in connections])
    for _, connection in connections:
        connection.close()
    hits = []
    for corpus, row in found:
        source_marks, target_marks = spans_of(query, counted, row[4], row[5])
        hits.append(Hit(corpus, *row, source_marks, target_marks, _link(Path(corpus), row[0])))
    return Concordance(total, tuple(hits), counted)


def _link(corpus: Path, row: str) -> str:
    page = corpus / "report.html"
    return f"{page.resolve().as_uri()}#bead={quote(row)}" if page.is_file() else ""


def _count(connection: sqlite3.Connection, query: Query, filters: Filters) -> int:
    """The number of matching rows; without filters the full-text index suffices."""
    if filters != Filters():
        matching, values = _matching(query, filters)
        return int(connection.execute(f"SELECT count(*) {matching}", values).fetchone()[0])
    tables = query.matches
    parts = [f"SELECT rowid FROM {table} WHERE {table} MATCH ?" for table in tables]
    sql = f"SELECT count(*) FROM ({' INTERSECT '.join(parts)})"
    return int(connection.execute(sql, tuple(tables.values())).fetchone()[0])


def _matching(query: Query, filters: Filters) -> tuple[str, tuple[str | float, ...]]:
    """FROM and WHERE of the matching rows in order, and the values.

    The first side is read from its index row by row, so that a LIMIT ends the work.
    """
    first, *others = query.matches
    parts = [f"{first} MATCH ?"]
    values: list[str | float] = list(query.matches.values())
    for table in others:
        parts.append(f"number IN (SELECT rowid FROM {table} WHERE {table} MATCH ?)")
    if filters.document:
        parts.append("instr(lower(document), lower(?)) > 0")
        values.append(filters.document)
    if filters.since:
        parts.append("date >= ?")
        values.append(filters.since)
    if filters.until:
        parts.append("date <> '' AND date <= ? || '~'")  # ~ sorts after the rest of a longer date
        values.append(filters.until)
    if filters.min_confidence > 0:
        parts.append("confidence >= ?")
        values.append(filters.min_confidence)
    where = " AND ".join(parts)
    return f"FROM {first} CROSS JOIN rows ON number = {first}.rowid WHERE {where}", tuple(values)
