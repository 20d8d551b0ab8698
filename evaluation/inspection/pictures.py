"""Images of a document's pages, turned upright as for reading."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from duizhao.corpus.reading.draft import Source

# width of a page's image in pixels
WIDTH = 900


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as a data URL, and its size in points."""

    number: int
    address: str
    width: float
    height: float


def of_pdf(source: Source, scans: Mapping[int, tuple[int, float]]) -> Iterator[Picture]:
    """The pages of a PDF; `scans` has the rotation and skew of recognised pages."""
    from duizhao.corpus.reading.pdf.reader import open_pdf

    pdf = open_pdf(source)
    try:
        for number in range(1, len(pdf) + 1):
            page = pdf[number - 1]
            width, height = page.get_size()
            bitmap = page.render(scale=WIDTH / width, prefer_bgrx=False)
            pixels = bitmap.to_numpy()[:, :, :3].copy()
            bitmap.close()
            page.close()
            if number in scans:
                pixels = _upright(pixels, *scans[number])
                if scans[number][0] in (90, 270):
                    width, height = height, width
            yield Picture(number, _address(pixels), width, height)
    finally:
        pdf.close()


def of_images(source: Source, scans: Mapping[int, tuple[int, float]]) -> Iterator[Picture]:
    """The pages of an image file, or of an archive of image files."""
    import cv2

    from duizhao.corpus.reading.scan.images import page_images

    for number, image, dpi in page_images(source.data, source.name):
        pixels = _upright(image, *scans.get(number, (0, 0.0)))
        height, width = pixels.shape[:2]
        scale = min(1.0, WIDTH / width)
        small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        yield Picture(number, _address(small), width * 72 / dpi, height * 72 / dpi)


def _upright(pixels: Any, degrees: int, skew: float) -> Any:
    from duizhao.corpus.reading.scan.recognition.upright import upright

    return upright(pixels, degrees, skew)


def _address(pixels: Any) -> str:
    """A data URL of an image in blue, green, red."""
    return f"data:image/png;base64,{base64.b64encode(_png(pixels[:, :, ::-1])).decode('ascii')}"


def _png(pixels: Any) -> bytes:
    """A PNG of an array (height, width, 3) of bytes; in grey if it has no colour."""
    import numpy

    grey = bool((numpy.ptp(pixels.astype(numpy.int16), axis=2) < 12).all())
    rows = pixels[:, :, :1] if grey else pixels
    # sixteen shades suffice for text and halve the size
    rows = rows & 0xF0 | rows >> 4
    height, width = rows.shape[:2]
    # the filter "none" (0) before each row
    raw = numpy.concatenate(
        [numpy.zeros((height, 1), dtype=numpy.uint8), rows.reshape(height, -1)], axis=1
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 0 if grey else 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(raw.tobytes(), 6))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
