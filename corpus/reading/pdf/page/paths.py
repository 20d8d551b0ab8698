"""A drawn path that is nothing but frames and straight lines, taken apart.

Programs draw crop marks, the borders of a table, or frames with rounded corners as one path. It
is no picture, and the text in it is text.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from typing import Any

from duizhao.corpus.reading.pdf.page.frames import Box

Point = tuple[float, float]
# A longer path is a drawing
MOST_SEGMENTS = 2000
# Lines this little askew are upright or level
SLANT = 1.0
# A rounded corner is at most so long
CORNER = 35.0


def straight_parts(handle: Any) -> list[Box]:
    """The boxes of the frames and lines of a path, [] if it has slanted lines or curves."""
    import pypdfium2.raw as raw

    count = raw.FPDFPath_CountSegments(handle)
    matrix = raw.FS_MATRIX()
    if count > MOST_SEGMENTS or not raw.FPDFPageObj_GetMatrix(handle, matrix):
        return []
    a, b, c, d, e, f = (getattr(matrix, name) for name in "abcdef")
    x, y = ctypes.c_float(), ctypes.c_float()
    parts: list[list[Point]] = []
    curves = 0
    straight = curved = 0.0
    for number in range(count):
        segment = raw.FPDFPath_GetPathSegment(handle, number)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = (a * x.value + c * y.value + e, b * x.value + d * y.value + f)
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


def _box(points: Sequence[Point]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)
