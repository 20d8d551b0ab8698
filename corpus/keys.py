"""Hashes of texts, 8 bytes each, so that those of millions of rows fit into memory.

Cleaning and the splits compare rows by them; the outcomes of a batch store those of each row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Literal, NamedTuple

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


class KeyedRow(NamedTuple):
    """A row with the hashes of its sentences (`text_keys`)."""

    row: Row
    sentences: Sequence[int]


def text_keys(row: Row, source: Iterable[str], target: Iterable[str]) -> list[int]:
    """Hashes of a row's sentences, as they are in its documents, and of its whole sides.

    The joined text of a bead cannot always be split into its sentences again (a heading has no full
    stop), so code that has the documents stores these hashes for `split`.
    """
    texts = [("zh", text) for text in source] + [("en", text) for text in target]
    found = {hash64(f"{language}\t{plain(text)}") for language, text in texts}
    return sorted(found.union(sentence_keys(row)))


def sentence_keys(row: Row) -> Iterator[int]:
    """Hashes of both sides of a row, and of each sentence that its text is split into.

    Case, width and white space make no difference.
    """
    from duizhao.corpus.segmentation.sentences import split as sentences

    sides: tuple[tuple[str, Literal["zh", "en"], int], ...] = (
        (row.source, "zh", len(row.source_ids)),
        (row.target, "en", len(row.target_ids)),
    )
    for text, language, count in sides:
        yield hash64(f"{language}\t{plain(text)}")
        if count > 1:
            for start, end in sentences(text):
                yield hash64(f"{language}\t{plain(text[start:end])}")
