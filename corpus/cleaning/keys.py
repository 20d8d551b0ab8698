"""Hashes of texts: 8 bytes stand for a text, so that millions fit into memory."""

from __future__ import annotations

import re
import unicodedata
from hashlib import blake2b
from typing import Literal

from duizhao.corpus.bitext import Row

Sides = Literal["both", "source", "target"]
SIDES: tuple[Sides, ...] = ("both", "source", "target")

_SPACE = re.compile(r"\s+")


def hash64(text: str) -> int:
    """A number under 2**64, the same on every machine (unlike `hash`)."""
    return int.from_bytes(blake2b(text.encode("utf-8"), digest_size=8).digest())


def plain(text: str) -> str:
    """NFKC (full-width forms are the same), one space for any white space, no case."""
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text)).strip().casefold()


def row_key(row: Row, sides: Sides) -> int:
    """The hash of one side or of both."""
    if sides == "source":
        return hash64(plain(row.source))
    if sides == "target":
        return hash64(plain(row.target))
    return hash64(plain(row.source) + "\t" + plain(row.target))
