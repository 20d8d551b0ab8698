"""What a reader gives before sentences and numbers are put in, and how it becomes a `Document`.

A reader is a module with one function (`corpus/reading/formats.py` lists them):

    def read_drafts(source: Source, language: Language) -> Reading

It decides what is a block and what is furniture; `assemble` does what is the same for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from duizhao.corpus.document import (
    Block,
    BlockKind,
    Document,
    Language,
    LedgerEntry,
    Sentence,
    Side,
)
from duizhao.corpus.errors import BrokenIdentity
from duizhao.corpus.reading import characters
from duizhao.corpus.reading.bounds.limits import Limits
from duizhao.corpus.segmentation import sentences

Progress = Callable[[int, int], None]
Ocr = Literal["auto", "always", "never"]


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of a file, and what to call it in messages.

    `path` is None where the text came through standard input. A slow reader calls
    ``progress(done, total)`` now and then (pages). `ocr` says which pages are recognised from
    their image: auto, those without usable text; always, all; never, none. A reader that
    recognises a page calls ``more_time(limits.page_seconds)`` before. `keep_contents` keeps the
    entries of a table of contents, which otherwise go to the ledger.
    """

    name: str
    data: bytes
    path: Path | None = None
    progress: Progress | None = None
    limits: Limits = field(default_factory=Limits)
    ocr: Ocr = "auto"
    more_time: Callable[[float], None] | None = None
    keep_contents: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A block without its numbers.

    `spans` are the sentences where the format already has them (TMX, TSV, XLIFF); None means that
    `duizhao.corpus.segmentation.sentences.split` finds them. `confidences` has the probability of
    each character of the text if OCR recognised it.
    """

    kind: BlockKind
    text: str
    page: int | None = None
    mark: str | None = None
    spans: tuple[tuple[int, int], ...] | None = None
    confidences: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A piece of text that the reader took for furniture, and why."""

    reason: str
    text: str
    page: int | None = None
    line: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """The result of a reader. `metadata` may hold ``encoding``, ``pages``, ``warnings`` ..."""

    drafts: Sequence[Draft]
    left_out: Sequence[LeftOut] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)


def assemble(
    reading: Reading, language: Language, *, side: Side = "source", document_id: str
) -> tuple[Document, list[LedgerEntry]]:
    """Number blocks and sentences, find sections, and check the result.

    A heading opens a section, which holds until the next heading.
    """
    blocks: list[Block] = []
    next_sentence = 0
    section: int | None = None
    for draft in reading.drafts:
        text = draft.text.strip()
        if not text:
            continue
        spans = draft.spans if draft.spans is not None else sentences.split(text)
        if draft.spans is not None:
            text = draft.text
        block_id = len(blocks)
        if draft.kind == "heading":
            section = block_id
        block_sentences = tuple(
            Sentence(
                next_sentence + number,
                block_id,
                start,
                end,
                text[start:end],
                _confidence(draft, text, start, end),
            )
            for number, (start, end) in enumerate(spans)
        )
        next_sentence += len(block_sentences)
        if characters.OPEN in text or characters.CLOSE in text:
            raise BrokenIdentity(f"{document_id}: a mark of the reader is left in block {block_id}")
        blocks.append(
            Block(block_id, draft.kind, text, block_sentences, draft.page, section, draft.mark)
        )
    document = Document(document_id, language, tuple(blocks), dict(reading.metadata))
    document.check()
    ledger = [
        LedgerEntry(
            document=document_id,
            side=side,
            stage="read",
            reason=piece.reason,
            text=characters.clean(piece.text),
            page=piece.page,
            line=piece.line,
            detail=piece.detail,
        )
        for piece in reading.left_out
    ]
    return document, ledger


def _confidence(draft: Draft, text: str, start: int, end: int) -> float | None:
    """The mean probability of the characters of a sentence, None for text that was read."""
    if draft.confidences is None:
        return None
    first = draft.text.find(text)
    values = draft.confidences[first + start : first + end]
    return round(sum(values) / len(values), 4) if values else None
