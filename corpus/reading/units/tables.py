"""Tables of sentences (TSV, CSV), a row each, with or without a head: the column of a language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from duizhao.corpus import tsv
from duizhao.corpus.document import Language
from duizhao.corpus.errors import InputError
from duizhao.corpus.reading import encoding
from duizhao.corpus.reading.draft import LeftOut, Reading, Source
from duizhao.corpus.reading.units import segmented

# heads that name a side rather than a language; which one it is, the text tells
_SIDES = {"source", "target", "src", "tgt", "trg", "text", "sentence", "原文", "译文"}
_SAMPLE = 200
_DELIMITERS = "\t,;|"
REGULAR = 0.6
"""Share of rows with the usual number of cells in a table; some programs cut empty cells off."""


def read_drafts(source: Source, language: Language) -> Reading:
    """A block for each row.

    The column is the one whose head names the language, else the one whose text is in it.
    """
    decoded = encoding.read_text(source.data, source.name)
    rows = tsv.rows(decoded.text, _delimiter(decoded.text, source.name))
    if not rows:
        raise InputError(f"{source.name}: an empty file")
    head = [cell.strip().lower() for cell in rows[0][1]]
    has_head = any(_is_head(cell) for cell in head)
    body = rows[1:] if has_head else rows
    cells = [row for _, row in body]
    names = head if has_head else []
    column = _column(cells, names, language)
    if column is None:
        raise segmented.missing(source.name, language, names)
    units = [(_cell(row, column), line) for line, row in body if row]
    away = _column(cells, names, segmented.OTHER[language])
    other = [_cell(row, away) for row in cells if row]
    own = [text for text, _ in units]
    both = segmented.both_sides(source.name, language, own, other) if away != column else {}
    width = len(head) if has_head else max(map(len, cells), default=0)
    surplus = [
        LeftOut("surplus_cell", cell, line=line)
        for line, row in body
        for cell in row[width:]
        if cell.strip()
    ]
    return segmented.reading(
        units, language, decoded.warnings, surplus, encoding=decoded.encoding, column=column + 1,
        **both,
    )  # fmt: skip


def _column(rows: Sequence[Sequence[str]], head: Sequence[str], language: Language) -> int | None:
    """The column whose head names the language, else the one whose text is in it."""
    named = (number for number, cell in enumerate(head) if _names(cell, language))
    column = next(named, None)
    return _by_text(rows, head, language) if column is None else column


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column] if column is not None and column < len(row) else ""


def _delimiter(text: str, name: str) -> str:
    """What parts the cells: a tab, or in a .csv file what gives the most regular table."""
    if name.lower().endswith(".tsv"):
        return "\t"
    start = "\n".join(text.split("\n", 20)[:20])

    def fit(mark: str) -> tuple[float, int, int]:
        rows = [cells for _, cells in tsv.rows(start, mark) if cells]
        widths = Counter(len(cells) for cells in rows)
        usual, count = widths.most_common(1)[0] if widths else (0, 0)
        share = count / len(rows) if usual > 1 else 0.0
        # a quotation mark inside a cell shows that another sign parts them
        marks = sum('"' in cell for cells in rows for cell in cells)
        return share if share > REGULAR else 0.0, -marks, sum(map(len, rows))

    return max(_DELIMITERS, key=fit)


def _is_head(cell: str) -> bool:
    return cell in _SIDES or _names(cell, "zh") or _names(cell, "en")


def _names(cell: str, language: Language) -> bool:
    """Whether a head names this language: ``zh``, ``en_text``, ``Chinese``."""
    return len(cell) < 30 and segmented.is_language(cell, language)


def _by_text(rows: Sequence[Sequence[str]], head: Sequence[str], language: Language) -> int | None:
    """The column with the most text in this language, None where none has any."""
    best, most = None, 0
    for column in range(max(map(len, rows), default=0)):
        if head and column < len(head) and not _is_head(head[column]):
            continue
        text = " ".join(row[column] for row in rows[:_SAMPLE] if column < len(row))
        score = segmented.amount(text, language)
        if score > most:
            best, most = column, score
    return best
