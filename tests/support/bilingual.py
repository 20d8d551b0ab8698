"""Bilingual files of every arrangement and format, made of the sample report."""

from __future__ import annotations

import io
import json
from functools import cache
from typing import Any

from tests.support.paths import DATA

Pairs = list[tuple[str, str]]


@cache
def _blocks(language: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((DATA / f"report.{language}.json").read_text("utf-8"))
    return found


def pairs(count: int = 12) -> Pairs:
    """Paragraphs of the report with their translations."""
    both = zip(_blocks("zh"), _blocks("en"), strict=True)
    prose = [(z["text"], e["text"]) for z, e in both if z["kind"] == "paragraph"]
    return [(z, e) for z, e in prose if 20 <= len(z) <= 220 and "\n" not in z + e][:count]


def text(arrangement: str) -> bytes:
    """A text file."""
    found = pairs()
    layouts = {
        "alternating": "\n\n".join(f"{z}\n\n{e}" for z, e in found),
        "english first": "\n\n".join(f"{e}\n\n{z}" for z, e in found),
        "same line": "\n\n".join(f"{z} {e}" for z, e in found),
        "after": "\n\n".join([z for z, _ in found] + [e for _, e in found]),
    }
    return layouts[arrangement].encode()


def html(arrangement: str) -> bytes:
    """A page."""
    found = pairs()
    body = {
        "alternating": "".join(f"<p>{z}</p><p>{e}</p>" for z, e in found),
        "line break": "".join(f"<p>{z}<br>{e}</p>" for z, e in found),
        "table": "<table>"
        + "".join(f"<tr><td>{z}</td><td>{e}</td></tr>" for z, e in found)
        + "</table>",
    }[arrangement]
    return f"<html><meta charset=utf-8><body><article>{body}</article></body></html>".encode()


def docx(arrangement: str) -> bytes:
    """A Word file."""
    import docx as library

    document = library.Document()
    if arrangement == "table":
        table = document.add_table(rows=0, cols=2)
        for z, e in pairs():
            cells = table.add_row().cells
            cells[0].text, cells[1].text = z, e
    for z, e in pairs():
        if arrangement == "alternating":
            document.add_paragraph(z)
            document.add_paragraph(e)
        elif arrangement == "line break":
            document.add_paragraph(z).add_run().add_break()
            document.paragraphs[-1].add_run(e)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def cells_html(texts: list[str]) -> bytes:
    """A page with a table of one column."""
    rows = "".join(f"<tr><td>{text}</td></tr>" for text in texts)
    return f"<html><meta charset=utf-8><body><table>{rows}</table></body></html>".encode()


def cells_docx(texts: list[str]) -> bytes:
    """A Word file with a table of one column."""
    import docx as library

    document = library.Document()
    table = document.add_table(rows=0, cols=1)
    for text in texts:
        table.add_row().cells[0].text = text
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def pdf(arrangement: str) -> bytes:
    """An untagged PDF."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table, TableStyle

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    common = {"fontSize": 11, "leading": 16, "spaceAfter": 10}
    chinese = ParagraphStyle("zh", fontName="STSong-Light", wordWrap="CJK", **common)
    english = ParagraphStyle("en", fontName="Times-Roman", **common)
    story: list[Any] = []
    found = [(Paragraph(z, chinese), Paragraph(e, english)) for z, e in pairs()]
    if arrangement == "alternating":
        story = [each for pair in found for each in pair]
    elif arrangement == "table":
        grid = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black")])
        cells = [(Paragraph(z, chinese), Paragraph(e, english)) for z, e in CELLS]
        story = [Table(cells, colWidths=[210, 250], style=grid)]
    elif arrangement == "pages":
        for at in range(0, len(found), 4):
            for side in (0, 1):
                story += [pair[side] for pair in found[at : at + 4]]
                story.append(PageBreak())
    buffer = io.BytesIO()
    SimpleDocTemplate(buffer, pagesize=A4, invariant=1).build(story)
    return buffer.getvalue()


def lines_pdf(texts: list[str]) -> bytes:
    """An untagged PDF with a paragraph a line."""
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    style = ParagraphStyle("both", fontName="STSong-Light", leading=16, spaceAfter=10)
    buffer = io.BytesIO()
    SimpleDocTemplate(buffer, invariant=1).build([Paragraph(text, style) for text in texts])
    return buffer.getvalue()


CAPTIONS: Pairs = [
    ("会议现在开始。", "The meeting is called to order."),
    ("谢谢主席先生。", "Thank you, Mr. President."),
    ("我们走吧", "Let's go"),
    ("今年一共有12次巡逻。", "There were 12 patrols this year."),
    ("你同意吗？", "Do you agree?"),
    ("好的", "OK"),
]


TERMS: Pairs = [
    ("阅览室", "reading room"),
    ("借书证", "library card"),
    ("审议COVID-19", "Consideration of COVID-19"),
    ("ISBN编号", "ISBN number"),
    ("第四次会议", "4th meeting"),
    ("《图书馆法》", "Library Act"),
    ("第一章 总则", "Chapter 1 General provisions"),
]
"""A list without full stops, with names and figures on either side."""


CELLS: Pairs = [*pairs(3), *CAPTIONS[:4]]
"""Rows of a table in a PDF."""


def srt(*, english_first: bool = False, captions_apart: bool = False) -> bytes:
    """Subtitles with both languages in a caption, or with a caption for each."""
    made = []
    for number, pair in enumerate(CAPTIONS, 1):
        lines = pair[::-1] if english_first else pair
        time = f"00:00:{number:02},000 --> 00:00:{number + 1:02},000"
        texts = lines if captions_apart else ("\n".join(lines),)
        made += [f"{time}\n{text}" for text in texts]
    return "\n\n".join(f"{n}\n{one}" for n, one in enumerate(made, 1)).encode()
