"""Half-translated sentences: a sentence of which only a few words are left, in its neighbour.

    python -m duizhao.evaluation.benchmarks.alignment.half_translated DATA

A free translation renders 这些公司大多已经倒闭 ("most of these firms have closed since") as
", mostly failures" at the end of the previous sentence. The right bead has both source sentences.
Real texts with such places and a gold alignment are few, so they are made from mac-dev, academic
and UN text, together with real omissions. Prints strict and lax F1, and how many omissions are
recognised, for several thresholds of corpus/alignment/omissions.py (inf: nothing is joined), and
F1 with the thresholds that the other folds choose. Forced scores are kept in the translation
memory.
"""

from __future__ import annotations

import argparse
import math
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.alignment.confidence import calibrate
from duizhao.corpus.alignment.judge import judge
from duizhao.corpus.alignment.omissions import rejoined
from duizhao.corpus.alignment.signals import forced
from duizhao.evaluation.benchmarks.alignment.accuracy import Parts, data_sets, translated
from duizhao.evaluation.benchmarks.alignment.data import Damage, Gold, chopped, damaged, unpc
from duizhao.evaluation.benchmarks.alignment.forced_budget import searched
from duizhao.evaluation.metrics.alignment import score

THRESHOLDS = (math.inf, 8.0, 4.0, 3.0, 2.5, 2.0, 1.5, 1.0, 0.0)
FOLDS = 6
OMISSIONS = Damage(
    drop_source=0, drop_target=0.04, drop_run=0, foreign=0, foreign_run=0, split=0, merge=0
)

_END = re.compile(r"[.!?;,:…\"”’)\s]+$")
_WORD = re.compile(r"\w+")
_CLAUSE = re.compile(r".*[,;:]$").match
_OPENING = re.compile(
    "an?|the|and|but|or|as|at|by|for|from|in(to)?|of|on|to|with(out)?|who|which|that|while|when|"
    "where|because|if|since|after|before|through|over|under|about|between"
).fullmatch
_PRONOUN = re.compile("s?he|it|we|you|the[ym]|th[eo]se|there|his|hers?|it|its|our|their").fullmatch


def condensed(gold: Gold, rate: float, seed: int) -> Gold:
    """The text with some of its 1-1 beads condensed into the bead before or after.

    A phrase of 2 words up to half of the sentence is kept, the one with the rarest words.
    """
    generator = random.Random(seed)
    rarity = _rarity(gold.target)
    target = list(gold.target)
    dropped: set[int] = set()
    joined: list[list[Bead]] = []
    beads = list(gold.beads)
    at = 0
    while at < len(beads):
        bead, at = beads[at], at + 1
        chosen = bead.type == "1-1" and generator.random() < rate
        before = bool(joined) and len(joined[-1]) == 1 and _two_sided(joined[-1][0])
        after = at < len(beads) and _two_sided(beads[at])
        words = target[bead.target[0]].split() if chosen else []
        if len(words) < 4 or not (before or after):
            joined.append([bead])
            continue
        phrase = _phrase(words, rarity, generator)
        dropped.add(bead.target[0])
        if before and (not after or generator.random() < 0.5):
            neighbour = joined[-1][0].target[-1]
            target[neighbour] = _appended(target[neighbour], phrase)
            joined[-1].append(bead)
        else:
            neighbour = beads[at].target[0]
            target[neighbour] = _prepended(phrase, target[neighbour])
            joined.append([bead, beads[at]])
            at += 1
    number = {j: k for k, j in enumerate(j for j in range(len(target)) if j not in dropped)}
    return replace(
        gold,
        name=f"{gold.name}~c{seed}",
        target=tuple(text for j, text in enumerate(target) if j not in dropped),
        beads=tuple(_merged(group, number) for group in joined),
    )


def _two_sided(bead: Bead) -> bool:
    return bool(bead.source and bead.target)


def _merged(group: Sequence[Bead], number: dict[int, int]) -> Bead:
    source = tuple(i for bead in group for i in bead.source)
    return Bead(source, tuple(number[j] for bead in group for j in bead.target if j in number))


def _rarity(sentences: Sequence[str]) -> dict[str, float]:
    counts = Counter(word for text in sentences for word in set(_WORD.findall(text.lower())))
    return {word: math.log(len(sentences) / count) for word, count in counts.items()}


