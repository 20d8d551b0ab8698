"""The table of formats: which module reads what, and how a file is recognised.

Content decides before the name does, so a PDF called ``report.txt`` is read as a PDF. Only what is
plain text is read as prose: a file of another known kind is refused in one line. A new format is
one module with ``read_drafts(source, language) -> Reading`` and one line here.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from duizhao.corpus.errors import InputError
from duizhao.corpus.reading.bounds.files import IMAGES

READING = "duizhao.corpus.reading"


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: media type, module that reads it, endings of file names."""

    name: str
    media_type: str
    module: str
    suffixes: tuple[str, ...]


_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMATS = tuple(
    Format(name, media_type, f"{READING}.{module}", suffixes)
    for name, media_type, module, suffixes in (
        ("text", "text/plain", "text", (".txt", ".text")),
        ("pdf", "application/pdf", "pdf.reader", (".pdf",)),
        ("docx", _OFFICE, "word.docx", (".docx", ".docm")),
        ("doc", "application/msword", "word.office", (".doc",)),
        ("odt", "application/vnd.oasis.opendocument.text", "word.office", (".odt",)),
        ("rtf", "application/rtf", "word.office", (".rtf",)),
        ("epub", "application/epub+zip", "web.epub", (".epub",)),
        ("html", "text/html", "web.page", (".html", ".htm", ".xhtml")),
        ("markdown", "text/markdown", "web.markdown", (".md", ".markdown")),
        ("tmx", "application/x-tmx+xml", "units.tmx", (".tmx",)),
        ("tsv", "text/tab-separated-values", "units.tables", (".tsv",)),
        ("csv", "text/csv", "units.tables", (".csv",)),
        ("json", "application/json", "units.json_units", (".json", ".jsonl", ".ndjson")),
        ("srt", "application/x-subrip", "units.subtitles", (".srt",)),
        ("vtt", "text/vtt", "units.subtitles", (".vtt",)),
        ("png", "image/png", "scan.reader", (".png",)),
        ("jpeg", "image/jpeg", "scan.reader", (".jpg", ".jpeg")),
        ("tiff", "image/tiff", "scan.reader", (".tif", ".tiff")),
        ("webp", "image/webp", "scan.reader", (".webp",)),
        ("bmp", "image/bmp", "scan.reader", (".bmp",)),
        ("gif", "image/gif", "scan.reader", (".gif",)),
        ("jpeg2000", "image/jp2", "scan.reader", (".jp2",)),
        ("images", "application/zip", "scan.reader", (".zip", ".cbz")),
        ("xliff", "application/xliff+xml", "units.xliff", (".xlf", ".xliff")),
    )
)
BY_NAME = {format.name: format for format in FORMATS}
# recognised by their bytes: such a name alone proves nothing
_PICTURES = ("png", "jpeg", "tiff", "webp", "bmp", "gif", "jpeg2000", "images")
_BINARY = ("pdf", "docx", "doc", "odt", "rtf", "epub", *_PICTURES)

