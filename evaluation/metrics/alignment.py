"""Alignment scores: precision, recall and F1, strict and lax, as vecalign's scorer defines them.

A predicted bead is strictly right if it is a gold bead, and laxly right if it shares a source and a
target sentence with one gold bead (a gap can only be strictly right). Precision counts all
predicted beads including gaps; recall is precision with the arguments swapped and without gaps.

    >>> gold = [parse_bead("[0]:[0]"), parse_bead("[1]:[1,2]")]
    >>> predicted = [parse_bead("[0]:[0]"), parse_bead("[1]:[1]"), parse_bead("[]:[2]")]
    >>> score([(gold, predicted)]).strict.precision
    0.3333333333333333
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from duizhao.corpus import tsv
from duizhao.corpus.alignment.bead import Bead, checked_bead, parse_bead
from duizhao.corpus.errors import InputError

Ids = tuple[tuple[int, ...], tuple[int, ...]]
Pair = tuple[Sequence[Bead], Sequence[Bead]]
"""The gold beads and the predicted beads of one document."""

__all__ = [
    "AlignmentScore",
    "PrecisionRecall",
    "check_same_texts",
    "paired_files",
    "parse_bead",
    "read_beads",
    "score",
    "score_by_type",
]


@dataclass(frozen=True, slots=True)
class PrecisionRecall:
    """Counts of right beads, and the scores from them; 0 if there is nothing to count."""

    predicted_right: int
    predicted: int
    gold_found: int
    gold: int

    @property
    def precision(self) -> float:
        return self.predicted_right / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        return self.gold_found / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class AlignmentScore:
    """Strict and lax scores; `strict_interval` is the 95% bootstrap interval of strict F1."""

    strict: PrecisionRecall
    lax: PrecisionRecall
    strict_interval: tuple[float, float] | None = None
    lax_interval: tuple[float, float] | None = None


def read_beads(path: Path, *, may_be_empty: bool = False) -> list[Bead]:
    """Read a file of beads: one ``[0,1]:[2]`` per line, or the output of ``align --to jsonl|tsv``.

    Beads marked in jsonl as not kept are left out. InputError names the first invalid line.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as beads: {error}") from error
    # a line of column names: the TSV of `align`
    columns = tsv.rows(lines[0])[0][1] if lines[0].strip() else []
    column = columns.index("bead") if len(columns) > 1 and "bead" in columns else None
    beads = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or (column is not None and number == 1):
            continue
        try:
            bead = _bead_of_line(line, column)
        except (ValueError, KeyError, TypeError, IndexError) as error:
            what = error if isinstance(error, ValueError) else "not a bead written by align"
            raise InputError(f"{path}, line {number}: {what}") from None
        if bead is not None:
            beads.append(bead)
    if not beads and not may_be_empty:
        raise InputError(f"{path}: no beads in it; expected lines of the form [0,1]:[2]")
    return beads


def _bead_of_line(line: str, column: int | None) -> Bead | None:
    """The bead on a line; None if it is marked as not kept."""
    if column is not None:
        return parse_bead(tsv.rows(line)[0][1][column])
    if not line.lstrip().startswith("{"):
        return parse_bead(line)
    row = json.loads(line)
    if not row.get("kept", True):
        return None
    ids = [tuple(row[side]) for side in ("source_ids", "target_ids")]
    if not all(type(number) is int and number >= 0 for side in ids for number in side):
        raise ValueError("source_ids and target_ids are not all line numbers")
    return checked_bead(*ids)


def paired_files(gold: Path, predicted: Path) -> list[tuple[Path, Path]]:
    """(gold, prediction) of each document: two files, or two folders whose files share a stem.

    If the folder of gold has ``*.gold`` files, only these are used.
    """
    if gold.is_dir() != predicted.is_dir():
        folder, file = (gold, predicted) if gold.is_dir() else (predicted, gold)
        raise InputError(f"{folder} is a folder and {file} is not: give two files or two folders")
    if not gold.is_dir():
        return [(gold, predicted)]
    golds = sorted(gold.glob("*.gold")) or _files(gold)
    by_stem: dict[str, list[Path]] = defaultdict(list)
    for file in _files(predicted):
        by_stem[file.stem].append(file)
    pairs = []
    for file in golds:
        matches = by_stem[file.stem]
        if len(matches) != 1:
            many = " and ".join(each.name for each in matches) or "no file"
            raise InputError(f"{file}: {predicted} has {many} of this name; it must have one")
        pairs.append((file, matches[0]))
    if not pairs:
        raise InputError(f"{gold}: no file in it; expected gold alignments")
    return pairs


def _files(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")
    )


def check_same_texts(gold: Sequence[Bead], predicted: Sequence[Bead]) -> str | None:
    """A warning if the two alignments cannot be of the same two texts, else None.

    Alignments often leave out gaps, so only missing sentences at the end count as evidence.
    """
    for side in ("source", "target"):
        ends = [
            max((i for bead in beads for i in getattr(bead, side)), default=-1) + 1
            for beads in (gold, predicted)
        ]
        if abs(ends[0] - ends[1]) > 0.05 * max(*ends, 20):
            return (
                f"the gold goes up to {side} sentence {ends[0]}, the prediction to {ends[1]}: "
                "are they alignments of the same texts, in the same direction?"
            )
    return None


