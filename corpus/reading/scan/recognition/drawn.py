"""What is drawn on a page besides text and ruled lines: bullets, and charts or pictures.

The detection model finds no bullet, and takes the labels of a chart for text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.reading.scan.recognition.engine import Image
from duizhao.corpus.reading.scan.recognition.page import Box, Line
from duizhao.corpus.script import HAN_CHARACTER

# Least and greatest width of a bullet, in em, and the share of its box that is dark
NARROWEST, WIDEST, FILLED = 0.16, 0.6, 0.6
# The white space between a bullet and its line, in em
NEAREST, FURTHEST = 0.25, 3.5
# Height of its middle above the baseline, in em
LOWEST, HIGHEST = 0.08, 0.62
# White space around it, in em
ROOM = 0.2
# One dark spot is a speck; so many below each other are bullets
FEWEST = 2
ALIGNED = 0.4
# The least width and height of a drawing, in em: no letter is so large
FIGURE_WIDTH, FIGURE_HEIGHT = 6.0, 4.0
# How much darker than the paper a drawing is, in steps of 255
SHADE = 18
# A drawing over so much of the page is the ground or the shadow of a margin
MOST_OF_PAGE = 0.75
# Text covers so much of a shaded box, but not of a chart
TEXT_SHARE = 0.25
# ... and a line of so many characters, English and Chinese, is no label
SENTENCE = (32, 12)
# Numbers so near to a chart, in em, are the labels of its axes: beside it, above and below it
BESIDE, BELOW = 9.0, 6.0
# ... and those that are near to these labels
NEXT = 3.0
LABEL = re.compile(r"[\d\s.,:%$€+/–—-]+[A-Za-z%]?")


def bullets(image: Image, lines: Sequence[Line]) -> tuple[tuple[float, float], ...]:
    """The middles of round and square spots before lines, in pixels."""
    import cv2

    em = _em(lines)
    if not em:
        return ()
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    _, dark = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    _, _, boxes, _ = cv2.connectedComponentsWithStats(dark)
    ink = np.asarray(dark, dtype=np.uint8)
    out = []
    for x, y, width, height, area in boxes[1:].tolist():
        if not NARROWEST * em <= width <= WIDEST * em or not 0.7 <= width / height <= 1.4:
            continue
        if area < FILLED * width * height:
            continue
        box = Box(float(x), float(y), float(x + width), float(y + height))
        if _before_line(box, lines, em) and _alone(ink, box, ROOM * em):
            out.append((box.left + width / 2, box.top + height / 2))
    return tuple(
        spot
        for spot in out
        if sum(abs(spot[0] - other[0]) <= ALIGNED * em for other in out) >= FEWEST
    )


def figures(image: Image, lines: Sequence[Line]) -> tuple[tuple[float, float, float, float], ...]:
    """The boxes (left, top, right, bottom) of charts and pictures, in pixels."""
    import cv2

    em = _em(lines)
    if not em:
        return ()
    height, width = image.shape[:2]
    lightness = cv2.medianBlur(np.asarray(image.min(axis=2), dtype=np.uint8), 3)
    ink = np.asarray(lightness < int(np.median(lightness)) - SHADE)
    curved = ink & ~_straight(ink, round(3 * em))
    _, _, boxes, _ = cv2.connectedComponentsWithStats(curved.astype(np.uint8))
    out = []
    for x, y, across, down, _ in boxes[1:].tolist():
        if across < FIGURE_WIDTH * em or down < FIGURE_HEIGHT * em:
            continue
        box = Box(float(x), float(y), float(x + across), float(y + down))
        if across * down < MOST_OF_PAGE * width * height and not _is_text(box, lines):
            out.append(_with_labels(box, lines, em))
    return tuple(out)


def _em(lines: Sequence[Line]) -> float:
    sizes = [line.size or line.tall for line in lines if line.size or line.tall]
    return median(sizes) if sizes else 0.0


def _before_line(box: Box, lines: Sequence[Line], em: float) -> bool:
    """Whether the spot is at half the height of a line that begins on its right."""
    middle = (box.top + box.bottom) / 2
    return any(
        NEAREST * em <= _begins(line) - box.right <= FURTHEST * em
        and LOWEST * em <= line.baseline - middle <= HIGHEST * em
        for line in lines
    ) and not any(
        line.box.left <= box.right
        and line.box.right >= box.left
        and line.box.top <= middle <= line.box.bottom
        for line in lines
    )


def _begins(line: Line) -> float:
    """Where the first character of a line begins; its box has some white around it."""
    return max(line.box.left, line.runs[0].left) if line.runs else line.box.left


def _alone(dark: NDArray[np.uint8], box: Box, room: float) -> bool:
    top, bottom = int(max(0, box.top - room)), int(box.bottom + room)
    left, right = int(max(0, box.left - room)), int(box.right + room)
    around = int(np.count_nonzero(dark[top:bottom, left:right]))
    inside = int(
        np.count_nonzero(dark[int(box.top) : int(box.bottom), int(box.left) : int(box.right)])
    )
    return around == inside


def _straight(ink: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """The thin straight lines, across and down: borders of tables."""
    import cv2

    out = np.zeros_like(ink)
    dark = ink.astype(np.uint8)
    for shape in ((length, 1), (1, length)):
        kernel = cv2.getStructuringElement(cv2.MORPH_RECT, shape)
        strokes = cv2.morphologyEx(dark, cv2.MORPH_OPEN, kernel)
        # what is thick as well is no line
        thick = cv2.getStructuringElement(cv2.MORPH_RECT, (max(3, length // 6),) * 2)
        solid = cv2.dilate(cv2.morphologyEx(strokes, cv2.MORPH_OPEN, thick), thick)
        out |= np.asarray(strokes, dtype=np.bool_) & ~np.asarray(solid, dtype=np.bool_)
    return out


def _is_text(box: Box, lines: Sequence[Line]) -> bool:
    """Whether text fills the box, or a sentence is in it: a paragraph on a coloured ground."""
    covered = 0.0
    for line in lines:
        x, y = (line.box.left + line.box.right) / 2, (line.box.top + line.box.bottom) / 2
        inside = box.left <= x <= box.right and box.top <= y <= box.bottom
        if inside and len(line.text) >= SENTENCE[bool(HAN_CHARACTER.search(line.text))]:
            return True
        across = min(box.right, line.box.right) - max(box.left, line.box.left)
        down = min(box.bottom, line.box.bottom) - max(box.top, line.box.top)
        covered += max(0.0, across) * max(0.0, down)
    return covered > TEXT_SHARE * (box.right - box.left) * (box.bottom - box.top)


def _with_labels(box: Box, lines: Sequence[Line], em: float) -> tuple[float, float, float, float]:
    """The box of a chart with the numbers along its axes; those below follow those beside it."""
    labels = [line.box for line in lines if LABEL.fullmatch(line.text.strip())]
    left, top, right, bottom = box.left, box.top, box.right, box.bottom
    for beside, below in ((BESIDE, BELOW), (NEXT, NEXT)):
        near = [
            label
            for label in labels
            if label.right >= left - beside * em
            and label.left <= right + beside * em
            and label.bottom >= top - below * em
            and label.top <= bottom + below * em
        ]
        left = min([left, *(label.left for label in near)])
        top = min([top, *(label.top for label in near)])
        right = max([right, *(label.right for label in near)])
        bottom = max([bottom, *(label.bottom for label in near)])
    return (left, top, right, bottom)
