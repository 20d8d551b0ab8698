"""PDF files: text with positions by PDFium, paragraphs by the file's tags or by geometry.

Word and Chromium write tagged PDF, which names its paragraphs, cells and furniture. If a file has
such tags for nearly all of its text, `tagged` follows them; otherwise `building` finds paragraphs
from the positions of the lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from duizhao.corpus.document import Language
from duizhao.corpus.errors import InputError, LimitError
from duizhao.corpus.reading.draft import LeftOut, Reading, Source
from duizhao.corpus.reading.pdf.building import Built, blocks_from_lines
from duizhao.corpus.reading.pdf.lines import PageLines
from duizhao.corpus.reading.pdf.page.extras import attached
from duizhao.corpus.reading.pdf.page.text import Page, read_page
from duizhao.corpus.reading.pdf.page.unmapped import UNKNOWN
from duizhao.corpus.reading.pdf.strips import strips_of_page
from duizhao.corpus.reading.pdf.tagged import blocks_by_tags, use_tags
from duizhao.corpus.reading.scan import pdf_pages
from duizhao.corpus.reading.scan.extra import EXTRA, installed
from duizhao.corpus.reading.scan.places import Places
from duizhao.corpus.reading.scan.plausible import Fault, fault_of, pages_with_ink

PROGRESS_PAGES = 10


def read_drafts(source: Source, language: Language, *, tags: bool | None = None) -> Reading:
    """Blocks and furniture of a PDF file.

    `tags` says whether to follow the file's tags; None: if they hold nearly all of its text.
    """
    pdf = open_pdf(source)
    try:
        reader = _Reader(source, language, pdf)
        built = reader.read(tags)
        built.left_out += [LeftOut("unreadable_page", "", page) for page in reader.unreadable]
        built.left_out += reader.outside
        metadata: dict[str, Any] = {"pages": len(pdf)}
        if warnings := reader.warnings(built):
            metadata["warnings"] = warnings
        if built.notes:
            metadata["notes"] = built.notes
        return Reading(built.drafts, built.left_out, metadata)
    finally:
        pdf.close()


def read_places(source: Source, language: Language) -> Places:
    """Where the lines of the document are on its pages."""
    pdf = open_pdf(source)
    try:
        reader = _Reader(source, language, pdf)
        places = reader.read().places()
        return replace(places, scans={**reader.turned, **places.scans})
    finally:
        pdf.close()


def open_pdf(source: Source) -> Any:
    """The `pypdfium2.PdfDocument` of a source; InputError if it cannot be opened."""
    import pypdfium2
    import pypdfium2.raw as raw

    try:
        pdf = pypdfium2.PdfDocument(source.data)
        if len(pdf) == 0:
            raise _without_pages(source)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD or "assword" in str(error):
            raise InputError(
                f"{source.name}: this PDF is encrypted and needs a password; save it without one "
                "(for instance: qpdf --decrypt --password=... in.pdf out.pdf)"
            ) from None
        # of a file without pages PDFium says "Success", or its last error of another file
        if "Success" in str(error) or _has_no_page(source.data):
            raise _without_pages(source) from None
        raise InputError(
            f"{source.name}: the PDF is damaged or cut short ({error}); fetch or save it again"
        ) from None
    return pdf


def _has_no_page(data: bytes) -> bool:
    """Whether a PDF without compressed objects has a tree of pages, but no page."""
    pages, page = (
        re.search(pattern, data) for pattern in (rb"/Type\s*/Pages\b", rb"/Type\s*/Page\b")
    )
    return bool(pages) and not page and b"/ObjStm" not in data


def _without_pages(source: Source) -> InputError:
    return InputError(f"{source.name}: a PDF without pages; fetch or save it again")


class _Reader:
    """Reads the pages of a file, one after the other; those without usable text by OCR."""

    def __init__(self, source: Source, language: Language, pdf: Any) -> None:
        self.source = source
        self.language = language
        self.pdf = pdf
        self.count = len(pdf)
        self.letters = 0
        self.faults: dict[int, Fault] = {}
        self.faulty_text: list[LeftOut] = []
        self.recognised = 0
        self.unreadable: list[int] = []
        self.unexplained: set[int] = set()
        self.outside: list[LeftOut] = []
        self.turned: dict[int, tuple[int, float]] = {}
        if self.count > source.limits.pages:
            raise LimitError(
                f"{source.name}: {self.count} pages, more than {source.limits.pages}; split it, "
                "or raise limit_pages in the settings"
            )

    def read(self, tags: bool | None = None) -> Built:
        if self.source.ocr == "always":
            return self._recognise({}, list(range(1, self.count + 1)))
        if use_tags(self.pdf) if tags is None else tags:
            built = blocks_by_tags(
                self.pdf, self._pages(), self.language, keep_contents=self.source.keep_contents
            )
            if built.drafts and not self._needs_ocr():
                return self._checked(built)
        pages: dict[int, PageLines] = {}
        before: PageLines | None = None
        for page in self._pages():
            before = pages[page.number] = strips_of_page(page, self.language, before)
        if not self.letters and not self.faults:
            # letters drawn as lines, or pictures that are notes on empty pages
            self.faults = dict.fromkeys(pages_with_ink(self.pdf, pages), "no_text")
        if self._needs_ocr():
            return self._recognise(pages, sorted(self.faults))
        built = blocks_from_lines(
            list(pages.values()), self.language, keep_contents=self.source.keep_contents
        )
        return self._checked(built)

    def _needs_ocr(self) -> bool:
        """Whether pages are to be recognised; InputError if they must be and cannot."""
        return pdf_pages.use_ocr(self.source, self.faults, self.count, self.letters)

    def _recognise(self, pages: dict[int, PageLines], numbers: list[int]) -> Built:
        self.recognised = len(numbers)
        return pdf_pages.with_recognised(self.source, self.pdf, pages, numbers, self.language)

    def _checked(self, built: Built) -> Built:
        if self.unreadable and self.letters == 0:
            raise InputError(
                f"{self.source.name}: {_pages_named(self.unreadable)} cannot be loaded, and "
                "no other page has text; fetch or save it again"
            )
        if self.letters == 0:
            why = attached(self.pdf) or f"{self.count} page{'s' if self.count > 1 else ''}"
            raise InputError(f"{self.source.name}: it has no text ({why})")
        built.left_out[:0] = self.faulty_text
        return built

    def _pages(self) -> Iterator[Page]:
        """The pages; one whose characters are wrong without its text, which goes to the ledger."""
        self.letters = 0
        self.faults, self.faulty_text, self.unreadable, self.outside = {}, [], [], []
        self.unexplained = set()
        for number in range(1, self.count + 1):
            page = read_page(self.pdf, number)
            if page.unreadable:
                self.unreadable.append(number)
                continue
            if page.turned:
                self.turned[number] = (page.turned, 0.0)
            if page.outside:
                self.outside.append(LeftOut("outside_page", page.outside, number))
            page = self._without_invisible(page)
            fault = fault_of(page, self.language)
            if fault is not None:
                self.faults[number] = fault
            if fault is None and any(UNKNOWN in piece.text for piece in page.pieces):
                self.unexplained.add(number)
            if fault == "wrong_characters":
                text = " ".join(piece.text for piece in page.pieces)
                self.faulty_text.append(LeftOut(fault, text, number))
                page = replace(page, pieces=())
            self.letters += sum(len(piece.text) for piece in page.pieces)
            yield page
            if self.source.progress and (number % PROGRESS_PAGES == 0 or number == self.count):
                self.source.progress(number, self.count)

    def _without_invisible(self, page: Page) -> Page:
        """The page without text that is drawn without ink, unless there is a picture of it."""
        unseen = [piece for piece in page.pieces if piece.invisible]
        if not unseen or page.image_share or len(unseen) == len(page.pieces):
            return page
        text = " ".join(piece.text for piece in unseen)
        self.outside.append(LeftOut("hidden_text", text, page.number))
        return replace(page, pieces=tuple(p for p in page.pieces if not p.invisible))

    def warnings(self, built: Built) -> list[str]:
        name, faults = self.source.name, list(self.faults.values())
        out = [f"{name}: {files}"] if (files := attached(self.pdf)) else []
        unknown = {draft.page for draft in built.drafts if UNKNOWN in draft.text}
        if unknown := unknown | self.unexplained:
            pages = sorted(page for page in unknown if page is not None)
            out.append(
                f"{name}: characters that a font does not explain are U+FFFD in the text, or "
                f"left out at the ends of lines ({_pages_named(pages)}); compare it with "
                "the pages (duizhao inspect --html)"
            )
        if self.unreadable:
            out.append(f"{name}: {_pages_named(self.unreadable)} cannot be loaded: text is missing")
        if self.recognised:
            layers = [page for page, fault in self.faults.items() if fault == "ocr_layer"]
            texts = pdf_pages.layers_replaced(layers, built.scans, self.count)
            return out + [f"{name}: {text}" for text in texts + pdf_pages.doubtful(built)]
        how = "--ocr auto" if installed() else f"{EXTRA}, then --ocr auto"
        if count := faults.count("ocr_layer"):
            out.append(
                f"{name}: the text of {count} of {self.count} pages is a layer of OCR; expect "
                f"wrong characters and lost lines (better: {how})"
            )
        if scans := faults.count("no_text"):
            out.append(
                f"{name}: {scans} of {self.count} pages are pictures, and what is printed in them "
                f"is not read (to recognise it: {how})"
            )
        if wrong := faults.count("wrong_characters"):
            out.append(
                f"{name}: {wrong} of {self.count} pages have fonts without a correct character map "
                f"and are left out (to recognise them: {how})"
            )
        return out


def _pages_named(pages: list[int]) -> str:
    """The numbers of some pages, for a message.

    >>> _pages_named([3]), _pages_named([3, 5])
    ('page 3', 'pages 3, 5')
    """
    some = ", ".join(map(str, pages[:5])) + (" ..." if len(pages) > 5 else "")
    return f"page{'s' if len(pages) > 1 else ''} {some}"
