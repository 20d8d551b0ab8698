"""Dashes that stand alone in the cells of a table: too small for the detection model."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.reading.scan.recognition.engine import Image
from duizhao.corpus.reading.scan.recognition.page import Box, Line, Run

# Width and greatest height of a dash, and the height of its middle above the baseline, in em
NARROWEST, WIDEST, THICKEST = 0.25, 1.1, 0.14
MIDDLE, TOLERANCE = 0.26, 0.2
# White space around it, in em: it is neither part of a word nor of a broken line
ROOM = 0.5
# A page with fewer has specks, not cells
FEWEST = 3
CONFIDENCE = 0.9


def with_dashes(
    image: Image, lines: Sequence[Line], rules: Sequence[tuple[float, float, float]]
) -> tuple[Line, ...]:
    """The lines of a page with a line for each dash that stands alone beside text."""
    import cv2

    sizes = [line.size or line.tall for line in lines if line.size or line.tall]
    if not sizes:
        return tuple(lines)
    em = median(sizes)
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    _, dark = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    ink = np.asarray(dark, dtype=np.uint8)
    _, _, boxes, _ = cv2.connectedComponentsWithStats(dark)
    found = []
    for x, y, width, height, area in boxes[1:].tolist():
        flat = height <= max(3, THICKEST * em) and area >= 0.6 * width * height
        if not flat or not NARROWEST * em <= width <= WIDEST * em:
            continue
        box = Box(float(x), float(y), float(x + width), float(y + height))
        baseline = box.top + height / 2 + MIDDLE * em
        if _in_line(box, lines) or not _beside_text(baseline, lines, em):
            continue
        if any(abs(rule[2] - box.top) < ROOM * em for rule in rules):
            continue
        if _alone(ink, box, ROOM * em):
            run = Run("–", box.left, box.right, (CONFIDENCE,))
            found.append(Line(box, (run,), baseline, em, em, float(height)))
    if len(found) < FEWEST:
        return tuple(lines)
    return tuple(sorted([*lines, *found], key=lambda line: (line.baseline, line.box.left)))


def _in_line(box: Box, lines: Sequence[Line]) -> bool:
    return any(
        line.box.left <= box.right
        and line.box.right >= box.left
        and line.box.top <= box.top
        and line.box.bottom >= box.bottom
        for line in lines
    )


def _beside_text(baseline: float, lines: Sequence[Line], em: float) -> bool:
    return any(abs(line.baseline - baseline) <= TOLERANCE * em for line in lines)


def _alone(dark: NDArray[np.uint8], box: Box, room: float) -> bool:
    """Whether there is nothing else close to the left and the right."""
    top, bottom = int(max(0, box.top - room / 2)), int(box.bottom + room / 2)
    left = dark[top:bottom, int(max(0, box.left - room)) : int(box.left)]
    right = dark[top:bottom, int(box.right) : int(box.right + room)]
    return not left.any() and not right.any()
