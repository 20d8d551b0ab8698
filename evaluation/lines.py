"""Plain text with one segment a line, read as sacrebleu's command line reads it.

One thing is different: a byte order mark is no part of the first segment (sacrebleu keeps it).
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

from corpus.document import InputError


def read_lines(path: str | Path) -> list[str]:
    """Lines without white space at their end; ``-`` is standard input, ``.gz`` is unpacked.

    Only ``\\n`` ends a line (U+2028 and the like stand inside segments). InputError where the file
    is missing, empty, or not UTF-8.
    """
    name = str(path)
    try:
        if name == "-":
            data = sys.stdin.buffer.read()
        elif name.endswith(".gz"):
            with gzip.open(name, "rb") as file:
                data = file.read()
        else:
            data = Path(name).read_bytes()
    except IsADirectoryError as error:
        raise InputError(f"{name} is a folder; give a text file with one segment a line") from error
    except OSError as error:
        raise InputError(f"cannot read {name}: {error.strerror or error}") from error
    shown = "standard input" if name == "-" else name
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{shown}, line {line}: not UTF-8; convert it first (iconv -t UTF-8)"
        ) from error
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    if not lines:
        raise InputError(f"{shown} is empty; give one segment a line")
    return [line.rstrip() for line in lines]


def check_same_length(first: str, one: list[str], second: str, other: list[str]) -> None:
    """InputError unless both files have equally many lines."""
    if len(one) != len(other):
        raise InputError(
            f"{first} has {len(one):,} lines but {second} has {len(other):,}; "
            "segments are compared line by line, so both need the same number"
        )
