"""Precision, recall and time of pairing, compared with two baselines.

    python -m duizhao.evaluation.benchmarks.pairing DATA                # held-out halves
    python -m duizhao.evaluation.benchmarks.pairing DATA --large        # 500 by 500
    python -m duizhao.evaluation.benchmarks.pairing DATA --large --seeds 7 11 12 13
    python -m duizhao.evaluation.benchmarks.pairing DATA --baselines    # with the baselines
    python -m duizhao.evaluation.benchmarks.pairing DATA --curve 10000  # seconds and memory
    python -m duizhao.evaluation.benchmarks.pairing DATA --fit --seeds 7 11 12 13

DATA is a folder with ``un-documents``, ``unpc`` and ``align``. Names are removed; the files are
text, HTML, Word, PDF and Markdown in turn. The weights are learned (--fit) from Chinese documents
of the first halves of the texts: without --large only the second halves are used. The 500 by 500
documents of --large are shorter (8 to 20 sentences) and come from both halves; ``real-files``,
``un-files`` and ``seed`` are added unchanged. The figures of the held-out documents (the second
halves and the files) are printed separately.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Sequence, Set
from dataclasses import astuple, dataclass
from pathlib import Path

import psutil

from duizhao.corpus.pairing import Profile, pair
from duizhao.evaluation.benchmarks.pairing.piles import Pile, held_out_pile, large_pile
from duizhao.evaluation.benchmarks.pairing.profiles import (
    Embedder,
    Reader,
    profiles_of,
)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--baselines", action="store_true")
    parser.add_argument("--curve", type=int, default=0)
    parser.add_argument("--seeds", type=int, nargs="+", default=[7])
    parser.add_argument("--cache", type=Path, default=Path("pairing-cache"))
    options = parser.parse_args()
    if options.fit:
        from duizhao.evaluation.benchmarks.pairing.fit import fit

        fit(options.data, options.seeds, options.cache)
        return
    embed = Embedder(options.cache)
    found: dict[str, list[Figures]] = defaultdict(list)
    for seed in options.seeds:
        pile, learned = (large_pile if options.large else held_out_pile)(options.data, seed)
        start = time.perf_counter()
        sources, one = profiles_of(pile.sources, "zh", embed)
        targets, other = profiles_of(pile.targets, "en", embed)
        print(f"seed {seed}: {len(sources)} by {len(targets)} documents, {len(pile.truth)} pairs")
        print(f"read and profiled in {time.perf_counter() - start:.0f} s")
        paths = [profile.path for profile in (*sources, *targets)]
        reader = Reader(dict(zip(paths, one + other, strict=True)), embed)
        pairs = paired(pile, sources, targets, reader)
        found["duizhao pair"].append(show("duizhao pair", pile, pairs, learned))
        if options.baselines:
            from duizhao.evaluation.benchmarks.pairing import baselines

            start = time.perf_counter()
            english = baselines.translated(one, options.cache)
            pairs = baselines.pair_by_words(english, [" ".join(lines) for lines in other])
            name = "TF-IDF over machine translation"
            found[name].append(show(name, pile, pairs, learned))
            print(f"  {time.perf_counter() - start:.0f} s with translation")
            pairs = baselines.pair_by_name(sources, targets)
            found["names alone"].append(show("names alone", pile, pairs, learned))
        if options.curve:
            from duizhao.evaluation.benchmarks.pairing import curve

            curve.run(sources, targets, pile.truth, reader, options.curve)
    if len(options.seeds) > 1:
        for name, figures in found.items():
            print(f"{name}, mean of {len(figures)} seeds: {mean(figures)}")


def paired(
    pile: Pile, sources: Sequence[Profile], targets: Sequence[Profile], reader: Reader
) -> dict[int, int]:
    """The indices of the paired documents; prints errors, seconds and memory."""
    start = time.perf_counter()
    result = pair(sources, targets, reader)
    seconds = time.perf_counter() - start
    place = {profile.path: at for at, profile in enumerate(targets)}
    at = {profile.path: number for number, profile in enumerate(sources)}
    pairs = {at[p.source.path]: place[p.target.path] for p in result.pairs}
    print(f"{seconds:.1f} s, {psutil.Process().memory_info().rss >> 20} MB")
    print("wrong:", [(i, pile.kinds[i]) for i, j in pairs.items() if pile.truth.get(i) != j])
    print("lost:", [(i, pile.kinds[i]) for i in pile.truth if i not in pairs])
    print("unpaired:", dict(Counter(entry.reason for entry in result.unpaired)))
    return pairs


@dataclass(frozen=True, slots=True)
class Figures:
    """Precision and recall, of all documents and of those that are held out."""

    precision: float
    recall: float
    held_out_precision: float
    held_out_recall: float

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.4f}, recall {self.recall:.4f}; "
            f"held out {self.held_out_precision:.4f}, {self.held_out_recall:.4f}"
        )


def mean(figures: Sequence[Figures]) -> Figures:
    """The mean of each figure."""
    return Figures(
        *(sum(column) / len(figures) for column in zip(*map(astuple, figures), strict=True))
    )


def show(name: str, pile: Pile, pairs: dict[int, int], learned: Set[int]) -> Figures:
    """Print and return precision and recall."""
    held_out = {i: j for i, j in pairs.items() if i not in learned}
    truth = {i: j for i, j in pile.truth.items() if i not in learned}
    figures = Figures(*_figures(pile.truth, pairs), *_figures(truth, held_out))
    print(f"{name}: {figures} ({len(truth)} pairs)", flush=True)
    return figures


def _figures(truth: dict[int, int], pairs: dict[int, int]) -> tuple[float, float]:
    right = sum(truth.get(i) == j for i, j in pairs.items())
    return right / len(pairs) if pairs else 1.0, right / len(truth)


if __name__ == "__main__":
    main()
