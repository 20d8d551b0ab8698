"""From the bytes of a file to a document: what the process that reads documents runs."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from duizhao.corpus import language as languages
from duizhao.corpus.document import Document, Language, LedgerEntry, Side
from duizhao.corpus.errors import InputError
from duizhao.corpus.reading import bilingual
from duizhao.corpus.reading import formats as registry
from duizhao.corpus.reading.draft import Progress, Reading, Source, assemble
from duizhao.corpus.script import has_chinese


def parse(
    source: Source,
    language: Language,
    side: Side,
    document_id: str,
    progress: Progress | None = None,
    more_time: Callable[[float], None] | None = None,
) -> tuple[Document, list[LedgerEntry]]:
    """Read a source with the reader of its format, check its language, number its sentences."""
    if not source.data.strip():
        raise InputError(f"{source.name}: the file is empty")
    format = registry.recognise(source.data, source.name)
    reader = registry.load(format)
    source = replace(source, progress=progress, more_time=more_time)
    reading: Reading = reader.read_drafts(source, language)
    if not any(draft.text.strip() for draft in reading.drafts):
        if any(each.reason == "not_legible" for each in reading.left_out):
            raise InputError(
                f"{source.name}: its pages cannot be read; scan them again at 200 dpi or more"
            )
        if left_out := _left_out(reading):
            raise InputError(f"{source.name}: no text in it besides {left_out}")
        raise InputError(f"{source.name}: no text in it")
    chinese = reading
    if language == "en" and any(has_chinese(draft.text) for draft in reading.drafts):
        # both sides of a bilingual file are parts of one reading
        chinese = reader.read_drafts(source, "zh")
    subtitles = format.name in ("srt", "vtt")
    if (both := bilingual.recognise(chinese.drafts, subtitles)) is not None:
        reading = bilingual.one_side(chinese, both, language, source.name)
    text = "\n".join(draft.text for draft in reading.drafts)
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


def _left_out(reading: Reading) -> str:
    """The kinds of text that were left out of a document, in words."""
    kinds = Counter(piece.reason for piece in reading.left_out if piece.text.strip())
    return ", ".join(f"{kind} ({times})" for kind, times in kinds.most_common())
