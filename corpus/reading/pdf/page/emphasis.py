"""Dots below Chinese characters, which emphasise them as italics do in English."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duizhao.corpus.reading.pdf.page.text import Piece

DOTS = re.compile(r"[.．·•●﹒∙⋅]+")
# How far below the baseline of the characters a dot has its own, in em
LEAST, MOST = 0.15, 0.9
# The share of a dot's width that is below characters
BELOW = 0.5
# Pieces are looked up by their height, in bands of so many points
BAND = 30.0


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


def _is_below(dot: Piece, bands: Mapping[int, Sequence[Piece]]) -> bool:
    here = int(dot.y // BAND)
    return any(
        LEAST * word.size <= word.y - dot.y <= MOST * word.size
        and min(word.right, dot.right) - max(word.left, dot.left) > BELOW * (dot.right - dot.left)
        for band in (here, here + 1)
        for word in bands.get(band, ())
    )
