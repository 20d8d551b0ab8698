"""The printed lines of a page with their positions, whichever way they were obtained.

`strips_of_page` takes them from a PDF's text, and OCR recognises them in an image; `building`
turns both into blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

from duizhao.corpus.reading.pdf.lines import Strip

# A baseline is this share of the type size above the lower edge of a line's box
DESCENT = 0.2


@dataclass(frozen=True, slots=True)
class PageLines:
    """The lines of a page from top to bottom, in points from the page's lower left corner.

    A line that crosses a gutter or the border of a cell is given as several strips. `rules` are
    thin horizontal drawings (left, right, y) and `walls` thin vertical ones (x, bottom, top);
    `figure` is text of charts, which goes to the ledger.
    """

    number: int
    width: float
    height: float
    strips: tuple[Strip, ...]
    rules: tuple[tuple[float, float, float], ...] = ()
    walls: tuple[tuple[float, float, float], ...] = ()
    figure: str = ""


def strip_of_box(
    text: str,
    page: int,
    box: tuple[float, float, float, float],
    *,
    size: float | None = None,
    bold: bool = False,
) -> Strip:
    """A line known by its box (left, bottom, right, top) alone, as OCR has it.

    `size` is the type size where it is known better than by the height of the box: lines of one
    style should have the same size, because a change of size separates paragraphs.
    """
    left, bottom, right, top = box
    size = size or top - bottom
    return Strip(
        text, page, left, right, bottom + DESCENT * size, size, float(bold), len(text), "gap"
    )
