"""PDF files: text with positions by PDFium, paragraphs by the file's tags or by geometry.

Word and Chromium write tagged PDF, which names its paragraphs and cells, and what is furniture;
where a file has such tags for nearly all of its text they are followed. Else paragraphs are
rebuilt from the positions of lines (`pdf_geometry`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from corpus.document import InputError, Language
from corpus.readers import pdf_blocks, pdf_cells, pdf_furniture
from corpus.readers.draft import LeftOut, Reading, Source
from corpus.readers.notes import settle
from corpus.readers.pdf_lines import Paragraph, strips_of
from corpus.readers.pdf_tags import HEADINGS, Path, Tag, TagReader
from corpus.readers.pdf_text import Page, Piece, read_page
from corpus.readers.spacing import tidy

# Tags are followed where they hold at least this share of the characters that are no furniture.
TAGGED_SHARE = 0.9
PROGRESS_PAGES = 10


def read_drafts(source: Source, language: Language) -> Reading:
    """Blocks and furniture of a PDF file."""
    pdf = open_pdf(source)
    try:
        return _Reader(source, language).read(pdf)
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


@dataclass
class _Reader:
    source: Source
    language: Language
    left_out: list[LeftOut] = field(default_factory=list)
    pages: int = 0

    def read(self, pdf: Any) -> Reading:
        self.pages = len(pdf)
        paragraphs = self._tagged(pdf)
        pdf_cells.find_cells(paragraphs)
        drafts, _ = pdf_blocks.drafts_of(paragraphs, self.language)
        settled = settle(drafts, self.language)
        metadata: dict[str, Any] = {"pages": self.pages}
        if settled.places:
            metadata["notes"] = settled.places
        return Reading(settled.drafts, [*self.left_out, *settled.left_out], metadata)

    def _tagged(self, pdf: Any) -> list[Paragraph]:
        reader = TagReader()
        found: dict[Path, Paragraph] = {}
        for number in range(1, self.pages + 1):
            page = read_page(pdf, number)
            wanted = {piece.tag for piece in page.pieces if piece.tag is not None}
            handle = pdf[number - 1]
            tags = reader.read(handle, wanted)
            handle.close()
            self._furniture(page, [p for p in page.pieces if p.artifact or p.tag not in tags])
            for tag, pieces in _runs(page, tags):
                self._add(found, tag, pieces, number)
            if self.source.progress and number % PROGRESS_PAGES == 0:
                self.source.progress(number, self.pages)
        return [found[path] for path in sorted(found)]

    def _add(self, found: dict[Path, Paragraph], tag: Tag, pieces: list[Piece], page: int) -> None:
        strips = strips_of(pieces, page, self.language)
        if not strips:
            return
        paragraph = found.get(tag.path)
        if paragraph is None:
            paragraph = found[tag.path] = Paragraph(
                [], tag,
                cell=tag.cell is not None,
                note=tag.note is not None,
                heading=tag.kind in HEADINGS,
                table=tag.table,
            )  # fmt: skip
        elif [s.text for s in paragraph.strips] == [s.text for s in strips]:
            # the head of a table, printed again on its next page
            self.left_out += [LeftOut("repeated_table_head", s.text, page) for s in strips]
            return
        if tag.label:
            paragraph.label = " ".join(strip.text for strip in strips)
        else:
            paragraph.strips.extend(strips)

    def _furniture(self, page: Page, pieces: list[Piece]) -> None:
        for strip in strips_of(pieces, page.number, self.language):
            text = tidy(strip.text, self.language)
            reason = pdf_furniture.reason(text, page=page.number, height=strip.y / page.height)
            self.left_out.append(LeftOut(reason, text, page.number))


def _runs(page: Page, tags: dict[int, Tag]) -> Iterator[tuple[Tag, list[Piece]]]:
    """The page's pieces by paragraph, in the file's order within each."""
    groups: dict[tuple[Path, bool], tuple[Tag, list[Piece]]] = {}
    for piece in page.pieces:
        if piece.artifact or piece.tag is None or piece.tag not in tags:
            continue
        tag = tags[piece.tag]
        groups.setdefault((tag.path, tag.label), (tag, []))[1].append(piece)
    yield from groups.values()
