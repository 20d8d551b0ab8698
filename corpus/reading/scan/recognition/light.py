"""Dark pixels of an image whose paper is not equally bright everywhere.

With one threshold for the whole page, a shadow or the grain of a copy would be taken for ink.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# The brightness of even paper varies less, as a standard deviation in steps of 255
EVEN = 12.0
# Strokes have soft edges, of half as many pixels
EDGE = 7
# So much of an image shows how even its paper is
LEAST_PAPER = 0.05
# Strokes of a page, those of its headings among them, are narrower, in inches
STROKES = 0.12

Grey = NDArray[np.uint8]


def below_threshold(grey: Grey) -> NDArray[np.bool_]:
    """The pixels that are darker than the threshold that divides an image best (Otsu's)."""
    import cv2

    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return np.asarray(grey <= threshold)


def is_uneven(grey: Grey, dark: NDArray[np.bool_]) -> bool:
    """Whether the paper, which is what is not near dark pixels, varies in brightness."""
    import cv2

    near = cv2.dilate(dark.astype(np.uint8), np.ones((EDGE, EDGE), dtype=np.uint8)) > 0
    paper = grey[~near]
    return bool(paper.size > LEAST_PAPER * grey.size and paper.std() > EVEN)


def evened(grey: Grey, width: int) -> Grey:
    """The image with paper that is white everywhere, and without its grain.

    Dark strokes are at most `width` pixels wide.
    """
    import cv2

    smooth = cv2.medianBlur(grey, 3)
    kernel = np.ones((max(3, width), max(3, width)), dtype=np.uint8)
    paper = cv2.blur(cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, kernel), (max(3, width),) * 2)
    share = smooth.astype(np.float32) / np.maximum(paper, 1)
    return np.asarray(np.clip(255 * share, 0, 255), dtype=np.uint8)


def dark_pixels(grey: Grey, dpi: float) -> NDArray[np.uint8]:
    """The dark pixels of a page as 255, the others as 0."""
    dark = below_threshold(grey)
    if is_uneven(grey, dark):
        dark = below_threshold(evened(grey, round(STROKES * dpi)))
    return np.asarray(dark, dtype=np.uint8) * 255
