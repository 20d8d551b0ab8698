"""Tab-separated values with a heading line, for spreadsheets and command-line tools.

The dialect is that of `duizhao.corpus.tsv`. Ids are joined by commas, signals and metadata are
JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields
from typing import BinaryIO

from duizhao.corpus import tsv
from duizhao.corpus.bitext import Row

COLUMNS = tuple(entry.name for entry in fields(Row))


def write(rows: Iterable[Row], file: BinaryIO, form: tsv.Form = tsv.PLAIN) -> int:
    """Write the heading and the rows; returns the number of rows."""
    if form.bom:
        file.write(tsv.BOM.encode())
    file.write(f"{tsv.line(COLUMNS)}\n".encode())
    count = 0
    for row in rows:
        cells = [_cell(getattr(row, name)) for name in COLUMNS]
        file.write(f"{tsv.line(cells, escaped=form.escaped)}\n".encode())
        count += 1
    return count


def _cell(value: object) -> object:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return value
