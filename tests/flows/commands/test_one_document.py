"""Several images on the command line are one document."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from duizhao.corpus.errors import InputError, MissingFile
from duizhao.corpus.reading.bounds.limits import DEFAULT_LIMITS
from duizhao.corpus.reading.scan.images import page_images
from duizhao.flows.commands.one_document import document_name, one_document

pytestmark = pytest.mark.unit


def images(folder: Path, *names: str) -> list[str]:
    """Images with a width of 40 pixels, 41, 42 ... in the order of the names."""
    pillow = pytest.importorskip("PIL.Image")
    paths = [folder / name for name in names]
    for number, path in enumerate(paths):
        path.parent.mkdir(exist_ok=True)
        pillow.new("L", (40 + number, 50), 255).save(path)
    return [str(path) for path in paths]


def widths(path: str) -> list[int]:
    """The widths of the pages of an archive, in the order in which they are read."""
    return [image.shape[1] for _, image, _ in page_images(Path(path).read_bytes(), path)]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUIZHAO_CACHE", str(tmp_path / "cache"))


def test_one_file_is_itself() -> None:
    assert one_document(["missing.pdf"], DEFAULT_LIMITS) == "missing.pdf"


def test_pages_of_a_shell_pattern_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    files = images(tmp_path, "scan-1.png", "scan-2.png", "scan-10.png")
    path = one_document(sorted(files), DEFAULT_LIMITS)
    assert Path(path).name == "scan.zip"
    assert zipfile.ZipFile(path).namelist() == ["scan-1.png", "scan-2.png", "scan-10.png"]
    assert widths(path) == [40, 41, 42]
    assert one_document(files, DEFAULT_LIMITS) == path


def test_an_order_that_is_given_is_kept(tmp_path: Path) -> None:
    files = images(tmp_path, "page-2.png", "cover.jpg", "page-1.tif")
    assert widths(one_document(files, DEFAULT_LIMITS)) == [40, 41, 42]


def test_images_of_one_name_in_two_folders_are_two_pages(tmp_path: Path) -> None:
    files = images(tmp_path, "a/1.png", "b/1.png")
    assert widths(one_document(files, DEFAULT_LIMITS)) == [40, 41]


def test_two_documents_are_not_joined(tmp_path: Path) -> None:
    image = images(tmp_path, "1.png")
    with pytest.raises(InputError, match=r"en\.pdf: several files .*; use --reference$"):
        one_document([*image, "en.pdf"], DEFAULT_LIMITS, "; use --reference")
    with pytest.raises(MissingFile, match=r"2\.png: no such file"):
        one_document([*image, str(tmp_path / "2.png")], DEFAULT_LIMITS)


@pytest.mark.parametrize(
    ("stems", "name"),
    [
        (["report.zh-01", "report.zh-02"], "report.zh"),
        (["IMG_0123", "IMG_0140"], "IMG"),
        (["cover", "page"], "cover"),
        (["1", "2"], "1"),
        (["2021 (1)", "2021 (2)"], "2021"),
    ],
)
def test_a_document_is_named_after_what_its_pages_share(stems: list[str], name: str) -> None:
    assert document_name(stems) == name
