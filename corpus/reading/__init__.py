"""Reading: a file in, a `Document` and a ledger of what was left out.

    document, ledger = read("report.zh.txt", "zh")

Which reader takes a file is decided in `duizhao.corpus.reading.formats`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from duizhao.corpus import language as languages
from duizhao.corpus.document import Document, Language, LedgerEntry, Side
from duizhao.corpus.errors import InputError, unreadable
from duizhao.corpus.reading import formats as registry
from duizhao.corpus.reading.draft import Draft, LeftOut, Progress, Reading, Source, assemble

__all__ = ["Draft", "LeftOut", "Reading", "Source", "assemble", "read", "read_bytes"]


def read(
    path: str | Path,
    language: Language,
    *,
    side: Side = "source",
    document_id: str | None = None,
    progress: Progress | None = None,
) -> tuple[Document, list[LedgerEntry]]:
    """Read a file of any known format.

    `document_id` is the file's name without its ending unless given. InputError where the file
    is missing, empty, binary, damaged or in another language.
    """
    path = Path(path)
    if path.is_dir():
        raise InputError(f"{path}: this is a directory; give a file")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as error:
        raise unreadable(path, error) from None
    source = Source(str(path), data, path, progress)
    return _read(source, language, side, document_id or path.stem)


def read_bytes(
    data: bytes,
    language: Language,
    *,
    name: str = "standard input",
    side: Side = "source",
    document_id: str = "stdin",
    progress: Progress | None = None,
) -> tuple[Document, list[LedgerEntry]]:
    """As `read`, for bytes that were read already; `name` is what messages call them."""
    return _read(Source(name, data, progress=progress), language, side, document_id)


def _read(
    source: Source, language: Language, side: Side, document_id: str
) -> tuple[Document, list[LedgerEntry]]:
    if not source.data.strip():
        raise InputError(f"{source.name}: the file is empty")
    format = registry.recognise(source.data, source.name)
    reading: Reading = registry.load(format).read_drafts(source, language)
    text = "\n".join(draft.text for draft in reading.drafts)
    if not text.strip():
        raise InputError(f"{source.name}: no text in it")
    languages.check(text, language, source.name)
    metadata: dict[str, Any] = {
        "path": str(source.path) if source.path else source.name,
        "media_type": format.media_type,
        "sha256": hashlib.sha256(source.data).hexdigest(),
        "bytes": len(source.data),
        **reading.metadata,
    }
    reading = Reading(reading.drafts, reading.left_out, metadata)
    return assemble(reading, language, side=side, document_id=document_id)
