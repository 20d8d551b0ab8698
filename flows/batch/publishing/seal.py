"""What batch.json holds, and what a batch reports: the JSON that `duizhao batch --json` prints."""

from __future__ import annotations

from typing import Any, TypedDict

from duizhao.corpus.files.seal import FileFacts
from duizhao.evaluation.metrics.records import ScoreRecord


class Contents(TypedDict):
    """What is in a corpus.

    `failed` has id, stage and reason of each failed document, `kept` the ids of documents with the
    rows of an earlier run.
    """

    made_by: dict[str, str]
    plan: dict[str, Any]
    counts: dict[str, int]
    splits: dict[str, dict[str, int]]
    cleaning: dict[str, Any]
    ledger: list[dict[str, Any]]
    scores: dict[str, ScoreRecord]
    failed: list[list[str]]
    kept: list[str]


class Seal(Contents):
    """The contents of batch.json.

    `made_from`, `planned` and `outcomes` are hashes: of everything that the corpus depends on, of
    the plan, and of the outcomes in it.
    """

    made_from: str
    planned: str
    outcomes: str
    files: dict[str, FileFacts]


class Progress(TypedDict):
    """The work of a run so far; `left` has id, stage and reason, `at` is the time of the record."""

    total: int
    finished: int
    failed: int
    left: list[list[str]]
    sentences: int
    seconds: float
    stage_seconds: dict[str, float]
    start_seconds: float
    seconds_left: int | None
    at: float


class BatchRecord(Seal):
    """A finished batch: its seal, the work of this run, and its folder."""

    batch: Progress
    out: str
