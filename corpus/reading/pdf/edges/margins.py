"""Notes in the margin beside running text, as in laws, handbooks and journals.

    the gauge of the river, which is read    Readings of
    each morning, and of the two wells on    the gauge
    the hill. Half of the costs are paid

Nothing on the page crosses the white between the two. Unlike labels of a table's rows, a note may
begin in the middle of a sentence of the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from duizhao.corpus.reading.pdf.lines import Strip, rows_of

# Least number of lines of the text, and least share of them that the next line continues
FEWEST, CONTINUED = 8, 0.4
# Notes have less than this share of the letters, and are narrower than this share of the text
MOST_LETTERS, MOST_WIDTH = 0.3, 0.5
# Least share of the lines that have several cells if the text is a table
MOST_CELLS = 0.3
# Least width of the white between text and notes, in em
WHITE = 0.75
# A line that goes on ends at most so many em before the right edge
RAGGED = 4.0
# A line that is set in further begins a paragraph, in em
INDENT = 0.8
# Lines of a paragraph are at most so many times the usual distance apart
LEADING = 1.15
# Lines of one note are at most so many em apart
APART = 2.0
ENDS = tuple("。.；;：:!?！？")


def margin_notes(strips: Sequence[Strip]) -> tuple[list[Strip], list[Strip]]:
    """The strips of a page without the notes in its margin, and those of the notes."""
    for white in _white(strips):
        sides = (
            [strip for strip in strips if strip.left < white],
            [strip for strip in strips if strip.left >= white],
        )
        notes, text = sorted(sides, key=lambda side: sum(strip.letters for strip in side))
        if _are_notes(notes, text):
            return text, notes
    return list(strips), []


def _white(strips: Sequence[Strip]) -> Iterator[float]:
    """The middles of the vertical bands of white that no strip of the page crosses."""
    right = None
    for strip in sorted(strips, key=lambda strip: strip.left):
        if right is not None and strip.left - right >= WHITE * strip.size:
            yield (right + strip.left) / 2
        right = strip.right if right is None else max(right, strip.right)


def _are_notes(notes: Sequence[Strip], text: Sequence[Strip]) -> bool:
    letters, all_letters = (sum(strip.letters for strip in side) for side in (notes, text))
    if letters > MOST_LETTERS * all_letters or _width(notes) > MOST_WIDTH * _width(text):
        return False
    rows = rows_of(text)
    if sum(len(row) > 1 for row in rows) > MOST_CELLS * len(rows) or _are_figures(notes):
        # the last column of a table
        return False
    right = max(strip.right for strip in text)
    gaps = sorted(last[0].y - row[0].y for last, row in pairwise(rows))
    usual = LEADING * gaps[len(gaps) // 4] if gaps else 0.0
    full = [
        last[-1].right >= right - RAGGED * last[-1].size
        and last[0].y - row[0].y <= usual
        and row[0].left - last[0].left <= INDENT * row[0].size
        for last, row in pairwise(rows)
    ]
    goes_on = sum(
        on and not last[-1].text.endswith(ENDS) for on, last in zip(full, rows, strict=False)
    )
    if len(rows) < FEWEST or goes_on < CONTINUED * len(rows):
        return False
    # the line beside each note: at the top of the page nothing shows whether it is inside
    beside = [
        min(range(len(rows)), key=lambda number: abs(rows[number][0].y - note.y))
        for note in _first_lines(notes)
    ]
    inside = [full[number - 1] for number in beside if number]
    return any(inside) and sum(inside) >= 0.5 * len(inside)


def _are_figures(strips: Sequence[Strip]) -> bool:
    characters = "".join(strip.text for strip in strips)
    return 2 * sum(character.isalpha() for character in characters) < len(characters)


def _first_lines(notes: Sequence[Strip]) -> Iterator[Strip]:
    rows = rows_of(notes)
    yield rows[0][0]
    for last, row in pairwise(rows):
        if last[0].y - row[0].y > APART * row[0].size:
            yield row[0]


def _width(side: Sequence[Strip]) -> float:
    return max(strip.right for strip in side) - min(strip.left for strip in side)
