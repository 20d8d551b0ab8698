"""What run.json holds, and what a build reports: the JSON that `duizhao build --json` prints."""

from __future__ import annotations

from typing import TypedDict

from duizhao.corpus.files.seal import FileFacts
from duizhao.flows.stage_values import TermsRecord


class Headline(TypedDict):
    """A score with its interval."""

    value: float
    low: float | None
    high: float | None
    signature: str


class Counts(TypedDict):
    """Sentences and rows; beads by type, the ledger by side and reason, flags on translations."""

    source_sentences: int
    target_sentences: int
    source_sentences_in_corpus: int
    target_sentences_in_corpus: int
    rows: int
    beads: dict[str, int]
    ledger: dict[str, int]
    flags: dict[str, int]
    mean_confidence: float | None


class TranslationWork(TypedDict, total=False):
    """Whether the translation is that of an earlier run; the counts only if it is not."""

    reused: bool
    translated: int
    repeated: int
    remembered: int
    tokens: int


class RunFacts(TypedDict):
    """What decided the result of a build.

    `inputs` have the document, its blocks and sentences, and the reader's metadata by side.
    """

    versions: dict[str, str]
    model: str
    model_hash: str
    engine: str
    device: str
    compute_type: str
    decoding: str
    settings: dict[str, object]
    inputs: dict[str, dict[str, object]]
    counts: Counts
    translation: TranslationWork
    terms: TermsRecord


class RunRecord(RunFacts):
    """The contents of run.json; `seconds` are by stage."""

    started: str
    finished: str
    seconds: dict[str, float]
    scores: dict[str, Headline]
    files: dict[str, FileFacts]


class BuildRecord(RunRecord, total=False):
    """A finished build: its run.json, its folder, and the seconds of the whole command."""

    out: str
    wall: float