def _phrase(words: Sequence[str], rarity: dict[str, float], generator: random.Random) -> str:
    """A run of words, up to a random length, that could be a phrase; its words are the rarest."""
    size = generator.randint(3, max(len(words) // 2, 3))
    weights = [sum(rarity.get(each, 0.0) for each in _WORD.findall(word.lower())) for word in words]
    bare = [word.strip("\"“”‘’'(),;:.!?").lower() for word in words]
    seams = [k for k in range(1, len(words)) if _OPENING(bare[k]) or _CLAUSE(words[k - 1])]
    runs = [(a, b) for a in [0, *seams] for b in [*seams, len(words)] if 2 <= b - a <= size]
    runs = runs or [(len(words) - size, len(words))]
    start, end = max(runs, key=lambda run: sum(weights[run[0] : run[1]]))
    return _END.sub("", " ".join(words[start:end])).strip("\"“‘'(,;")


def _appended(text: str, phrase: str) -> str:
    end = _END.search(text)
    at = end.start() if end else len(text)
    return f"{text[:at]}, {phrase}{text[at:] or '.'}"


def _prepended(phrase: str, text: str) -> str:
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    small = _OPENING(first.lower()) or _PRONOUN(first.lower())
    return f"{phrase[:1].upper()}{phrase[1:]}, {text[:1].lower() if small else text[:1]}{text[1:]}"


@dataclass(frozen=True, slots=True)
class Aligned:
    """A document's beads by threshold."""

    name: str
    fold: int
    gold: Gold
    beads: dict[float, list[Bead]]


def documents(data: Path, translator: Any) -> Iterator[tuple[str, int, Gold]]:
    """The name of the set and the fold of each document: as it is, and damaged (~)."""
    sets = translated(data_sets(data), translator)
    sets["academic"] = chopped(sets["academic"][0], 360)[:3]
    for name, golds in sets.items():
        yield from ((name, fold, gold) for fold, gold in enumerate(golds))
    sets["unpc damaged"] = unpc(data)[:5]
    for name, golds in sets.items():
        rate = 0.06 if name.startswith("unpc") else 0.1
        for fold, (gold, other) in enumerate(zip(golds, golds[1:] + golds[:1], strict=True)):
            damage = damaged(condensed(gold, rate, fold), other, OMISSIONS, fold)
            yield f"{name.split()[0]}~", fold, damage


def aligned(name: str, fold: int, gold: Gold, parts: Parts) -> Aligned:
    """Align a document once, and join its unpaired sentences with each threshold."""
    each = searched(gold, parts.embed)
    result = judge(each.texts, each.result, parts.score, forced.EFFORTS["normal"])
    beads = calibrate(result)
    by_threshold = {
        threshold: rejoined(each.texts, beads, parts.score, least_gain=threshold)
        for threshold in THRESHOLDS
    }
    return Aligned(name, fold, gold, by_threshold)


def f1(documents: Sequence[Aligned], threshold: float) -> tuple[float, float]:
    """Strict and lax F1."""
    result = score([(each.gold.beads, each.beads[threshold]) for each in documents], resamples=2)
    return result.strict.f1, result.lax.f1


def omitted(documents: Sequence[Aligned], threshold: float) -> tuple[int, int]:
    """How many of the sentences that were left out are unpaired, and how many there are."""
    gold = [(each, bead) for each in documents for bead in each.gold.beads if not bead.target]
    unpaired = {
        (each.gold.name, bead.source)
        for each in documents
        for bead in each.beads[threshold]
        if not bead.target
    }
    return sum((each.gold.name, bead.source) in unpaired for each, bead in gold), len(gold)


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    options = parser.parse_args()
    from threadpoolctl import threadpool_limits

    from duizhao.models.translation.load import load_engine

    parts = Parts(load_engine())
    with threadpool_limits(1, user_api="blas"):
        done = [aligned(*each, parts) for each in documents(options.data, parts.translator)]
    sets = list(dict.fromkeys(each.name for each in done))
    for threshold in THRESHOLDS:
        for name in sets:
            group = [each for each in done if each.name == name]
            strict, lax = f1(group, threshold)
            found, count = omitted(group, threshold)
            print(
                f"threshold {threshold:4.1f}  {name:<13} strict {strict:.4f}  lax {lax:.4f}"
                f"  omissions found {found} of {count}",
                flush=True,
            )
    best = {}
    for fold in range(FOLDS):
        others = [each for each in done if each.fold != fold]
        best[fold] = max(THRESHOLDS, key=lambda threshold: f1(others, threshold)[0])
    print("thresholds chosen by the other folds:", [best[fold] for fold in range(FOLDS)])
    for name in sets:
        group = [each for each in done if each.name == name]
        result = score([(e.gold.beads, e.beads[best[e.fold]]) for e in group], resamples=2)
        print(f"cross-validated  {name:<13} strict {result.strict.f1:.4f}  lax {result.lax.f1:.4f}")


if __name__ == "__main__":
    main()
