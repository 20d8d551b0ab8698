"""Pages whose text is not what is printed on them, and what happens to them without recognition."""

from __future__ import annotations

import sys
from pathlib import Path

import pypdfium2
import pytest

from duizhao.corpus.document import Document, Language
from duizhao.corpus.errors import InputError
from duizhao.corpus.reading.draft import Ocr, Source
from duizhao.corpus.reading.parsing import parse
from duizhao.corpus.reading.pdf.page.text import read_page
from duizhao.corpus.reading.scan.plausible import Fault, fault_of

pytestmark = pytest.mark.unit

FAULTS: dict[tuple[str, Language], Fault | None] = {
    ("cases/20_nouni.pdf", "zh"): "wrong_characters",
    ("cases/20_ok.pdf", "zh"): None,
    ("real-files/owasp-top10-2004.zh.pdf", "zh"): "wrong_characters",
    ("real-files/owasp-top10-2004.en.pdf", "en"): None,
    ("real-files/china-indc.zh.pdf", "zh"): None,
    ("real-files/openchain-1.1.zh-Hant.pdf", "zh"): None,
    ("un-files/A_47_60_scan.en.pdf", "en"): "no_text",
    ("un-files/A_75_836.zh.pdf", "zh"): None,
    ("un-files/A_80_590.en.pdf", "en"): None,
    ("un-files/A_L.632_ocr.en.pdf", "en"): "ocr_layer",
}


@pytest.mark.parametrize(("name", "language"), FAULTS)
def test_the_fault_of_each_page(name: str, language: Language, shared: Path) -> None:
    pdf = pypdfium2.PdfDocument(shared / name)
    found = {fault_of(read_page(pdf, number + 1), language) for number in range(len(pdf))}
    assert found == {FAULTS[name, language]}


def read(path: Path, language: Language, ocr: Ocr = "auto") -> Document:
    """Read a file in this process, in which the extra can be missing."""
    return parse(Source(path.name, path.read_bytes(), ocr=ocr), language, "source", "x")[0]


@pytest.fixture
def without_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)


@pytest.mark.usefixtures("without_extra")
@pytest.mark.parametrize(
    ("name", "language", "what"),
    [
        ("cases/20_nouni.pdf", "zh", r"no correct character map.* \(1 of 1 pages\)"),
        ("real-files/owasp-top10-2004.zh.pdf", "zh", r"character map.* \(7 of 7 pages\)"),
        ("un-files/A_47_60_scan.en.pdf", "en", r"a scan without text \(11 of 11 pages\)"),
    ],
)
def test_without_the_extra_the_message_names_it(
    name: str, language: Language, what: str, shared: Path
) -> None:
    with pytest.raises(InputError, match=what) as error:
        read(shared / name, language)
    assert "pip install '.[scan]'" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.usefixtures("without_extra")
def test_without_the_extra_a_layer_of_ocr_is_read_with_a_warning(shared: Path) -> None:
    document = read(shared / "un-files" / "A_L.632_ocr.en.pdf", "en")
    assert "a layer of OCR" in document.metadata["warnings"][0]
    assert any("RESTORATION OF THE LAWFUL RIGHTS" in s.text for s in document.sentences)


def test_recognition_can_be_forbidden(shared: Path) -> None:
    with pytest.raises(InputError, match=r"--ocr auto|pip install"):
        read(shared / "un-files" / "A_47_60_scan.en.pdf", "en", ocr="never")
