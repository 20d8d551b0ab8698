"""Reading: a file in, a `Document` and a ledger of what was left out.

    document, ledger = read("report.zh.txt", "zh")

`duizhao.corpus.reading.formats` decides which reader takes a file. Readers run in a process of
their own, within `Limits` (`duizhao.corpus.reading.bounds.call`).
"""

from __future__ import annotations

from pathlib import Path

from duizhao.corpus.document import Document, Language, LedgerEntry, Side
from duizhao.corpus.errors import LimitError, ReaderError, unreadable
from duizhao.corpus.reading.bounds import call, files
from duizhao.corpus.reading.bounds.files import read_file
from duizhao.corpus.reading.bounds.limits import DEFAULT_LIMITS, Limits
from duizhao.corpus.reading.draft import Draft, LeftOut, Ocr, Progress, Reading, Source, assemble
from duizhao.corpus.reading.parsing import parse

__all__ = [
    "DEFAULT_LIMITS",
    "Draft",
    "LeftOut",
    "LimitError",
    "Limits",
    "Ocr",
    "ReaderError",
    "Reading",
    "Source",
    "assemble",
    "read",
    "read_bytes",
]


def read(
    path: str | Path,
    language: Language,
    *,
    side: Side = "source",
    document_id: str | None = None,
    progress: Progress | None = None,
    limits: Limits = DEFAULT_LIMITS,
    ocr: Ocr = "auto",
    keep_contents: bool = False,
) -> tuple[Document, list[LedgerEntry]]:
    """Read a file of any known format.

    `document_id` is the file's name without its ending unless given; `ocr` says which pages are
    recognised from their image (`Source`); `keep_contents` keeps the entries of a table of
    contents, which otherwise go to the ledger. Raises InputError if the
    file is missing, empty, binary, damaged or in another language; LimitError, which is an
    InputError, if it exceeds `limits`; ReaderError, also an InputError, if the reader fails.
    """
    path = Path(path)
    try:
        data = read_file(path, limits)
    except OSError as error:
        raise unreadable(path, error) from None
    source = Source(str(path), data, path, limits=limits, ocr=ocr, keep_contents=keep_contents)
    return _call(source, language, side, document_id or path.stem, progress)


def read_bytes(
    data: bytes,
    language: Language,
    *,
    name: str = "standard input",
    side: Side = "source",
    document_id: str = "stdin",
    progress: Progress | None = None,
    limits: Limits = DEFAULT_LIMITS,
    ocr: Ocr = "auto",
    keep_contents: bool = False,
) -> tuple[Document, list[LedgerEntry]]:
    """As `read`, for bytes that were read already; `name` is what messages call them."""
    source = Source(name, data, limits=limits, ocr=ocr, keep_contents=keep_contents)
    return _call(source, language, side, document_id, progress)


def _call(
    source: Source,
    language: Language,
    side: Side,
    document_id: str,
    progress: Progress | None,
) -> tuple[Document, list[LedgerEntry]]:
    if len(source.data) > source.limits.file_bytes:
        raise files.too_large(source.name, source.limits)
    document, ledger = call.call(
        source.name,
        parse,
        source,
        language,
        side,
        document_id,
        limits=source.limits,
        progress=progress or _ignore,
    )
    return document, ledger


def _ignore(_done: int, _total: int) -> None:
    """Nobody wants to know."""
