"""Learn `corpus/alignment/weights.json`, and say what it is worth by cross-validation.

    python -m evaluation.benchmarks.alignment_training DATA --cache FOLDER [--write]

Learns from mac-dev, academic (from its Chinese side), parts of both with sentences dropped and
inserted, and UN text with sentences dropped, inserted, split and merged. Folds are by chapter, so
that a text and its damaged form are in the same fold. Translations and forced scores come from the
default model and are remembered in the translation memory; features are kept in --cache.
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

from corpus.alignment import search
from corpus.alignment.bead import Bead
from corpus.alignment.lattice import TYPES
from corpus.alignment.signals import forced
from corpus.alignment.spans import join
from corpus.alignment.texts import make_ready
from corpus.alignment.weights import ALL, LITERAL, PATH, key
from evaluation.alignment import score
from evaluation.benchmarks.alignment_data import (
    Damage,
    Gold,
    academic,
    chopped,
    damaged,
    mac_dev,
    unpc,
)
from evaluation.benchmarks.alignment_tuning import (
    Case,
    learn,
    make_case,
    predict,
    pruned,
    scores_of,
)

FOLDS = 3
WIDTH = 5
PENALTY = 2.0
JUDGE_PENALTIES = (0.02, 1000.0)
"""Of forced decoding and of changes to the other weights."""

Columns = tuple[tuple[str, str], ...]
Known = Callable[[str, str], forced.ForcedScore | None]


@dataclass(frozen=True, slots=True)
class Example:
    """A document with the features of its beads, and what they are called."""

    gold: Gold
    case: Case
    columns: Columns

    @property
    def kind(self) -> str:
        """The data set, with ~ where damaged."""
        return self.gold.name.split("/")[0] + ("~" if "~" in self.gold.name else "")

    @property
    def fold(self) -> int:
        """Documents of one chapter are in one fold."""
        return int(self.gold.name.split("~")[0].split("/")[-1]) % FOLDS


def documents(data: Path, translate: Callable[[Sequence[str]], tuple[str, ...]]) -> list[Gold]:
    """What is learned from."""
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
    """The document as if only these signals were known, features twice: as they are, and times
    how literal the translation is."""
    names = {"prior", *combination}
    if "copied" in names and "overlap" not in names:
        names.add("marks")
    keep = [at for at, (signal, _) in enumerate(example.columns) if signal in names]
    features = example.case.features[:, keep]
    columns = tuple(example.columns[at] for at in keep)
    if signal := literal_signal(combination):
        at = columns.index((signal, "gap_literal"))
        low, high = LITERAL[signal]
        literal = min(max((float(features[:, at].max()) - low) / (high - low), 0.0), 1.0)
        features = np.concatenate([features, features * np.float32(literal)], axis=1)
    case = replace(example.case, features=np.ascontiguousarray(features))
    return Example(example.gold, case, columns)


def literal_signal(combination: Sequence[str]) -> str | None:
    """The signal that says how literal the translation is."""
    return next((name for name in ("overlap", "embedding") if name in combination), None)


def judged(example: Example, weights: NDArray[np.float64], known: Known) -> Case | None:
    """The doubtful beads with features: score so far, forced decoding, then the others.

    Beads without a forced score are left out; None where many gold beads are among them.
    """
    case, gold = example.case, example.gold
    scores, run = scores_of(case, weights), float(weights[-1])
    path = search.best_path(case.band, scores, run)
    shortfall = search.shortfalls(case.band, scores, run)
    effort = replace(forced.EFFORTS["normal"], budget=1000)
    kept, doubt = forced.candidates(case.band, path, shortfall, effort)
    in_doubt = dict(zip(kept.tolist(), doubt.tolist(), strict=True))
    kept = np.union1d(kept, case.gold)
    asked = np.zeros((len(kept), len(forced.COLUMNS)), dtype=np.float32)
    usable = np.ones(len(kept), dtype=bool)
    starts = search.place_coordinates(case.band, kept // len(TYPES))
    for row, ((i, j), bead) in enumerate(zip(starts.tolist(), kept.tolist(), strict=True)):
        a, b = TYPES[bead % len(TYPES)]
        if not a or not b or not in_doubt.get(bead, True):
            continue
        found = known(join(gold.source[i : i + a]), join(gold.target[j : j + b]))
        if found is None:
            usable[row] = False
            continue
        mean = found.log_probability / max(found.tokens, 1)
        asked[row] = (found.log_probability / 10, found.tokens / 10, mean, mean * (a + b - 2))
    is_gold = np.isin(kept, case.gold)
    if (is_gold & ~usable).sum() > 3:
        return None
    usable |= is_gold
    others = case.features[np.searchsorted(case.at, kept)]
    features = np.concatenate([scores.ravel()[kept][:, None], asked, others], axis=1)
    return replace(case, at=kept[usable], features=np.ascontiguousarray(features[usable]))


def learn_judge(cases: Sequence[Case]) -> NDArray[np.float64]:
    """Weights of the second search: of the score so far, of forced decoding, changes to others."""
    own, change = JUDGE_PENALTIES
    penalty = np.full(cases[0].features.shape[1] + 1, change)
    penalty[: 1 + len(forced.COLUMNS)] = own
    penalty[-1] = own
    return learn(cases, penalty)


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
    if corners[0][0] > 0.05:
        corners.insert(0, [0.0, round(corners[0][1] / 2, 4)])
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


def train(made: Sequence[Example], combination: Sequence[str], known: Known | None) -> Any:
    """One entry of weights.json; prints cross-validated and tuned figures."""
    name = key(combination)
    made = [restricted(example, combination) for example in made]
    by_fold = {
        fold: learn([each.case for each in made if each.fold != fold], PENALTY)
        for fold in range(FOLDS)
    }
    honest = [predict(each.case, by_fold[each.fold]) for each in made]
    show(f"{name}, cross-validated", by_kind(made, honest))
    final = learn([each.case for each in made], PENALTY)
    show(f"{name}, tuned", by_kind(made, [predict(each.case, final) for each in made]))
    columns = [f"{signal}.{feature}" for signal, feature in made[0].columns]
    entry = {
        **_values(columns, final[:-1], literal_signal(combination)),
        "run": round(float(final[-1]), 4),
        "calibration": line([(e.gold.beads, f) for e, f in zip(made, honest, strict=True)]),
    }
    if known is None:
        return entry
    pairs = [(each, judged(each, by_fold[each.fold], known)) for each in made]
    usable = [(each, case) for each, case in pairs if case is not None]
    print(f"  forced decoding known for {', '.join(each.gold.name for each, _ in usable)}")
    found = []
    for fold in range(FOLDS):
        weights = learn_judge([case for each, case in usable if each.fold != fold])
        found += [(each, predict(case, weights)) for each, case in usable if each.fold == fold]
    before = [
        (each, beads) for each, beads in zip(made, honest, strict=True)
        if any(each is other for other, _ in usable)
    ]  # fmt: skip
    for label, results in (("before forced decoding", before), ("with forced decoding", found)):
        show(f"{name}, {label}, cv", by_kind([e for e, _ in results], [f for _, f in results]))
    weights = learn_judge([case for _, case in usable])
    tuned = [predict(case, weights) for _, case in usable]
    show(f"{name}, with forced decoding, tuned", by_kind([e for e, _ in usable], tuned))
    first = 1 + len(forced.COLUMNS)
    others = weights[0] * final[:-1] + weights[first:-1]
    judge = _values(columns, others, literal_signal(combination))
    judge["values"] |= {
        f"forced.{column}": round(float(value), 5)
        for column, value in zip(forced.COLUMNS, weights[1:first], strict=True)
    }
    # the score so far had no share of `run`, the second search has its own
    entry["judge"] = {
        **judge,
        "run": round(float(weights[-1]), 4),
        "calibration": line([(each.gold.beads, beads) for each, beads in found]),
    }
    print("  forced", {k: v for k, v in judge["values"].items() if k.startswith("forced")})
    return entry


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
        # our own file, made by the lines below
        with_translation, without = pickle.loads(features.read_bytes())
    else:
        from models.embedding import SpanEmbedder

        translator = _translator()
        golds = documents(
            options.data, lambda texts: tuple(each.text for each in translator.translate(texts))
        )
        embed = SpanEmbedder()
        with_translation = examples(golds, embed, translated=True)
        without = examples(golds, embed, translated=False)
        options.cache.mkdir(parents=True, exist_ok=True)
        features.write_bytes(pickle.dumps((with_translation, without)))
    known = None if options.no_forced else _scorer(_translator())
    learn_all(with_translation, without, known, PATH if options.write else None)


def learn_all(
    with_translation: Sequence[Example],
    without: Sequence[Example],
    known: Known | None,
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
            judge = known if "embedding" in combination and size >= 3 else None
            learned[key(combination)] = train(made, combination, judge)
            if path is not None:
                path.write_text(json.dumps(learned, indent=0) + "\n", encoding="utf-8")


def _light(example: Example) -> Example:
    """Without the beads that no weights would take: found by a first learning on the document."""
    weights = learn([example.case], 10.0, steps=5, first_steps=8)
    return replace(example, case=pruned(example.case, weights, 30.0))


def _translator() -> Any:
    from models.auto import load_engine
    from models.memory import Memory
    from models.translator import Translator

    return Translator(load_engine(), memory=Memory())


def _scorer(translator: Any) -> Known:
    def known(source: str, target: str) -> forced.ForcedScore | None:
        found: forced.ForcedScore = translator.score([source], [target])[0]
        return found

    return known


if __name__ == "__main__":
    main()
