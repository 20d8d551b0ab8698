"""Ruled lines of a page's image: borders of tables, the line above footnotes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.reading.scan.recognition.engine import Image
from duizhao.corpus.reading.scan.recognition.light import dark_pixels

# The shortest lines that count, in inches; letters have shorter strokes
SHORTEST_RULE, SHORTEST_WALL = 0.6, 0.3
# The thickest, in inches; long ones, so many times as long as thick, may be thicker than a letter's
THICKEST, THICK = 0.04, 0.1
LONG = 12

Ruled = tuple[tuple[float, float, float], ...]


def ruled_lines(image: Image, dpi: float) -> tuple[Ruled, Ruled, Image]:
    """Horizontal lines (left, right, y) and vertical ones (x, top, bottom), in pixels.

    The third is the image without walls and the rules that meet them: the borders of a cell are no
    part of its characters. A rule by itself is often an underline, which `ink` removes.
    """
    import cv2

    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    dark = dark_pixels(np.asarray(grey, dtype=np.uint8), dpi)
    ruled = np.zeros(dark.shape, dtype=np.bool_)
    walls = [
        (x + width / 2, float(y), float(y + height))
        for x, y, width, height in _strokes(dark, (1, round(SHORTEST_WALL * dpi)), dpi, ruled)
    ]
    near_walls = cv2.dilate(ruled.astype(np.uint8), np.ones((9, 9), dtype=np.uint8)) > 0
    rules = [
        (float(x), float(x + width), y + height / 2)
        for x, y, width, height in _strokes(
            dark, (round(SHORTEST_RULE * dpi), 1), dpi, ruled, near_walls
        )
    ]
    plain = image
    if walls:
        plain = image.copy()
        plain[cv2.dilate(ruled.astype(np.uint8), np.ones((3, 3), dtype=np.uint8)) > 0] = 255
    return tuple(sorted(rules, key=lambda rule: rule[2])), tuple(sorted(walls)), plain


def _strokes(
    dark: Any,
    kernel: tuple[int, int],
    dpi: float,
    ruled: NDArray[np.bool_],
    near: NDArray[np.bool_] | None = None,
) -> list[tuple[int, int, int, int]]:
    """Boxes (x, y, width, height) of thin strokes of the kernel's length.

    Those that touch `near`, or all without it, are marked in `ruled`.
    """
    import cv2

    # a scanned line is broken here and there, and seldom exactly straight
    across = kernel[0] > kernel[1]
    thick = cv2.dilate(dark, np.ones((3, 1) if across else (1, 3), dtype=np.uint8))
    shape = cv2.getStructuringElement(cv2.MORPH_RECT, kernel)
    opened = cv2.morphologyEx(thick, cv2.MORPH_OPEN, shape)
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(opened)
    out = []
    for label, (x, y, width, height, _) in enumerate(boxes[1:], 1):
        thickness, length = sorted((width, height))
        most = max(THICKEST * dpi, min(length / LONG, THICK * dpi))
        if thickness <= most and (width > height) == across:
            out.append((int(x), int(y), int(width), int(height)))
            part = (slice(y, y + height), slice(x, x + width))
            stroke = labels[part] == label
            if near is None or (stroke & near[part]).any():
                ruled[part] |= stroke
    return out
