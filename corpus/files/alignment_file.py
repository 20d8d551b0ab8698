"""``alignment.json``: what lies behind a corpus, so that its alignment can be reviewed.

Both documents with their sentences, the machine translation of each source sentence, and all
beads before any were left out. `duizhao build` writes it, `duizhao review` and `apply` read it.
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
        """Raise BrokenIdentity unless documents, translations and beads belong together."""
        self.source.check()
        self.target.check()
        if len(self.translations) != len(self.source.sentences):
            raise BrokenIdentity("not a translation for each source sentence")
        check_cover(self.beads, len(self.source.sentences), len(self.target.sentences))


def write_work(work: Work, path: Path) -> None:
    """Write the file (the caller decides where it lies and when it counts)."""
    path.write_text(json.dumps(_told(work), ensure_ascii=False) + "\n", encoding="utf-8")


def work_hash(work: Work) -> str:
    """What edits of a review name their alignment by: a hash of its content, not of its bytes."""
    told = json.dumps(_told(work), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def read_work(path: Path) -> Work:
    """Read what `write_work` wrote; InputError where it is not there, damaged or does not fit."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise InputError(
            f"{path}: not there; a review needs a folder built from a document and its reference"
        ) from None
    except ValueError as error:
        raise InputError(f"{path}: not JSON ({error}); build the corpus again") from None
    try:
        work = Work(
            source=document_of(told["source"]),
            target=document_of(told["target"]),
            translations=tuple(_translation(one) for one in told["translations"]),
            beads=tuple(bead_of(one) for one in told["beads"]),
            min_confidence=told["min_confidence"],
        )
        work.check()
    except (KeyError, TypeError, BrokenIdentity) as error:
        raise InputError(f"{path}: does not fit together ({error}); build again") from None
    return work


def _told(work: Work) -> dict[str, Any]:
    return {
        "version": VERSION,
        "min_confidence": work.min_confidence,
        "source": document_json(work.source),
        "target": document_json(work.target),
        "translations": [asdict(translation) for translation in work.translations],
        "beads": [bead_json(bead) for bead in work.beads],
    }


def bead_json(bead: Bead) -> dict[str, Any]:
    """A bead as JSON has it."""
    return {
        "source": list(bead.source),
        "target": list(bead.target),
        "score": bead.score,
        "confidence": bead.confidence,
        "signals": dict(bead.signals),
    }


def bead_of(told: Mapping[str, Any]) -> Bead:
    """The bead that `bead_json` told of."""
    return Bead(
        tuple(told["source"]),
        tuple(told["target"]),
        told["score"],
        told["confidence"],
        told.get("signals") or {},
    )


def document_json(document: Document) -> dict[str, Any]:
    """A document as JSON: its blocks with the places of their sentences."""
    blocks = []
    for block in document.blocks:
        told = asdict(block)
        told.pop("id")
        told["sentences"] = [[sentence.start, sentence.end] for sentence in block.sentences]
        blocks.append(told)
    return {
        "id": document.id,
        "language": document.language,
        "blocks": blocks,
        "metadata": dict(document.metadata),
    }


def document_of(told: Mapping[str, Any]) -> Document:
    """The document that `document_json` told of."""
    blocks: list[Block] = []
    number = 0
    for place, values in enumerate(told["blocks"]):
        sentences = []
        for start, end in values["sentences"]:
            text = values["text"][start:end]
            sentences.append(Sentence(number, place, start, end, text))
            number += 1
        rest = {name: value for name, value in values.items() if name != "sentences"}
        blocks.append(Block(id=place, sentences=tuple(sentences), **rest))
    return Document(told["id"], told["language"], tuple(blocks), told["metadata"])


def _translation(told: Mapping[str, Any]) -> Translation:
    return Translation(told["text"], told["score"], told["tokens"], tuple(told["flags"]))
