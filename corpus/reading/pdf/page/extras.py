"""What a PDF has besides its pages' own content: filled-in fields, typed notes, attached files."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

# Attached files of these kinds are documents, unlike the data of an invoice
DOCUMENTS = (".pdf", ".doc", ".docx", ".odt", ".rtf", ".htm", ".html", ".txt")
# Kinds of fields (FT) that have no text of a document: buttons and signatures
NO_TEXT = ("Btn", "Sig")
# Names of attached files in the warning
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
        for index in reversed(range(raw.FPDFPage_GetAnnotCount(page.raw))):
            if not _has_text(page, index):
                raw.FPDFPage_RemoveAnnot(page.raw, index)
        done = raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY)
        page.close()
        return copy[0] if done == raw.FLATTEN_SUCCESS else None
    except pypdfium2.PdfiumError:
        return None


def _has_fields(page: Any) -> bool:
    import pypdfium2.raw as raw

    return any(_has_text(page, index) for index in range(raw.FPDFPage_GetAnnotCount(page.raw)))


def _has_text(page: Any, index: int) -> bool:
    """Whether an annotation is a typed note or a field with text: no button, no signature."""
    import pypdfium2.raw as raw

    annotation = raw.FPDFPage_GetAnnot(page.raw, index)
    try:
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        buffer = (ctypes.c_ushort * 8)()
        size = raw.FPDFAnnot_GetStringValue(annotation, b"FT", buffer, ctypes.sizeof(buffer))
    finally:
        raw.FPDFPage_CloseAnnot(annotation)
    field = bytes(buffer)[: max(0, size - 2)].decode("utf-16le", "replace")
    return kind == raw.FPDF_ANNOT_FREETEXT or (
        kind == raw.FPDF_ANNOT_WIDGET and field not in NO_TEXT
    )


def _attachments(pdf: Any) -> Iterator[str]:
    """The names of the attached files; damaged entries are skipped."""
    import pypdfium2

    for number in range(pdf.count_attachments()):
        with suppress(pypdfium2.PdfiumError):
            yield pdf.get_attachment(number).get_name()


def attached(pdf: Any) -> str:
    """The documents that are attached to a PDF, in words; "" if there are none."""
    names = [name for name in _attachments(pdf) if name.lower().endswith(DOCUMENTS)]
    if not names:
        return ""
    some = ", ".join(names[:NAMED]) + (" ..." if len(names) > NAMED else "")
    if len(names) == 1:
        return f"a file is attached to this PDF and not read ({some}); save it and read it too"
    return f"{len(names)} attached files are not read ({some}); save them and read them too"
