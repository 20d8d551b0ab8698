"""What is drawn on a page hides no text: frames, crop marks, watermarks; charts do."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from duizhao.corpus.reading import read_bytes

pytestmark = pytest.mark.unit

PROSE = [
    "The committee reviewed the accounts of the past year and",
    "asked the secretariat to publish them before the end of the",
    "summer.",
]


def page(draw: Callable[[Any], None]) -> bytes:
    """A PDF of one page drawn with reportlab."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def prose(canvas: Any, x: float, y: float) -> None:
    canvas.setFont("Helvetica", 11)
    for number, line in enumerate(PROSE):
        canvas.drawString(x, y - 14 * number, line)


def read(data: bytes) -> tuple[list[str], dict[str, str]]:
    """The texts of the blocks, and the ledger by reason."""
    document, ledger = read_bytes(data, "en")
    return [block.text for block in document.blocks], {each.reason: each.text for each in ledger}


def test_prose_in_a_box_with_round_corners_is_text() -> None:
    def draw(canvas: Any) -> None:
        canvas.roundRect(70, 600, 400, 100, 12)
        canvas.setFont("Helvetica-Bold", 13)
        canvas.drawString(85, 675, "Findings")
        prose(canvas, 85, 650)

    assert read(page(draw)) == (["Findings", " ".join(PROSE)], {})


def test_headings_inside_crop_marks_are_text() -> None:
    def draw(canvas: Any) -> None:
        marks = canvas.beginPath()
        for x in (20, 575):
            for y in (20, 822):
                marks.moveTo(x, y)
                marks.lineTo(x + 10, y)
                marks.moveTo(x, y)
                marks.lineTo(x, y + 10)
        canvas.drawPath(marks)
        canvas.setFont("Helvetica-Bold", 18)
        canvas.drawString(200, 600, "A plan for the river")

    assert read(page(draw)) == (["A plan for the river"], {})


def test_prose_inside_a_drawn_cloud_is_text_to_its_last_line() -> None:
    def draw(canvas: Any) -> None:
        cloud = canvas.beginPath()
        cloud.moveTo(70, 640)
        for number in range(12):
            x = 70 + 33 * number
            cloud.curveTo(x + 5, 700, x + 25, 700, x + 33, 690)
        cloud.lineTo(466, 600)
        cloud.lineTo(260, 585)
        cloud.lineTo(70, 600)
        canvas.drawPath(cloud)
        prose(canvas, 90, 660)

    assert read(page(draw)) == ([" ".join(PROSE)], {})


def test_the_words_of_a_chart_go_to_the_ledger() -> None:
    def draw(canvas: Any) -> None:
        curve = canvas.beginPath()
        curve.moveTo(100, 400)
        for number in range(1, 15):
            curve.lineTo(100 + 15 * number, 400 + (37 * number) % 90)
        canvas.drawPath(curve)
        canvas.setFont("Helvetica", 8)
        for x, y, label in ((110, 480, "Rainfall"), (180, 430, "Dam"), (250, 405, "Spring flood")):
            canvas.drawString(x, y, label)
        prose(canvas, 85, 700)

    blocks, ledger = read(page(draw))
    assert blocks == [" ".join(PROSE)]
    assert ledger == {"figure": "Rainfall Dam Spring flood"}


def test_a_watermark_across_the_text_goes_to_the_ledger() -> None:
    def draw(canvas: Any) -> None:
        prose(canvas, 85, 500)
        canvas.saveState()
        canvas.translate(150, 430)
        canvas.rotate(30)
        canvas.setFont("Helvetica", 48)
        canvas.drawString(0, 0, "CONFIDENTIAL")
        canvas.restoreState()

    assert read(page(draw)) == ([" ".join(PROSE)], {"figure": "CONFIDENTIAL"})


def test_text_over_a_form_without_text_is_text() -> None:
    """A shadow or a letter of a watermark is a form of its own."""

    def draw(canvas: Any) -> None:
        canvas.beginForm("shadow", 0, 0, 300, 100)
        canvas.rect(0, 0, 300, 100)
        canvas.endForm()
        canvas.saveState()
        canvas.translate(70, 600)
        canvas.doForm("shadow")
        canvas.restoreState()
        canvas.setFont("Helvetica", 11)
        for number, line in enumerate(("Version", "Author", "Date")):
            canvas.drawString(80, 670 - 30 * number, line)

    blocks, ledger = read(page(draw))
    assert " ".join(blocks) == "Version Author Date"
    assert ledger == {}


HEIGHTS = (30, 80, 55, 95, 60, 40, 70, 20)


@pytest.mark.parametrize("level", [False, True], ids=["columns", "bars"])
def test_the_labels_of_bars_drawn_as_one_path_go_to_the_ledger(level: bool) -> None:
    def draw(canvas: Any) -> None:
        bars = canvas.beginPath()
        for number, height in enumerate(HEIGHTS):
            if level:
                bars.rect(100, 400 + 25 * number, 2 * height, 15)
            else:
                bars.rect(100 + 30 * number, 400, 18, height)
        canvas.setFillGray(0.6)
        canvas.drawPath(bars, stroke=0, fill=1)
        canvas.setFillGray(0)
        canvas.setFont("Helvetica", 8)
        for x, y, label in ((110, 480, "Rainfall"), (180, 430, "Dam"), (220, 405, "Flood")):
            canvas.drawString(x, y, label)
        prose(canvas, 85, 700)

    blocks, ledger = read(page(draw))
    assert blocks == [" ".join(PROSE)]
    assert ledger == {"figure": "Rainfall Dam Flood"}


@pytest.mark.parametrize("gap", [0, 2], ids=["touching", "apart"])
def test_headings_on_grounds_drawn_as_one_path_are_text(gap: int) -> None:
    """The grounds of three lines begin at one edge as bars do, but close together."""
    lines = ("Report on the river", "and its two gauges", "of this year")

    def draw(canvas: Any) -> None:
        grounds = canvas.beginPath()
        for number, width in enumerate((200, 185, 130)):
            grounds.rect(85, 640 - 24 * number, width, 24 - gap)
        canvas.setFillGray(0.8)
        canvas.drawPath(grounds, stroke=0, fill=1)
        canvas.setFillGray(0)
        canvas.setFont("Helvetica-Bold", 18)
        for number, line in enumerate(lines):
            canvas.drawString(90, 646 - 24 * number, line)

    blocks, ledger = read(page(draw))
    assert " ".join(blocks) == " ".join(lines)
    assert ledger == {}


def test_cells_with_grounds_drawn_as_one_path_are_text() -> None:
    def draw(canvas: Any) -> None:
        grounds = canvas.beginPath()
        for number in range(4):
            grounds.rect(85 + 100 * number, 600, 90, 20)
        canvas.setFillGray(0.8)
        canvas.drawPath(grounds, stroke=0, fill=1)
        canvas.setFillGray(0)
        canvas.setFont("Helvetica", 10)
        for number, word in enumerate(("Year", "Rainfall", "Floods", "Cost")):
            canvas.drawString(90 + 100 * number, 606, word)

    blocks, ledger = read(page(draw))
    assert " ".join(blocks) == "Year Rainfall Floods Cost"
    assert ledger == {}
