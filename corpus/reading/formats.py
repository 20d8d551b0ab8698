"""The table of formats: which module reads what, and how a file is recognised.

Content decides before the name does, so a PDF called ``report.txt`` is read as a PDF. A new
format is one module with ``read_drafts(source, language) -> Reading`` and one line here.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from duizhao.corpus.errors import InputError


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: media type, module that reads it, endings of file names."""

    name: str
    media_type: str
    module: str
    suffixes: tuple[str, ...]


FORMATS = (
    Format("text", "text/plain", "duizhao.corpus.reading.text", (".txt", ".text")),
    Format("pdf", "application/pdf", "duizhao.corpus.reading.pdf.reader", (".pdf",)),
    Format(
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "duizhao.corpus.reading.word.docx",
        (".docx", ".docm"),
    ),
    Format("doc", "application/msword", "duizhao.corpus.reading.word.doc", (".doc",)),
    Format("html", "text/html", "duizhao.corpus.reading.html", (".html", ".htm", ".xhtml")),
    Format("markdown", "text/markdown", "duizhao.corpus.reading.markdown", (".md", ".markdown")),
    Format("tmx", "application/x-tmx+xml", "duizhao.corpus.reading.tmx", (".tmx",)),
    Format("tsv", "text/tab-separated-values", "duizhao.corpus.reading.tsv", (".tsv",)),
    Format("xliff", "application/xliff+xml", "duizhao.corpus.reading.xliff", (".xlf", ".xliff")),
)
BY_NAME = {format.name: format for format in FORMATS}

# Formats that people try and that we do not read: (first bytes, what it is, the way out)
UNREADABLE = (
    (b"\x89PNG", "a picture", "it needs OCR first, for instance with OCRmyPDF"),
    (b"\xff\xd8\xff", "a picture", "it needs OCR first, for instance with OCRmyPDF"),
    (b"II*\x00", "a picture", "it needs OCR first, for instance with OCRmyPDF"),
    (b"{\\rtf", "an RTF file", "save it as .docx"),
    (b"\x1f\x8b", "a gzip archive", "unpack it first"),
    (b"Rar!", "a RAR archive", "unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it first"),
)


def recognise(data: bytes, name: str) -> Format:
    """The format of these bytes; InputError for something that no reader takes.

    >>> recognise(b"%PDF-1.7 ...", "report.txt").name
    'pdf'
    """
    suffix = "." + name.rpartition(".")[2].lower() if "." in name else ""
    if b"%PDF-" in data[:1024]:
        return BY_NAME["pdf"]
    if data.startswith(b"PK\x03\x04"):
        return _recognise_zip(data, name)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return BY_NAME["doc"]
    for magic, what, way_out in UNREADABLE:
        if data.startswith(magic):
            raise InputError(f"{name}: this is {what}; {way_out}")
    start = _ascii_start(data)
    for tag, format_name in (("<tmx", "tmx"), ("<xliff", "xliff")):
        if tag in start:
            return BY_NAME[format_name]
    if "<!doctype html" in start or "<html" in start:
        return BY_NAME["html"]
    if start.lstrip("\xef\xbb\xbf\xff\xfe \r\n").startswith("<?xml"):
        raise InputError(f"{name}: an XML file of no known kind (TMX, XLIFF and XHTML are read)")
    for format in FORMATS:
        # the binary formats were told by their bytes: such a name alone proves nothing
        if suffix in format.suffixes and format.name not in ("pdf", "docx", "doc"):
            return format
    return BY_NAME["text"]


def load(format: Format) -> ModuleType:
    """The module that reads a format."""
    return import_module(format.module)


def _ascii_start(data: bytes) -> str:
    """The first characters in lower case, near enough to find a tag in any encoding."""
    return data[:4096].replace(b"\x00", b"").decode("latin-1").lower()


def _recognise_zip(data: bytes, name: str) -> Format:
    try:
        names = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        # cut short, or damaged: the directory of a zip is at its end
        if b"word/" in data[:65536] or name.lower().endswith((".docx", ".docm")):
            raise InputError(
                f"{name}: this Word file is damaged or cut short; fetch or save it again"
            ) from None
        raise InputError(f"{name}: a damaged zip archive; unpack or fetch it again") from None
    if "word/document.xml" in names:
        return BY_NAME["docx"]
    if "[Content_Types].xml" in names:
        raise InputError(f"{name}: an Office file, but not a Word document; save it as .docx")
    if "mimetype" in names and "content.xml" in names:
        raise InputError(f"{name}: an OpenDocument file; save it as .docx")
    raise InputError(f"{name}: a zip archive; unpack it and give the document in it")
