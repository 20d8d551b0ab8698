"""Tab-separated values with a heading line, for spreadsheets and command-line tools.

A row is exactly one line: a tab or line break inside a text becomes a space. Fields with a
quotation mark are quoted as the csv module, spreadsheets, pandas and datasets expect. Ids are
separated by commas; signals and metadata are JSON.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import fields
from typing import Any, BinaryIO

from duizhao.corpus.bitext import Row

COLUMNS = tuple(entry.name for entry in fields(Row))

_BREAK = re.compile(r"[\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")


def write(rows: Iterable[Row], file: BinaryIO) -> int:
    """Write the heading and the rows; returns the number of rows."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    lines = csv.writer(text, delimiter="\t", lineterminator="\n")
    lines.writerow(COLUMNS)
    count = 0
    for row in rows:
        lines.writerow([_cell(getattr(row, name)) for name in COLUMNS])
        count += 1
    text.detach()
    return count


def _cell(value: Any) -> Any:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return _BREAK.sub(" ", value) if isinstance(value, str) else value
