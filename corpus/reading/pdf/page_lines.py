"""The printed lines of a page with their positions, whichever way they were obtained.

`strips_of_page` takes them from a PDF's text, and OCR recognises them in an image; `building`
turns both into blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

from duizhao.corpus.reading.pdf.lines import Strip


@dataclass(frozen=True, slots=True)
class PageLines:
    """The lines of a page from top to bottom, in points from the page's lower left corner.

    A line that crosses a gutter or the border of a cell is given as several strips. `rules` are
    thin horizontal drawings (left, right, y) and `walls` thin vertical ones (x, bottom, top);
    `figure` is text of charts, which goes to the ledger; `columns` are the left edges of columns
    of prose, without the first.
    """

    number: int
    width: float
    height: float
    strips: tuple[Strip, ...]
    rules: tuple[tuple[float, float, float], ...] = ()
    walls: tuple[tuple[float, float, float], ...] = ()
    figure: str = ""
    columns: tuple[float, ...] = ()
