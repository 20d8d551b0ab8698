"""Rectangles on a page: distinguish cells and frames from the background of some words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

Box = tuple[float, float, float, float]
"""left, bottom, right, top"""

# More rectangles than any table has are a drawing
MOST_BOXES = 1500
# Rectangles side by side may overlap by so many points, the width of their borders
BORDER = 3.0
# The margins of a cell are at most so wide, in points
MARGIN = 6.0


def borders(boxes: list[Box], blanks: list[Box], words: Iterable[Box]) -> list[Box]:
    """The rectangles that separate text; `words` are the boxes of the page's text.

    `blanks` cannot be seen: they show the cells of a table, but no frame.
    """
    if not 0 < len(boxes) + len(blanks) <= MOST_BOXES:
        return []
    text = list(words)
    whole = _with_padding({*boxes, *blanks})
    return _outer([box for box in whole if not _ground(box, text)], set(blanks))


def _with_padding(boxes: set[Box]) -> set[Box]:
    """The rectangles, those of a shaded cell as one.

    Word paints the margins of a cell, narrow and as high as the cell, and each line between them.
    A margin without lines beside it separates nothing: no text fits into it.
    """
    out = {box for box in boxes if box[2] - box[0] > MARGIN}
    margins: dict[tuple[int, int], list[Box]] = defaultdict(list)
    for box in boxes - out:
        margins[round(box[1]), round(box[3])].append(box)
    for row in margins.values():
        last = None
        for left, right in pairwise(sorted(row)):
            # the right margin of a cell is not the left one of the next
            if left == last or left[2] >= right[0]:
                continue
            lines = [
                box for box in boxes
                if abs(box[0] - left[2]) <= 1 and abs(box[2] - right[0]) <= 1
                and left[1] - 1 <= box[1] and box[3] <= left[3] + 1
            ]  # fmt: skip
            if lines:
                out.difference_update(lines)
                out.add((left[0], left[1], right[2], left[3]))
                last = right
    return out


def _ground(box: Box, words: Sequence[Box]) -> bool:
    """Whether a rectangle is as large as the one line of words on it: a highlight."""
    inside = [
        word
        for word in words
        if box[0] - 1 <= (word[0] + word[2]) / 2 <= box[2] + 1
        and box[1] - 1 <= (word[1] + word[3]) / 2 <= box[3] + 1
    ]
    if not inside:
        return False
    height = max(word[3] - word[1] for word in inside)
    if box[3] - box[1] > 2.2 * height or max(w[1] for w in inside) > min(w[3] for w in inside):
        return False
    left, right = min(word[0] for word in inside), max(word[2] for word in inside)
    return left - box[0] < 0.4 * height and box[2] - right < 0.4 * height


def _outer(boxes: list[Box], blanks: set[Box]) -> list[Box]:
    """The rectangles without those in a cell: the grounds of single lines.

    A rectangle with another beside it, equally high and at the same height, is a cell.
    """
    rows: dict[tuple[int, int], list[Box]] = {}
    for box in boxes:
        rows.setdefault((round(box[1] / 2), round(box[3] / 2)), []).append(box)
    cells = [
        box
        for row in rows.values()
        if len(row) > 1
        for box in row
        if any(other[0] >= box[2] - BORDER or other[2] <= box[0] + BORDER for other in row)
    ]
    cells = [cell for cell in cells if not any(_inside(cell, other) for other in cells)]
    rest = [box for box in boxes if not any(_inside(box, cell) for cell in cells)]
    return [*cells, *_stacks([box for box in rest if box not in cells and box not in blanks])]


def _stacks(boxes: list[Box]) -> list[Box]:
    """Rectangles that touch, one below the other with the same sides, as one: a shaded text."""
    out: list[Box] = []
    for box in sorted(set(boxes), key=lambda box: (round(box[0]), round(box[2]), -box[3])):
        last = out[-1] if out else None
        if (
            last
            and abs(last[0] - box[0]) <= 1
            and abs(last[2] - box[2]) <= 1
            and (box[3] >= last[1] - 1.5)
        ):
            out[-1] = (last[0], min(last[1], box[1]), last[2], last[3])
        else:
            out.append(box)
    return out


def _inside(box: Box, other: Box) -> bool:
    return (
        other[0] - 1 <= box[0]
        and other[1] - 1 <= box[1]
        and box[2] <= other[2] + 1
        and box[3] <= other[3] + 1
        and _area(box) < 0.9 * _area(other)
    )


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
