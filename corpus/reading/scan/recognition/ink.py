"""The printed marks of a recognised line: baseline, type size, gaps and weight.

The recognition model says which characters a line has and about where. Their exact extents come
from the dark pixels: footnote marks are small and raised, words are apart, bold strokes are wide.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.reading.scan.recognition.engine import Character, Image
from duizhao.corpus.reading.scan.recognition.light import below_threshold, evened, is_uneven
from duizhao.corpus.script import HAN_CHARACTER as HAN

# Heights of characters in em, about the same in all usual typefaces
TALL = re.compile(r"[A-Zbdfhkl0-9&]")
LOW = re.compile(r"[acemnorsuvwxz]")
TALL_EM, LOW_EM, HAN_EM = 0.68, 0.46, 0.90
# Bottom edge of a Chinese character below the baseline of Latin letters, in em
HAN_DROP = 0.10
# The longest stroke of a character, in heights of the line: a Chinese dash fills two squares
LONGEST_STROKE = 2.2
# A row of a line of text is never dark over so much of its width
DARK_ROW = 0.75
# In a shorter line, in heights, a few characters such as 一 may fill a row
LONG_LINE = 4.0
# A neighbouring line reaches so far into the crop, in heights of the line
NEIGHBOUR = 0.25
# The edges of such a line are ragged: so much above and below it, in heights of the line
FRINGE = 0.05
# A Chinese character is at most so many times as wide as high, or else flat
WIDER, FLAT = 1.15, 0.6
# A spot of a smaller area, in squares of the line's height, is a speck
SPECK = 0.002
# So many characters of a kind are enough to measure by
ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Extent:
    """The dark pixels of one character; `ink` is False if there are none."""

    left: int
    right: int
    top: int
    bottom: int
    ink: bool = True

    @property
    def height(self) -> int:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Ink:
    """Extents of a line's characters (without its spaces), and what follows from them.

    `size` is the type size by Chinese characters or small letters, `tall` by capitals and digits;
    0 if the line has too few of them.
    """

    extents: tuple[Extent, ...]
    baseline: float
    size: float
    tall: float
    stroke: float

    @property
    def em(self) -> float:
        """The type size, by whichever characters the line has."""
        return self.size or self.tall

    def gap(self, number: int) -> float:
        """White space between character `number` and the next one."""
        return max(0, self.extents[number + 1].left - self.extents[number].right)


def measure(crop: Image, characters: Sequence[Character]) -> Ink:
    """Measure the characters of a line (without spaces) in its image."""
    dark = _dark(crop)
    columns: NDArray[np.bool_] = np.asarray(dark.any(axis=0))
    edges = _edges(columns, [character.x for character in characters])
    extents = tuple(_extent(dark, start, end) for start, end in itertools.pairwise(edges))
    size, tall = _sizes(extents, characters)
    if not size and not tall:
        size = 0.75 * crop.shape[0]
    baseline = _baseline(extents, characters, size or tall, crop.shape[0])
    return Ink(extents, baseline, size, tall, _stroke(dark))


def _dark(crop: Image) -> NDArray[np.bool_]:
    import cv2

    grey = np.asarray(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    dark = below_threshold(grey)
    if dark.mean() > 0.6:
        # white on a dark ground
        grey, dark = np.asarray(255 - grey, dtype=np.uint8), ~dark
    if is_uneven(grey, dark):
        dark = _without_specks(below_threshold(evened(grey, round(0.7 * len(grey)))))
    return _without_neighbours(_without_underline(dark))


def _without_specks(dark: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The dark pixels without spots that are smaller than any dot."""
    import cv2

    _, labels, boxes, _ = cv2.connectedComponentsWithStats(dark.astype(np.uint8))
    large = boxes[:, cv2.CC_STAT_AREA] >= SPECK * len(dark) ** 2
    large[0] = False
    return np.asarray(large[labels], dtype=np.bool_)


