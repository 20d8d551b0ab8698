"""``alignment.json``: the alignment behind a corpus, for a review.

It contains both documents with their sentences, the machine translation of each source sentence,
and all beads, including those left out of the corpus. `duizhao build` writes it, `duizhao review`
and `apply` read it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from duizhao.corpus.alignment.bead import Bead, check_cover
from duizhao.corpus.document import Block, Document, Sentence
from duizhao.corpus.errors import BrokenIdentity, InputError
from duizhao.corpus.translation import Translation

NAME = "alignment.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Work:
    """Two documents, a translation for each source sentence, and beads that cover both."""

    source: Document
    target: Document
    translations: Sequence[Translation]
    beads: Sequence[Bead]
    min_confidence: float = 0.0

    def check(self) -> None:
        """Raise BrokenIdentity unless the documents, translations and beads match."""
        self.source.check()
        self.target.check()
        if len(self.translations) != len(self.source.sentences):
            raise BrokenIdentity("there must be one translation for each source sentence")
        sides = len(self.source.sentences), len(self.target.sentences)
        check_cover(self.beads, *sides, may_cross=True)


def write_work(work: Work, path: Path) -> None:
    """Write the file."""
    path.write_text(json.dumps(_record(work), ensure_ascii=False) + "\n", encoding="utf-8")


def work_hash(work: Work) -> str:
    """A hash of the content (not the bytes), by which the edits of a review name the alignment."""
    content = json.dumps(_record(work), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(content.encode()).hexdigest()


def read_work(path: Path) -> Work:
    """Read what `write_work` wrote; InputError if it is missing, damaged or inconsistent."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise InputError(
            f"{path}: missing; a review needs a folder built from a document and its reference"
        ) from None
    except ValueError as error:
        raise InputError(f"{path}: not JSON ({error}); build the corpus again") from None
    try:
        work = Work(
            source=document_of(record["source"]),
            target=document_of(record["target"]),
            translations=tuple(_translation(one) for one in record["translations"]),
            beads=tuple(bead_of(one) for one in record["beads"]),
            min_confidence=record["min_confidence"],
        )
        work.check()
    except (KeyError, TypeError, BrokenIdentity) as error:
        raise InputError(f"{path}: is inconsistent ({error}); build again") from None
    return work


def _record(work: Work) -> dict[str, Any]:
    return {
        "version": VERSION,
        "min_confidence": work.min_confidence,
        "source": document_json(work.source),
        "target": document_json(work.target),
        "translations": [asdict(translation) for translation in work.translations],
        "beads": [bead_json(bead) for bead in work.beads],
    }


def bead_json(bead: Bead) -> dict[str, Any]:
    """A bead as JSON."""
    return {
        "source": list(bead.source),
        "target": list(bead.target),
        "score": bead.score,
        "confidence": bead.confidence,
        "signals": dict(bead.signals),
    }


def bead_of(record: Mapping[str, Any]) -> Bead:
    """The bead that `bead_json` wrote."""
    return Bead(
        tuple(record["source"]),
        tuple(record["target"]),
        record["score"],
        record["confidence"],
        record.get("signals") or {},
    )


def document_json(document: Document) -> dict[str, Any]:
    """A document as JSON: its blocks with the positions of their sentences."""
    blocks = []
    for block in document.blocks:
        record = asdict(block)
        record.pop("id")
        record["sentences"] = [
            [sentence.start, sentence.end]
            if sentence.confidence is None
            else [sentence.start, sentence.end, sentence.confidence]
            for sentence in block.sentences
        ]
        blocks.append(record)
    return {
        "id": document.id,
        "language": document.language,
        "blocks": blocks,
        "metadata": dict(document.metadata),
    }


def document_of(record: Mapping[str, Any]) -> Document:
    """The document that `document_json` wrote."""
    blocks: list[Block] = []
    number = 0
    for place, values in enumerate(record["blocks"]):
        sentences = []
        for start, end, *confidence in values["sentences"]:
            text = values["text"][start:end]
            sentences.append(Sentence(number, place, start, end, text, *confidence))
            number += 1
        rest = {name: value for name, value in values.items() if name != "sentences"}
        blocks.append(Block(id=place, sentences=tuple(sentences), **rest))
    return Document(record["id"], record["language"], tuple(blocks), record["metadata"])


def _translation(record: Mapping[str, Any]) -> Translation:
    return Translation(record["text"], record["score"], record["tokens"], tuple(record["flags"]))
