"""The head of the page: score cards with notes, and facts about the run.

Texts are keys of the message catalogue with their values.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from duizhao.corpus.errors import InputError
from duizhao.evaluation.messages.catalogue import Value
from duizhao.evaluation.report.folder import Folder

EXPLAINED = {
    "BLEU": "report.explained_bleu",
    "chrF2++": "report.explained_chrf",
    "TER": "report.explained_ter",
}
"""The message that explains a metric."""

_WITHOUT_TER = re.compile(r"TER left out\D*(\d+) minutes")

NAMES = {"chrF2++": "chrF++"}
"""The name used on all pages; the signature has sacrebleu's own, with its beta of 2."""


def score_cards(folder: Folder) -> list[dict[str, Any]]:
    """One card per metric over the aligned beads; a batch has its scores in batch.json."""
    return [
        {
            "metric": NAMES.get(entry["metric"], entry["metric"]),
            "value": _number(entry["value"]),
            "low": _number(entry.get("low")),
            "high": _number(entry.get("high")),
            "signature": entry.get("signature") or "",
            "explained": EXPLAINED.get(entry["metric"]),
            "lowerIsBetter": entry["metric"] == "TER",
        }
        for entry in _scores(folder.scores.get("aligned_beads") or folder.run.get("scores"))
    ]


@dataclass(frozen=True, slots=True)
class Note:
    """A message about the scores with its values."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)


def score_notes(folder: Folder) -> list[Note]:
    """Notes about the scores: whole-document scores, correlations, metrics that were left out."""
    scores = folder.scores
    notes = []
    if scores and not scores.get("aligned_beads"):
        notes.append(Note("report.note_no_scores"))
    for line in scores.get("notes") or ():
        if without_ter := _WITHOUT_TER.match(line):
            notes.append(Note("report.note_no_ter", {"minutes": int(without_ter[1])}))
    if not scores.get("aligned_beads") and folder.run.get("scores"):
        notes = [Note("report.note_before_cleaning")]
    whole = [
        f"{NAMES.get(entry['metric'], entry['metric'])} {entry['value']:.1f}"
        for entry in _scores((scores.get("whole_document") or {}).get("scores"))
    ]
    if whole:
        notes.append(Note("report.note_whole", {"scores": ", ".join(whole)}))
    for name in ("mt_score", "confidence"):
        value = (scores.get("correlation_to_chrf") or {}).get(name, {}).get("pearson")
        if value is not None:
            notes.append(Note(f"report.note_correlation_{name}", {"value": f"{value:.2f}"}))
    return notes


def check_scores(folder: Folder) -> None:
    """InputError if scores.json is not as a build writes it."""
    try:
        score_cards(folder)
        score_notes(folder)
        segment_chrf(folder.scores)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise InputError(
            f"{folder.path / 'scores.json'}: not as a build writes it ({error}); "
            "build the corpus again, or remove the file"
        ) from None


def segment_chrf(scores: Mapping[str, Any]) -> dict[str, float]:
    """chrF++ by row id, for the rows in the scores."""
    return {
        segment["id"]: float(segment["chrf++"])
        for segment in scores.get("segments") or ()
        if segment.get("chrf++") is not None and "id" in segment
    }


def run_facts(folder: Folder) -> list[tuple[str, str | int]]:
    """(name, value) pairs for the line below the title; `finished` is an ISO time."""
    first = folder.rows[0] if folder.rows else None
    facts: list[tuple[str, str | int]] = []
    documents = {row.source_document for row in folder.rows}
    if len(documents) > 1:
        facts.append(("documents", len(documents)))
    elif first is not None and first.target_document:
        facts.append(("reference", first.target_document))
    for name in ("model", "engine", "finished"):
        value = folder.run.get(name)
        if isinstance(value, str) and value:
            facts.append((name, value))
    if folder.cut:
        facts.append(("cut", len(folder.rows)))
    reviewed = folder.run.get("review")
    if isinstance(reviewed, Mapping):
        facts.append(("reviewed", ", ".join(reviewed.get("reviewers") or ())))
    return facts


def _scores(scores: Any) -> Iterator[Mapping[str, Any]]:
    for entry in (scores or {}).values():
        if isinstance(entry, Mapping) and "metric" in entry and "value" in entry:
            yield entry


def _number(value: Any) -> float | None:
    if value is not None and not (isinstance(value, int | float) and math.isfinite(value)):
        raise TypeError(f"{value!r} is not a score")
    return value
