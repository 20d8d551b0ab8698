"""What programs draw over and under text: the same text again, and dots for emphasis.

Shadows and bold type are drawn as a second copy of the text, a little apart. Dots below Chinese
characters emphasise them as italics do in English.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from duizhao.corpus.script import EAST_ASIAN_CHARACTER

DOTS = re.compile(r"[.．·•●﹒∙⋅]+")
# Copies are at most so far apart, in em; single letters as narrow as l follow each other closely
APART, APART_SINGLE = 0.3, 0.1
# How far below the baseline of the characters a dot has its own, in em
LEAST, MOST = 0.15, 0.9
# Emphasised characters are at most so many times as large as the dots
LARGER = 1.3
# The share of a dot's width that is below characters
BELOW = 0.5
# Pieces are looked up by their height, in bands of so many points
BAND = 30.0
# A copy follows its text soon: so many equal pieces in a band are compared
MOST_COPIES = 64


class Placed(Protocol):
    """What is needed of a piece of text."""

    @property
    def text(self) -> str: ...
    @property
    def left(self) -> float: ...
    @property
    def right(self) -> float: ...
    @property
    def y(self) -> float: ...
    @property
    def size(self) -> float: ...
    @property
    def angle(self) -> int: ...
    @property
    def tag(self) -> int | None: ...
    @property
    def artifact(self) -> bool: ...
    @property
    def invisible(self) -> bool: ...


Piece = TypeVar("Piece", bound=Placed)


def drawn_once(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces without those that are copies of another one at the same place.

    The copy that readers see is kept, and rather the tagged one than furniture; then the earlier.
    """
    places: dict[str, dict[int, list[Piece]]] = defaultdict(lambda: defaultdict(list))
    kept = []
    for number in sorted(range(len(pieces)), key=lambda number: _rank(pieces[number])):
        piece = pieces[number]
        most = (APART if len(piece.text) > 1 else APART_SINGLE) * piece.size
        band = int(piece.y // BAND)
        bands = places[piece.text]
        if any(
            abs(other.y - piece.y) <= most
            and abs(other.left - piece.left) <= most
            and other.angle == piece.angle
            for near in (band - 1, band, band + 1)
            for other in bands.get(near, ())[-MOST_COPIES:]
        ):
            continue
        bands[band].append(piece)
        kept.append(number)
    return [pieces[number] for number in sorted(kept)]


def _rank(piece: Placed) -> tuple[bool, bool, bool]:
    return piece.invisible, piece.artifact, piece.tag is None


def without_emphasis(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces without the dots that programs draw below others as characters of their own."""
    dots = {number for number, piece in enumerate(pieces) if DOTS.fullmatch(piece.text)}
    if not dots:
        return list(pieces)
    bands: dict[int, list[Piece]] = defaultdict(list)
    for number, piece in enumerate(pieces):
        if number not in dots:
            bands[int(piece.y // BAND)].append(piece)
    return [
        piece
        for number, piece in enumerate(pieces)
        if number not in dots or not _is_below(piece, bands)
    ]


def _is_below(dot: Placed, bands: Mapping[int, Sequence[Placed]]) -> bool:
    here = int(dot.y // BAND)
    return any(
        word.size <= LARGER * dot.size
        and EAST_ASIAN_CHARACTER.search(word.text) is not None
        and LEAST * word.size <= word.y - dot.y <= MOST * word.size
        and min(word.right, dot.right) - max(word.left, dot.left) > BELOW * (dot.right - dot.left)
        for band in (here, here + 1)
        for word in bands.get(band, ())
    )
