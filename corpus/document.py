"""The document model: returned by every reader, and the input of all later stages.

Document > Block > Sentence, and the ledger of the text that was left out:

    Document(id="S_2021_130", language="zh", blocks=(Block(...), ...))

Two rules always hold (`Document.check` verifies them):

- ``sentence.text == block.text[sentence.start:sentence.end]``, and every character of a block is
  in exactly one of its sentences or is white space between two;
- blocks and sentences are numbered from 0 through the document, in reading order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from duizhao.corpus.errors import BrokenIdentity

Language = Literal["zh", "en"]

BlockKind = Literal[
    "heading",
    "paragraph",
    "list_item",
    "signature",
    "name_list",
    "table_cell",
    "footnote",
    "caption",
    "contents_entry",
]

Side = Literal["source", "target"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and its position: ``block.text[start:end] == text``.

    `id` and `block` count from 0 through the document. `confidence` is the mean probability of
    its characters if OCR recognised them, None for text that was read.
    """

    id: int
    block: int
    start: int
    end: int
    text: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list item, table cell, footnote ... with its sentences.

    `page` counts from 1, None where the format has no pages. `section` is the id of the heading
    block above this block, None before the first heading (a heading is in its own section). `mark`
    is the mark that a footnote and its place in the text share, or the label of a list item.
    """

    id: int
    kind: BlockKind
    text: str
    sentences: tuple[Sentence, ...] = ()
    page: int | None = None
    section: int | None = None
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A piece of text that is not in the corpus, and why.

    `stage` is the stage that left it out (read, align, filter, clean ...), `reason` a short code
    such as ``document_symbol``, ``job_number``, ``link``, ``deletion``, ``insertion``,
    ``low_confidence``. For text that was split into sentences `sentence` is its id.
    A failed document of a batch has one entry, without text (``document_failed``).
    """

    document: str
    side: Side
    stage: str
    reason: str
    text: str
    sentence: int | None = None
    block: int | None = None
    page: int | None = None
    line: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """One text in one language, as blocks in reading order.

    `metadata` describes the file: ``path``, ``media_type``, ``encoding``, ``sha256``, ``pages``,
    ``warnings`` (a list of lines) ... `ledger` lists the text that `duizhao.read` left out (page
    numbers, running heads ...), with the reasons; the flows store it next to the document.
    """

    id: str
    language: Language
    blocks: tuple[Block, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)
    ledger: tuple[LedgerEntry, ...] = ()
    _sentences: tuple[Sentence, ...] = field(default=(), init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Collect the sentences once, because callers access them one by one."""
        found = tuple(sentence for block in self.blocks for sentence in block.sentences)
        object.__setattr__(self, "_sentences", found)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """All sentences in order; ``document.sentences[i].id == i``."""
        return self._sentences

    def sections(self) -> Iterator[tuple[str, tuple[Block, ...]]]:
        """(title, blocks) of each section in order; the title is "" before the first heading."""
        start = 0
        for end in range(1, len(self.blocks) + 1):
            if end < len(self.blocks) and self.blocks[end].section == self.blocks[start].section:
                continue
            section = self.blocks[start].section
            title = "" if section is None else self.blocks[section].text
            yield title, self.blocks[start:end]
            start = end

    def check(self) -> None:
        """Raise BrokenIdentity unless the two rules of this module hold."""
        sentence_id = 0
        for block_id, block in enumerate(self.blocks):
            if block.id != block_id:
                raise BrokenIdentity(f"{self.id}: block {block.id} is at position {block_id}")
            end = 0
            for sentence in block.sentences:
                place = f"{self.id}: sentence {sentence.id} of block {block_id}"
                if (sentence.id, sentence.block) != (sentence_id, block_id):
                    raise BrokenIdentity(f"{place}: its number differs from its position")
                if block.text[end : sentence.start].strip():
                    raise BrokenIdentity(f"{place}: text lost before it")
                if block.text[sentence.start : sentence.end] != sentence.text:
                    raise BrokenIdentity(f"{place}: its text differs from the block's")
                end = sentence.end
                sentence_id += 1
            if block.text[end:].strip():
                raise BrokenIdentity(f"{self.id}: text lost at the end of block {block_id}")
