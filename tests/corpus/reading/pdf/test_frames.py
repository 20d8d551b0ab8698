"""Text in what is drawn around it: crop marks, frames, a page in a form, a scan in a form."""

from __future__ import annotations

import pypdfium2
import pytest

from duizhao.corpus.document import Document, LedgerEntry
from duizhao.corpus.errors import InputError
from duizhao.corpus.reading.draft import Source
from duizhao.corpus.reading.parsing import parse
from duizhao.corpus.reading.pdf.page.frames import borders
from duizhao.corpus.reading.pdf.page.text import read_page
from duizhao.corpus.reading.scan.plausible import fault_of
from tests.support.raw_pdf import raw_pdf, stream

pytestmark = pytest.mark.unit

LINES = (
    "The river rose by a metre in a single",
    "night, as the gauge at the old bridge",
    "shows. Two families were taken to the",
    "school, and the road was closed.",
)
TEXT = "BT /F1 11 Tf 14 TL 100 600 Td " + " ".join(f"({line}) Tj T*" for line in LINES) + " ET\n"
# short lines at the four corners of the page, drawn as one path
CROP_MARKS = " ".join(
    f"{x} {y} m {x + 20} {y} l {x} {y} m {x} {y + 20} l"
    for x in (10, 560) for y in (10, 800)
) + " S\n"  # fmt: skip
# a frame with rounded corners
ROUNDED = (
    "90 550 m 310 550 l 315 550 320 555 320 560 c 320 620 l 320 625 315 630 310 630 c "
    "90 630 l 85 630 80 625 80 620 c 80 560 l 80 555 85 550 90 550 c S\n"
)
# a frame of two lines with rounded corners, one in the other
DOUBLE = ROUNDED.replace(" S\n", " ") + (
    "93 553 m 307 553 l 312 553 317 558 317 563 c 317 617 l 317 622 312 627 307 627 c "
    "93 627 l 88 627 83 622 83 617 c 83 563 l 83 558 88 553 93 553 c S\n"
)
LABELS = "BT /F1 9 Tf 120 600 Td (Upper gauge) Tj 60 -20 Td (Lower gauge) Tj ET\n"
WAVES = "80 550 m " + " ".join(f"{80 + n * 24} {550 + n % 2 * 80} l" for n in range(1, 11)) + " S\n"


def read(data: bytes) -> tuple[Document, list[LedgerEntry]]:
    return parse(Source("a.pdf", data, ocr="never"), "en", "source", "x")


@pytest.mark.parametrize("drawn", [CROP_MARKS, ROUNDED, WAVES], ids=["marks", "frame", "ground"])
def test_prose_in_a_drawing_is_text(drawn: str) -> None:
    document, ledger = read(raw_pdf([drawn + TEXT]))
    assert [block.text for block in document.blocks] == [" ".join(LINES)]
    assert not ledger


def test_the_labels_of_a_drawing_are_none() -> None:
    labels = "BT /F1 9 Tf 120 600 Td (Upper gauge) Tj 60 -40 Td (Lower gauge) Tj ET\n"
    text = TEXT.replace("100 600", "100 400")
    document, ledger = read(raw_pdf([WAVES + labels + text]))
    assert [block.text for block in document.blocks] == [" ".join(LINES)]
    assert [(entry.reason, entry.text) for entry in ledger] == [
        ("figure", "Upper gauge Lower gauge")
    ]


def test_a_page_that_another_program_put_into_a_form_is_text() -> None:
    form = stream(
        TEXT, "/Type/XObject/Subtype/Form/BBox[80 300 320 700]/Resources<</Font<</F1 10 0 R>>>>"
    )
    data = raw_pdf(["/X1 Do"], objects={100: form}, resources="/XObject<</X1 100 0 R>>")
    document, _ = read(data)
    assert [block.text for block in document.blocks] == [" ".join(LINES)]


def test_a_page_of_labels_alone_is_named_as_such() -> None:
    labels = "BT /F1 9 Tf 120 600 Td (Upper gauge) Tj 60 -40 Td (Lower gauge) Tj ET\n"
    with pytest.raises(InputError, match=r"^a\.pdf: no text in it besides figure \(1\)$"):
        read(raw_pdf([WAVES + labels]))


