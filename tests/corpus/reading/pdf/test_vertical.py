"""Chinese in columns from right to left, and text that a picture of the page hides."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

import pypdfium2
import pytest
from PIL import Image

from duizhao.corpus.reading import read_bytes
from duizhao.corpus.reading.pdf.page.text import read_page
from duizhao.corpus.reading.scan.plausible import fault_of

pytestmark = pytest.mark.unit

PARAGRAPHS = (
    "委员会认为，各国应当交换实时数据，并在汛期开始之前举行一次演习。会议于三时结束，与会者一致同意"
    "提交报告。秘书处将印发该报告，供各国参考使用。",
    "第二段说明了各水文机构的任务：测量水位，发布预报，通知地方当局。地方当局负责撤离居民，并为行动不便"
    "的人员安排车辆和住处，使人人得到保护。",
)
COLUMN = 30


def pdf(draw: Callable[[Any], None]) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842), invariant=1)
    draw(canvas)
    canvas.save()
    return buffer.getvalue()


def vertical_font(canvas: Any) -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    font = UnicodeCIDFont("STSong-Light", isVertical=True)
    pdfmetrics.registerFont(font)
    canvas.setFont(font.fontName, 14)


def columns_of_strings(canvas: Any) -> None:
    """A string a column, in a font with vertical metrics; paragraphs are set in by two squares."""
    vertical_font(canvas)
    x = 520
    for paragraph in PARAGRAPHS:
        text = f"\u3000\u3000{paragraph}"
        for start in range(0, len(text), COLUMN):
            column = text[start : start + COLUMN]
            empty = len(column) - len(column.lstrip("\u3000"))
            canvas.drawString(x, 760 - 14 * empty, column.lstrip("\u3000"))
            x -= 22


def columns_of_characters(canvas: Any, forms: Mapping[int, int] | None = None) -> None:
    """A character at a time, its marks in the upper right corner of their squares."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas.setFont("STSong-Light", 14)
    x = 520
    for paragraph in PARAGRAPHS:
        for place, character in enumerate(paragraph):
            row, corner = place % COLUMN, 7 if character in "，。：" else 0
            if row == 0:
                x -= 22
            printed = character.translate(forms or {})
            canvas.drawString(x + corner, 760 - 14 * row + corner, printed)
        x -= 22


@pytest.mark.parametrize("draw", [columns_of_strings, columns_of_characters])
def test_columns_are_read_from_right_to_left(draw: Callable[[Any], None]) -> None:
    document, _ = read_bytes(pdf(draw), "zh", name="vertical.pdf")
    assert [block.text for block in document.blocks] == list(PARAGRAPHS)


def test_marks_in_the_form_for_columns_are_the_usual_ones() -> None:
    text = "委员会审议了报告︐决定继续处理︒主席说︓﹁会议结束︒﹂"
    document, _ = read_bytes(text.encode(), "zh", name="a.txt")
    assert [sentence.text for sentence in document.sentences] == [
        "委员会审议了报告，决定继续处理。",
        "主席说：「会议结束。」",
    ]


def test_columns_with_such_marks_are_read_alike() -> None:
    def draw(canvas: Any) -> None:
        columns_of_characters(canvas, str.maketrans("，。：", "︐︒︓"))

    document, _ = read_bytes(pdf(draw), "zh", name="vertical.pdf")
    assert [block.text for block in document.blocks] == list(PARAGRAPHS)


def test_a_column_of_numbers_beside_text_is_not_vertical() -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Times-Roman", 10)
        for row in range(12):
            canvas.drawString(72, 700 - 14 * row, "The stations reported the level of the river.")
            canvas.drawString(400, 700 - 14 * row, str(row % 10))

    page = read_page(pypdfium2.PdfDocument(pdf(draw)), 1)
    assert {piece.angle for piece in page.pieces} == {0}


@pytest.mark.parametrize(("above", "fault"), [(True, "ocr_layer"), (False, None)])
def test_text_under_a_picture_of_the_page_is_a_layer_of_ocr(above: bool, fault: str | None) -> None:
    from reportlab.lib.utils import ImageReader

    picture = ImageReader(Image.new("L", (60, 85), 200))

    def draw(canvas: Any) -> None:
        if not above:
            canvas.drawImage(picture, 0, 0, 595, 842)
        canvas.setFont("Times-Roman", 10)
        for row in range(12):
            canvas.drawString(72, 700 - 14 * row, "The stations reported the level of the river.")
        if above:
            canvas.drawImage(picture, 0, 0, 595, 842)

    document = pypdfium2.PdfDocument(pdf(draw))
    assert fault_of(read_page(document, 1), "en") == fault
