"""Compare systems: the analyses of compare-mt, MT-Telescope and sacrebleu in one place.

`compare` returns a record (records.py) for the terminal, JSON, LaTeX, Markdown and the page. Every
further system is compared with the first, the baseline.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby

from duizhao.evaluation.comparison.records import (
    ComparisonRecord,
    Distribution,
    DocumentScores,
    Example,
    LengthScores,
    PairedResult,
    SectionScores,
    Wins,
    WordScores,
)
from duizhao.evaluation.comparison.systems import Segments
from duizhao.evaluation.metrics import words
from duizhao.evaluation.metrics.ngrams import by_frequency, outstanding
from duizhao.evaluation.metrics.scores import TER_SECONDS, score_json, ter_seconds
from duizhao.evaluation.metrics.significance import (
    SAMPLES,
    Comparison,
    Test,
    check_memory,
    paired_test,
)
from duizhao.evaluation.metrics.translation import METRICS, SEED, Statistics, measure

LENGTHS = ((0, 10), (10, 20), (20, 30), (30, 40), (40, 60), (60, 10_000))
"""Buckets of reference lengths in words, without the upper bound."""

Report = Callable[[str], object]


def compare(
    segments: Segments,
    *,
    metrics: Sequence[str] | None = None,
    tests: Sequence[Test] = ("bootstrap", "randomization"),
    samples: Mapping[Test, int] = SAMPLES,
    seed: int = SEED,
    tie: float = 1.0,
    examples: int = 10,
    terms: Sequence[str] = (),
    workers: int = 1,
    report: Report = lambda text: None,
) -> ComparisonRecord:
    """Compare two or more systems; docs/evaluation.md describes the keys of the result.

    `tie` is the largest difference in segment chrF++ that counts as a tie. `terms` are
    English terms to look for. `metrics` defaults to all, except TER if it would take over a minute.
    """
    names = list(segments.systems)
    notes = []
    if metrics is None:
        metrics, note = _affordable(segments)
        notes += [note] if note else []
    for test in tests:
        check_memory(test, metrics, len(segments.references), samples[test])
    measured: dict[str, dict[str, Statistics]] = {}
    for name, hypotheses in segments.systems.items():
        report(f"{name}: {', '.join(metrics)}")
        measured[name] = {
            metric: measure(
                metric, hypotheses, segments.references, workers=workers if metric == "ter" else 1
            )
            for metric in metrics
        }
    chrf = {
        name: measured[name]["chrf++"].segments()
        if "chrf++" in metrics
        else measure("chrf++", segments.systems[name], segments.references).segments()
        for name in names
    }
    if segments.left_out:
        notes.append(f"{segments.left_out} groups of sentences are incomplete in some run")
    significance: dict[Test, list[PairedResult]] = {}
    for test in tests if len(names) > 1 else ():
        report(f"paired {test}, {samples[test]:,} samples")
        comparisons = paired_test(test, measured, samples=samples[test], seed=seed)
        significance[test] = [_tested(one) for one in comparisons]
    report("words, n-grams, buckets")
    return {
        "segments": len(segments.references),
        "baseline": names[0],
        "systems": {
            name: {
                metric: score_json(statistics.score(bootstrap=samples["bootstrap"], seed=seed))
                for metric, statistics in measured[name].items()
            }
            for name in names
        },
        "significance": significance,
        "wins": _wins(chrf, tie),
        "tie": tie,
        "lengths": _lengths(segments, measured),
        "documents": _groups(segments.documents, measured),
        "sections": _sections(segments, measured),
        "distribution": _distribution(chrf),
        "words": _words(segments, terms),
        "frequency": by_frequency(segments.systems, segments.references),
        "ngrams": {
            name: outstanding(
                segments.systems[names[0]], segments.systems[name], segments.references
            )
            for name in names[1:]
        },
        "examples": _examples(segments, chrf, examples),
        "notes": notes,
    }


def _affordable(segments: Segments) -> tuple[Sequence[str], str | None]:
    seconds = sum(ter_seconds(h, segments.references) for h in segments.systems.values())
    if seconds <= TER_SECONDS:
        return METRICS, None
    return tuple(name for name in METRICS if name != "ter"), (
        f"TER left out: it would take about {seconds / 60:.0f} minutes (--metric ter includes it)"
    )


def _tested(one: Comparison) -> PairedResult:
    return {
        "system": one.system,
        "metric": one.metric,
        "score": one.score,
        "difference": one.difference,
        "p": one.p,
        "mean": one.mean,
        "margin": one.margin,
        "signature": one.signature,
    }


def _wins(chrf: Mapping[str, Sequence[float]], tie: float) -> list[Wins]:
    """Segments that each further system wins, ties and loses against the baseline."""
    baseline, *others = chrf
    wins: list[Wins] = []
    for name in others:
        differences = [b - a for a, b in zip(chrf[baseline], chrf[name], strict=True)]
        wins.append(
            {
                "system": name,
                "wins": sum(d > tie for d in differences),
                "ties": sum(abs(d) <= tie for d in differences),
                "losses": sum(d < -tie for d in differences),
            }
        )
    return wins


def _part(
    measured: Mapping[str, Mapping[str, Statistics]], places: Sequence[int]
) -> dict[str, dict[str, float]]:
    """Each system's scores over some segments."""
    return {
        name: {
            metric: one.score(places, effective_order=True).value
            for metric, one in statistics.items()
        }
        for name, statistics in measured.items()
    }


