"""Documents for the reading benchmark, typeset in many layouts, whose blocks are known.

`sheet` sets a list of `Item`s on pages with reportlab: at any leading, with or without first-line
indent, ragged or justified, in one or more columns, with notes, boxes, tables, contents and
bullets. The result is a PDF without tags and the blocks that a reader should find in it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from duizhao.corpus import samples
from duizhao.corpus.document import Language
from duizhao.corpus.reading import read_bytes

WIDTH, HEIGHT = 595.0, 842.0
NOT_FIRST = set("，。；：、！？）》”’」』,.;:!?)")
NOT_LAST = set("（《“‘「『(")
FONTS = {"en": ("Times-Roman", "Times-Bold"), "zh": ("STSong-Light", "STSong-Light")}

Kind = Literal["heading", "paragraph", "list_item", "table", "box", "contents", "code", "wide"]


@dataclass(frozen=True, slots=True)
class Item:
    """Something to set: a block, or a table as rows of cells. `mark` is a bullet or a label."""

    kind: Kind
    text: str = ""
    mark: str = ""
    note: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Style:
    """How to set a document; lengths in points, `indent` in em, `after` in lines."""

    leading: float = 14.0
    size: float = 10.5
    indent: float = 0.0
    after: float = 0.5
    justified: bool = False
    columns: int = 1
    gap: float = 24.0
    margin: float = 72.0
    bullet: tuple[str, str] = ("Symbol", "\xb7")
    centred_cells: bool = False
    ruled: bool = True
    twice: bool = False
    hyphens: bool = False
    bare_gaps: bool = False
    head: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document and its blocks (kind, text) in reading order.

    `row` names the row of the benchmark's table that the document counts in.
    """

    name: str
    language: Language
    data: bytes
    blocks: tuple[tuple[str, str], ...]
    row: str = ""
    suffix: str = ".pdf"


