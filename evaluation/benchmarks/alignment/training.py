"""Learn `corpus/alignment/weights.json`, and evaluate it by cross-validation.

    python -m duizhao.evaluation.benchmarks.alignment.training DATA --cache FOLDER [--write]

Learns from mac-dev, academic (from its Chinese side), parts of both with sentences dropped and
inserted, and UN text with sentences dropped, inserted, split and merged. Folds are by chapter, so
that a text and its damaged form are in the same fold. Translations and forced scores come from the
default model and are stored in the translation memory; features are stored in --cache.
"""

from __future__ import annotations

import argparse
import itertools
import json
import pickle
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.alignment import search
from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.alignment.prepare import make_ready
from duizhao.corpus.alignment.signals import forced
from duizhao.corpus.alignment.weights import ALL, LITERAL, PATH, key
from duizhao.evaluation.benchmarks.alignment.data import (
    Damage,
    Gold,
    academic,
    chopped,
    damaged,
    mac_dev,
    unpc,
)
from duizhao.evaluation.benchmarks.alignment.tuning import (
    Case,
    learn,
    make_case,
    predict,
    pruned,
    scores_of,
)
from duizhao.evaluation.metrics.alignment import score

FOLDS = 6
WIDTH = 5
PENALTY = 2.0
LITERAL_PENALTY = 20.0
"""Penalty of the weights that depend on literalness, for which there are few texts."""
JUDGE_PENALTIES = (0.002, 2.0, 1000.0)
"""Penalties of forced decoding, of changes to the weights of gaps, and of all other changes."""

