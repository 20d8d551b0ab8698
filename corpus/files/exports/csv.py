"""CSV for Excel: UTF-8 with a byte-order mark, the columns of the XLSX file.

A cell that a spreadsheet would run as a formula (``= + - @``) begins with an apostrophe. For
programs, `tsv` and `jsonl` have every column and no such marks.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable
from typing import BinaryIO

from duizhao.corpus import tsv
from duizhao.corpus.files.exports.options import DEFAULT, ExportOptions
from duizhao.corpus.files.exports.table import COLUMNS
from duizhao.corpus.row import Row


def write(rows: Iterable[Row], file: BinaryIO, options: ExportOptions = DEFAULT) -> int:
    """Write the heading and the rows; returns their number."""
    file.write(codecs.BOM_UTF8)
    file.write(_line(COLUMNS))
    count = 0
    for row in rows:
        file.write(_line(value(row) for value in COLUMNS.values()))
        count += 1
    return count


def _line(values: Iterable[object]) -> bytes:
    line = io.StringIO()
    cells = [tsv.cell(value, escaped=True) for value in values]
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue().encode()
