"""Rows at regular distances of a corpus of any length, so that memory and time are bounded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")

MOST_ROWS = 100_000


def sample(rows: Iterable[T], most: int = MOST_ROWS) -> list[T]:
    """Every n-th row, where n is the least power of two with which at most `most` remain.

    >>> sample(range(10), 4)
    [0, 4, 8]
    """
    kept: list[T] = []
    step = 1
    for number, row in enumerate(rows):
        if number % step == 0:
            kept.append(row)
            if len(kept) > most:
                kept = kept[::2]
                step *= 2
    return kept


def step_of(count: int, most: int = MOST_ROWS) -> int:
    """The n of `sample` for so many rows."""
    step = 1
    while -(-count // step) > most:
        step *= 2
    return step
