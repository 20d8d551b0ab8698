"""A small typesetter: the sample report as an untagged PDF, laid out as UN documents are.

Reportlab only draws; lines, pages, footnotes and columns are made here, so that a page breaks in
the middle of a sentence and footnotes stand at the foot of the page that calls them.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import Any

from tests.support.rendering import DISTRIBUTION, JOB, ORGAN, SYMBOL, Row, pieces, rows

WIDTH, HEIGHT = 612.0, 792.0
LEFT, RIGHT, TOP, BOTTOM = 124.0, 489.0, 710.0, 70.0
BODY, NOTE, HEAD = 10.5, 9.0, 12.0
NOT_FIRST = "，。、；：？！”’）)》】%"


@dataclass
class Word:
    """Letters that stay together: width, size, raised or not, the space before them."""

    text: str
    size: float
    raised: bool = False
    space: float = 0.0


@dataclass
class Typesetter:
    """Sets one document; `pdf` is reportlab's canvas."""

    language: str
    pdf: Any
    y: float = TOP
    page: int = 1
    notes: list[str] = field(default_factory=list)

    def font(self, bold: bool) -> str:
        if self.language == "zh":
            return "STSong-Light"
        return "Times-Bold" if bold else "Times-Roman"

    def width(self, text: str, size: float, bold: bool = False) -> float:
        from reportlab.pdfbase.pdfmetrics import stringWidth

        return float(stringWidth(text, self.font(bold), size))

    def draw(self, x: float, y: float, text: str, size: float, *, bold: bool = False) -> None:
        """Draw a string; bold Chinese is stroked as well, as Word does without a bold font."""
        obj = self.pdf.beginText(x, y)
        obj.setFont(self.font(bold), size)
        obj.setTextRenderMode(2 if bold and self.language == "zh" else 0)
        obj.textOut(text)
        obj.setTextRenderMode(0)
        self.pdf.drawText(obj)

    def words(self, row_pieces: list[tuple[str, str]], size: float, bold: bool) -> list[Word]:
        out: list[Word] = []
        space = 0.0
        for text, mark in row_pieces:
            if mark:
                out.append(Word(mark, size * 0.66, True))
                continue
            for token in re.findall(r"\s+|[!-~\u00a0-\u2017\u2020-\u20ff]+|.", text):
                if token.isspace():
                    space = self.width(" ", size, bold)
                    continue
                glued = out and not space and token in NOT_FIRST and not out[-1].raised
                if glued:
                    out[-1].text += token
                else:
                    out.append(Word(token, size, False, space))
                space = 0.0
        return out

    def lines(self, words: list[Word], first: float, left: float, right: float,
              bold: bool) -> list[list[Word]]:  # fmt: skip
        lines: list[list[Word]] = [[]]
        x = first
        for word in words:
            width = self.width(word.text, word.size, bold)
            space = word.space if lines[-1] else 0.0
            if lines[-1] and x + space + width > right and not word.raised:
                lines.append([])
                x, space = left, 0.0
            lines[-1].append(Word(word.text, word.size, word.raised, space))
            x += space + width
        return lines

    def paragraph(self, row_pieces: list[tuple[str, str]], *, size: float = BODY,
                  bold: bool = False, first: float = LEFT, left: float = LEFT,
                  label: str = "", label_at: float = LEFT, gap: float = 7.0) -> None:  # fmt: skip
        """Lines down the page, the rest on the next one."""
        words = self.words(row_pieces, size, bold)
        for number, line in enumerate(self.lines(words, first, left, RIGHT, bold)):
            marks = [word.text for word in line if word.raised]
            room = BOTTOM + 12.0 * 2 * (len(self.notes) + len(marks)) + 10
            if self.y < room:
                self.end_page()
            self.notes += marks
            x = first if number == 0 else left
            if number == 0 and label:
                self.draw(label_at, self.y, label, size, bold=bold)
            self.line(x, line, bold)
            self.y -= 1.4 * size
        self.y -= gap

    def line(self, x: float, words: list[Word], bold: bool) -> None:
        """Draw runs: neighbours of one size as one string, with real spaces."""
        run = ""
        start = x
        for number, word in enumerate(words):
            if word.raised:
                if run:
                    self.draw(start, self.y, run, words[number - 1].size, bold=bold)
                    run = ""
                self.draw(x, self.y + 3.5, word.text, word.size, bold=bold)
                x += self.width(word.text, word.size, bold)
                start = x
                continue
            if not run:
                start = x + word.space
                run = word.text
            else:
                run += (" " if word.space else "") + word.text
            x += word.space + self.width(word.text, word.size, bold)
        if run:
            self.draw(start, self.y, run, words[-1].size, bold=bold)

    def table(self, cells: list[str]) -> None:
        columns = (LEFT, LEFT + 170, LEFT + 270)
        self.pdf.line(LEFT, self.y + 12, RIGHT, self.y + 12)
        for start in range(0, len(cells), 3):
            for x, text in zip(columns, cells[start : start + 3], strict=True):
                self.draw(x, self.y, text, NOTE)
            self.y -= 16
        self.pdf.line(LEFT, self.y + 10, RIGHT, self.y + 10)
        self.y -= 14

    def end_page(self) -> None:
        """Footnotes, head and foot; then a new page."""
        if self.notes:
            texts = {row.mark: row.text for row in rows(self.language) if row.kind == "footnote"}
            y = BOTTOM + 24.0 * len(self.notes)
            self.draw(LEFT, y + 8, "_" * 18, 8)
            for mark in self.notes:
                self.draw(LEFT - 6, y - 2.5, mark, 6)
                self.draw(LEFT + 2, y - 6, texts[mark], NOTE)
                y -= 20
        if self.page > 1:
            self.draw(60 if self.page % 2 == 0 else 510, 733, SYMBOL, 8.5)
        self.draw(60, 38, JOB, 7)
        self.draw(530, 38, f"{self.page}/9", 9)
        self.pdf.showPage()
        self.page += 1
        self.notes = []
        self.y = TOP

    def cover(self) -> None:
        """The two columns of a UN cover: organ to the left, symbol and dates to the right."""
        organ, body = ORGAN[self.language]
        self.draw(124, 734, organ, 14)
        self.draw(505, 735, SYMBOL, 10.5)
        self.draw(124, 702, body, 19, bold=True)
        for number, text in enumerate(DISTRIBUTION[self.language]):
            self.draw(397, 705 - 12 * number, text, 10)
        self.pdf.line(60, 590, 552, 590)
        self.y = 565

    def row(self, row: Row) -> None:
        if row.kind == "heading":
            self.paragraph([(row.text, "")], size=HEAD, bold=True, gap=8)
        elif row.kind == "caption":
            self.paragraph([(row.text, "")], bold=True, gap=8)
        elif row.label == "•":
            self.paragraph(
                pieces(row, row.bare), first=LEFT + 36, left=LEFT + 36, label="•",
                label_at=LEFT + 20,
            )  # fmt: skip
        elif row.label.startswith("("):
            self.paragraph(
                pieces(row, row.bare), first=LEFT + 46, left=LEFT, label=row.label,
                label_at=LEFT + 23,
            )  # fmt: skip
        elif row.label and row.label[0].isdigit():
            self.paragraph(pieces(row, row.bare), first=LEFT + 23, label=row.label)
        else:
            self.paragraph(pieces(row, row.text))


def untagged_pdf(language: str) -> bytes:
    """The report as a UN PDF of before 2015: no tags, Times and Song."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
    setter = Typesetter(language, canvas)
    setter.cover()
    cells: list[str] = []
    for row in rows(language):
        if row.kind == "table_cell":
            cells.append(row.text)
            continue
        if cells:
            setter.table(cells)
            cells = []
        if row.kind != "footnote":
            setter.row(row)
    setter.end_page()
    canvas.save()
    return buffer.getvalue()
