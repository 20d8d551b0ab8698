"""The objects of a page and their shapes: frames around text, as opposed to charts."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from duizhao.corpus.reading.pdf.page.frames import Box

# An outline with more points than this is a drawing
MOST_POINTS = 120
# Points of a frame are so near to its sides, in points: the width of a double line
NEAR = 4.0
# Forms in forms in forms: no program nests them deeper
DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Space:
    """Where coordinates of a form are on the page: x' = ax + cy + e, y' = bx + dy + f."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def point(self, x: float, y: float) -> tuple[float, float]:
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def box(self, box: Box) -> Box:
        first, second = self.point(box[0], box[1]), self.point(box[2], box[3])
        xs, ys = sorted((first[0], second[0])), sorted((first[1], second[1]))
        return xs[0], ys[0], xs[1], ys[1]

    def within(self, matrix: Any) -> Space:
        """The space of a form with this matrix in this one."""
        e, f = self.point(matrix.e, matrix.f)
        return Space(
            self.a * matrix.a + self.c * matrix.b,
            self.b * matrix.a + self.d * matrix.b,
            self.a * matrix.c + self.c * matrix.d,
            self.b * matrix.c + self.d * matrix.d,
            e,
            f,
        )


def objects(raw: Any, page: Any) -> Iterator[tuple[Any, Space, bool]]:
    """The objects of a page in the order in which they are drawn, each with its space.

    Programs that put several pages on one sheet, or print a page again, wrap its objects in
    forms; a form is followed by the objects in it. The last value is false for a form without
    text and what is in it: a shadow, a background, or a letter of a watermark.
    """
    for number in range(raw.FPDFPage_CountObjects(page.raw)):
        yield from _with_inner(raw, raw.FPDFPage_GetObject(page.raw, number), Space(), True, 0)


def _with_inner(
    raw: Any, handle: Any, space: Space, texts: bool, depth: int
) -> Iterator[tuple[Any, Space, bool]]:
    is_form = raw.FPDFPageObj_GetType(handle) == raw.FPDF_PAGEOBJ_FORM
    texts = texts and (not is_form or has_text(raw, handle))
    yield handle, space, texts
    if not is_form or depth == DEEPEST:
        return
    matrix = raw.FS_MATRIX(1, 0, 0, 1, 0, 0)
    raw.FPDFPageObj_GetMatrix(handle, matrix)
    inner = space.within(matrix)
    for number in range(raw.FPDFFormObj_CountObjects(handle)):
        part = raw.FPDFFormObj_GetObject(handle, number)
        yield from _with_inner(raw, part, inner, texts, depth + 1)


def bounds_of(raw: Any, handle: Any) -> Box | None:
    """The box of an object in the space of the form that it is in."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(handle, left, bottom, right, top):
        return None
    return left.value, bottom.value, right.value, top.value


def is_frame(raw: Any, handle: Any, space: Space, box: Box) -> bool:
    """Whether a path is a rectangle, perhaps with rounded corners, or an ellipse.

    Every point of such an outline is at one of the sides of its `box` on the page, and every
    straight line runs along one. The lines of a grid run from side to side.
    """
    count = raw.FPDFPath_CountSegments(handle)
    if count > MOST_POINTS:
        return False
    matrix = raw.FS_MATRIX(1, 0, 0, 1, 0, 0)
    raw.FPDFPageObj_GetMatrix(handle, matrix)
    inner = space.within(matrix)
    x, y = ctypes.c_float(), ctypes.c_float()
    points: list[tuple[int, frozenset[int]]] = []
    for number in range(count):
        segment = raw.FPDFPath_GetPathSegment(handle, number)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        at = inner.point(x.value, y.value)
        sides = frozenset(n for n in range(4) if abs(at[n % 2] - box[n]) <= NEAR)
        points.append((raw.FPDFPathSegment_GetType(segment), sides))
    return all(sides for _, sides in points) and all(
        first & sides
        for (_, first), (kind, sides) in pairwise(points)
        if kind == raw.FPDF_SEGMENT_LINETO
    )


def has_text(raw: Any, form: Any, depth: int = 0) -> bool:
    """Whether a form, a group of objects with a frame of its own, contains text."""
    for number in range(raw.FPDFFormObj_CountObjects(form)):
        inner = raw.FPDFFormObj_GetObject(form, number)
        kind = raw.FPDFPageObj_GetType(inner)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            return True
        if kind == raw.FPDF_PAGEOBJ_FORM and depth < DEEPEST and has_text(raw, inner, depth + 1):
            return True
    return False