def _ids(beads: Iterable[Bead]) -> dict[Ids, None]:
    """The beads as ids, each once, except those empty on both sides."""
    return {(bead.source, bead.target): None for bead in beads if bead.source or bead.target}


def _judge(reference: Iterable[Ids], judged: Iterable[Ids]) -> list[tuple[Ids, bool, bool]]:
    """(bead, strictly right, laxly right) for each judged bead."""
    reference = set(reference)
    partners: dict[int, set[int]] = defaultdict(set)
    for source, target in reference:
        for i in source:
            partners[i].update(target)
    verdicts = []
    for bead in judged:
        strict = bead in reference
        lax = strict or any(partners[i].intersection(bead[1]) for i in bead[0])
        verdicts.append((bead, strict, lax))
    return verdicts


def _verdicts(
    gold: Sequence[Bead], predicted: Sequence[Bead]
) -> tuple[list[tuple[Ids, bool, bool]], list[tuple[Ids, bool, bool]]]:
    """Verdicts on the predicted beads, and on the gold beads without gaps."""
    gold_ids, predicted_ids = _ids(gold), _ids(predicted)
    return (
        _judge(gold_ids, predicted_ids),
        _judge(
            (bead for bead in predicted_ids if bead[0] and bead[1]),
            [bead for bead in gold_ids if bead[0] and bead[1]],
        ),
    )


def _count(
    predicted: Sequence[tuple[Ids, bool, bool]], gold: Sequence[tuple[Ids, bool, bool]], at: int
) -> PrecisionRecall:
    return PrecisionRecall(
        sum(bool(verdict[at]) for verdict in predicted),
        len(predicted),
        sum(bool(verdict[at]) for verdict in gold),
        len(gold),
    )


def score(pairs: Sequence[Pair], resamples: int = 0, seed: int = 0) -> AlignmentScore:
    """Score documents together (summing their counts, as vecalign does).

    With `resamples`, the 95% intervals come from that many bootstrap samples of gold beads; a
    predicted bead belongs to the gold bead with its first sentence.
    """
    predicted: list[tuple[Ids, bool, bool]] = []
    gold: list[tuple[Ids, bool, bool]] = []
    units: list[list[int]] = []
    for gold_beads, predicted_beads in pairs:
        on_predicted, on_gold = _verdicts(gold_beads, predicted_beads)
        predicted += on_predicted
        gold += on_gold
        if resamples:
            units += _units(gold_beads, on_predicted, on_gold)
    strict, lax = _count(predicted, gold, 1), _count(predicted, gold, 2)
    if not resamples or not units:
        return AlignmentScore(strict, lax)
    return AlignmentScore(
        strict,
        lax,
        _interval(units, (0, 2, 3, 5), resamples, seed),
        _interval(units, (1, 2, 4, 5), resamples, seed),
    )


def _units(
    gold: Sequence[Bead],
    on_predicted: Sequence[tuple[Ids, bool, bool]],
    on_gold: Sequence[tuple[Ids, bool, bool]],
) -> list[list[int]]:
    """A row per gold bead: predicted (strict, lax, all), gold (strict, lax, all)."""
    rows = [[0] * 6 for _ in range(len(gold) + 1)]
    place = {("source", i): row for row, bead in enumerate(gold) for i in bead.source}
    place |= {("target", j): row for row, bead in enumerate(gold) for j in bead.target}
    for start, verdicts in ((0, on_predicted), (3, on_gold)):
        for (source, target), strict, lax in verdicts:
            key = ("source", source[0]) if source else ("target", target[0])
            row = rows[place.get(key, len(gold))]
            row[start] += strict
            row[start + 1] += lax
            row[start + 2] += 1
    return [row for row in rows if any(row)]


def _interval(
    units: Sequence[Sequence[int]], columns: tuple[int, int, int, int], resamples: int, seed: int
) -> tuple[float, float]:
    """The 2.5th and 97.5th percentile of F1 over resampled units."""
    # units with equal counts are drawn together: there are only a few different ones
    kinds, counts = np.unique(np.array(units)[:, columns], axis=0, return_counts=True)
    draws = np.random.default_rng(seed).multinomial(
        counts.sum(), counts / counts.sum(), size=resamples
    )
    values = sorted(PrecisionRecall(*map(int, sums)).f1 for sums in draws @ kinds)
    return values[int(0.025 * (resamples - 1))], values[round(0.975 * (resamples - 1))]


def score_by_type(pairs: Sequence[Pair]) -> dict[str, PrecisionRecall]:
    """Strict scores of each bead type including gaps, most frequent in the gold first."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for gold, predicted in pairs:
        gold_ids, predicted_ids = _ids(gold), _ids(predicted)
        for at, beads, other in ((0, predicted_ids, gold_ids), (2, gold_ids, predicted_ids)):
            for source, target in beads:
                row = counts[f"{len(source)}-{len(target)}"]
                row[at] += (source, target) in other
                row[at + 1] += 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1][3], item[0]))
    return {name: PrecisionRecall(*row) for name, row in ordered}