def test_a_form_of_text_alone_is_no_picture() -> None:
    form = stream(
        "BT /F1 11 Tf 100 600 Td (Annex to the report) Tj ET",
        "/Type/XObject/Subtype/Form/BBox[80 550 320 630]/Resources<</Font<</F1 10 0 R>>>>",
    )
    data = raw_pdf(["/X1 Do"], objects={100: form}, resources="/XObject<</X1 100 0 R>>")
    assert [block.text for block in read(data)[0].blocks] == ["Annex to the report"]


def test_text_without_ink_goes_to_the_ledger() -> None:
    """As a library of PHP signs every page that it writes."""
    data = raw_pdf([TEXT + "BT 3 Tr /F1 6 Tf 100 20 Td (Written by the program) Tj ET"])
    document, ledger = read(data)
    assert [block.text for block in document.blocks] == [" ".join(LINES)]
    assert [(entry.reason, entry.text) for entry in ledger] == [
        ("hidden_text", "Written by the program")
    ]


def test_a_scan_in_a_form_is_a_scan() -> None:
    """A picture without the margins of its page, in a form, with the layer of an OCR over it."""
    image = stream(
        "\x00",
        "/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8",
    )
    form = stream(
        "q 435 0 0 627 80 100 cm /I1 Do Q",
        "/Type/XObject/Subtype/Form/BBox[80 100 515 727]/Resources<</XObject<</I1 101 0 R>>>>",
    )
    layer = TEXT.replace("BT", "BT 3 Tr")
    data = raw_pdf(
        ["/X1 Do " + layer], objects={100: form, 101: image}, resources="/XObject<</X1 100 0 R>>"
    )
    assert fault_of(read_page(pypdfium2.PdfDocument(data), 1), "en") == "ocr_layer"
    assert [block.text for block in read(data)[0].blocks] == [" ".join(LINES)]


def scaled(drawn: str, scale: float) -> bytes:
    """A page with this drawing in a form whose units are so many points.

    Lines at its edges make the form as large as the page: a smaller one is a figure.
    """
    edges = "10 20 m 585 20 l S 10 820 m 585 820 l S"
    form = stream(
        f"q {1 / scale:.6f} 0 0 {1 / scale:.6f} 0 0 cm {edges} {drawn} Q",
        f"/Type/XObject/Subtype/Form/BBox[0 0 {595 / scale:.4f} {842 / scale:.4f}]"
        "/Resources<</Font<</F1 10 0 R>>>>",
    )
    content = f"q {scale} 0 0 {scale} 0 0 cm /X1 Do Q " + TEXT.replace("100 600", "100 400")
    return raw_pdf([content], objects={100: form}, resources="/XObject<</X1 100 0 R>>")


@pytest.mark.parametrize("scale", [0.1, 1.0, 72.0])
def test_a_frame_is_one_at_any_scale(scale: float) -> None:
    document, ledger = read(scaled(DOUBLE + LABELS, scale))
    text = " ".join(block.text for block in document.blocks)
    assert text == " ".join(("Upper gauge Lower gauge", *LINES))
    assert not ledger


@pytest.mark.parametrize("scale", [0.1, 1.0, 72.0])
def test_a_drawing_is_one_at_any_scale(scale: float) -> None:
    document, ledger = read(scaled(WAVES + LABELS, scale))
    assert [block.text for block in document.blocks] == [" ".join(LINES)]
    assert [(entry.reason, entry.text) for entry in ledger] == [
        ("figure", "Upper gauge Lower gauge")
    ]


def test_narrow_cells_side_by_side_stay_apart() -> None:
    cells = [(100.0 + 10 * n, 500.0, 110.0 + 10 * n, 515.0) for n in range(6)]
    assert sorted(borders(cells, [], [])) == cells


def test_a_narrow_column_between_two_cells_is_part_of_one() -> None:
    cells = [(100.0, 500.0, 105.0, 515.0), (105.0, 500.0, 200.0, 515.0)]
    cells += [(left + 100, bottom, right + 100, top) for left, bottom, right, top in cells]
    cells.append((300.0, 500.0, 305.0, 515.0))
    expected = [(100.0, 500.0, 205.0, 515.0), (205.0, 500.0, 300.0, 515.0)]
    assert sorted(borders(cells, [], [])) == expected


def test_a_bar_code_has_no_cells() -> None:
    """So many bars of one height would take minutes if each were compared with all pairs."""
    bars = [(5.0 * n, 500.0, 5.0 * n + 4, 540.0) for n in range(1400)]
    assert borders(bars, [], []) == []
