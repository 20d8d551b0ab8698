"""The sample report as scans: its pages as images, clean, turned, noisy, or as a fax."""

from __future__ import annotations

import io
from typing import Any

import pypdfium2

from tests.support.typesetting import untagged_pdf


def pages(language: str, *, dpi: int = 200, angle: float = 0.0, fax: bool = False) -> list[bytes]:
    """Each page of the report as a PNG file."""
    out = []
    for picture in pictures(untagged_pdf(language), dpi):
        if angle:
            picture = picture.rotate(angle, fillcolor=255, expand=abs(angle) >= 45)
        if fax:
            picture = picture.convert("1")
        buffer = io.BytesIO()
        picture.save(buffer, "PNG", dpi=(dpi, dpi))
        out.append(buffer.getvalue())
    return out


def pictures(pdf: bytes, dpi: int) -> list[Any]:
    """The pages of a PDF as grey images of Pillow."""
    document = pypdfium2.PdfDocument(pdf)
    return [
        document[number].render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
        for number in range(len(document))
    ]
