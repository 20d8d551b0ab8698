"""Moses: two plain text files with one text per line, the input of most training tools.

White space inside a text, including line breaks, becomes one space, so that line n of one file is
the translation of line n of the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from duizhao.corpus.row import Row


def write_source(rows: Iterable[Row], file: BinaryIO) -> int:
    """Write the Chinese texts; returns their number."""
    return _write((row.source for row in rows), file)


def write_target(rows: Iterable[Row], file: BinaryIO) -> int:
    """Write the English texts; returns their number."""
    return _write((row.target for row in rows), file)


def _write(texts: Iterable[str], file: BinaryIO) -> int:
    count = 0
    for text in texts:
        file.write(" ".join(text.split()).encode() + b"\n")
        count += 1
    return count
