"""Accuracy of alignment against the cost of forced decoding, from none to every candidate.

    python -m duizhao.evaluation.benchmarks.alignment.forced_budget DATA
        [--sets mac-dev ...] [--margins 0.4 ...]
    python -m duizhao.evaluation.benchmarks.alignment.forced_budget DATA --fit

DATA is a folder with ``align/mac-dev``, ``align/academic`` and ``unpc``. Each line has the margin
(corpus/alignment/judge.py), strict and lax F1, and pairs and core seconds of forced decoding, which
is repeated for each line. With the margin inf every candidate is scored, and again with the model's
whole output vocabulary. Writes ``forced-budget.svg``. With --fit it prints the constants of
corpus/alignment/belief.py, which are learned from mac-dev alone (--sets mac-dev): in literal text
few candidates are doubtful.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from duizhao.corpus.alignment import Bead
from duizhao.corpus.alignment.aligner import first_search
from duizhao.corpus.alignment.belief import Floats, features
from duizhao.corpus.alignment.confidence import calibrate
from duizhao.corpus.alignment.judge import Doubtful, doubtful, judge
from duizhao.corpus.alignment.omissions import rejoined
from duizhao.corpus.alignment.prepare import Texts, make_ready
from duizhao.corpus.alignment.search import SearchResult
from duizhao.corpus.alignment.signals import forced
from duizhao.corpus.alignment.weights import ALL
from duizhao.evaluation.benchmarks.alignment.accuracy import Parts, data_sets, translated
from duizhao.evaluation.benchmarks.alignment.data import Gold
from duizhao.evaluation.benchmarks.plots import line_plot
from duizhao.evaluation.metrics.alignment import score

MARGINS = (0.0, 0.2, 0.4, 0.8, 1.6, math.inf)


@dataclass(frozen=True, slots=True)
class Searched:
    """A document after the first search."""

    gold: Gold
    texts: Texts
    result: SearchResult


@dataclass(slots=True)
class Counted:
    """Forced decoding without a memory, with its pairs and seconds."""

    engine: Any
    pairs: int = 0
    seconds: float = 0.0

    def __call__(self, sources: Sequence[str], targets: Sequence[str]) -> Any:
        """The scores."""
        start = time.process_time()
        made = self.engine.score(sources, targets)
        self.seconds += time.process_time() - start
        self.pairs += len(sources)
        return made


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--sets", nargs="+", default=["mac-dev", "academic", "unpc damaged"])
    parser.add_argument("--margins", nargs="+", type=float, default=MARGINS)
    parser.add_argument("--fit", action="store_true", help="print the constants of belief.py")
    parser.add_argument("--output", type=Path, default=Path("benchmarks"))
    options = parser.parse_args()
    from threadpoolctl import threadpool_limits

    from duizhao.models.translation.load import load_engine

    engine = load_engine()
    parts = Parts(engine)
    chosen = {
        name: golds for name, golds in data_sets(options.data).items() if name in options.sets
    }
    with threadpool_limits(1, user_api="blas"):
        documents = {
            name: [searched(gold, parts.embed) for gold in golds]
            for name, golds in translated(chosen, parts.translator).items()
        }
        if options.fit:
            fit([each for group in documents.values() for each in group], parts.score)
            return
        curves = {}
        for name, group in documents.items():
            curves[name] = [measured(name, group, margin, engine) for margin in options.margins]
            if math.inf in options.margins:
                whole = load_engine(english_only=False)
                measured(f"{name}, whole vocabulary", group, math.inf, whole)
    options.output.mkdir(parents=True, exist_ok=True)
    line_plot(
        options.output / "forced-budget.svg", curves, "core seconds of forced decoding", "strict F1"
    )


def searched(gold: Gold, embed: Any) -> Searched:
    """The document after the first search, by all cheap signals."""
    texts = make_ready(gold.source, gold.target, gold.translation, embed, set(ALL))
    return Searched(gold, texts, first_search(texts))


def measured(
    name: str, documents: Sequence[Searched], margin: float, engine: Any
) -> tuple[float, float]:
    """Print a line; (core seconds, strict F1)."""
    effort = replace(forced.EFFORTS["normal"], margin=margin, budget=30.0 if margin else 0.0)
    counted = Counted(engine)
    pairs: list[tuple[Sequence[Bead], Sequence[Bead]]] = []
    for each in documents:
        beads = calibrate(judge(each.texts, each.result, counted, effort))
        if margin:
            beads = rejoined(each.texts, beads, counted)
        pairs.append((each.gold.beads, beads))
    result = score(pairs, resamples=2)
    print(
        f"{name:<32} margin {margin:4.1f}  strict {result.strict.f1:.4f}  lax {result.lax.f1:.4f}"
        f"  {counted.pairs:6,} pairs  {counted.seconds:7.1f} core seconds",
        flush=True,
    )
    return counted.seconds, result.strict.f1


def fit(documents: Sequence[Searched], score_pairs: forced.Score) -> None:
    """Print the constants of belief.py, learned from the scores of every candidate."""
    sums = []
    for each in documents:
        asked = doubtful(each.texts, each.result, forced.EFFORTS["normal"])
        if asked is not None and len(asked.beads):
            sums.append(_sums(each, asked, score_pairs))
    mean = _solved([s[:2] for s in sums])
    own = [_solved([s[:2]]) for s in sums]
    rests = [(y - x @ w) ** 2 / lengths for (_, _, x, y, lengths), w in zip(sums, own, strict=True)]
    spread = np.sqrt(np.mean([(w - mean) ** 2 for w in own], axis=0))
    print("MEAN =", np.round(mean, 2).tolist())
    print("SPREAD =", np.round(spread, 2).tolist())
    print("VARIANCE =", round(float(np.median([rest.mean() for rest in rests])), 1))


def _sums(
    each: Searched, asked: Doubtful, score_pairs: forced.Score
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """The sums of least squares, weighted by length, and their terms."""
    band = each.result.evidence.band
    beads = asked.candidates[asked.beads]
    answers = forced.ask(score_pairs, each.texts.source, each.texts.target, band, beads)
    y = (answers @ asked.vector).astype(np.float64)
    x = features(asked.spans, asked.cheap[asked.beads], asked.others[asked.beads])
    lengths = asked.spans.target_length() / 100.0
    weighted = x / (1.0 + lengths)[:, None]
    return weighted.T @ x, weighted.T @ y, x, y, lengths


def _solved(sums: Sequence[tuple[Floats, Floats]]) -> Floats:
    """Coefficients by ridge regression."""
    ridge = 20.0 * np.eye(len(sums[0][1]))
    left, right = (np.sum([s[side] for s in sums], axis=0) for side in (0, 1))
    solved: Floats = np.linalg.solve(left + ridge, right)
    return solved


if __name__ == "__main__":
    main()
