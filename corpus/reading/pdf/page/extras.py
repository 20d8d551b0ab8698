"""What a PDF has besides its pages' own content: filled-in fields, typed notes, attached files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Attached files of these kinds are documents, unlike the data of an invoice
DOCUMENTS = (".pdf", ".doc", ".docx", ".odt", ".rtf", ".htm", ".html", ".txt")
NAMED = 3


@contextmanager
def with_fields(pdf: Any, page: Any, number: int) -> Iterator[Any | None]:
    """Page `number` of a PDF with its fields and typed notes as content; None if it has none."""
    import pypdfium2

    if not _has_fields(page):
        yield None
        return
    copy = pypdfium2.PdfDocument.new()
    try:
        yield _flat(copy, pdf, number)
    finally:
        copy.close()


def _flat(copy: Any, pdf: Any, number: int) -> Any | None:
    """The page in an empty document, with what is laid over it as content; None if it fails."""
    import pypdfium2
    import pypdfium2.raw as raw

    try:
        copy.import_pages(pdf, [number - 1])
        page = copy[0]
        done = raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY)
        page.close()
        return copy[0] if done == raw.FLATTEN_SUCCESS else None
    except pypdfium2.PdfiumError:
        return None


def _has_fields(page: Any) -> bool:
    import pypdfium2.raw as raw

    for index in range(raw.FPDFPage_GetAnnotCount(page.raw)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, index)
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        raw.FPDFPage_CloseAnnot(annotation)
        if kind in (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT):
            return True
    return False


def attached(pdf: Any) -> str:
    """The documents that are attached to a PDF, in words; "" if there are none."""
    names = [
        name
        for number in range(pdf.count_attachments())
        if (name := pdf.get_attachment(number).get_name()).lower().endswith(DOCUMENTS)
    ]
    if not names:
        return ""
    some = ", ".join(names[:NAMED]) + (" ..." if len(names) > NAMED else "")
    if len(names) == 1:
        return f"a file is attached to this PDF and not read ({some}); save it and read it too"
    return f"{len(names)} attached files are not read ({some}); save them and read them too"
