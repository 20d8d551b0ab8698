"""The typeface of a text object: its size, weight, angle, and its properties in the file."""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from typing import Any

INVISIBLE = 3
# Lines of a scan are askew by so many degrees at most; a stamp across the page by more
ASKEW, OBLIQUE = 12.0, 45
SYMBOL_FONTS = ("wingdings", "webdings", "dingbats", "symbol")
# by name, because the flag of a font is also set for most Chinese fonts
FIXED_FONTS = (
    "courier", "mono", "consolas", "menlo", "monaco", "typewriter", "cmtt", "cmsltt", "cmitt",
    "ectt", "sftt", "txtt", "lmtt", "inconsolata", "sourcecode", "firacode", "cascadia",
    "lucidaconsole", "lucida console", "andale", "cousine",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """The properties that the characters of one text object share.

    `angle` is 0, 90, 180 or 270 degrees, OBLIQUE for everything between.
    """

    size: float
    bold: bool
    tag: int | None
    artifact: bool
    invisible: bool
    angle: int
    font: str = ""
    fixed: bool = False


def look_of(raw: Any, text_page: Any, index: int, handle: Any) -> Look:
    matrix = raw.FS_MATRIX()
    scale = 1.0
    angle = 0
    size = raw.FPDFText_GetFontSize(text_page, index)
    if raw.FPDFText_GetMatrix(text_page, index, matrix):
        scale = (matrix.c**2 + matrix.d**2) ** 0.5 or 1.0
        # a negative size turns the letters by 180 degrees
        x, y = (-matrix.a, -matrix.b) if size < 0 else (matrix.a, matrix.b)
        angle = _angle(math.degrees(math.atan2(y, x)))
    size = abs(size) * scale
    names = _mark_names(raw, handle)
    tag = raw.FPDFPageObj_GetMarkedContentID(handle)
    mode = raw.FPDFTextObj_GetTextRenderMode(handle)
    name = _font_name(raw, text_page, index)
    return Look(
        size=max(size, 1.0),
        bold=_is_bold(raw, text_page, index, name, mode),
        tag=tag if tag >= 0 else None,
        artifact="Artifact" in names,
        invisible=mode == INVISIBLE,
        angle=angle,
        font=name if any(word in name for word in SYMBOL_FONTS) else "",
        fixed=any(word in name for word in FIXED_FONTS),
    )


def _angle(degrees: float) -> int:
    """The angle of upright or turned text, OBLIQUE for any other.

    >>> _angle(-91.5), _angle(30.0)
    (270, 45)
    """
    quarters = round(degrees / 90)
    return quarters % 4 * 90 if abs(degrees - 90 * quarters) <= ASKEW else OBLIQUE


def _mark_names(raw: Any, handle: Any) -> list[str]:
    names = []
    buffer = (ctypes.c_ushort * 32)()
    length = ctypes.c_ulong()
    for number in range(raw.FPDFPageObj_CountMarks(handle)):
        mark = raw.FPDFPageObj_GetMark(handle, number)
        if raw.FPDFPageObjMark_GetName(mark, buffer, 64, length):
            names.append(bytes(buffer)[: length.value].decode("utf-16le", "replace").rstrip("\0"))
    return names


def _font_name(raw: Any, text_page: Any, index: int) -> str:
    buffer = ctypes.create_string_buffer(128)
    raw.FPDFText_GetFontInfo(text_page, index, buffer, 128, ctypes.c_int())
    return buffer.value.decode("latin-1").lower()


def _is_bold(raw: Any, text_page: Any, index: int, name: str, mode: int) -> bool:
    buffer = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    raw.FPDFText_GetFontInfo(text_page, index, buffer, 128, flags)
    weight = raw.FPDFText_GetFontWeight(text_page, index)
    # mode 2 draws the outline as well, as Word does for bold type that a Chinese font lacks
    return (
        any(word in name for word in ("bold", "black", "heavy", "semibold", "simhei"))
        or bool(flags.value & 0x40000)
        or weight >= 600
        or mode == 2
    )
