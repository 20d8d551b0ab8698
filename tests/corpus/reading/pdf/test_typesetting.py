"""Characters, typefaces and marks as typesetting programs set them."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import pypdfium2
import pytest

from duizhao.corpus.document import Language
from duizhao.corpus.reading import read_bytes
from duizhao.corpus.reading.pdf.lines import Paragraph, Strip
from duizhao.corpus.reading.pdf.page.text import read_page
from duizhao.corpus.reading.pdf.separation import joined_lines
from duizhao.corpus.reading.pdf.tagged import _Tree
from tests.support.raw_pdf import raw_pdf

pytestmark = pytest.mark.unit

PROSE = [
    "The committee reviewed the accounts of the past year and",
    "asked the secretariat to publish them before the end of the",
    "summer, together with a short list of the open questions.",
]


def pages(*draw: Callable[[Any], None]) -> bytes:
    """A PDF with a page for each function that draws on a reportlab canvas."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    for each in draw:
        each(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def raw_page(content: bytes, fonts: Sequence[bytes], *streams: bytes) -> bytes:
    """A page with fonts /F1, /F2 ... given as the entries of their dictionaries.

    They may refer to `streams` as objects 10, 11 ...
    """
    names = b"".join(b"/F%d<</Type/Font/Subtype/Type1%s>>" % each for each in enumerate(fonts, 1))
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<<%s>>>>>>" % names,
        4: b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
    }
    for number, stream in enumerate(streams, 10):
        objects[number] = b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream)
    body = b"".join(b"%d 0 obj%s endobj\n" % each for each in objects.items())
    return b"%PDF-1.7\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF"


def texts(data: bytes, language: Language = "en") -> list[str]:
    document, _ = read_bytes(data, language)
    return [block.text for block in document.blocks]


def prose(canvas: Any, y: float) -> None:
    canvas.setFont("Helvetica", 11)
    for number, line in enumerate(PROSE):
        canvas.drawString(85, y - 14 * number, line)


def test_characters_beyond_the_basic_plane_are_kept() -> None:
    """PDFium gives each of them as two halves."""
    to_unicode = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        b"1 begincodespacerange <00> <FF> endcodespacerange\n"
        b"2 beginbfchar <41> <D842DFB7> <42> <D835DC65> endbfchar\n"
        b"endcmap end end"
    )
    content = b"BT /F1 12 Tf 72 700 Td (Mr. A set B = 1 in every case.) Tj ET"
    data = raw_page(content, [b"/BaseFont/Helvetica/ToUnicode 10 0 R"], to_unicode)
    assert texts(data) == ["Mr. \U00020bb7 set \U0001d465 = 1 in every case."]


def test_the_number_of_a_heading_is_part_of_it() -> None:
    """LaTeX sets a wide space behind it, as there is before the second column of a table."""

    def draw(canvas: Any) -> None:
        prose(canvas, 700)
        canvas.setFont("Helvetica-Bold", 14)
        canvas.drawString(85, 630, "2")
        canvas.drawString(110, 630, "Open questions of the past year")
        prose(canvas, 600)

    heading = "2 Open questions of the past year"
    assert texts(pages(draw)) == [" ".join(PROSE), heading, " ".join(PROSE)]


def test_the_numbers_of_the_rows_of_a_table_are_cells() -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica", 11)
        for number, name in enumerate(("Station North", "Station South", "Station West"), 1):
            canvas.drawString(85, 700 - 16 * number, str(number))
            canvas.drawString(110, 700 - 16 * number, name)
        prose(canvas, 600)

    assert texts(pages(draw))[:2] == ["1", "Station North"]


def test_titles_beside_page_numbers_are_running_heads() -> None:
    titles = ["Accounts", "Harbours", "Roads", "Schools"]

    def draw(canvas: Any, number: int) -> None:
        canvas.setFont("Helvetica", 10)
        canvas.drawString(85, 790, titles[number])
        canvas.drawString(500, 790, str(number + 3))
        prose(canvas, 700)

    data = pages(*(lambda canvas, n=n: draw(canvas, n) for n in range(4)))
    document, ledger = read_bytes(data, "en")
    assert [block.text for block in document.blocks] == 4 * [" ".join(PROSE)]
    heads = [entry.text for entry in ledger if entry.reason != "page_number"]
    assert [text for text in heads if not text.isdigit()] == titles


