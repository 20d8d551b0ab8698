"""Images of pages: from image files, archives of these, and pages of a PDF."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

import numpy as np

from duizhao.corpus.errors import InputError
from duizhao.corpus.reading.bounds.files import IMAGES
from duizhao.corpus.reading.scan.recognition.engine import Image

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF", "JPEG2000")
DPI = 300.0
"""The resolution at which pages of a PDF are drawn."""
WIDEST = 12.5
"""The shorter side of the largest page drawn at this resolution (A3), in inches."""
MOST_PIXELS = 40_000_000
"""A larger image is scaled down; one four times as large is refused."""
# A smaller side has no line of text; white is added, which the detection of lines needs
LEAST_SIDE = 32
LEAST_DPI = 50.0
# The shorter side of a page is at least so wide, in inches
NARROWEST = 3.0
# The width of a page where an image does not give its resolution, in inches
PAGE_WIDTH = 8.27


def count(data: bytes, name: str) -> int:
    """The number of pages in an image file, or in an archive of image files."""
    return sum(_count(content, member) for member, content in _members(data, name))


def page_images(data: bytes, name: str) -> Iterator[tuple[int, Image, float]]:
    """The pages of an image file, or of an archive of image files, as (number, image, dpi)."""
    from PIL import ImageSequence

    number = 0
    for member, content in _members(data, name):
        try:
            with _open(content, member) as picture:
                frames = ImageSequence.Iterator(picture) if _frames(picture) > 1 else (picture,)
                for frame in frames:
                    number += 1
                    _check_size(frame, member)
                    yield number, *_image(frame)
        except (OSError, ValueError, SyntaxError) as error:
            raise _damaged(member, error) from None


def pdf_images(pdf: Any, numbers: Iterable[int]) -> Iterator[tuple[int, Image, float]]:
    """Pages of a `pypdfium2.PdfDocument` as (number, image, dpi)."""
    for number in numbers:
        with closing(pdf[number - 1]) as page:
            width, height = page.get_size()
            dpi = min(DPI, DPI * WIDEST * 72 / max(1.0, min(width, height)))
            pixels = width * height * (dpi / 72) ** 2
            if pixels > MOST_PIXELS:
                dpi *= (MOST_PIXELS / pixels) ** 0.5
            with closing(page.render(scale=dpi / 72, prefer_bgrx=False)) as bitmap:
                image = np.array(bitmap.to_numpy()[:, :, :3], dtype=np.uint8)
        yield number, image, dpi


def _members(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """(name, content) of each image file, in the natural order of the names."""
    if not data.startswith(b"PK\x03\x04"):
        yield name, data
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [m for m in archive.namelist() if m.lower().endswith(IMAGES)]
        for member in sorted(members, key=natural):
            yield f"{name}: {member}", archive.read(member)


def natural(name: str) -> tuple[tuple[int, int | str], ...]:
    """A key that sorts page-2 before page-10."""
    parts = re.split(r"(\d+)", name.lower())
    return tuple((0, int(part)) if part.isdigit() else (1, part) for part in parts)


def _open(content: bytes, name: str) -> Any:
    from PIL import Image as Pillow

    try:
        picture = Pillow.open(io.BytesIO(content), formats=FORMATS)
    except (OSError, ValueError, SyntaxError) as error:
        raise _damaged(name, error) from None
    except Pillow.DecompressionBombError as error:
        raise InputError(f"{name}: a picture of too many pixels ({error}); scale it down") from None
    _check_size(picture, name)
    return picture


def _frames(picture: Any) -> int:
    """The number of pages in an image: what else a photo of a telephone has is no page."""
    return int(picture.n_frames) if picture.format == "TIFF" else 1


def _count(content: bytes, name: str) -> int:
    try:
        with _open(content, name) as picture:
            return _frames(picture)
    except (OSError, ValueError, SyntaxError) as error:
        raise _damaged(name, error) from None


def _check_size(picture: Any, name: str) -> None:
    width, height = picture.size
    if width * height > 4 * MOST_PIXELS:
        raise InputError(f"{name}: a picture of {width} x {height} pixels; scale it down")


def _damaged(name: str, error: Exception) -> InputError:
    # "cannot identify image file <_io.BytesIO object at 0x…>": the file is named already
    reason = " ".join(re.sub(r"<_io.*", "", str(error)).split())[:100]
    return InputError(f"{name}: a damaged picture ({reason}); scan or save it again")


def _image(frame: Any) -> tuple[Image, float]:
    from PIL import ImageOps

    picture = ImageOps.exif_transpose(frame)
    if "transparency" in picture.info or picture.mode in ("RGBA", "LA", "PA"):
        # what shows through is paper
        picture = picture.convert("RGBA")
        white = picture.copy()
        white.paste((255, 255, 255, 255), (0, 0, *picture.size))
        white.alpha_composite(picture)
        picture = white
    elif picture.mode.startswith("I;16") or picture.mode == "I":
        picture = picture.point(lambda value: value / 256)
    picture = picture.convert("RGB")
    width, height = picture.size
    dpi = float(picture.info.get("dpi", (0, 0))[0])
    if not LEAST_DPI <= dpi <= 1200 or not NARROWEST <= min(width, height) / dpi <= WIDEST:
        # a small picture is a part of a page
        dpi = max(LEAST_DPI, min(width, height) / PAGE_WIDTH)
    wanted = min(1.0, DPI / dpi, (MOST_PIXELS / (width * height)) ** 0.5)
    if wanted < 1.0:
        picture = picture.resize((round(width * wanted), round(height * wanted)))
        dpi *= wanted
    image = np.asarray(picture)[:, :, ::-1]
    missing = [max(0, LEAST_SIDE - side) for side in image.shape[:2]]
    if any(missing):
        image = np.pad(image, [(0, side) for side in (*missing, 0)], constant_values=255)
    return np.ascontiguousarray(image), dpi