def _lengths(
    segments: Segments, measured: Mapping[str, Mapping[str, Statistics]]
) -> list[LengthScores]:
    lengths = [len(reference.split()) for reference in segments.references]
    buckets: list[LengthScores] = []
    for low, high in LENGTHS:
        places = [place for place, length in enumerate(lengths) if low <= length < high]
        if places:
            name = f"{low} and more" if high == LENGTHS[-1][1] else f"{low} to {high - 1}"
            buckets.append(
                {"words": name, "segments": len(places), "scores": _part(measured, places)}
            )
    return buckets


def _groups(
    labels: Sequence[str] | None, measured: Mapping[str, Mapping[str, Statistics]]
) -> list[DocumentScores]:
    if labels is None:
        return []
    places: dict[str, list[int]] = {}
    for place, label in enumerate(labels):
        places.setdefault(label, []).append(place)
    return [
        {"document": label, "segments": len(own), "scores": _part(measured, own)}
        for label, own in places.items()
    ]


def _sections(
    segments: Segments, measured: Mapping[str, Mapping[str, Statistics]]
) -> list[SectionScores]:
    if segments.documents is None or segments.sections is None:
        return []
    keys = list(zip(segments.documents, segments.sections, strict=True))
    sections: list[SectionScores] = []
    for (document, section), run in groupby(range(len(keys)), key=lambda place: keys[place]):
        places = list(run)
        sections.append(
            {
                "document": document,
                "section": section,
                "segments": len(places),
                "scores": _part(measured, places),
            }
        )
    return sections


def _distribution(chrf: Mapping[str, Sequence[float]]) -> Distribution:
    """The number of segments of each system in each tenth of chrF++."""
    counts = {name: [0] * 10 for name in chrf}
    for name, values in chrf.items():
        for value in values:
            counts[name][min(int(value / 10), 9)] += 1
    return {"edges": list(range(0, 101, 10)), "segments": counts}


def _words(segments: Segments, terms: Sequence[str]) -> dict[str, dict[str, WordScores]]:
    classes: dict[str, words.Extract] = {"numbers": words.numbers, "names": words.names}
    if terms:
        classes["terms"] = words.terms(terms)
    words_by_class: dict[str, dict[str, WordScores]] = {}
    for label, extract in classes.items():
        words_by_class[label] = {}
        for name, hypotheses in segments.systems.items():
            one = words.count(extract, hypotheses, segments.references)
            words_by_class[label][name] = {
                "matched": one.matched,
                "hypothesis": one.hypothesis,
                "reference": one.reference,
                "precision": one.precision,
                "recall": one.recall,
                "f1": one.f1,
            }
    return words_by_class


def _examples(segments: Segments, chrf: Mapping[str, Sequence[float]], count: int) -> list[Example]:
    """The segments in which a system differs most from the baseline, half in each direction."""
    baseline, *others = chrf
    found = []
    for name in others:
        order = sorted(
            range(len(segments.references)), key=lambda p: chrf[name][p] - chrf[baseline][p]
        )
        better = list(reversed(order[-(count - count // 2) :])) if count else []
        worse = order[: count // 2]
        for place in dict.fromkeys([*better, *worse]):
            difference = chrf[name][place] - chrf[baseline][place]
            if difference:
                found.append(_example(segments, chrf, place, name, difference))
    return found


def _example(
    segments: Segments,
    chrf: Mapping[str, Sequence[float]],
    place: int,
    name: str,
    difference: float,
) -> Example:
    baseline = next(iter(chrf))
    example: Example = {
        "segment": place + 1,
        "system": name,
        "difference": difference,
        "reference": segments.references[place],
        "hypotheses": {one: segments.systems[one][place] for one in (baseline, name)},
        "chrf++": {one: chrf[one][place] for one in (baseline, name)},
    }
    if segments.documents is not None:
        example["document"] = segments.documents[place]
    if segments.sections is not None:
        example["section"] = segments.sections[place]
    if segments.sources is not None:
        example["source"] = segments.sources[place]
    return example