def test_rows_of_a_table_with_three_rules() -> None:
    """Only rules over and under the head and at the foot: each line is a row."""
    rows = [
        ("Name", "Form", "Described in"),
        ("north", "simple", "The first book"),
        ("south", "double", "The second book"),
        ("nanshan", "double", "A book of hills"),
        ("west", "simple", "A letter of 1901"),
    ]

    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica", 10)
        for y in (714, 696, 640):
            canvas.line(100, y, 440, y)
        for number, row in enumerate(rows):
            y = 702 if number == 0 else 696 - 13 * number
            for x, text in zip((110, 220, 320), row, strict=True):
                canvas.drawString(x, y, text)
        prose(canvas, 600)

    assert texts(pages(draw))[:15] == [text for row in rows for text in row]


def test_typewriter_faces_of_latex_are_code() -> None:
    lines = [b"BT /F1 11 Tf 85 %d Td (%s) Tj ET" % (700 - 14 * n, line.encode())
             for n, line in enumerate(PROSE)]  # fmt: skip
    lines.append(b"BT /F2 10 Tf 85 640 Td (x = f[0]; y = {x: 1}) Tj ET")
    lines.append(b"BT /F2 10 Tf 85 628 Td (return y;) Tj ET")
    data = raw_page(b"\n".join(lines), [b"/BaseFont/CMR10", b"/BaseFont/ABCDEF+CMTT10"])
    document, ledger = read_bytes(data, "en")
    assert [block.text for block in document.blocks] == [" ".join(PROSE)]
    assert [entry.reason for entry in ledger] == ["code"]


def test_emphasis_dots_below_characters_are_no_text() -> None:
    lines = [
        "委员会审查了去年的账目，并要求秘书处在夏季结束以前予以公布，同时",
        "附上一份尚未解决的问题清单。",
    ]

    def draw(canvas: Any) -> None:
        canvas.setFont("STSong-Light", 11)
        for number, line in enumerate(lines):
            canvas.drawString(85, 700 - 20 * number, line)
        for number in (5, 6, 31):
            canvas.drawString(85 + 11 * number, 696, "．")

    assert texts(pages(draw), "zh") == ["".join(lines)]


STORY = (
    "委员会审查了去年的账目，并要求秘书处在夏季结束以前予以公布。秘书处答复说，公布账目需要三个月，"
    "而且必须先翻译成六种语文，因此请求增加经费，聘用三名译员和一名打字员，直到这项工作全部完成为止"
)


def test_text_drawn_again_for_a_shadow_is_read_once() -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica", 16)
        canvas.drawString(85.8, 769.2, "A plan for the hills")
        prose(canvas, 700)
        canvas.setFont("Helvetica", 16)
        canvas.drawString(85, 770, "A plan for the hills")

    assert texts(pages(draw)) == ["A plan for the hills", " ".join(PROSE)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("3 Tr", "0 Tr"),
        ("0 Tr", "3 Tr"),
        ("/Artifact BMC", "/P <</MCID 0>> BDC"),
        ("/P <</MCID 0>> BDC", "/Artifact BMC"),
    ],
)
def test_of_two_copies_the_one_that_is_text_is_kept(before: str, after: str) -> None:
    # PDFium itself leaves out a copy of one of the last few texts
    others = [f"Line {number}" for number in range(8)]
    between = "".join(
        f"BT /F1 12 Tf 72 {640 - 40 * number} Td ({each}) Tj ET "
        for number, each in enumerate(others)
    )
    text = f"BT /F1 12 Tf 72 700 Td ({PROSE[0]}) Tj ET"
    end = "EMC" if "BDC" in before + after else "0 Tr"
    data = raw_pdf([f"{before} {text} {end} {between} {after} {text} {end}"])
    pieces = read_page(pypdfium2.PdfDocument(data), 1).pieces
    assert sorted(piece.text for piece in pieces) == sorted([*others, PROSE[0]])
    assert not any(piece.invisible or piece.artifact for piece in pieces)


