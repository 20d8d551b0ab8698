r"""The one dialect of tab-separated values that duizhao writes and reads.

A row is exactly one line: a tab or line break inside a text becomes a space. A cell that contains
a quotation mark is quoted, and its marks are doubled, as the csv module, spreadsheets, pandas
(``sep="\t"``) and datasets expect it.

    >>> line(["a\tb", 7]).split("\t")
    ['a b', '7']

A spreadsheet runs a cell that starts with ``= + - @`` as a formula. The escaped form has an
apostrophe before such a cell, which keeps it a text; other programs read the apostrophe as part of
the text, so this form is for spreadsheets only.

    >>> cell("=1+1", escaped=True), cell(-1.5, escaped=True)
    ("'=1+1", -1.5)
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

_BREAK = re.compile(r"[\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
# in some languages, Excel treats the full-width signs as the same
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
# a translation memory may hold a book in one cell
csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


@dataclass(frozen=True, slots=True)
class Form:
    """Changes to a file for spreadsheets.

    Attributes:
        bom: begin with a byte-order mark, without which Excel reads Chinese in a wrong encoding.
        escaped: escape cells that a spreadsheet would run as formulas.
    """

    bom: bool = False
    escaped: bool = False


PLAIN = Form()
"""The form for programs."""

BOM = "\ufeff"


def line(cells: Iterable[object], *, escaped: bool = False) -> str:
    """A row as a line, without its end."""
    buffer = io.StringIO()
    values = [cell(value, escaped=escaped) for value in cells]
    csv.writer(buffer, delimiter="\t", lineterminator="").writerow(values)
    return buffer.getvalue()


def cell(value: object, *, escaped: bool = False) -> object:
    """A value as it is written, before quoting."""
    if not isinstance(value, str):
        return value
    text = _BREAK.sub(" ", value)
    return f"'{text}" if escaped and _FORMULA.match(text) else text


def rows(text: str, delimiter: str = "\t") -> list[tuple[int, list[str]]]:
    r"""The line number and the cells of each row, of our dialect and of others.

    Files of other programs may leave quotation marks as they are (``"他说\tHe said``), or have
    line breaks in quoted cells. Quotation marks are read as quoting if that yields a table.

    >>> rows('"a"\tb'), rows('"a\tb')
    ([(1, ['a', 'b'])], [(1, ['"a', 'b'])])
    """
    text = text.removeprefix("\ufeff")
    quoted = _quoted(text, delimiter)
    if quoted is not None:
        return quoted
    lines = re.split(r"\r\n|\n|\r", text)
    while lines and not lines[-1]:
        lines.pop()
    return [(number, each.split(delimiter)) for number, each in enumerate(lines, 1)]


def listed(text: str) -> list[tuple[int, list[str]]]:
    r"""The rows of a list written by hand, such as a glossary: no blank lines, no comments (#).

    >>> listed("# terms\n\n安理会\t Security Council \n")
    [(3, ['安理会', 'Security Council'])]
    """
    stripped = ((number, [each.strip() for each in row]) for number, row in rows(text))
    return [(number, row) for number, row in stripped if any(row) and not row[0].startswith("#")]


def _quoted(text: str, delimiter: str) -> list[tuple[int, list[str]]] | None:
    """The rows with quotation marks read as quoting; None if the text is not quoted like that."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[tuple[int, list[str]]] = []
    last = 0
    try:
        for row in reader:
            found.append((last + 1, row))
            last = reader.line_num
    except csv.Error:
        return None
    broken = [each for _, row in found for each in row if _has_break(each)]
    # a stray quotation mark that swallows lines leaves rows of unusual width, or cells of tabs
    usual = Counter(len(row) for _, row in found if row).most_common(1)
    odd = any(len(row) != usual[0][0] for _, row in found if any(map(_has_break, row)))
    return None if odd or any("\t" in each for each in broken) else found


def _has_break(cell: str) -> bool:
    return "\n" in cell or "\r" in cell