# Pictures of pages by their first bytes
PICTURES = (
    (b"\x89PNG\r\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"GIF8", "gif"),
    (b"\x00\x00\x00\x0cjP  ", "jpeg2000"),
    (b"\xff\x4f\xff\x51", "jpeg2000"),
)
HEIF = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif", b"ftypheif")
# Formats that people try and that we do not read: (first bytes, what it is, the way out)
UNREADABLE = (
    (b"\x1f\x8b", "a gzip archive", "unpack it first"),
    (b"BZh", "a bzip2 archive", "unpack it first"),
    (b"\xfd7zXZ", "an xz archive", "unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", "unpack it first"),
    (b"Rar!", "a RAR archive", "unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it first"),
    (b"%!PS", "a PostScript file", "convert it to PDF first, for instance with ps2pdf"),
    (b"AT&TFORM", "a DjVu file", "convert it to PDF first, for instance with ddjvu"),
    (b"PAR1", "a Parquet file", "give a folder of a corpus, or export the texts"),
    (b"SQLite format 3", "a database", "export the texts first"),
)
# text files that are no prose: (endings, what they are)
_NO_PROSE = {
    "a subtitle file of another format": (".ass", ".ssa", ".sub", ".sbv", ".ttml", ".smi"),
    "a translation file of another format": (".po", ".pot", ".properties", ".strings", ".resx"),
    "a TeX file": (".tex", ".bib", ".sty"),
    "a data or settings file": (
        ".xml", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".log", ".sql", ".ics", ".vcf",
        ".geojson", ".parquet", ".svg", ".rss", ".atom", ".plist", ".lock", ".diff", ".patch",
    ),
    "a mail": (".eml", ".mbox", ".msg", ".mht", ".mhtml"),
    "a program's source": (
        ".py", ".js", ".ts", ".java", ".c", ".h", ".cpp", ".cs", ".go", ".rs", ".rb", ".php",
        ".pl", ".sh", ".bat", ".ps1", ".css", ".scss", ".vue", ".ipynb", ".r", ".lua", ".swift",
    ),
    "a text with markup of another kind": (".rst", ".adoc", ".asciidoc", ".org", ".textile",
                                           ".wiki", ".mediawiki"),
}  # fmt: skip
_WHAT = {suffix: what for what, suffixes in _NO_PROSE.items() for suffix in suffixes}
# an ending of letters says what a file is; "A_C.3_75_L.1" has none
_ENDING = re.compile(r"\.[a-z]{2,5}")
_TEXT_ENDINGS = frozenset(
    [".txt", ".text", ".asc", ".zh", ".zho", ".chi", ".cmn", ".chs", ".cht", ".cn", ".tw", ".hk",
     ".hans", ".hant", ".en", ".eng", ".us", ".gb", ".src", ".tgt", ".trg", ".ref", ".hyp", ".mt",
     ".sent", ".seg", ".tok", ".lines"]
)  # fmt: skip
_LEADING = "\ufeff\xef\xbb\xbf\xff\xfe \r\n\t"
_SUBTITLE = re.compile(r"(?:\d+\s*\n)?\s*(?:\d{1,2}:)?\d{2}:\d{2}[,.]\d{3}\s*-->")


def recognise(data: bytes, name: str) -> Format:
    """The format of these bytes; InputError for something that no reader takes.

    >>> recognise(b"%PDF-1.7 ...", "report.txt").name
    'pdf'
    """
    suffix = _suffix(name)
    if b"%PDF-" in data[:1024]:
        return BY_NAME["pdf"]
    if data.startswith(b"PK\x03\x04"):
        return _recognise_zip(data, name)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return BY_NAME["doc"]
    for magic, format_name in PICTURES:
        if data.startswith(magic):
            return BY_NAME[format_name]
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return BY_NAME["webp"]
    if data.startswith(b"BM") and suffix == ".bmp":
        return BY_NAME["bmp"]
    if data[4:12] in HEIF:
        raise InputError(f"{name}: a photo in HEIC or AVIF format; save it as .jpg or .png")
    if data.lstrip()[:5] == b"{\\rtf":
        return BY_NAME["rtf"]
    for magic, what, way_out in UNREADABLE:
        if data.startswith(magic):
            raise InputError(f"{name}: this is {what}; {way_out}")
    return _recognise_text(data, name, suffix)


def _recognise_text(data: bytes, name: str, suffix: str) -> Format:
    """The format of a file that is not one of the binary ones."""
    start = _ascii_start(data)
    for tag, format_name in (("<tmx", "tmx"), ("<xliff", "xliff")):
        if tag in start:
            return BY_NAME[format_name]
    if "<!doctype html" in start or "<html" in start:
        return BY_NAME["html"]
    if start.lstrip(_LEADING).startswith("<?xml"):
        raise InputError(f"{name}: an XML file of no known kind (TMX, XLIFF and XHTML are read)")
    for format in FORMATS:
        if suffix in format.suffixes and format.name not in ("text", *_BINARY):
            return format
    if suffix in _WHAT:
        raise InputError(
            f"{name}: {_WHAT[suffix]}, which is not read; save the text as .txt, .docx or .html"
        )
    bare = start.lstrip(_LEADING)
    if bare.startswith("webvtt"):
        return BY_NAME["vtt"]
    if _SUBTITLE.match(bare):
        return BY_NAME["srt"]
    if bare[:1] in ("{", "[") and _is_json(data):
        return BY_NAME["json"]
    if _ENDING.fullmatch(suffix) and suffix not in _TEXT_ENDINGS:
        raise InputError(
            f"{name}: an unknown kind of file ({suffix}); if it is plain text, name it .txt"
        )
    return BY_NAME["text"]


def load(format: Format) -> ModuleType:
    """The module that reads a format."""
    return import_module(format.module)


def _suffix(name: str) -> str:
    return "." + name.rpartition(".")[2].lower() if "." in name else ""


def _ascii_start(data: bytes) -> str:
    """The first characters in lower case, near enough to find a tag in any encoding."""
    return data[:4096].replace(b"\x00", b"").decode("latin-1").lower()


def _is_json(data: bytes) -> bool:
    """Whether a text, or its first line, is JSON: one that begins with a bracket need not be."""
    text = data.decode("utf-8-sig", "replace")
    for piece in (text, text.lstrip().partition("\n")[0]):
        try:
            if isinstance(json.loads(piece), dict | list):
                return True
        except (ValueError, RecursionError):
            continue
    return False


def _recognise_zip(data: bytes, name: str) -> Format:
    try:
        names = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        # cut short, or damaged: the directory of a zip is at its end
        if b"word/" in data[:65536] or name.lower().endswith((".docx", ".docm")):
            raise InputError(
                f"{name}: this Word file is damaged or cut short; fetch or save it again"
            ) from None
        raise InputError(f"{name}: a damaged zip archive; unpack or fetch it again") from None
    if any(re.fullmatch(r"word/document\d*\.xml", each) for each in names):
        return BY_NAME["docx"]
    if "META-INF/container.xml" in names:
        return BY_NAME["epub"]
    if "[Content_Types].xml" in names:
        raise InputError(f"{name}: an Office file, but not a Word document; save it as .docx")
    files = [member for member in names if not member.endswith("/")]
    if files and all(member.lower().endswith(IMAGES) for member in files):
        return BY_NAME["images"]
    if "content.xml" in names:
        if b"opendocument.text" in data[:200] or _suffix(name) in (".odt", ".fodt", ".ott"):
            return BY_NAME["odt"]
        raise InputError(f"{name}: an OpenDocument file, but not a text document; save it as .docx")
    raise InputError(f"{name}: a zip archive; unpack it and give the document in it")