def test_a_bullet_close_below_a_large_heading_is_no_emphasis() -> None:
    draw = (
        "BT /F1 20 Tf 72 700 Td (Open questions) Tj ET "
        r"BT /F1 12 Tf 72 683 Td (\225) Tj 16 0 Td (The first item) Tj ET"
    )
    page = read_page(pypdfium2.PdfDocument(raw_pdf([draw])), 1)
    assert [piece.text for piece in page.pieces] == ["Open questions", "•", "The first item"]


def test_lines_beside_a_picture_are_one_paragraph() -> None:
    """They end before the picture, the lines above it at the edge of the page."""
    lines = [STORY[start : start + 30] for start in range(0, 90, 30)]
    beside = [STORY[start : start + 14] for start in range(0, 84, 14)]

    def draw(canvas: Any) -> None:
        canvas.setFont("STSong-Light", 11)
        for number, line in enumerate([*lines, *beside]):
            canvas.drawString(85, 700 - 18 * number - (12 if number > 2 else 0), line)

    assert texts(pages(draw), "zh") == ["".join(lines), "".join(beside)]


def test_lines_with_a_rule_under_each_are_one_paragraph() -> None:
    lines = [STORY[start : start + 30] for start in (5, 35, 65)]

    def draw(canvas: Any) -> None:
        canvas.setFont("STSong-Light", 11)
        for number, line in enumerate(lines):
            canvas.drawString(85, 700 - 22 * number, line)
            canvas.line(85, 694 - 22 * number, 415, 694 - 22 * number)

    assert texts(pages(draw), "zh") == ["".join(lines)]


def test_tags_that_are_lines_are_joined() -> None:
    """Text pasted with its line breaks has a tag a line."""

    def line(text: str, number: int, right: float) -> Paragraph:
        return Paragraph([Strip(text, 1, 85, right, 700 - 15 * number, 11, 0.0, len(text))])

    lines = [
        line("委员会审查了去年的账目，并要求秘书处在夏季结", 0, 400),
        line("束以前予以公布，同时附上一份尚未解决的问题清", 1, 399),
        line("单。", 2, 107),
        line("秘书处答复说，公布账目需要三个月，而且必须先", 3, 400),
        line("翻译成六种语文。", 4, 173),
        line("第二个问题", 5, 140),
        line("委员会没有讨论港口的费用，因为有关的文件还没", 6, 400),
        line("有提交。", 7, 129),
    ]
    joined = ["".join(strip.text for strip in each.strips) for each in joined_lines(lines, "zh")]
    assert [len(text) for text in joined] == [46, 30, 5, 26]


def test_feet_of_slides_are_no_text_even_if_tags_say_so() -> None:
    def line(text: str, page: int, y: float, *, cell: bool = False) -> Paragraph:
        return Paragraph([Strip(text, page, 85, 400, y, 18, 0.0, len(text))], cell=cell)

    tree = _Tree("zh", heights=dict.fromkeys(range(1, 9), 540.0))
    slides = []
    for page in range(1, 9):
        slides += [line("秘书处的工作", page, 500), line(f"第{page}个问题是什么", page, 300)]
        slides += [line("合计", page, 40, cell=True)]
        slides += [line("区域委员会秘书处", page, 30)] if page > 4 else []
    slides[0] = line("一个标题", 1, 520)
    kept = ["".join(strip.text for strip in each.strips) for each in tree.without_repeated(slides)]
    assert kept.count("合计") == 8
    assert len(kept) == 17
    assert {entry.reason for entry in tree.left_out} == {"running_head", "running_foot"}


def test_numbered_titles_of_slides_are_text() -> None:
    def line(text: str, page: int, y: float, *, heading: bool = False) -> Paragraph:
        return Paragraph([Strip(text, page, 85, 400, y, 18, 0.0, len(text))], heading=heading)

    tree = _Tree("en", heights=dict.fromkeys(range(1, 9), 540.0))
    slides = []
    for page in range(1, 9):
        slides += [line(f"Measure {page}", page, 500), line(f"{page + 20}", page, 20)]
        slides += [line("Summary", page, 490, heading=True)]
    kept = [strip.text for each in tree.without_repeated(slides) for strip in each.strips]
    assert kept == [text for n in range(1, 9) for text in (f"Measure {n}", "Summary")]
    assert [entry.text for entry in tree.left_out] == [str(page + 20) for page in range(1, 9)]
