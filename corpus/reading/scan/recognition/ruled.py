"""Ruled lines of a page's image: borders of tables, the line above footnotes."""

from __future__ import annotations

from typing import Any

import numpy as np

from duizhao.corpus.reading.scan.recognition.engine import Image

# The shortest lines that count, in inches; letters have shorter strokes
SHORTEST_RULE, SHORTEST_WALL = 0.6, 0.3
# The thickest, in inches
THICKEST = 0.04

Ruled = tuple[tuple[float, float, float], ...]


def ruled_lines(image: Image, dpi: float) -> tuple[Ruled, Ruled]:
    """Horizontal lines (left, right, y) and vertical ones (x, top, bottom), in pixels."""
    import cv2

    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    _, dark = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    rules = [
        (float(x), float(x + width), y + height / 2)
        for x, y, width, height in _strokes(dark, (round(SHORTEST_RULE * dpi), 1))
        if height <= THICKEST * dpi
    ]
    walls = [
        (x + width / 2, float(y), float(y + height))
        for x, y, width, height in _strokes(dark, (1, round(SHORTEST_WALL * dpi)))
        if width <= THICKEST * dpi
    ]
    return tuple(sorted(rules, key=lambda rule: rule[2])), tuple(sorted(walls))


def _strokes(dark: Any, kernel: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """Boxes (x, y, width, height) of what contains a stroke of the kernel's size."""
    import cv2

    # a scanned line is broken here and there, and seldom exactly straight
    across = kernel[0] > kernel[1]
    near = cv2.dilate(dark, np.ones((3, 1) if across else (1, 3), dtype=np.uint8))
    shape = cv2.getStructuringElement(cv2.MORPH_RECT, kernel)
    opened = cv2.morphologyEx(near, cv2.MORPH_OPEN, shape)
    _, _, boxes, _ = cv2.connectedComponentsWithStats(opened)
    return [(int(x), int(y), int(width), int(height)) for x, y, width, height, _ in boxes[1:]]
