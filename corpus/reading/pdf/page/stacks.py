"""Words broken into lines of a letter or two, in a column that is too narrow for them.

2   International Trade Centre        A word processor squeezes the first column of a table when
2                                     it takes the widths of another program. The letters of a
9                                     cell, one below the other, are put together to one piece,
7                                     which keeps the height of all its lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from duizhao.corpus.reading.pdf.page.text import Piece

# A line of a stack has at most so many letters, and is at most so many em wide
MOST_LETTERS, WIDEST = 3, 2.0
# A word has so many lines at least before its letters are taken for a stack
FEWEST = 3
# The lines of a stack are at most so many em apart, and one gap like the other
LEADING, EVEN = 1.4, 0.1
# Text beside a line is at most so far from it, as a share of the width of the page
BESIDE = 0.3
# At least this share of the lines of a stack has nothing beside it, unlike the rows of a table
LEAST_ALONE = 0.3
# Shorter pieces belong to a column of stacks up to so many em above or below them
NEAR = 4.0
FIGURE = re.compile(r"[+-]?\d+(?:[.,]\d+)?|-")
LETTERS = re.compile(r"[A-Za-z0-9()\[\]/.,:&+-]+")


def with_stacks(pieces: Sequence[Piece], width: float) -> list[Piece]:
    """The pieces of a page of this width, the letters of each stack as one."""
    runs = list(_runs(pieces))
    certain = [run for run in runs if _is_word(run) and _is_alone(run, pieces, width)]
    if not certain:
        return list(pieces)
    columns: dict[tuple[int, float], list[Piece]] = {}
    for run in certain:
        columns.setdefault(_column(run), []).extend(run)
    out: list[Piece] = []
    for run in runs:
        if _is_within(run, columns.get(_column(run), ())):
            out.append(_joined(run))
        else:
            out += run
    return out


def _is_within(run: Sequence[Piece], column: Sequence[Piece]) -> bool:
    """Whether the run is in a column of stacks, between them or near the first or last one."""
    if not column or max(piece.right for piece in run) > max(p.right for p in column) + 0.5:
        return False
    near = NEAR * run[0].size
    lowest, highest = min(piece.y for piece in column), max(piece.y for piece in column)
    return lowest - near <= run[0].y and run[-1].y <= highest + near


def _column(run: Sequence[Piece]) -> tuple[int, float]:
    return round(run[0].left), round(run[0].size, 1)


def _runs(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Short pieces, each drawn right after the one directly above it; others by themselves."""
    run: list[Piece] = []
    for piece in pieces:
        if run and _is_next(run, piece):
            run.append(piece)
            continue
        if run:
            yield run
        run = [piece]
    if run:
        yield run


def _is_next(run: Sequence[Piece], piece: Piece) -> bool:
    last = run[-1]
    if not (_is_short(last) and _is_short(piece)) or piece.space == "real":
        return False
    gap = last.y - piece.y
    if not 0 < gap <= LEADING * piece.size or abs(last.size - piece.size) > 0.1:
        return False
    even = len(run) < 2 or abs(run[-2].y - last.y - gap) <= EVEN * piece.size
    return even and abs(last.left - piece.left) <= 0.5


def _is_short(piece: Piece) -> bool:
    narrow = piece.right - piece.left <= WIDEST * piece.size
    return narrow and len(piece.text) <= MOST_LETTERS and bool(LETTERS.fullmatch(piece.text))


def _is_word(run: Sequence[Piece]) -> bool:
    """Whether the letters may be those of a word: they neither count nor repeat.

    Figures of two or more digits are those of a table.
    """
    if len(run) < FEWEST:
        return False
    texts = [piece.text.strip("().:") for piece in run]
    if not any(text.isalnum() for text in texts) or len(set(texts)) == 1:
        return False
    if all(map(FIGURE.fullmatch, texts)) and any(len(text) > 1 for text in texts):
        return False
    values = [
        int(text) if text.isdigit() else ord(text) if len(text) == 1 else None for text in texts
    ]
    steps = {
        None if one is None or other is None else other - one for one, other in pairwise(values)
    }
    return len(steps) > 1 or None in steps


def _is_alone(run: Sequence[Piece], pieces: Sequence[Piece], width: float) -> bool:
    """Whether enough of the lines have nothing beside them."""
    near = BESIDE * width
    left, right = run[0].left, max(piece.right for piece in run)
    around = [
        other.y for other in pieces
        if (right < other.left <= right + near) or (left - near <= other.right < left)
    ]  # fmt: skip
    alone = sum(not any(abs(y - piece.y) <= 0.35 * piece.size for y in around) for piece in run)
    return alone >= LEAST_ALONE * len(run)


def _joined(run: Sequence[Piece]) -> Piece:
    return replace(
        run[0],
        text="".join(piece.text for piece in run),
        right=max(piece.right for piece in run),
        foot=run[-1].y,
    )
