"""Plain text with one segment per line, as sacrebleu's command line reads it.

Unlike sacrebleu, it removes a byte order mark from the first segment and reads other encodings than
UTF-8 (corpus/reading/lines.py).
"""

from __future__ import annotations

from pathlib import Path

from duizhao.corpus.errors import InputError
from duizhao.corpus.reading import lines


def read_lines(path: str | Path) -> list[str]:
    """Lines without white space at their end; ``-`` is standard input, ``.gz`` is unpacked.

    Only ``\\n`` ends a line (U+2028 and the like are part of segments). InputError if the file is
    missing, empty or binary.
    """
    return [line.rstrip() for line in lines.read_lines(path)]


def check_same_length(first: str, one: list[str], second: str, other: list[str]) -> None:
    """InputError unless both files have the same number of lines."""
    if len(one) != len(other):
        raise InputError(
            f"{first} has {len(one):,} lines but {second} has {len(other):,}; "
            "segments are compared line by line, so both need the same number"
        )
