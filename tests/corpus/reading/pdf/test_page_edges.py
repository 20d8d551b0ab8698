"""What a PDF has beyond upright text on its pages: turned tables, cropped text, fields, files."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest

from duizhao.corpus.errors import InputError
from duizhao.corpus.reading import read_bytes

pytestmark = pytest.mark.unit

SENTENCE = "The river rose by a metre in a single night, as the gauge shows."
ROWS = (
    ("Station", "What was seen there on the first morning"),
    ("North", "The water stood below the bridge and was still rising slowly."),
    ("South", "The road was closed, and two families were taken to the school."),
)


def pdf_of(draw: Callable[[Any], None], **options: Any) -> bytes:
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, **options)
    draw(page)
    page.showPage()
    page.save()
    return buffer.getvalue()


def saved(pdf: pypdfium2.PdfDocument) -> bytes:
    buffer = io.BytesIO()
    pdf.save(buffer)
    return buffer.getvalue()


def table(page: Any) -> None:
    """A ruled table whose second column has two lines a cell."""
    for number, (name, text) in enumerate(ROWS):
        top = 400 - 40 * number
        page.rect(60, top - 40, 100, 40)
        page.rect(160, top - 40, 240, 40)
        words = text.split()
        page.drawString(66, top - 14, name)
        page.drawString(166, top - 14, " ".join(words[:6]))
        page.drawString(166, top - 28, " ".join(words[6:]))


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_rules_of_a_table_on_its_side_separate_its_cells(angle: int) -> None:
    def draw(page: Any) -> None:
        page.translate(300, 300)
        page.rotate(angle)
        page.translate(-250, -300)
        table(page)

    document, _ = read_bytes(pdf_of(draw, pagesize=(600, 600)), "en", name="a.pdf")
    cells = [block.text for block in document.blocks if block.kind == "table_cell"]
    assert cells == [text for row in ROWS for text in row]


def test_the_way_a_page_is_shown_does_not_change_its_text() -> None:
    def draw(page: Any) -> None:
        page.setPageSize((842, 400))
        page.drawString(600, 300, SENTENCE[:37])
        page.drawString(600, 286, SENTENCE[38:])

    pdf = pypdfium2.PdfDocument(pdf_of(draw))
    pdf[0].set_rotation(90)
    document, _ = read_bytes(saved(pdf), "en", name="a.pdf")
    assert [block.text for block in document.blocks] == [SENTENCE]


def test_text_beyond_the_edges_of_a_page_goes_to_the_ledger() -> None:
    def draw(page: Any) -> None:
        page.drawString(72, 700, SENTENCE)
        page.drawString(72, 20, "proof_3.indd 12 by the printer")

    pdf = pypdfium2.PdfDocument(pdf_of(draw))
    pdf[0].set_cropbox(0, 60, 595, 842)
    document, ledger = read_bytes(saved(pdf), "en", name="a.pdf")
    assert [block.text for block in document.blocks] == [SENTENCE]
    assert [(entry.reason, entry.text) for entry in ledger] == [
        ("outside_page", "proof_3.indd 12 by the printer")
    ]


def test_a_field_that_is_filled_in_is_text() -> None:
    answer = "Two families were taken to the school."

    def draw(page: Any) -> None:
        page.drawString(72, 700, SENTENCE)
        page.acroForm.textfield(value=answer, x=72, y=600, width=400, height=30)
        # its mark is a letter of a symbol font
        page.acroForm.checkbox(x=72, y=500, checked=True)

    document, _ = read_bytes(pdf_of(draw), "en", name="a.pdf")
    assert [block.text for block in document.blocks] == [SENTENCE, answer]


def test_attached_documents_are_named() -> None:
    pdf = pypdfium2.PdfDocument(pdf_of(lambda page: page.drawString(72, 700, SENTENCE)))
    for name in ("annex.pdf", "invoice.xml"):
        pdf.new_attachment(name).set_data(b"content")
    document, _ = read_bytes(saved(pdf), "en", name="a.pdf")
    assert document.metadata["warnings"] == [
        "a.pdf: a file is attached to this PDF and not read (annex.pdf); save it and read it too"
    ]


def test_a_pdf_without_pages_is_reported() -> None:
    data = saved(pypdfium2.PdfDocument.new())
    # PDFium keeps the error of the file before
    with pytest.raises(InputError, match="damaged or cut short"):
        read_bytes(b"%PDF-1.4 cut", "en", name="b.pdf")
    with pytest.raises(InputError, match=r"^a\.pdf: a PDF without pages; fetch or save it again$"):
        read_bytes(data, "en", name="a.pdf")
