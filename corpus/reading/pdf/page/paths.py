"""A drawn path that is nothing but frames and straight lines, taken apart.

Programs draw crop marks, the borders of a table, or frames with rounded corners as one path. It
is no picture, and the text in it is text.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from duizhao.corpus.reading.pdf.page.frames import Box
from duizhao.corpus.reading.pdf.page.outlines import Space

Point = tuple[float, float]
# A longer path is a drawing
MOST_SEGMENTS = 2000
# Lines this little askew are upright or level
SLANT = 1.0
# A rounded corner is at most so long
CORNER = 35.0
# A chart has so many bars, which differ in length by more than so many points
FEWEST_BARS, DIFFERENT = 3, 3.0
# Bars end at the axis, within so many points
AXIS = 1.0
# Bars have so much of their width between them; the grounds of lines of text have less
BETWEEN = 0.2


def straight_parts(handle: Any, space: Space) -> list[Box]:
    """The boxes of the frames and lines of a path on the page, [] if some are slanted or curved.

    `space` is that of the form with the path, so that lengths are in points.
    """
    import pypdfium2.raw as raw

    count = raw.FPDFPath_CountSegments(handle)
    matrix = raw.FS_MATRIX()
    if count > MOST_SEGMENTS or not raw.FPDFPageObj_GetMatrix(handle, matrix):
        return []
    inner = space.within(matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    parts: list[list[Point]] = []
    curves = 0
    straight = curved = 0.0
    for number in range(count):
        segment = raw.FPDFPath_GetPathSegment(handle, number)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = inner.point(x.value, y.value)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO or not parts:
            parts.append([point])
            curves = 0
            continue
        curves = (curves + 1) % 3 if kind == raw.FPDF_SEGMENT_BEZIERTO else 0
        # a curve comes as three points, of which the last one is on it
        if curves:
            continue
        last = parts[-1][-1]
        length = math.dist(point, last)
        if kind == raw.FPDF_SEGMENT_BEZIERTO:
            curved += length
            if length > CORNER:
                return []
        else:
            straight += length
            if min(abs(point[0] - last[0]), abs(point[1] - last[1])) > SLANT:
                return []
        parts[-1].append(point)
    if curved > straight:
        return []
    return [_box(part) for part in parts if len(part) > 1]


def are_bars(handle: Any, parts: Sequence[Box]) -> bool:
    """Whether the parts of a path are the bars of a chart.

    They are filled and separate, begin or end at one axis, and differ in length. The cells of a
    table, or frames, are equally high, touch, or are in one another.
    """
    import pypdfium2.raw as raw

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not raw.FPDFPath_GetDrawMode(handle, fill, stroke) or not fill.value:
        return False
    upright = [part for part in parts if part[3] - part[1] > AXIS]
    level = [(b, a, d, c) for a, b, c, d in parts if c - a > AXIS]
    return _on_an_axis(upright) or _on_an_axis(level)


def _on_an_axis(bars: Sequence[Box]) -> bool:
    """Whether upright rectangles have a common foot, or hang from it, and are separate."""
    if len(bars) < FEWEST_BARS:
        return False
    lengths = [top - bottom for _, bottom, _, top in bars]
    if max(lengths) - min(lengths) <= DIFFERENT:
        return False
    row = sorted(bars)
    if any(
        right[0] - left[2] < BETWEEN * min(left[2] - left[0], right[2] - right[0])
        for left, right in pairwise(row)
    ):
        return False
    return any(
        all(min(abs(bar[1] - axis), abs(bar[3] - axis)) <= AXIS for bar in bars)
        for axis in (bars[0][1], bars[0][3])
    )


def _box(points: Sequence[Point]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)
