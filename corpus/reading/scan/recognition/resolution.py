"""The resolution by which a page is measured, which is not always the one in its file.

Programs write any number there: a photo of 3,000 x 4,000 pixels "at 72 dpi" would be a page of 1.4
metres. What is measured in inches or points (rules, leading, indents) needs the natural size of
the page, which shows in the size of its type.
"""

from __future__ import annotations

from statistics import median

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.reading.scan.recognition.upright import sides

# The shorter side of a page from A6 to A3, in inches
NARROWEST, WIDEST = 4.0, 12.5
# A page is at most so many times as high as wide, or as wide as high
MOST_OBLONG = 1.8
# Type sizes in points: on a page of a usual size, on one of any size, on one taken for A4
ON_PAGE, ANYWHERE, ON_A4 = (5.0, 18.0), (6.0, 16.0), (5.0, 18.0)
# ... and on a page of a usual size with few lines, as a title page
TITLES, FEW = (5.0, 40.0), 12
A4_WIDTH, A4_OBLONG = 8.27, (1.2, 1.65)
# The usual type, in points, where the page itself shows no size
USUAL = 11.0
# The box of a detected line is so many times as high as its type size
BOX = 1.1


def natural_dpi(dpi: float, size: tuple[int, int], quads: NDArray[np.float32]) -> float:
    """The resolution at which a page and its type have usual sizes; `dpi` where it does so.

    `size` is the page's width and height in pixels, `quads` its lines of text.
    """
    heights = [height for width, height in map(sides, quads) if width > 2 * height]
    if not heights:
        return dpi
    em = median(heights) / BOX
    short, long = sorted(size)
    oblong = long / short
    is_page = NARROWEST <= short / dpi <= WIDEST and oblong <= MOST_OBLONG
    limits = ANYWHERE if not is_page else ON_PAGE if len(heights) > FEW else TITLES
    if _within(72 * em / dpi, limits):
        return dpi
    if _within(oblong, A4_OBLONG) and _within(72 * em / short * A4_WIDTH, ON_A4):
        return short / A4_WIDTH
    return em / USUAL * 72


def _within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]
