"""The head of the page: score cards, facts of the run, tables of a comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from evaluation.report.folder import Folder

EXPLAINED = {
    "BLEU": "Share of word sequences that machine translation and reference have in common.",
    "chrF2++": "The same over characters and word pairs; kinder to small differences of form.",
    "TER": "Edits per word that turn the machine translation into the reference; lower is better.",
}


def score_cards(scores: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One card a metric of the whole corpus, in the order in which they were scored."""
    return [
        {
            "metric": entry["metric"],
            "value": entry["value"],
            "low": entry.get("low"),
            "high": entry.get("high"),
            "signature": entry.get("signature", ""),
            "explained": EXPLAINED.get(entry["metric"], ""),
            "lowerIsBetter": entry["metric"] == "TER",
        }
        for entry in _corpus_scores(scores)
    ]


def segment_chrf(scores: Mapping[str, Any]) -> dict[str, float]:
    """chrF++ by row id, where the scores have it."""
    found: dict[str, float] = {}
    for segment in scores.get("segments") or ():
        value = segment.get("chrf", segment.get("chrf++"))
        if value is not None and "id" in segment:
            found[segment["id"]] = float(value)
    return found


def run_facts(folder: Folder) -> list[tuple[str, str]]:
    """(name, value) pairs for the line under the title."""
    first = folder.rows[0] if folder.rows else None
    facts: list[tuple[str, str]] = []
    if first is not None and first.target_document:
        facts.append(("Reference", first.target_document))
    for name, label in (("model", "Model"), ("engine", "Engine"), ("finished", "Made")):
        value = folder.run.get(name)
        if isinstance(value, str | int | float) and value != "":
            facts.append((label, str(value)))
    return facts


def comparison_tables(comparison: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Tables of ``comparison.json`` as ``duizhao compare`` writes it; none where it is absent."""
    return [dict(table) for table in comparison.get("tables") or ()]


def _corpus_scores(scores: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for entry in scores.get("scores") or ():
        if isinstance(entry, Mapping) and "metric" in entry and "value" in entry:
            yield entry
