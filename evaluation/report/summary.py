"""The head of the page: score cards with notes, and facts about the run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from duizhao.corpus.errors import InputError
from duizhao.evaluation.report.folder import Folder

EXPLAINED = {
    "BLEU": "Share of word sequences that machine translation and reference have in common.",
    "chrF2++": "The same for characters and word pairs; tolerates small differences in form.",
    "TER": "Edits per hundred words that turn the translation into the reference.",
}

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
            "explained": EXPLAINED.get(entry["metric"], ""),
            "lowerIsBetter": entry["metric"] == "TER",
        }
        for entry in _scores(folder.scores.get("aligned_beads") or folder.run.get("scores"))
    ]


def score_notes(folder: Folder) -> list[str]:
    """Lines about the scores: whole-document scores, correlations, what was left out."""
    scores = folder.scores
    lines = [str(line) for line in scores.get("notes") or ()]
    if not scores.get("aligned_beads") and folder.run.get("scores"):
        lines.append("Scored over all beads before cleaning; the interval is over documents.")
    whole = [
        f"{NAMES.get(entry['metric'], entry['metric'])} {entry['value']:.1f}"
        for entry in _scores((scores.get("whole_document") or {}).get("scores"))
    ]
    if whole:
        lines.append(
            f"Whole document as one segment, regardless of the alignment: {', '.join(whole)}. "
            "Do not compare these with the scores over beads."
        )
    names = {"mt_score": "the model's own score", "confidence": "the aligner's confidence"}
    correlations = []
    for name, text in names.items():
        value = (scores.get("correlation_to_chrf") or {}).get(name, {}).get("pearson")
        if value is not None:
            correlations.append(f"{value:.2f} with {text}")
    if correlations:
        lines.append(f"Correlation (Pearson) of segment chrF++: {', '.join(correlations)}.")
    return lines


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
    """chrF++ by row id, where the scores have it."""
    return {
        segment["id"]: float(segment["chrf++"])
        for segment in scores.get("segments") or ()
        if segment.get("chrf++") is not None and "id" in segment
    }


def run_facts(folder: Folder) -> list[tuple[str, str]]:
    """(name, value) pairs for the line below the title."""
    first = folder.rows[0] if folder.rows else None
    facts: list[tuple[str, str]] = []
    documents = {row.source_document for row in folder.rows}
    if len(documents) > 1:
        facts.append(("Documents", f"{len(documents):,}"))
    elif first is not None and first.target_document:
        facts.append(("Reference", first.target_document))
    for name, label in (("model", "Model"), ("engine", "Engine"), ("finished", "Made")):
        value = folder.run.get(name)
        if isinstance(value, str) and value:
            facts.append((label, _date(value)))
    if folder.cut:
        facts.append(("Shown", f"only the first {len(folder.rows):,} rows"))
    reviewed = folder.run.get("review")
    if isinstance(reviewed, Mapping):
        facts.append(("Reviewed by", ", ".join(reviewed.get("reviewers") or ())))
    return facts


def _scores(scores: Any) -> Iterator[Mapping[str, Any]]:
    for entry in (scores or {}).values():
        if isinstance(entry, Mapping) and "metric" in entry and "value" in entry:
            yield entry


def _number(value: Any) -> float | None:
    if value is not None and not (isinstance(value, int | float) and math.isfinite(value)):
        raise TypeError(f"{value!r} is not a score")
    return value


def _date(value: str) -> str:
    """An ISO time as people write it; any other text unchanged."""
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        return value
    return f"{time.day} {time:%B %Y, %H:%M}" + (" UTC" if time.utcoffset() is not None else "")