Columns = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A document with the features of its beads and their names; `literal` is the literalness of
    its translation, between 0 and 1 (None: unknown)."""

    gold: Gold
    case: Case
    columns: Columns
    literal: float | None = None

    @property
    def kind(self) -> str:
        """The data set, with ~ where damaged."""
        return self.gold.name.split("/")[0] + ("~" if "~" in self.gold.name else "")

    @property
    def fold(self) -> int:
        """Documents of one chapter are in one fold, whole or damaged."""
        parts = self.gold.name.split("/")
        return int(parts[-1].split("~")[0]) % FOLDS


def documents(data: Path, translate: Callable[[Sequence[str]], tuple[str, ...]]) -> list[Gold]:
    """The documents from which the weights are learned."""
    chapters = [replace(each, translation=translate(each.source)) for each in mac_dev(data)]
    essay = replace(academic(data)[0], translation=translate(academic(data)[0].source))
    un = unpc(data, 200)
    few = Damage(drop_source=0.03, drop_target=0.03, drop_run=0.003, foreign=0.01, split=0, merge=0)
    more = Damage(
        drop_source=0.03, drop_target=0.03, drop_run=0.004, foreign=0.02, foreign_run=0.004,
        split=0.05, merge=0.03,
    )  # fmt: skip
    return [
        *chapters,
        *chopped(essay, 360)[:3],
        *(damaged(chapters[k], chapters[(k + 1) % 6], few, k) for k in (0, 3, 5)),
        *chopped(damaged(essay, un[9], more, 0), 300)[:1],
        *(damaged(un[k], un[k + 5], (Damage(), more)[k % 2], k) for k in range(6)),
        *(damaged(un[k], un[k - 6], Damage(split=0.2, merge=0.15), k) for k in range(6, 9)),
    ]


def examples(golds: Sequence[Gold], embed: Any, *, translated: bool) -> list[Example]:
    """Features of every document, with or without its translation."""
    made = []
    for gold in golds:
        translation = gold.translation if translated else None
        texts = make_ready(gold.source, gold.target, translation, embed, ALL)
        evidence = texts.evidence(texts.band(WIDTH))
        case = make_case(gold.name, evidence, gold.beads, 1.0)
        if case is not None:
            made.append(Example(gold, case, evidence.columns()))
    return made


def restricted(example: Example, combination: Sequence[str]) -> Example:
    """The document with these signals only, and each feature twice: by itself, and multiplied by
    the literalness of the translation."""
    names = {"prior", *combination}
    if "copied" in names and "overlap" not in names:
        names.add("marks")
    keep = [at for at, (signal, _) in enumerate(example.columns) if signal in names]
    features = example.case.features[:, keep]
    columns = tuple(example.columns[at] for at in keep)
    literal = None
    if signal := literal_signal(combination):
        at = columns.index((signal, "gap_literal"))
        low, high = LITERAL[signal]
        literal = min(max((float(features[:, at].max()) - low) / (high - low), 0.0), 1.0)
        features = np.concatenate([features, features * np.float32(literal)], axis=1)
    case = replace(example.case, features=np.ascontiguousarray(features))
    return Example(example.gold, case, columns, literal)


def literal_signal(combination: Sequence[str]) -> str | None:
    """The signal from which the literalness of the translation is taken."""
    return next((name for name in ("overlap", "embedding") if name in combination), None)


def judged(
    example: Example, weights: NDArray[np.float64], score_pairs: forced.Score
) -> tuple[Case, Case]:
    """The beads of the second search with features: score so far, forced decoding (as it is, and
    times how literal the translation is), then the others.

    First with the gold beads, to learn from; then only those that would be found, to predict.
    """
    case, gold = example.case, example.gold
    scores, run = scores_of(case, weights), float(weights[-1])
    path = search.best_path(case.band, scores, run)
    shortfall = search.shortfalls(case.band, scores, run)
    kept, doubt = forced.candidates(case.band, path, shortfall, forced.EFFORTS["normal"])
    both = np.union1d(kept, case.gold)
    ask = np.ones(len(both), dtype=bool)
    ask[np.searchsorted(both, kept)] = doubt
    asked = np.zeros((len(both), len(forced.COLUMNS)), dtype=np.float32)
    asked[ask] = forced.ask(score_pairs, gold.source, gold.target, case.band, both[ask])
    others = case.features[np.searchsorted(case.at, both)]
    parts = [scores.ravel()[both][:, None], asked]
    if example.literal is not None:
        parts.append(asked * np.float32(example.literal))
    features = np.ascontiguousarray(np.concatenate([*parts, others], axis=1))
    found = np.isin(both, kept)
    return (
        replace(case, at=both, features=features),
        replace(case, at=both[found], features=np.ascontiguousarray(features[found])),
    )


def learn_judge(cases: Sequence[Case], columns: Columns, *, literal: bool) -> NDArray[np.float64]:
    """Weights of the second search: of the score so far, of forced decoding, changes to others."""
    own, gap, change = JUDGE_PENALTIES
    times = 2 if literal else 1
    others = [gap if _is_gap(column) else change for _, column in columns] * times
    first = [own] * (1 + times * len(forced.COLUMNS))
    return learn(cases, np.array([*first, *others, own]))


def _is_gap(column: str) -> bool:
    return column in ("1-0", "0-1") or column.startswith("gap_")


def line(pairs: Sequence[tuple[Sequence[Bead], Sequence[Bead]]]) -> list[list[float]]:
    """The corners of a rising line from probability to share of right beads."""
    found = sorted(
        (bead.confidence, (bead.source, bead.target) in {(g.source, g.target) for g in gold})
        for gold, beads in pairs
        for bead in beads
    )
    bins = [
        [sum(p for p, _ in part), float(sum(right for _, right in part)), float(len(part))]
        for part in np.array_split(np.array(found, dtype=np.float64), min(25, len(found)))
        if len(part)
    ]
    merged: list[list[float]] = []
    for each in bins:
        merged.append(list(each))
        # pool neighbours until the line rises
        while len(merged) > 1 and merged[-2][1] * merged[-1][2] >= merged[-1][1] * merged[-2][2]:
            last = merged.pop()
            merged[-1] = [x + y for x, y in zip(merged[-1], last, strict=True)]
    corners = [[round(p / n, 4), round((right + 0.3) / (n + 0.6), 4)] for p, right, n in merged]
    if corners[0][0] > 0.0:
        corners.insert(0, [0.0, 0.0])
    return corners


def show(label: str, pairs_by_kind: dict[str, list[Any]]) -> None:
    """Strict and lax F1 by data set."""
    shown = []
    for kind, pairs in pairs_by_kind.items():
        result = score(pairs)
        shown.append(f"{kind} {result.strict.f1:.4f}/{result.lax.f1:.4f}")
    print(f"{label:<52} {'  '.join(shown)}", flush=True)


def by_kind(made: Sequence[Example], found: Sequence[list[Bead]]) -> dict[str, list[Any]]:
    """(gold, found) by data set."""
    sets: dict[str, list[Any]] = defaultdict(list)
    for example, beads in zip(made, found, strict=True):
        sets[example.kind].append((example.gold.beads, beads))
    return sets


def train(
    made: Sequence[Example], combination: Sequence[str], score_pairs: forced.Score | None
) -> Any:
    """One entry of weights.json; prints cross-validated and tuned figures."""
    name = key(combination)
    made = [restricted(example, combination) for example in made]
    penalty = _penalty(made[0])
    by_fold = {
        fold: learn([each.case for each in made if each.fold != fold], penalty)
        for fold in range(FOLDS)
    }
    honest = [predict(each.case, by_fold[each.fold]) for each in made]
    show(f"{name}, cross-validated", by_kind(made, honest))
    final = learn([each.case for each in made], penalty)
    show(f"{name}, tuned", by_kind(made, [predict(each.case, final) for each in made]))
    columns = [f"{signal}.{feature}" for signal, feature in made[0].columns]
    signal = literal_signal(combination)
    entry = {
        **_values(columns, final[:-1], signal),
        "run": round(float(final[-1]), 4),
        "calibration": line([(e.gold.beads, f) for e, f in zip(made, honest, strict=True)]),
    }
    if score_pairs is not None:
        entry["judge"] = train_judge(made, by_fold, final, signal, score_pairs, name)
    return entry


def train_judge(
    made: Sequence[Example],
    by_fold: dict[int, NDArray[np.float64]],
    final: NDArray[np.float64],
    signal: str | None,
    score_pairs: forced.Score,
    name: str,
) -> dict[str, Any]:
    """The weights of the second search, among the beads scored by forced decoding."""
    cases = [judged(each, by_fold[each.fold], score_pairs) for each in made]
    columns, literal = made[0].columns, signal is not None
    found: list[list[Bead]] = [[] for _ in made]
    for fold in range(FOLDS):
        outside = [
            learning for each, (learning, _) in zip(made, cases, strict=True) if each.fold != fold
        ]
        weights = learn_judge(outside, columns, literal=literal)
        for at, (each, (_, finding)) in enumerate(zip(made, cases, strict=True)):
            if each.fold == fold:
                found[at] = predict(finding, weights)
    show(f"{name}, with forced decoding, cross-validated", by_kind(made, found))
    weights = learn_judge([learning for learning, _ in cases], columns, literal=literal)
    tuned = [predict(judged(each, final, score_pairs)[1], weights) for each in made]
    show(f"{name}, with forced decoding, tuned", by_kind(made, tuned))
    asked = (2 if literal else 1) * len(forced.COLUMNS)
    others = weights[0] * final[:-1] + weights[1 + asked : -1]
    names = [f"forced.{column}" for column in forced.COLUMNS]
    half = len(others) // 2 if literal else len(others)
    own = len(forced.COLUMNS)
    together = np.concatenate(
        [weights[1 : 1 + own], others[:half], weights[1 + own : 1 + asked], others[half:]]
    )
    return {
        **_values([*names, *(f"{s}.{c}" for s, c in columns)], together, signal),
        # the score so far had no share of `run`, the second search has its own
        "run": round(float(weights[-1]), 4),
        "calibration": line([(e.gold.beads, beads) for e, beads in zip(made, found, strict=True)]),
    }


def _penalty(example: Example) -> NDArray[np.float64]:
    count = example.case.features.shape[1]
    penalty = np.full(count + 1, PENALTY)
    penalty[len(example.columns) : count] = LITERAL_PENALTY
    return penalty


def _values(
    columns: Sequence[str], weights: NDArray[np.float64], signal: str | None
) -> dict[str, Any]:
    count = len(columns)
    entry: dict[str, Any] = {
        "values": {c: round(float(w), 4) for c, w in zip(columns, weights[:count], strict=True)}
    }
    if signal:
        entry["literal_signal"] = signal
        entry["literal_values"] = {
            c: round(float(w), 4) for c, w in zip(columns, weights[count:], strict=True)
        }
    return entry


def main() -> None:
    """Run the training from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--cache", type=Path, required=True, help="folder for features")
    parser.add_argument("--write", action="store_true", help="write weights.json")
    parser.add_argument("--no-forced", action="store_true", help="learn no second search")
    options = parser.parse_args()
    features = options.cache / "features.pickle"
    if features.exists():
        # a trusted file, written below
        with_translation, without = pickle.loads(features.read_bytes())
    else:
        from duizhao.models.embedding import SpanEmbedder

        translator = _translator()
        golds = documents(
            options.data, lambda texts: tuple(each.text for each in translator.translate(texts))
        )
        embed = SpanEmbedder()
        with_translation = examples(golds, embed, translated=True)
        without = examples(golds, embed, translated=False)
        options.cache.mkdir(parents=True, exist_ok=True)
        features.write_bytes(pickle.dumps((with_translation, without)))
    score_pairs = None if options.no_forced else _translator().score
    learn_all(with_translation, without, score_pairs, PATH if options.write else None)


def learn_all(
    with_translation: Sequence[Example],
    without: Sequence[Example],
    score_pairs: forced.Score | None,
    path: Path | None,
) -> None:
    """Every combination of signals; forced decoding where there is an embedding."""
    light = [_light(each) for each in with_translation], [_light(each) for each in without]
    learned = {}
    for size in range(4, 0, -1):
        for combination in itertools.combinations(
            ("copied", "embedding", "length", "overlap"), size
        ):
            made = light[0] if "overlap" in combination else light[1]
            judge = score_pairs if "embedding" in combination and size >= 3 else None
            learned[key(combination)] = train(made, combination, judge)
            if path is not None:
                path.write_text(json.dumps(learned, indent=0) + "\n", encoding="utf-8")


def _light(example: Example) -> Example:
    """The example without beads that no weights would choose, by a first fit to the document."""
    weights = learn([example.case], 10.0, steps=5, first_steps=8)
    return replace(example, case=pruned(example.case, weights, 30.0))


def _translator() -> Any:
    from duizhao.models.translation.load import load_engine
    from duizhao.models.translation.memory import Memory
    from duizhao.models.translation.translator import Translator

    return Translator(load_engine(), memory=Memory())


if __name__ == "__main__":
    main()
