"""Shapes of drawings: frames around text, as opposed to charts."""

from __future__ import annotations

import ctypes
from itertools import pairwise
from typing import Any

# An outline with more points than this is a drawing
MOST_POINTS = 120
# Points of a frame are so near to its sides, in points: the width of a double line
NEAR = 4.0


def is_frame(raw: Any, handle: Any, box: tuple[float, float, float, float]) -> bool:
    """Whether a path is a rectangle, perhaps with rounded corners, or an ellipse.

    Every point of such an outline is at one of the sides of its `box` (left, bottom, right, top),
    and every straight line runs along one. The lines of a grid run from side to side.
    """
    count = raw.FPDFPath_CountSegments(handle)
    if count > MOST_POINTS:
        return False
    matrix = raw.FS_MATRIX(1, 0, 0, 1, 0, 0)
    raw.FPDFPageObj_GetMatrix(handle, matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    points: list[tuple[int, frozenset[int]]] = []
    for number in range(count):
        segment = raw.FPDFPath_GetPathSegment(handle, number)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        at = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        sides = frozenset(n for n in range(4) if abs(at[n % 2] - box[n]) <= NEAR)
        points.append((raw.FPDFPathSegment_GetType(segment), sides))
    return all(sides for _, sides in points) and all(
        first & sides
        for (_, first), (kind, sides) in pairwise(points)
        if kind == raw.FPDF_SEGMENT_LINETO
    )


def has_text(raw: Any, form: Any) -> bool:
    """Whether a form, a group of objects with a frame of its own, contains text."""
    for number in range(raw.FPDFFormObj_CountObjects(form)):
        inner = raw.FPDFFormObj_GetObject(form, number)
        kind = raw.FPDFPageObj_GetType(inner)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            return True
        if kind == raw.FPDF_PAGEOBJ_FORM and has_text(raw, inner):
            return True
    return False
