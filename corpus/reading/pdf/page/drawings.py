"""Drawings on a PDF page: lines, borders, charts, bullets, pictures."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from duizhao.corpus.reading.pdf.page.frames import MOST_BOXES, Box
from duizhao.corpus.reading.pdf.page.outlines import bounds_of, is_frame, objects
from duizhao.corpus.reading.pdf.page.paths import are_bars, straight_parts

# A drawing as thin as this is a line, and a single stroke whose bounds are so thin
THIN, STROKE = 3.0, 7.0
# A larger rectangle is the ground or frame of the whole page
MOST_OF_PAGE = 0.75
# Least share of each colour, of 255, in a ground that looks white
WHITE = 250
# A path of more segments is not one rectangle
SEGMENTS = 7
# So many objects of a form are looked at
MOST_IN_FORM = 500
# A shape of so many square points is a letter or a sign
SMALL = 1500


@dataclass(slots=True)
class Drawings:
    rules: list[tuple[float, float, float]] = field(default_factory=list)
    walls: list[tuple[float, float, float]] = field(default_factory=list)
    figures: list[tuple[float, float, float, float]] = field(default_factory=list)
    dots: list[tuple[float, float]] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    blanks: list[Box] = field(default_factory=list)
    spaces: dict[int, list[float]] = field(default_factory=dict)
    images: float = 0.0
    covered: float = 0.0

    def moved(self, x: float, y: float) -> Drawings:
        return Drawings(
            [(a + x, b + x, c + y) for a, b, c in self.rules],
            [(a + x, b + y, c + y) for a, b, c in self.walls],
            [(a + x, b + y, c + x, d + y) for a, b, c, d in self.figures],
            [(a + x, b + y) for a, b in self.dots],
            [(a + x, b + y, c + x, d + y) for a, b, c, d in self.boxes],
            [(a + x, b + y, c + x, d + y) for a, b, c, d in self.blanks],
            self.spaces,
            self.images,
            self.covered,
        )

    def turned(self, angle: int, x: float, y: float) -> Drawings:
        """As they are once text at this angle is upright, then moved."""
        (a, b), (c, d) = {90: ((0, 1), (-1, 0)), 180: ((-1, 0), (0, -1)), 270: ((0, -1), (1, 0))}[
            angle
        ]

        def box_of(left: float, bottom: float, right: float, top: float) -> Box:
            xs = sorted((a * left + b * bottom + x, a * right + b * top + x))
            ys = sorted((c * left + d * bottom + y, c * right + d * top + y))
            return xs[0], ys[0], xs[1], ys[1]

        thin = [box_of(left, at, right, at) for left, right, at in self.rules]
        thin += [box_of(at, bottom, at, top) for at, bottom, top in self.walls]
        return Drawings(
            [(left, right, bottom) for left, bottom, right, top in thin if bottom == top],
            [(left, bottom, top) for left, bottom, right, top in thin if left == right],
            [box_of(*each) for each in self.figures],
            [box_of(*dot, *dot)[:2] for dot in self.dots],
            [box_of(*each) for each in self.boxes],
            [box_of(*each) for each in self.blanks],
            {},
            self.images,
            self.covered,
        )


def _thin(handle: Any, kind: int) -> float:
    """The width below which a drawing is a line.

    PDFium adds the stroke's width on either side of a line.
    """
    import pypdfium2.raw as raw

    if kind == raw.FPDF_PAGEOBJ_PATH and raw.FPDFPath_CountSegments(handle) == 2:
        return STROKE
    return THIN


def read_drawings(page: Any, area: float, seen: set[int]) -> Drawings:
    """Thin lines, drawings, drawn bullets, the share of the page that pictures cover, and the
    text objects without a character (`seen` are those with some).

    `blanks` are white rectangles on white, which nobody sees. `covered` is the share of the text
    objects that are drawn before a picture of the whole page.
    """
    import pypdfium2.raw as raw

    out = Drawings()
    grounds: list[Box] = []
    texts = covered = 0
    for handle, space, texts_inside in objects(raw, page):
        kind = raw.FPDFPageObj_GetType(handle)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            texts += 1
            if (ctypes.cast(handle, ctypes.c_void_p).value or 0) not in seen:
                matrix = raw.FS_MATRIX()
                if raw.FPDFPageObj_GetMatrix(handle, matrix):
                    x, y = space.point(matrix.e, matrix.f)
                    out.spaces.setdefault(round(y), []).append(x)
            continue
        bounds = bounds_of(raw, handle)
        if bounds is None:
            continue
        box = space.box(bounds)
        size = _area(box)
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            grounds.append(box)
            out.images += size / area
            if size > MOST_OF_PAGE * area and not raw.FPDFPageObj_HasTransparency(handle):
                covered = texts
        elif kind == raw.FPDF_PAGEOBJ_FORM:
            if texts_inside and 400 < size < 0.6 * area and _draws(raw, handle):
                out.figures.append(box)
        elif kind == raw.FPDF_PAGEOBJ_PATH and raw.FPDFPath_CountSegments(handle) > SEGMENTS:
            grounds.append(box)
            parts = straight_parts(handle, space)
            if are_bars(handle, parts):
                parts = []
            for part in parts:
                _add_shape(out, part, area, THIN)
            if parts or _add_thin(out, box, THIN) or not SMALL < size < MOST_OF_PAGE * area:
                continue
            if is_frame(raw, handle, space, box):
                out.boxes.append(box)
            elif texts_inside:
                out.figures.append(box)
        elif kind == raw.FPDF_PAGEOBJ_PATH and _is_blank(raw, handle, box, grounds):
            if _is_rectangle(box, area):
                out.blanks.append(box)
        elif kind == raw.FPDF_PAGEOBJ_PATH:
            grounds.append(box)
            _add_shape(out, box, area, _thin(handle, kind))
        else:
            _add_thin(out, box, THIN)
    out.covered = covered / texts if texts else 0.0
    return out


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _draws(raw: Any, handle: Any) -> bool:
    """Whether a form has anything but text in it."""
    numbers = range(min(MOST_IN_FORM, raw.FPDFFormObj_CountObjects(handle)))
    kinds = {
        raw.FPDFPageObj_GetType(raw.FPDFFormObj_GetObject(handle, number)) for number in numbers
    }
    return kinds != {raw.FPDF_PAGEOBJ_TEXT}


def _add_thin(out: Drawings, box: Box, thin: float) -> bool:
    """Add a shape that is a bullet, or a rule or wall if it is thinner than `thin`."""
    left, bottom, right, top = box
    width, height = right - left, top - bottom
    if 2 <= width <= 8 and 0.8 <= width / max(height, 0.1) <= 1.25:
        out.dots.append(((left + right) / 2, (top + bottom) / 2))
    elif height < thin and width > 10:
        out.rules.append((left, right, (top + bottom) / 2))
    elif width < thin and height > 6:
        out.walls.append(((left + right) / 2, bottom, top))
    else:
        return False
    return True


def _add_shape(out: Drawings, box: Box, area: float, thin: float) -> None:
    """Add a shape; a larger one is a frame, or a cell with a coloured ground."""
    if _add_thin(out, box, thin):
        return
    if _is_rectangle(box, area):
        out.boxes.append(box)


def _is_rectangle(box: Box, area: float) -> bool:
    """Whether a shape may be a frame, a cell or the margin of one."""
    return box[2] - box[0] > 3 and box[3] - box[1] > 8 and _area(box) < MOST_OF_PAGE * area


def _is_blank(raw: Any, handle: Any, box: Box, grounds: Sequence[Box]) -> bool:
    """Whether a path leaves no trace: not painted, transparent, or white where all is white."""
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    if not raw.FPDFPath_GetDrawMode(handle, mode, stroke) or stroke.value:
        return False
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not raw.FPDFPageObj_GetFillColor(handle, red, green, blue, alpha):
        return False
    if not mode.value or not alpha.value:
        return True
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    if min(red.value, green.value, blue.value) < WHITE or len(grounds) > MOST_BOXES:
        return False
    return not any(
        left <= x <= right and bottom <= y <= top for left, bottom, right, top in grounds
    )
