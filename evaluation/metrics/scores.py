"""Scores of a corpus with references: over all beads, by document and by section.

`score_rows` returns the contents of scores.json, with two kinds of scores:

- **aligned beads**: each bead's machine translation against its reference. It depends on the
  translation *and* on the alignment, and ignores sentences that could not be aligned.
- **whole document**: a document's whole translation as one segment against its whole reference
  (d-BLEU, Liu et al. 2020), regardless of the alignment; it includes everything. It is higher,
  because a word may match anywhere in the document: never compare the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from duizhao.corpus.bitext import Row
from duizhao.corpus.translation import NOT_TRANSLATED
from duizhao.evaluation.metrics.correlation import correlate
from duizhao.evaluation.metrics.records import (
    CorpusScores,
    CorrelationRecord,
    ScoreRecord,
    ScoreRecords,
    WholeScores,
)
from duizhao.evaluation.metrics.translation import METRICS, SEED, Score, Statistics, measure

TER_SECONDS = 60.0
"""Seconds above which TER is left out by default."""

PART_SAMPLES = 200
"""Resamples for the interval of a document or section."""

MOST_PARTS = 100
"""Number of documents and sections above which they are scored without intervals: those of 1,000
sections would take three minutes."""


def score_rows(
    rows: Iterable[Row],
    *,
    whole: Mapping[str, tuple[str, str]] | None = None,
    metrics: Sequence[str] | None = None,
    bootstrap: int = 1000,
    seed: int = SEED,
) -> CorpusScores:
    """The contents of scores.json.

    Rows without a human reference or without a translation are not scored, nor copied rows.

    `whole` gives the whole (translation, reference) of each source document; by default both come
    from the rows (see `whole_document.made_of`). `metrics` defaults to all, except TER if it would
    take over a minute (its time grows with the cube of a segment's length). A section is a run of
    rows with the same section title in one document.
    """
    rows = list(rows)
    scored = [row for row in rows if row.target_kind == "human" and row.target.strip()]
    scored = [row for row in scored if row.machine_translation.strip() and not row.is_copied]
    result: CorpusScores = {
        "rows": len(rows),
        "scored": len(scored),
        "mean_mt_score": _mean([row.mt_score for row in rows if row.mt_score is not None]),
        "notes": [],
    }
    if not scored:
        untranslated = any(NOT_TRANSLATED in row.mt_flags for row in rows)
        result["notes"].append(
            "nothing was translated (--translate none): no scores"
            if untranslated
            else "no row has both a translation and a human reference: no scores"
        )
        return result
    hypotheses = [row.machine_translation for row in scored]
    references = [row.target for row in scored]
    if metrics is None:
        metrics = METRICS
        seconds = ter_seconds(hypotheses, references)
        if seconds > TER_SECONDS:
            metrics = tuple(name for name in METRICS if name != "ter")
            result["notes"].append(f"TER left out: it would take about {seconds / 60:.0f} minutes")
    measured = {name: measure(name, hypotheses, references) for name in metrics}
    everything = range(len(scored))
    result["aligned_beads"] = _scores(measured, everything, bootstrap, seed)
    result["whole_document"] = _whole(scored, whole, seed, bootstrap)
    documents, sections = _documents(scored), list(_sections(scored))
    samples = min(bootstrap, PART_SAMPLES) if len(documents) + len(sections) <= MOST_PARTS else 0
    result["documents"] = [
        {
            "document": document,
            "beads": len(places),
            "scores": _scores(measured, places, samples, seed, part=True),
        }
        for document, places in documents
    ]
    result["sections"] = [
        {
            "document": document,
            "section": section,
            "first": scored[places[0]].id,
            "beads": len(places),
            "scores": _scores(measured, places, samples, seed, part=True),
        }
        for document, section, places in sections
    ]
    by_segment = {name: statistics.segments() for name, statistics in measured.items()}
    result["correlation_to_chrf"] = _correlations(
        scored, by_segment.get("chrf++") or measure("chrf++", hypotheses, references).segments()
    )
    result["segments"] = [
        {"id": row.id, **{name: round(values[place], 2) for name, values in by_segment.items()}}
        for place, row in enumerate(scored)
    ]
    return result


def score_json(score: Score) -> ScoreRecord:
    """A score as JSON, with sacrebleu's margin."""
    return {
        "metric": score.metric,
        "value": score.value,
        "low": score.low,
        "high": score.high,
        "signature": score.signature,
        "mean": score.mean,
        "margin": score.margin,
    }


def ter_seconds(hypotheses: Sequence[str], references: Sequence[str]) -> float:
    """Estimated time of sacrebleu's TER: 0.1 s at 55 words, cubic in the length."""
    pairs = zip(hypotheses, references, strict=True)
    return sum((min(len(h.split()), len(r.split())) / 55) ** 3 for h, r in pairs) * 0.1


def _scores(
    measured: Mapping[str, Statistics],
    places: Sequence[int],
    bootstrap: int,
    seed: int,
    *,
    part: bool = False,
) -> ScoreRecords:
    return {
        name: score_json(
            statistics.score(places, bootstrap=bootstrap, seed=seed, effective_order=part)
        )
        for name, statistics in measured.items()
    }


def _whole(
    rows: Sequence[Row],
    whole: Mapping[str, tuple[str, str]] | None,
    seed: int,
    bootstrap: int,
) -> WholeScores:
    """Document BLEU and chrF++ with one segment per document; intervals are over documents."""
    made_of = "whole documents"
    if whole is None:
        made_of = "rows of the corpus"
        whole = {
            document: (
                "\n".join(rows[place].machine_translation for place in places),
                "\n".join(rows[place].target for place in places),
            )
            for document, places in _documents(rows)
        }
    kept = [pair for pair in whole.values() if pair[0].strip() and pair[1].strip()]
    if not kept:
        return {"made_of": made_of, "documents": 0, "scores": {}}
    hypotheses, references = [pair[0] for pair in kept], [pair[1] for pair in kept]
    samples = bootstrap if len(kept) > 1 else 0
    scores = {
        name: score_json(measure(name, hypotheses, references).score(bootstrap=samples, seed=seed))
        for name in ("bleu", "chrf++")
    }
    return {"made_of": made_of, "documents": len(kept), "scores": scores}


def _documents(rows: Sequence[Row]) -> list[tuple[str, list[int]]]:
    """(document, indices of its rows) in order of appearance."""
    places: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        places.setdefault(row.source_document, []).append(place)
    return list(places.items())


def _sections(rows: Sequence[Row]) -> Iterator[tuple[str, str, list[int]]]:
    """(document, section title, indices of its rows), one for each run of the same title."""
    for document, places in _documents(rows):
        for section, run in groupby(places, key=lambda place: rows[place].section):
            yield document, section, list(run)


def _correlations(rows: Sequence[Row], chrf: Sequence[float]) -> dict[str, CorrelationRecord]:
    """Correlation of mt_score, confidence and each signal with segment chrF++."""
    figures: dict[str, list[float | None]] = {
        "mt_score": [row.mt_score for row in rows],
        "confidence": [row.confidence for row in rows],
        "alignment_score": [row.alignment_score for row in rows],
    }
    for name in sorted({name for row in rows for name in row.signals}):
        figures[name] = [row.signals.get(name) for row in rows]
    result: dict[str, CorrelationRecord] = {}
    for name, values in figures.items():
        pairs = [(v, c) for v, c in zip(values, chrf, strict=True) if v is not None]
        if pairs:
            found = correlate([p[0] for p in pairs], [p[1] for p in pairs])
            result[name] = {
                "pearson": found.pearson,
                "spearman": found.spearman,
                "segments": found.segments,
            }
    return result


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
