"""Pages as images, damaged as scanners and fax machines damage them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pypdfium2

from duizhao.evaluation.benchmarks.reading.layouts import Sheet

DAMAGE = ("clean", "askew1", "askew2", "noise", "fax")
VARIANTS = (
    ("clean", 100), ("clean", 150), ("clean", 200), ("clean", 300),
    ("askew1", 200), ("askew2", 200), ("noise", 200), ("fax", 200),
)  # fmt: skip


def pictures(sheets: Iterable[Sheet]) -> Iterator[Sheet]:
    """Each sheet as images of its pages, at every resolution and with every damage."""
    for sheet in sheets:
        for damage, dpi in VARIANTS:
            row = f"image, {dpi} dpi{'' if damage == 'clean' else ', ' + damage}"
            data = scan(sheet.data, dpi, damage)
            yield Sheet(f"{row}: {sheet.name}", sheet.language, data, sheet.blocks, row, ".zip")


def damaged(picture: Any, damage: str) -> Any:
    """A grey image of a page as from a scanner or a fax machine."""
    from PIL import Image

    if damage.startswith("askew"):
        angle = float(damage.removeprefix("askew"))
        return picture.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=255)
    if damage == "noise":
        noise = np.random.default_rng(7).normal(0, 24, (picture.height, picture.width))
        mixed = np.asarray(picture, dtype=np.float64) + noise
        return Image.fromarray(np.clip(mixed, 0, 255).astype(np.uint8))
    if damage == "fax":
        return picture.point(lambda value: 255 * (value > 140)).convert("1")
    return picture


def page_images(pdf: bytes, dpi: int, damage: str) -> Iterator[Any]:
    """The pages of a PDF as damaged images of Pillow."""
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        picture = page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
        yield damaged(picture, damage)


def scan(pdf: bytes, dpi: int, damage: str) -> bytes:
    """The pages of a PDF as an archive of damaged images."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, picture in enumerate(page_images(pdf, dpi, damage), 1):
            page = io.BytesIO()
            picture.save(page, "PNG", dpi=(dpi, dpi))
            archive.writestr(f"page-{number}.png", page.getvalue())
    return buffer.getvalue()
