"""What programs leave in their PDF files that readers of the page do not see."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from duizhao.corpus.document import Document
from duizhao.corpus.reading import read_bytes
from duizhao.corpus.reading.pdf.building import blocks_from_lines
from duizhao.corpus.reading.pdf.lines import PageLines, Strip
from duizhao.corpus.reading.pdf.page.ligatures import repaired
from duizhao.corpus.reading.pdf.page.text import one_hyphen

pytestmark = pytest.mark.unit

PROSE = (
    "The harbour was rebuilt after the storm of that winter, and the town paid for most of it",
    "from a loan that the province had granted to all places on the northern coast. Half of",
    "the quay was ready in spring, so that the first boats could land there.",
)


# Signs of the font in the place of control characters, which the library does not print
CODES = {0x0B: "§", 0x0C: "Ö", 0x0E: "¢"}


def read(draw: Callable[[Any], None], fonts: tuple[bytes, bytes] = (b"", b"")) -> Document:
    """The document of one page, a font of the file under another name."""
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, pagesize=(595, 842))
    draw(page)
    page.showPage()
    page.save()
    data = buffer.getvalue().replace(fonts[0], fonts[1].ljust(len(fonts[0])))
    return read_bytes(data, "en", name="print.pdf")[0]


def lines(page: Any, texts: tuple[str, ...], left: float, top: float, leading: float = 14) -> None:
    page.setFillGray(0)
    page.setFont("Helvetica", 10)
    for number, text in enumerate(texts):
        page.drawString(left, top - leading * number, text)


def texts(document: Document) -> list[str]:
    return [block.text for block in document.blocks]


def test_white_grounds_of_lines_separate_nothing() -> None:
    def draw(page: Any) -> None:
        page.setFillGray(1)
        # the ground of the last line, and of the white below it
        page.rect(60, 652, 460, 24, stroke=0, fill=1)
        lines(page, PROSE, 64, 694)

    assert texts(read(draw)) == [" ".join(PROSE)]


def test_a_white_frame_on_a_coloured_page_is_a_frame() -> None:
    def draw(page: Any) -> None:
        page.setFillColorRGB(0.7, 0.8, 0.9)
        page.rect(0, 0, 595, 842, stroke=0, fill=1)
        page.setFillGray(1)
        page.rect(60, 665, 460, 16, stroke=0, fill=1)
        lines(page, PROSE, 64, 696)

    assert len(texts(read(draw))) == 2


def test_crop_marks_around_the_page_are_no_chart() -> None:
    def draw(page: Any) -> None:
        path = page.beginPath()
        for x in (20, 575):
            for y in (0, 822):
                path.moveTo(x, y)
                path.lineTo(x, y + 20)
                path.moveTo(0 if x < 300 else 575, 20 if y < 400 else 822)
                path.lineTo(20 if x < 300 else 595, 20 if y < 400 else 822)
        page.drawPath(path)
        lines(page, tuple(line[:60] for line in PROSE), 64, 696)

    assert len(" ".join(texts(read(draw)))) > 150


def test_a_letter_of_a_symbol_font_before_an_item_is_a_bullet() -> None:
    def draw(page: Any) -> None:
        for number, text in enumerate(PROSE[:2]):
            page.setFont("Courier-Oblique", 10)
            page.drawString(64, 700 - 20 * number, "x")
            page.setFont("Helvetica", 10)
            page.drawString(82, 700 - 20 * number, text.capitalize() + ".")

    blocks = read(draw, (b"/Courier-Oblique", b"/SymbolSigns")).blocks
    assert [(block.kind, block.mark) for block in blocks] == [("list_item", "•")] * 2


def test_ligatures_at_codes_of_their_own_are_read_by_the_words_around_them() -> None:
    text = (
        "The \x0crst e\x0bort of the o\x0ecer had no e\x0bect on the \x0cnal draft of the year,",
        "and the di\x0berence of the two \x0celds was small. Most of the o\x0ece sta\x0b left.",
    )

    def draw(page: Any) -> None:
        page.setFont("Courier", 9)
        for number, line in enumerate(text):
            page.drawString(64, 700 - 12 * number, line.translate(CODES))

    assert texts(read(draw)) == [
        "The first effort of the officer had no effect on the final draft of the year, and the "
        "difference of the two fields was small. Most of the office staff left."
    ]


def test_the_hyphen_of_a_font_is_one_plain_hyphen() -> None:
    assert one_hyphen("compre\u2011") == "compre-"
    assert (
        one_hyphen("land-\u2010use and socio-\u00ad\u2010economic") == "land-use and socio-economic"
    )
    assert one_hyphen("govern\u2010") == "govern\u2010"


def test_signs_that_make_no_words_stay() -> None:
    text = "In the office, § 5 and the name Öfner are first; the staff at Ödberg paid a fee of 5 ¢."
    assert repaired([text]) == [text]


def strip(left: float, y: float, text: str) -> Strip:
    return Strip(text, 1, left, left + 4.5 * len(text), y, 9.0, 0.0, len(text))


def read_strips(strips: list[Strip]) -> list[str]:
    ordered = tuple(sorted(strips, key=lambda each: (-each.y, each.left)))
    built = blocks_from_lines([PageLines(1, 595, 842, ordered)], "en")
    return [draft.text for draft in built.drafts]


COLUMN = (
    "The county has kept the records of",
    "its wells since the year in which the",
    "first of them ran dry, and prints a",
    "short table of them each spring.",
)


def test_columns_whose_paragraphs_end_at_nearly_the_same_height() -> None:
    strips = []
    for left, shift, count in ((60.0, 0.0, 6), (320.0, 4.0, 5)):
        y = 700.0 - shift
        for number in range(count):
            for text in COLUMN + COLUMN[:number]:
                strips.append(strip(left, y, text))
                y -= 11
            y -= 16
    assert read_strips(strips)[0] == " ".join(COLUMN)


def test_a_line_broken_early_that_reads_on_is_no_end_of_a_paragraph() -> None:
    rows = [
        "The gauge at the bridge is read each morning, and the town is warned by a bell if the",
        "river has risen by more than half a metre during the night. To rule out any",
        "misunderstanding, the bell is also rung each year on the first day of the month in which",
        "the snow begins to melt.",
    ]
    filler = [row.replace("The", "A").replace("To rule", "Long to rule") + " more" for row in rows]
    strips = [strip(60, 700 - 12 * n, text) for n, text in enumerate(rows)]
    strips += [strip(60, 600 - 12 * n, text) for n, text in enumerate(filler)]
    assert read_strips(strips)[0] == " ".join(rows)
