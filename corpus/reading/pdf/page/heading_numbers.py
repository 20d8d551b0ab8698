"""Numbers of headings, which typesetting programs put a wide space before the words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from duizhao.corpus.reading.pdf.corridors import Corridor
from duizhao.corpus.reading.pdf.lines import Strip, rows_of
from duizhao.corpus.reading.pdf.page.text import Page

# The number of a heading, the widest space behind it, and how far away another row may be, in em
HEADING_NUMBER = re.compile(r"\d{1,2}|[A-Z]|[IVX]{1,5}")
HEADING_GAP, NEAR_ROW = 2.6, 3.0


def with_numbers(strips: Sequence[Strip], found: Sequence[Corridor], page: Page) -> list[Strip]:
    """Join the number of a heading and the words behind a wide space to one strip.

    In a table there is another number above or below, in the same column.
    """
    rows = rows_of(strips)
    gone: set[int] = set()
    joined_to: dict[int, Strip] = {}
    for number, row in enumerate(rows):
        for column in _columns_of(row, found):
            if len(column) != 2:
                continue
            first, words = column
            if not _is_number_of(first, words, page):
                continue
            near = [
                strip
                for other in rows[max(0, number - 1) : number + 2]
                if other is not row
                for strip in other
                if abs(strip.y - first.y) <= NEAR_ROW * first.size
            ]
            # ... or more lines of the words in the next one
            aligned = any(
                (abs(strip.left - first.left) <= first.size and strip.right < words.left)
                or (abs(strip.left - words.left) <= 3 and strip.y < words.y)
                for strip in near
            )
            if not aligned:
                gone.add(id(first))
                joined_to[id(words)] = first
    return [
        labelled(joined_to[id(strip)], strip) if id(strip) in joined_to else strip
        for strip in strips
        if id(strip) not in gone
    ]


def _columns_of(row: Sequence[Strip], found: Sequence[Corridor]) -> list[list[Strip]]:
    """The strips of a row by the columns of the page."""
    middles = sorted(corridor.middle for corridor in found)
    columns: dict[int, list[Strip]] = {}
    for strip in row:
        columns.setdefault(sum(strip.left >= middle for middle in middles), []).append(strip)
    return list(columns.values())


def _is_number_of(first: Strip, words: Strip, page: Page) -> bool:
    """Whether a strip is a number or capital in the type of the words behind it."""
    size = max(first.size, words.size)
    wall = any(first.right - 1 <= x <= words.left + 1 and low <= first.y <= high
               for x, low, high in page.walls)  # fmt: skip
    return (
        bool(HEADING_NUMBER.fullmatch(first.text))
        and abs(first.size - words.size) <= 0.15 * size
        and words.left - first.right <= HEADING_GAP * size
        and not wall
        and any(character.isalpha() for character in words.text)
    )


def labelled(label: Strip, strip: Strip) -> Strip:
    return replace(
        strip,
        text=f"{label.text} {strip.text}",
        left=label.left,
        letters=label.letters + strip.letters,
    )
