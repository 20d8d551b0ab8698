"""Compare a base model and the model adapted from it, and recommend whether to use the new one.

Metrics and paired tests are those of `duizhao compare`; the flags of the guards and term accuracy
are compared as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from duizhao.corpus.translation import Translation
from duizhao.evaluation.comparison.compare import compare
from duizhao.evaluation.comparison.records import ComparisonRecord
from duizhao.evaluation.comparison.systems import Segments
from duizhao.evaluation.comparison.tables import NAMES, SIGNIFICANT, p_text, p_values
from duizhao.models.glossary import Glossary, TermReport

BASE, ADAPTED = "base", "adapted"
MOST_LOSS = 0.5
"""Most BLEU that an adapted model may lose in general text."""

FEW = 100
"""Number of segments below which a test detects only large differences."""


@dataclass(frozen=True, slots=True)
class Text:
    """Sentences with their references, to compare on; `documents` has each sentence's document."""

    name: str
    sources: Sequence[str]
    references: Sequence[str]
    documents: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A metric before and after, with sacrebleu's 95% margins, and p by test."""

    metric: str
    before: float
    before_margin: float | None
    after: float
    after_margin: float | None
    p: Mapping[str, float]

    @property
    def gain(self) -> float:
        """The improvement by the adapted model; for TER, the decrease."""
        return (self.before - self.after) if self.metric == "ter" else (self.after - self.before)

    @property
    def significant(self) -> bool:
        """Whether p < 0.05 in every test."""
        return bool(self.p) and all(p < SIGNIFICANT for p in self.p.values())


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """Both models on one text.

    `flags` counts the guards' flags of each model; `terms` is the term accuracy of each model and
    of the reference, None if no source has a term. `details` is what `duizhao compare` prints.
    """

    text: str
    segments: int
    changes: tuple[Change, ...]
    flags: Mapping[str, Mapping[str, int]]
    terms: Mapping[str, TermReport] | None
    details: ComparisonRecord = field(repr=False)

    def change(self, metric: str) -> Change:
        """The change of a metric."""
        return next(one for one in self.changes if one.metric == metric)

    def as_dict(self) -> dict[str, Any]:
        """As JSON, without the details."""
        return {
            "text": self.text,
            "segments": self.segments,
            "metrics": {
                one.metric: asdict(one) | {"gain": one.gain, "significant": one.significant}
                for one in self.changes
            },
            "flags": {name: dict(counts) for name, counts in self.flags.items()},
            "terms": self.terms
            and {
                name: asdict(one) | {"accuracy": one.accuracy} for name, one in self.terms.items()
            },
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the adapted model is recommended, and the reasons, one sentence each."""

    recommended: bool
    reasons: tuple[str, ...]


def before_after(
    text: Text,
    before: Sequence[Translation],
    after: Sequence[Translation],
    glossary: Glossary,
    *,
    workers: int = 1,
    report: Callable[[str], object] = lambda activity: None,
) -> BeforeAfter:
    """Compare the translations of both models with the references."""
    made = {BASE: before, ADAPTED: after}
    systems = {name: [one.text for one in own] for name, own in made.items()}
    found = compare(
        Segments(text.references, systems, text.sources, text.documents),
        workers=workers,
        report=report,
    )
    terms = {
        name: glossary.report(zip(text.sources, outputs, strict=True))
        for name, outputs in {**systems, "reference": text.references}.items()
    }
    return BeforeAfter(
        text.name,
        len(text.references),
        tuple(_change(found, metric) for metric in found["systems"][BASE]),
        {
            name: dict(sorted(Counter(flag for one in own for flag in one.flags).items()))
            for name, own in made.items()
        },
        terms if terms[BASE].used else None,
        found,
    )


def _change(found: ComparisonRecord, metric: str) -> Change:
    before, after = (found["systems"][name][metric] for name in (BASE, ADAPTED))
    return Change(
        metric,
        before["value"],
        before["margin"],
        after["value"],
        after["margin"],
        p_values(found, ADAPTED, metric),
    )


def verdict(domain: BeforeAfter, general: BeforeAfter) -> Verdict:
    """Recommend a model that is better in its domain and not much worse elsewhere.

    Better: significantly by BLEU or chrF++, and significantly worse by no metric.
    """
    judged = [one for one in domain.changes if one.significant]
    better = [one for one in judged if one.gain > 0 and one.metric != "ter"]
    worse = [one for one in judged if one.gain < 0]
    reasons = []
    if worse:
        reasons.append(f"It is significantly worse in its domain: {_changes(worse)}.")
    elif better:
        reasons.append(f"It is significantly better in its domain: {_changes(better)}.")
    else:
        reasons.append(f"It is not significantly better in its domain: {_changes(domain.changes)}.")
    if domain.segments < FEW:
        reasons.append(
            f"The test has only {domain.segments} segments: only large differences are significant."
        )
    loss = -general.change("bleu").gain
    if loss > MOST_LOSS:
        reasons.append(
            f"It loses {loss:.1f} BLEU in general text, more than {MOST_LOSS}: use it for its "
            "domain only, or train less."
        )
    else:
        reasons.append(f"General text: {_changes([general.change('bleu')])}.")
    return Verdict(bool(better) and not worse and loss <= MOST_LOSS, tuple(reasons))


def _changes(changes: Sequence[Change]) -> str:
    return ", ".join(
        f"{NAMES[one.metric]} {one.before:.1f} to {one.after:.1f} (p {_p(one)})" for one in changes
    )


def _p(change: Change) -> str:
    return " / ".join(p_text(p) for p in change.p.values()) or "unknown"