def _without_neighbours(dark: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The dark pixels without the feet and heads of the lines above and below.

    These touch the edge of the crop, and white rows separate them from the line.
    """
    height = len(dark)
    out = dark.copy()
    inked: NDArray[np.bool_] = np.asarray(dark.any(axis=1))
    for rows in (range(height), range(height - 1, -1, -1)):
        edge = next((number for number, row in enumerate(rows) if not inked[row]), height)
        if edge <= NEIGHBOUR * height:
            out[[rows[number] for number in range(edge)]] = False
    return out


def _without_underline(dark: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The dark pixels without strokes that are longer than any of a character."""
    import cv2

    height, width = dark.shape
    length = round(LONGEST_STROKE * height)
    if width <= length:
        return dark
    # a stroke of a scan is seldom exactly straight
    thick = cv2.dilate(dark.astype(np.uint8), np.ones((3, 1), dtype=np.uint8))
    strokes = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, length), dtype=np.uint8))
    out = np.asarray(dark & ~strokes.astype(np.bool_))
    # a worn line is broken, but its rows are still darker than any of a text of some length
    rows = np.flatnonzero(dark.mean(axis=1) > DARK_ROW) if width > LONG_LINE * height else ()
    for row in rows:
        fringe = round(FRINGE * height)
        out[max(0, row - fringe) : row + fringe + 1] = False
    return out


def _edges(columns: NDArray[np.bool_], middles: Sequence[float]) -> list[int]:
    """Where one character ends and the next begins: in the widest gap between their middles."""
    width = len(columns)
    edges = [0]
    for before, after in itertools.pairwise(middles):
        start, end = int(max(before, edges[-1])), int(min(max(after, before + 1), width))
        edges.append(_widest_gap(columns, start, max(start + 1, end)))
    return [*edges, width]


def _widest_gap(columns: NDArray[np.bool_], start: int, end: int) -> int:
    best, best_length = (start + end) // 2, 0
    column = start
    while column < end:
        if columns[column : column + 1].any():
            column += 1
            continue
        stop = column
        while stop < end and not columns[stop : stop + 1].any():
            stop += 1
        if stop - column > best_length:
            best, best_length = (column + stop) // 2, stop - column
        column = stop
    return best


def _extent(dark: NDArray[np.bool_], start: int, end: int) -> Extent:
    part = dark[:, start:end]
    across, down = np.flatnonzero(part.any(axis=0)), np.flatnonzero(part.any(axis=1))
    if not len(across):
        return Extent(start, end, 0, 0, ink=False)
    left, right = start + int(across[0]), start + int(across[-1]) + 1
    return Extent(left, right, int(down[0]), int(down[-1]) + 1)


def _sizes(extents: Sequence[Extent], characters: Sequence[Character]) -> tuple[float, float]:
    """The type size by Chinese characters or else small letters, and by capitals and digits."""
    han: list[float] = []
    low: list[float] = []
    tall: list[float] = []
    for extent, character in zip(extents, characters, strict=True):
        if HAN.match(character.text):
            han.append(_side(extent) / HAN_EM)
        elif TALL.match(character.text):
            tall.append(extent.height / TALL_EM)
        elif LOW.match(character.text):
            low.append(extent.height / LOW_EM)
    main = han if len(han) >= ENOUGH else low if len(low) >= ENOUGH else han
    return (median(main) if main else 0.0, median(tall) if tall else 0.0)


def _side(extent: Extent) -> float:
    """The side of the square of a Chinese character: 一 is wide and flat, 口 is small.

    One that is somewhat wider than high has a mark in its extent, as 书 in "书。"
    """
    width, height = extent.right - extent.left, extent.height
    return height if FLAT * width < height < width / WIDER else max(width, height)


def _baseline(
    extents: Sequence[Extent], characters: Sequence[Character], size: float, height: int
) -> float:
    bottoms = []
    for extent, character in zip(extents, characters, strict=True):
        if not extent.ink:
            continue
        if TALL.match(character.text) or LOW.match(character.text):
            bottoms.append(float(extent.bottom))
        elif HAN.match(character.text) and extent.height > 0.7 * size:
            bottoms.append(extent.bottom - HAN_DROP * size)
    return median(bottoms) if bottoms else 0.8 * height


def _stroke(dark: NDArray[np.bool_]) -> float:
    """The mean width of strokes: twice the area over the length of the outline."""
    area = int(dark.sum())
    outline = int((dark[:, 1:] != dark[:, :-1]).sum() + (dark[1:] != dark[:-1]).sum())
    return 2 * area / outline if outline else 0.0
