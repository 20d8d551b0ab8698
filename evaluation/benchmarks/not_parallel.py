"""Shares of parallel and of unrelated texts that are rejected as not parallel.

    python -m duizhao.evaluation.benchmarks.not_parallel DATA        # table in docs/measurements.md
    python -m duizhao.evaluation.benchmarks.not_parallel DATA --fit  # learn parallel.WEIGHTS again

Runs of 3 to 200 beads are cut from UN, literary and academic texts (with the default model's
translations, from the memory): unchanged, damaged by omissions and insertions, with half of either
side foreign; and combined to unrelated pairs. The weights are learned from the first half of each
text and evaluated on the second.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np

from duizhao.corpus.alignment import Bead, align
from duizhao.corpus.alignment.parallel import COLUMNS, WEIGHTS, Floats, features, judge
from duizhao.corpus.alignment.prepare import make_ready
from duizhao.evaluation.benchmarks.alignment.data import (
    Damage,
    Gold,
    academic,
    damaged,
    mac_dev,
    unpc,
)

SIZES = {3: 24, 5: 24, 10: 20, 20: 16, 40: 10, 200: 2}
"""Numbers of beads of a pair, and the number of pairs of each kind."""
SIGNALS = {
    "embedding+overlap": ("overlap", "copied", "embedding", "length"),
    "overlap": ("overlap", "copied", "length"),
    "embedding": ("copied", "embedding", "length"),
    "neither": ("copied", "length"),
}
PARALLEL = ("UN", "literary", "academic", "UN damaged", "UN half", "literary half")
UNRELATED = ("UN/UN", "literary/literary", "literary/UN", "UN/literary", "same text, other part")
LEARNED_FROM = {"UN": 0.45, "literary": 0.45, "academic": 0.1} | dict.fromkeys(UNRELATED, 0.2)
"""Weight of each kind in learning; of parallel texts only the right beads are used."""
POSITIVE = (True, True, True, False, False, True)
"""The required sign of the weight of each of COLUMNS; that of the constant is free."""
HARM = Damage(0.2, 0.2, 0.0, 0.1, 0.0, 0.08, 0.06)


def part(gold: Gold, first: int, size: int) -> Gold:
    """`size` beads of a text as a separate text."""
    beads = gold.beads[first : first + size]
    i0 = min((bead.source[0] for bead in beads if bead.source), default=0)
    j0 = min((bead.target[0] for bead in beads if bead.target), default=0)
    i1 = max((bead.source[-1] + 1 for bead in beads if bead.source), default=0)
    j1 = max((bead.target[-1] + 1 for bead in beads if bead.target), default=0)
    moved = tuple(
        Bead(tuple(i - i0 for i in bead.source), tuple(j - j0 for j in bead.target))
        for bead in beads
    )
    translation = gold.translation and gold.translation[i0:i1]
    return Gold(gold.name, gold.source[i0:i1], gold.target[j0:j1], moved, translation)


def joined(parts: Sequence[Gold], *, aligned: bool = True) -> Gold:
    """Texts one after the other; unless `aligned`, without their beads."""
    sources = [0, *accumulate(len(each.source) for each in parts)]
    targets = [0, *accumulate(len(each.target) for each in parts)]
    beads = [
        Bead(tuple(i + at for i in bead.source), tuple(j + to for j in bead.target))
        for each, at, to in zip(parts, sources, targets, strict=False)
        for bead in each.beads
    ]
    return Gold(
        "+".join(each.name for each in parts),
        tuple(text for each in parts for text in each.source),
        tuple(text for each in parts for text in each.target),
        tuple(beads) if aligned else (),
        tuple(text for each in parts for text in each.translation or ()),
    )


def crossed(source: Gold, target: Gold) -> Gold:
    """The source of one text with the target of another."""
    return Gold("crossed", source.source, target.target, (), source.translation)


def halves(data: Path, half: int, translator: Any) -> dict[str, list[Gold]]:
    """The first (0) or second (1) half of every text, with the model's translations."""

    def cut(gold: Gold) -> Gold:
        middle = len(gold.beads) // 2
        return part(gold, half * middle, middle)

    def translated(gold: Gold) -> Gold:
        made = tuple(each.text for each in translator.translate(gold.source))
        return cut(replace(gold, translation=made))

    chapters = [translated(gold) for gold in mac_dev(data)]
    return {
        "UN": [cut(gold) for gold in unpc(data, 1000)[:4]],
        "literary": [joined(chapters[:3]), joined(chapters[3:])],
        "academic": [translated(gold) for gold in academic(data)],
    }


def pairs(texts: dict[str, list[Gold]], size: int, seed: int) -> Iterator[tuple[str, Gold]]:
    """One pair of each kind."""
    draw = random.Random(seed)

    def some(gold: Gold, length: int = size) -> Gold:
        while True:
            made = part(gold, draw.randrange(max(len(gold.beads) - length, 0) + 1), length)
            if made.source and made.target:
                return made

    un, other_un = draw.sample(texts["UN"], 2)
    book, other_book = draw.sample(texts["literary"], 2)
    yield "UN", some(un)
    yield "literary", some(book)
    yield "academic", some(texts["academic"][0])
    yield "UN damaged", damaged(some(un), other_un, HARM, seed)
    half = (size + 1) // 2
    for name, one, other in (("UN half", un, other_un), ("literary half", book, other_book)):
        foreign = crossed(some(other, half), some(texts["UN"][0] if one is book else book, half))
        yield name, joined([some(one, half), foreign])
    yield "UN/UN", crossed(some(un), some(other_un))
    yield "literary/literary", crossed(some(book), some(other_book))
    yield "literary/UN", crossed(some(book), some(un))
    yield "UN/literary", crossed(some(un), some(book))
    whole = draw.choice([un, book, texts["academic"][0]])
    first = draw.randrange(max(len(whole.beads) - 2 * size, 0) + 1)
    two = [part(whole, first, size), part(whole, first + size, size)]
    draw.shuffle(two)
    if all(each.source and each.target for each in two):
        yield "same text, other part", crossed(*two)