@lru_cache
def texts(language: Language) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(headings, paragraphs) of the sample report: short and long blocks of prose."""
    data = samples.pair()[language == "en"].read_bytes()
    document, _ = read_bytes(data, language, name="sample.txt")
    headings = tuple(
        re.sub(r"^(?:[一二三四五六七八九十]+|[IVX]+)\.\s*", "", block.text)
        for block in document.blocks
        if block.kind == "heading" and len(block.text) < (24 if language == "zh" else 60)
    )
    paragraphs = tuple(
        re.sub(r"^(?:\d+\.|\([a-z]\)|•)\s*", "", block.text)
        for block in document.blocks
        if block.kind in ("paragraph", "list_item")
        and len(block.text) > (40 if language == "zh" else 100)
    )
    return headings, paragraphs


def prose(language: Language, count: int = 12, every: int = 4) -> list[Item]:
    """Paragraphs with a heading before every few of them."""
    headings, paragraphs = texts(language)
    out: list[Item] = []
    for number in range(count):
        if number % every == 0:
            out.append(Item("heading", headings[number // every % len(headings)]))
        out.append(Item("paragraph", paragraphs[number % len(paragraphs)]))
    return out


@dataclass
class _Press:
    language: Language
    style: Style
    canvas: Any
    blocks: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    done_notes: list[tuple[str, str]] = field(default_factory=list)
    column: int = 0
    page: int = 1
    top: float = HEIGHT - 80
    y: float = HEIGHT - 80

    @property
    def column_width(self) -> float:
        room = WIDTH - 2 * self.style.margin - (self.style.columns - 1) * self.style.gap
        return room / self.style.columns

    @property
    def left(self) -> float:
        return self.style.margin + self.column * (self.column_width + self.style.gap)

    @property
    def right(self) -> float:
        return self.left + self.column_width

    @property
    def bottom(self) -> float:
        return 80.0 + 1.3 * 8 * sum(
            len(self._break(n, 8, 0, self.column_width)) for n in self.notes
        )

    def width(self, text: str, size: float, bold: bool = False) -> float:
        return float(self.canvas.stringWidth(text, FONTS[self.language][bold], size))

    def draw(self, x: float, y: float, text: str, size: float, bold: bool = False) -> None:
        times = 2 if self.style.twice else 1
        for number in range(times):
            line = self.canvas.beginText(x + 0.3 * number, y)
            line.setFont(FONTS[self.language][bold], size)
            line.setTextRenderMode(2 if bold and self.language == "zh" else 0)
            line.textOut(text)
            line.setTextRenderMode(0)
            self.canvas.drawText(line)

    def _break(self, text: str, size: float, first: float, width: float,
               bold: bool = False) -> list[str]:  # fmt: skip
        tokens = re.findall(r"\s+|[!-~\u00a0-\u2017\u2020-\u20ff]+|.", text)
        lines, x = [""], first
        for number, token in enumerate(tokens):
            if token.isspace():
                if lines[-1]:
                    lines[-1] += " "
                    x += self.width(" ", size, bold)
                continue
            following = tokens[number + 1] if number + 1 < len(tokens) else ""
            wide = self.width(token, size, bold)
            need = wide + (self.width(following, size, bold) if following in NOT_FIRST else 0)
            if lines[-1].strip() and x + need > width and token[0] not in NOT_FIRST:
                if self.style.hyphens and token.isalpha() and len(token) > 7:
                    half = len(token) // 2
                    if x + self.width(token[:half] + "-", size, bold) <= width:
                        lines[-1] += token[:half] + "-"
                        token = token[half:]
                        wide = self.width(token, size, bold)
                carried = ""
                while lines[-1].rstrip() and lines[-1].rstrip()[-1] in NOT_LAST:
                    carried = lines[-1].rstrip()[-1] + carried
                    lines[-1] = lines[-1].rstrip()[:-1]
                lines.append(carried)
                x = self.width(carried, size, bold)
            lines[-1] += token
            x += wide
        return [line.rstrip() for line in lines if line.strip()]

    def line(
        self, x: float, y: float, text: str, size: float, bold: bool, fill: float | None
    ) -> None:
        """A line of text, stretched to the width `fill` if that is given."""
        if self.style.bare_gaps and self.language == "en" and " " in text:
            words = text.split(" ")
            free = 0.0
            if fill is not None:
                free = (fill - self.width(text, size, bold)) / (len(words) - 1)
            for word in words:
                self.draw(x, y, word, size, bold)
                x += self.width(word + " ", size, bold) + free
            return
        times = 2 if self.style.twice else 1
        for number in range(times):
            drawn = self.canvas.beginText(x + 0.3 * number, y)
            drawn.setFont(FONTS[self.language][bold], size)
            drawn.setTextRenderMode(2 if bold and self.language == "zh" else 0)
            if fill is not None and len(text) > 1:
                free = fill - self.width(text, size, bold)
                if self.language == "en" and " " in text:
                    drawn.setWordSpace(free / text.count(" "))
                elif self.language == "zh":
                    drawn.setCharSpace(free / (len(text) - 1))
            drawn.textOut(text)
            drawn.setWordSpace(0)
            drawn.setCharSpace(0)
            drawn.setTextRenderMode(0)
            self.canvas.drawText(drawn)

    def body(self, text: str, *, size: float | None = None, bold: bool = False, indent: float = 0.0,
             left: float = 0.0, mark: str = "", leading: float | None = None) -> None:  # fmt: skip
        size = size or self.style.size
        leading = leading or self.style.leading
        lines = self._break(text, size, indent, self.column_width - left, bold)
        for number, line in enumerate(lines):
            if self.y < self.bottom:
                self.next_column()
            x = self.left + left + (indent if number == 0 else 0.0)
            if number == 0 and mark:
                self.mark(self.left + left - 18, mark)
            full = number < len(lines) - 1 and self.style.justified and not bold
            fill = self.right - x if full else None
            self.line(x, self.y, line, size, bold, fill)
            self.y -= leading

    def mark(self, x: float, mark: str) -> None:
        if mark != "•":
            self.draw(x, self.y, mark, self.style.size)
            return
        font, character = self.style.bullet
        self.canvas.setFont(font, self.style.size)
        self.canvas.drawString(x, self.y, character)

    def next_column(self) -> None:
        self._print_notes()
        self.column += 1
        self.y = self.top
        if self.column == self.style.columns:
            self.end_page()

    def end_page(self) -> None:
        self._print_notes()
        self.canvas.setFont("Times-Roman", 9)
        self.canvas.drawCentredString(WIDTH / 2, 40, str(self.page))
        if self.style.head:
            self.canvas.drawString(self.style.margin, HEIGHT - 40, "Talun River Basin Commission")
        self.canvas.showPage()
        self.page += 1
        self.column = 0
        self.top = self.y = HEIGHT - 80

    def _print_notes(self) -> None:
        if not self.notes:
            return
        y = self.bottom - 10 - 8
        self.canvas.line(self.left, y + 12, self.left + 60, y + 12)
        for note in self.notes:
            for line in self._break(note, 8, 0, self.column_width):
                self.draw(self.left, y, line, 8)
                y -= 1.3 * 8
            self.done_notes.append(("footnote", re.sub(r"^\d+\s+", "", note)))
        self.notes = []

    def item(self, item: Item) -> None:
        style = self.style
        after = style.after * style.leading
        if item.kind == "heading":
            if self.y < self.bottom + 4 * style.leading:
                self.next_column()
            self.y -= 0.4 * style.leading
            self.body(item.text, size=style.size + 2, bold=True)
            self.y -= after
        elif item.kind == "wide":
            self.wide(item.text)
            return
        elif item.kind == "table":
            self.table(item.rows)
            return
        elif item.kind == "contents":
            self.contents(item.text, item.mark)
        elif item.kind == "box":
            self.box(item.text)
        elif item.kind == "code":
            self.code(item.text)
        elif item.kind == "list_item":
            self.body(item.text, left=30, mark=item.mark)
            self.y -= 0.3 * after
        else:
            if item.note:
                self.notes.append(item.note)
            self.body(item.text, indent=style.indent * style.size)
            self.y -= after
        label = item.mark if item.kind == "list_item" and item.mark != "•" else ""
        self.blocks.append((item.kind, f"{label} {item.text}".strip()))

    def wide(self, text: str) -> None:
        """A heading over all columns: the columns start again below it."""
        if self.column or self.y < self.top:
            self.end_page()
        self.line(self.style.margin, self.y, text, self.style.size + 4, True, None)
        self.y -= 2.5 * self.style.size + 4
        self.top = self.y
        self.blocks.append(("heading", text))

    def contents(self, text: str, page: str) -> None:
        size = self.style.size
        dots = self.right - self.left - self.width(text + "  " + page, size)
        row = "." * int(dots / self.width(".", size))
        self.draw(self.left, self.y, f"{text} {row} {page}", size)
        self.y -= self.style.leading

    def box(self, text: str) -> None:
        lines = self._break(text, self.style.size, 0, self.column_width - 20)
        height = len(lines) * self.style.leading + 12
        if self.y - height < self.bottom:
            self.next_column()
        self.canvas.rect(
            self.left, self.y - height + self.style.size + 6, self.column_width, height
        )
        for line in lines:
            self.draw(self.left + 10, self.y - 2, line, self.style.size)
            self.y -= self.style.leading
        self.y -= 24

    def code(self, text: str) -> None:
        for line in text.split("\n"):
            self.canvas.setFont("Courier", 9)
            self.canvas.drawString(self.left + 18, self.y, line)
            self.y -= 11
        self.y -= self.style.leading

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Rows of cells, each broken into lines; a row may cross the page."""
        size, count = self.style.size - 1, len(rows[0])
        lead = 1.25 * size
        cell_width = self.column_width / count
        for row in rows:
            cells = [self._break(text, size, 0, cell_width - 14) for text in row]
            height = max(len(cell) for cell in cells) * lead + 8
            if self.y - height < self.bottom:
                self.next_column()
            top = self.y + size
            for number, cell in enumerate(cells):
                y = self.y
                if self.style.centred_cells:
                    y -= lead * (max(len(c) for c in cells) - len(cell)) / 2
                for line in cell:
                    self.draw(self.left + 5 + number * cell_width, y, line, size)
                    y -= lead
                self.blocks.append(("table_cell", row[number]))
            self.y -= height
            if self.style.ruled:
                for number in range(count + 1):
                    x = self.left + number * cell_width
                    self.canvas.line(x, top + 2, x, self.y + size + 2)
                self.canvas.line(self.left, self.y + size + 2, self.right, self.y + size + 2)
                self.canvas.line(self.left, top + 2, self.right, top + 2)
        self.y -= self.style.leading


def sheet(
    name: str, language: Language, style: Style, items: Sequence[Item], row: str = ""
) -> Sheet:
    """The items as a PDF in this style."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
    press = _Press(language, style, canvas)
    for item in items:
        press.item(item)
    press.end_page()
    canvas.save()
    blocks = (*press.blocks, *press.done_notes)
    return Sheet(name, language, buffer.getvalue(), blocks, row or name)
