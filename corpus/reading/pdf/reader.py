"""PDF files: text with positions by PDFium, paragraphs by the file's tags or by geometry.

Word and Chromium write tagged PDF, which names its paragraphs and cells, and what is furniture;
where a file has such tags for nearly all of its text they are followed. Else paragraphs are
rebuilt from the positions of lines (`pdf_geometry`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from duizhao.corpus.document import Language
from duizhao.corpus.errors import InputError
from duizhao.corpus.reading.draft import LeftOut, Reading, Source
from duizhao.corpus.reading.notes import settle
from duizhao.corpus.reading.pdf import (
    blocks as pdf_blocks,
)
from duizhao.corpus.reading.pdf import (
    cells as pdf_cells,
)
from duizhao.corpus.reading.pdf import (
    furniture as pdf_furniture,
)
from duizhao.corpus.reading.pdf.cells import body_size
from duizhao.corpus.reading.pdf.geometry import paragraphs_of_page
from duizhao.corpus.reading.pdf.lines import Paragraph, Strip, strips_of
from duizhao.corpus.reading.pdf.pages import join_across_pages, join_cells, repeated_heads
from duizhao.corpus.reading.pdf.strips import PageStrips, has_bullet, strips_of_page
from duizhao.corpus.reading.pdf.tags import HEADINGS, Path, Tag, TagReader
from duizhao.corpus.reading.pdf.text import Page, Piece, read_page
from duizhao.corpus.reading.spacing import tidy

# Tags are followed where they hold at least this share of the characters that are no furniture.
TAGGED_SHARE = 0.9
PROGRESS_PAGES = 10
# A picture over this share of a page is a scan of it.
SCAN_SHARE = 0.6


def read_drafts(source: Source, language: Language, *, tags: bool | None = None) -> Reading:
    """Blocks and furniture of a PDF file.

    `tags` says whether to follow the file's tags; None: where they hold nearly all of its text.
    """
    pdf = open_pdf(source)
    try:
        return _Reader(source, language).read(pdf, tags)
    finally:
        pdf.close()


@dataclass(frozen=True, slots=True)
class Box:
    """A line's place on a page, in points from the page's lower left corner."""

    page: int
    left: float
    bottom: float
    right: float
    top: float


def read_places(source: Source, language: Language) -> tuple[list[list[Box]], list[Box]]:
    """Where each block's lines stand, in the order of the blocks; and the furniture's."""
    pdf = open_pdf(source)
    try:
        reader = _Reader(source, language)
        reader.read(pdf)
        return reader.block_boxes, reader.furniture_boxes
    finally:
        pdf.close()


def open_pdf(source: Source) -> Any:
    """The `pypdfium2.PdfDocument` of a source; InputError where it cannot be opened."""
    import pypdfium2
    import pypdfium2.raw as raw

    try:
        pdf = pypdfium2.PdfDocument(source.data)
        if len(pdf) == 0:
            raise InputError(f"{source.name}: a PDF without pages; fetch or save it again")
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD or "assword" in str(error):
            raise InputError(
                f"{source.name}: this PDF is encrypted and needs a password; save it without one "
                "(for instance: qpdf --decrypt --password=... in.pdf out.pdf)"
            ) from None
        raise InputError(
            f"{source.name}: the PDF is damaged or cut short ({error}); fetch or save it again"
        ) from None
    return pdf


def use_tags(pdf: Any) -> bool:
    """Whether the tags of a file hold nearly all of its text (judged by some of its pages)."""
    count = len(pdf)
    numbers = sorted(
        {1, 2, 3, count // 3, count // 2, 2 * count // 3, count - 1} & set(range(count))
    )
    reader = TagReader()
    tagged = total = 0
    for number in numbers or [0]:
        page = read_page(pdf, number + 1)
        wanted = {piece.tag for piece in page.pieces if piece.tag is not None}
        handle = pdf[number]
        tags = reader.read(handle, wanted)
        handle.close()
        for piece in page.pieces:
            # text of charts has no tags and stands small or turned
            if not piece.artifact and piece.angle == 0:
                total += len(piece.text)
                tagged += len(piece.text) if piece.tag in tags else 0
    return total > 0 and tagged >= TAGGED_SHARE * total


@dataclass
class _Reader:
    source: Source
    language: Language
    left_out: list[LeftOut] = field(default_factory=list)
    pages: int = 0
    block_boxes: list[list[Box]] = field(default_factory=list)
    furniture_boxes: list[Box] = field(default_factory=list)
    first_size: tuple[float, float] = (612.0, 792.0)
    letters: int = 0
    invisible: int = 0
    scanned: int = 0

    def read(self, pdf: Any, tagged: bool | None = None) -> Reading:
        self.pages = len(pdf)
        paragraphs = (use_tags(pdf) if tagged is None else tagged) and self.by_tags(pdf)
        paragraphs = paragraphs or self.by_geometry(pdf)
        self._check_text()
        pdf_cells.find_cells(paragraphs)
        paragraphs = self._without_repeated_heads([each for each in paragraphs if each.strips])
        paragraphs = join_cells(join_across_pages(paragraphs, self.language), self.language)
        found = pdf_blocks.drafts_of(paragraphs, self.language)
        settled = settle([draft for draft, _ in found], self.language)
        self.block_boxes = [
            [_box(strip) for strip in found[number][1].strips] for number in settled.order
        ]
        metadata: dict[str, Any] = {"pages": self.pages}
        if warnings := self._warnings():
            metadata["warnings"] = warnings
        if settled.places:
            metadata["notes"] = settled.places
        return Reading(settled.drafts, [*self.left_out, *settled.left_out], metadata)

    def by_tags(self, pdf: Any) -> list[Paragraph]:
        """Paragraphs as the file's structure tree has them."""
        reader = TagReader()
        found: dict[Path, Paragraph] = {}
        for page in self._read_pages(pdf):
            wanted = {piece.tag for piece in page.pieces if piece.tag is not None}
            handle = pdf[page.number - 1]
            tags = reader.read(handle, wanted)
            handle.close()
            self._furniture(page, [p for p in page.pieces if p.artifact])
            self._figures(page, [p for p in page.pieces if not p.artifact and p.tag not in tags])
            for tag, pieces in _runs(page, tags):
                if tag.figure:
                    self._figures(page, pieces)
                else:
                    self._add(found, tag, pieces, page)
        paragraphs = [found[path] for path in sorted(found)]
        _open_boxes(paragraphs)
        return self._without_masthead(paragraphs)

    def _without_repeated_heads(self, paragraphs: list[Paragraph]) -> list[Paragraph]:
        numbers = repeated_heads(paragraphs)
        self.left_out += [
            LeftOut("repeated_table_head", strip.text, strip.page)
            for number in sorted(numbers)
            for strip in paragraphs[number].strips
        ]
        return [each for number, each in enumerate(paragraphs) if number not in numbers]

    def _without_masthead(self, paragraphs: list[Paragraph]) -> list[Paragraph]:
        """The paragraphs without the head of the first page, where it is tagged as text."""
        first = [each for each in paragraphs[:40] if each.strips and each.strips[0].page == 1]
        strips = [strip for each in first for strip in each.strips]
        width, height = self.first_size
        away = {id(strip) for strip in pdf_furniture.masthead(strips, width, height)}
        out = []
        for paragraph in paragraphs:
            if paragraph.strips and all(id(strip) in away for strip in paragraph.strips):
                for strip in paragraph.strips:
                    self._leave_out(strip, height)
            else:
                out.append(paragraph)
        return out

    def by_geometry(self, pdf: Any) -> list[Paragraph]:
        """Paragraphs from where the lines stand."""
        pages = [strips_of_page(page, self.language) for page in self._read_pages(pdf)]
        known = pdf_furniture.repeated(
            [page.strips for page in pages], [page.height for page in pages]
        )
        kept: list[tuple[PageStrips, list[Strip]]] = []
        for page in pages:
            away = {id(s) for s in page.strips if pdf_furniture.is_furniture(s, page.height, known)}
            if page.number == 1:
                away |= {
                    id(s) for s in pdf_furniture.masthead(page.strips, page.width, page.height)
                }
            for strip in page.strips:
                if id(strip) in away:
                    self._leave_out(strip, page.height)
            if page.figure:
                self.left_out.append(LeftOut("figure", page.figure, page.number))
            kept.append((page, [strip for strip in page.strips if id(strip) not in away]))
        body = body_size([Paragraph(strips) for _, strips in kept])
        out = []
        for page, strips in kept:
            out.extend(paragraphs_of_page(page, strips, body))
        return out

    def _read_pages(self, pdf: Any) -> Iterator[Page]:
        for number in range(1, self.pages + 1):
            page = read_page(pdf, number)
            self.letters += sum(len(piece.text) for piece in page.pieces)
            self.invisible += sum(len(piece.text) for piece in page.pieces if piece.invisible)
            if number == 1:
                self.first_size = (page.width, page.height)
            self.scanned += page.image_share > SCAN_SHARE
            yield page
            if self.source.progress and (number % PROGRESS_PAGES == 0 or number == self.pages):
                self.source.progress(number, self.pages)

    def _check_text(self) -> None:
        if self.letters == 0:
            what = "a scan without text" if self.scanned else "it has no text"
            raise InputError(
                f"{self.source.name}: {what} ({self.pages} pages); run OCR on it first, for "
                "instance: ocrmypdf -l chi_sim+eng in.pdf out.pdf"
            )

    def _warnings(self) -> list[str]:
        if self.invisible > 0.5 * self.letters:
            return [
                f"{self.source.name}: a scan whose text is a layer of OCR; expect wrong characters "
                "and lost lines (a new OCR run may help: ocrmypdf --redo-ocr -l chi_sim+eng)"
            ]
        if self.scanned and self.letters < 200 * self.pages:
            return [
                f"{self.source.name}: {self.scanned} of {self.pages} pages are pictures; "
                "what is printed in them is not read (OCR them first: ocrmypdf --skip-text)"
            ]
        return []

    def _add(self, found: dict[Path, Paragraph], tag: Tag, pieces: list[Piece], page: Page) -> None:
        strips = strips_of(pieces, page.number, self.language)
        if not strips:
            return
        paragraph = found.get(tag.path)
        if paragraph is None:
            paragraph = found[tag.path] = Paragraph(
                [],
                tag,
                cell=tag.cell is not None,
                note=tag.note is not None,
                heading=tag.kind in HEADINGS,
                table=tag.table,
            )
            if tag.item and has_bullet(page, strips[0]):
                # drawn, and no character
                paragraph.label = "•"
        elif [s.text for s in paragraph.strips] == [s.text for s in strips]:
            # the head of a table, printed again on its next page
            self.left_out += [LeftOut("repeated_table_head", s.text, page.number) for s in strips]
            return
        if tag.label:
            paragraph.label = " ".join(strip.text for strip in strips)
        else:
            paragraph.strips.extend(strips)

    def _furniture(self, page: Page, pieces: list[Piece]) -> None:
        # a foot's pieces come in any order: put them into lines first
        whole = replace(page, pieces=tuple(pieces))
        for strip in strips_of_page(whole, self.language).strips:
            self._leave_out(strip, page.height)

    def _leave_out(self, strip: Strip, height: float) -> None:
        self.furniture_boxes.append(_box(strip))
        text = tidy(strip.text, self.language)
        reason = pdf_furniture.reason(text, page=strip.page, height=strip.y / height)
        self.left_out.append(LeftOut(reason, text, strip.page))

    def _figures(self, page: Page, pieces: list[Piece]) -> None:
        """Text without a tag: of a chart, or a head or foot that its maker did not mark."""
        if not pieces:
            return
        found = strips_of_page(replace(page, pieces=tuple(pieces), figures=()), self.language)
        inside = []
        for strip in found.strips:
            if pdf_furniture.FOOT < strip.y / page.height < pdf_furniture.HEAD:
                inside.append(strip.text)
            else:
                self._leave_out(strip, page.height)
        if text := " ".join([*inside, found.figure]).strip():
            self.left_out.append(LeftOut("figure", text, page.number))


def _box(strip: Strip) -> Box:
    return Box(strip.page, strip.left, strip.bottom, strip.right, strip.top)


def _open_boxes(paragraphs: Sequence[Paragraph]) -> None:
    """A table of one column is a frame around text: its paragraphs are no cells."""
    columns: dict[Path, int] = {}
    for paragraph in paragraphs:
        tag = paragraph.tag
        if tag and tag.table and tag.cell:
            columns[tag.table] = max(columns.get(tag.table, 0), tag.cell[-1])
    for paragraph in paragraphs:
        tag = paragraph.tag
        if tag and tag.table and columns.get(tag.table) == 0:
            paragraph.cell = False
            paragraph.table = None


def _runs(page: Page, tags: dict[int, Tag]) -> Iterator[tuple[Tag, list[Piece]]]:
    """The page's pieces by paragraph, in the file's order within each."""
    groups: dict[tuple[Path, bool], tuple[Tag, list[Piece]]] = {}
    for piece in page.pieces:
        if piece.artifact or piece.tag is None or piece.tag not in tags:
            continue
        tag = tags[piece.tag]
        groups.setdefault((tag.path, tag.label), (tag, []))[1].append(piece)
    yield from groups.values()