def aligned(gold: Gold, signals: str, embed: Any) -> tuple[Any, list[Bead]]:
    """The prepared texts and their beads, without a check for parallel texts."""
    translation = gold.translation if "overlap" in signals else None
    embedder = embed if "embedding" in signals else None
    wanted = SIGNALS[signals]
    beads = align(
        gold.source,
        gold.target,
        translation,
        embed=embedder,
        signals=wanted,
        check_parallel=False,
    )
    return make_ready(gold.source, gold.target, translation, embedder, wanted), beads


def rates(texts: dict[str, list[Gold]], embed: Any) -> dict[tuple[str, str, int], list[bool]]:
    """Whether each pair was rejected, by (signals, kind, size)."""
    refused: dict[tuple[str, str, int], list[bool]] = defaultdict(list)
    for size, count in SIZES.items():
        for seed in range(count):
            for kind, gold in pairs(texts, size, seed):
                for signals in SIGNALS:
                    verdict = judge(*aligned(gold, signals, embed))
                    refused[signals, kind, size].append(not verdict.parallel)
    return refused


def show(refused: dict[tuple[str, str, int], list[bool]]) -> None:
    """The table, as Markdown."""
    for signals in SIGNALS:
        print(f"\n| {signals} | {' | '.join(map(str, SIZES))} |")
        print("|---" * (len(SIZES) + 1) + "|")
        for kind in (*PARALLEL, *UNRELATED):
            cells = [refused[signals, kind, size] for size in SIZES]
            shown = [f"{sum(each) / len(each):.0%}" if each else "" for each in cells]
            print(f"| {kind} | {' | '.join(shown)} |")


def fit(texts: dict[str, list[Gold]], embed: Any) -> dict[str, list[float]]:
    """The weights of each combination of signals, by logistic regression."""
    seen: dict[tuple[str, str], list[Floats]] = defaultdict(list)
    for size, count in SIZES.items():
        for seed in range(count):
            for kind, gold in pairs(texts, size, seed):
                if kind not in LEARNED_FROM:
                    continue
                right = {(bead.source, bead.target) for bead in gold.beads}
                for signals in SIGNALS:
                    ready, beads = aligned(gold, signals, embed)
                    kept = [b for b in beads if b.source and b.target]
                    use = [kind in UNRELATED or (b.source, b.target) in right for b in kept]
                    if any(use):
                        seen[signals, kind].append(features(ready, kept)[use])
    learned = {}
    for signals in SIGNALS:
        kinds = [kind for kind in LEARNED_FROM if seen[signals, kind]]
        rows = [np.concatenate(seen[signals, kind]) for kind in kinds]
        share = [
            np.full(len(r), LEARNED_FROM[k] / len(r)) for k, r in zip(kinds, rows, strict=True)
        ]
        truth = [np.full(len(r), k not in UNRELATED) for k, r in zip(kinds, rows, strict=True)]
        learned[signals] = _regression(
            np.concatenate(rows), np.concatenate(truth).astype(float), np.concatenate(share)
        )
    return learned


def _regression(rows: Floats, truth: Floats, share: Floats) -> list[float]:
    """Logistic regression; a column whose weight has the wrong sign is left out."""
    used = [at for at in range(len(COLUMNS)) if rows[:, at].any()]
    while True:
        x, found = rows[:, used], np.zeros(len(used))
        for _ in range(50):
            p = 1 / (1 + np.exp(-np.clip(x @ found, -50, 50)))
            slope = x.T @ (share * (p - truth)) + 1e-6 * found
            curve = (x * (share * p * (1 - p))[:, None]).T @ x + 1e-6 * np.eye(len(used))
            found -= np.linalg.solve(curve, slope)
        wrong = [
            at
            for at, value in zip(used, found, strict=True)
            if at < len(POSITIVE) and (value > 0) != POSITIVE[at]
        ]
        if not wrong:
            weights = dict(zip(used, found.tolist(), strict=True))
            return [round(weights.get(at, 0.0), 2) for at in range(len(COLUMNS))]
        used = [at for at in used if at not in wrong]


def main() -> None:
    """Run from the command line."""
    from duizhao.models.embedding import SpanEmbedder
    from duizhao.models.translation.load import load_engine
    from duizhao.models.translation.memory import Memory
    from duizhao.models.translation.translator import Translator

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--fit", action="store_true", help="learn the weights and print them")
    options = parser.parse_args()
    translator, embed = Translator(load_engine(), memory=Memory()), SpanEmbedder()
    if options.fit:
        for signals, weights in fit(halves(options.data, 0, translator), embed).items():
            print(f'    "{signals}": {tuple(weights)},')
        return
    assert set(WEIGHTS) == set(SIGNALS)
    show(rates(halves(options.data, 1, translator), embed))


if __name__ == "__main__":
    main()
