"""Image files as pages: frames, archives, resolution, and files that are none."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from duizhao.corpus.errors import InputError
from duizhao.corpus.reading.bounds.files import read_file
from duizhao.corpus.reading.bounds.limits import Limits
from duizhao.corpus.reading.scan.images import count, page_images

pytestmark = pytest.mark.unit


def picture(width: int = 200, height: int = 300, shade: int = 255) -> Image.Image:
    return Image.new("L", (width, height), shade)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def test_a_tiff_has_a_page_for_each_frame() -> None:
    frames = [picture(shade=shade) for shade in (0, 100, 200)]
    data = saved(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    assert count(data, "a.tif") == 3
    assert [int(image[0, 0, 0]) for _, image, _ in page_images(data, "a.tif")] == [0, 100, 200]


def test_files_of_an_archive_are_in_natural_order() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in (10, 2, 1):
            archive.writestr(f"page-{number}.png", saved(picture(shade=number), "PNG"))
    pages = list(page_images(buffer.getvalue(), "a.zip"))
    assert [(number, int(image[0, 0, 0])) for number, image, _ in pages] == [
        (1, 1),
        (2, 2),
        (3, 10),
    ]


def test_the_resolution_is_that_of_the_file_or_of_a_page() -> None:
    data = saved(picture(1240, 1754), "PNG", dpi=(150, 150))
    ((_, _, dpi),) = page_images(data, "a.png")
    assert dpi == pytest.approx(150, abs=0.5)
    ((_, _, guessed),) = page_images(saved(picture(1240, 1754), "PNG"), "a.png")
    assert guessed == pytest.approx(150, abs=1)


@pytest.mark.parametrize("dpi", [72, 600])
def test_an_impossible_resolution_is_not_believed(dpi: int) -> None:
    """A page of A4 at 150 dpi would be 44 cm or 5 cm wide."""
    data = saved(picture(1240, 1754), "PNG", dpi=(dpi, dpi))
    ((_, image, guessed),) = page_images(data, "a.png")
    assert guessed == pytest.approx(150, abs=1)
    assert image.shape[:2] == (1754, 1240)


@pytest.mark.parametrize("kind", ["WEBP", "BMP", "GIF", "JPEG2000", "PNG", "TIFF"])
def test_a_picture_is_read_whatever_its_name_says(kind: str) -> None:
    ((_, image, _),) = page_images(saved(picture(60, 80, shade=0), kind), "a.jpg")
    assert image.shape == (80, 60, 3)
    assert int(image.max()) < 8


def test_the_other_pictures_in_a_photo_of_a_telephone_are_no_pages() -> None:
    photo = saved(picture(60, 80), "MPO", save_all=True, append_images=[picture(30, 40, shade=0)])
    assert count(photo, "a.jpg") == 1
    ((_, image, _),) = page_images(photo, "a.jpg")
    assert image.shape == (80, 60, 3)


def test_sixteen_bits_four_colours_and_palettes() -> None:
    shades = np.array([[0, 32896, 65535]] * 40, dtype=np.uint16).repeat(20, axis=1)
    wide = Image.fromarray(shades)
    colours = Image.fromarray((shades >> 8).astype(np.uint8)).convert("RGB")
    every = [saved(wide, "TIFF"), saved(colours.convert("CMYK"), "TIFF"),
             saved(colours.quantize(4), "PNG"), saved(colours.convert("CMYK"), "JPEG")]  # fmt: skip
    for data in every:
        ((_, image, _),) = page_images(data, "a")
        read = [int(image[20, x, 0]) for x in (5, 30, 55)]
        assert read == pytest.approx([0, 128, 255], abs=6)


def test_what_shows_through_is_paper() -> None:
    data = saved(Image.new("RGBA", (60, 80), (0, 0, 0, 0)), "PNG")
    ((_, image, _),) = page_images(data, "a.png")
    assert np.all(image == 255)


def test_one_bit_and_turned_pictures() -> None:
    ((_, image, _),) = page_images(saved(Image.new("1", (60, 80), 1), "TIFF"), "a.tif")
    assert image.shape == (80, 60, 3)
    exif = Image.Exif()
    exif[0x0112] = 6
    ((_, image, _),) = page_images(saved(picture(60, 80), "JPEG", exif=exif), "a.jpg")
    assert image.shape == (60, 80, 3)


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n" + bytes(50), saved(picture(), "PNG")[:90]])
def test_a_damaged_picture_is_named_in_one_line(data: bytes) -> None:
    with pytest.raises(InputError, match=r"^a\.png: a damaged picture \(") as error:
        list(page_images(data, "a.png"))
    assert "\n" not in str(error.value)


def test_a_tiny_picture_is_padded_with_paper() -> None:
    ((_, image, _),) = page_images(saved(picture(3, 2, shade=0), "PNG"), "a.png")
    assert image.shape == (32, 32, 3)
    assert int(image[:2, :3].max()) == 0
    assert int(image[2:].min()) == 255


@pytest.mark.parametrize("size", [(14_000, 12_000), (21_000, 20_000)])
def test_a_huge_picture_is_refused_in_one_line(size: tuple[int, int]) -> None:
    head = b"IHDR" + struct.pack(">IIBBBBB", *size, 1, 0, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head
    data += struct.pack(">I", zlib.crc32(head)) + struct.pack(">I", 0) + b"IDAT"
    with pytest.raises(InputError, match=r"^a\.png: a picture of .* pixels.*; scale it down$"):
        count(data, "a.png")


def test_the_images_of_a_folder_are_the_pages_of_one_document(tmp_path: Path) -> None:
    for number in (10, 2, 1):
        (tmp_path / f"page-{number}.png").write_bytes(saved(picture(shade=number), "PNG"))
    data = read_file(tmp_path, Limits())
    pages = list(page_images(data, "folder"))
    assert [int(image[0, 0, 0]) for _, image, _ in pages] == [1, 2, 10]
    assert data == read_file(tmp_path, Limits())


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="without images"):
        read_file(tmp_path, Limits())
    (tmp_path / "page-1.png").write_bytes(saved(picture(), "PNG"))
    (tmp_path / "report.docx").write_bytes(b"")
    with pytest.raises(InputError, match=r"report\.docx"):
        read_file(tmp_path, Limits())
