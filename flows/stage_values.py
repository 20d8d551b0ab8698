"""The values that stages compute, as flows/results.py stores them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.document import Document, Language, LedgerEntry
from duizhao.corpus.translation import Translation
from duizhao.evaluation.metrics.records import CorpusScores
from duizhao.evaluation.terms.term import BilingualTerm


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A document, and the ledger of the text that the reader left out."""

    document: Document
    ledger: tuple[LedgerEntry, ...]


Translations = tuple[Translation, ...]
"""One for each sentence of a document."""

Beads = tuple[Bead, ...]


@dataclass(frozen=True, slots=True)
class StoredProfile:
    """A profile (corpus/pairing/profile.py) whose arrays are text (flows/pairing/stored.py)."""

    path: str
    language: Language
    sentences: int
    characters: int
    tokens: str
    numeric: str
    vectors: str
    sketch: str
    shingles: int
    symbol: str | None
    stem: str


@dataclass(frozen=True, slots=True)
class StoredVectors:
    """The embeddings of the sentences of a document, as text (flows/pairing/stored.py)."""

    vectors: str


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A file of a pile: its profile, or the `problem` that prevented one.

    `arrangement` describes how the two languages are arranged in a file with both.
    """

    path: str
    profile: StoredProfile | None = None
    problem: str = ""
    arrangement: str = ""


Terms = tuple[BilingualTerm, ...]

Scores = CorpusScores


class TermsRecord(TypedDict):
    """How often terms of the glossary were used and translated as it says; `missed` by term."""

    glossary: str
    used: int
    found: int
    accuracy: float | None
    missed: dict[str, int]
