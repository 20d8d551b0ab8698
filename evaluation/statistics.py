"""Statistics of a corpus: its contents, lost sentences, and suspicious rows.

`statistics` reads a corpus once, row by row, and returns a plain dictionary. It keeps numbers (8
bytes per row and figure) and the vocabulary in memory, never the texts.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.length_ratio import length_ratio
from duizhao.corpus.cleaning.plan import STEPS, planned
from duizhao.corpus.cleaning.splits import SPLITS
from duizhao.corpus.cleaning.step import Check, LookingCheck
from duizhao.corpus.document import LedgerEntry
from duizhao.corpus.files.read import corpus_files, read_file, read_ledger
from duizhao.corpus.keys import row_key, sentence_keys
from duizhao.corpus.script import HAN_CHARACTER

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
LENGTHS = (0, 5, 10, 20, 30, 40, 60, 100, 200)
"""Lower bounds of the length classes: Chinese characters, English words."""

RATIOS = (0.0, 0.25, 0.5, 0.75, 0.9, 1.1, 1.25, 1.5, 2.0, 3.0)
"""Lower bounds of the classes of the length ratio; 1 is the ratio of UN text."""

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


@dataclass(slots=True)
class _Totals:
    """Counts and figures of the rows so far."""

    rows: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    beads: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    splits: Counter[str] = field(default_factory=Counter)
    characters: Counter[str] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    confidence: array[float] = field(default_factory=lambda: array("d"))
    ratio: array[float] = field(default_factory=lambda: array("d"))
    mt_score: array[float] = field(default_factory=lambda: array("d"))
    source_length: array[float] = field(default_factory=lambda: array("d"))
    target_length: array[float] = field(default_factory=lambda: array("d"))
    documents: defaultdict[str, list[float]] = field(
        default_factory=lambda: defaultdict(lambda: [0, 0.0])
    )
    keys: dict[str, array[int]] = field(
        default_factory=lambda: {side: array("Q") for side in ("pair", "source", "target")}
    )
    sentences: dict[str, array[int]] = field(
        default_factory=lambda: defaultdict(lambda: array("Q"))
    )


def statistics(path: Path, progress: Callable[[int], None] | None = None) -> dict[str, Any]:
    """Statistics of a corpus file, or of the folder of a build or a batch.

    `progress` is called with the number of rows read. InputError if there is no corpus.
    """
    files = corpus_files(path)
    totals = _Totals()
    checks = {
        name: step.start(**planned(name).values)
        for name, step in STEPS.items()
        if not isinstance(step.start(**planned(name).values), LookingCheck)
    }
    for file in files:
        for row in read_file(file.path):
            _note(totals, row, file.split, checks)
            if progress and totals.rows % 1000 == 0:
                progress(totals.rows)
    return {
        "corpus": str(path),
        "files": len(files),
        "rows": totals.rows,
        "documents": len(totals.documents),
        "targets": dict(totals.kinds),
        "bead_types": dict(totals.beads.most_common()),
        "confidence": _figures(totals.confidence, [tenth / 10 for tenth in range(10)]),
        "length_ratio": _figures(totals.ratio, RATIOS),
        "lengths": {
            "source_characters": _figures(totals.source_length, LENGTHS),
            "target_words": _figures(totals.target_length, LENGTHS),
        },
        "vocabulary": {
            "source_characters": _vocabulary(totals.characters),
            "target_words": _vocabulary(totals.words),
        },
        "duplicates": {side: _repeated(keys) for side, keys in totals.keys.items()},
        "checks": {name: totals.taken[name] for name in checks},
        "translation": {"score": _figures(totals.mt_score, ()), "flags": dict(totals.flags)},
        "sentences": _sentences(totals.kept, read_ledger(path)),
        "splits": _splits(totals),
        "least_sure_documents": _least_sure(totals.documents),
    }


def _note(totals: _Totals, row: Row, split: str, checks: Mapping[str, Check]) -> None:
    totals.rows += 1
    totals.kinds[row.target_kind] += 1
    totals.beads[row.bead_type] += 1
    totals.flags.update(row.mt_flags)
    totals.kept["source"] += len(row.source_ids)
    totals.kept["target"] += len(row.target_ids)
    totals.confidence.append(row.confidence)
    totals.ratio.append(length_ratio(row.source, row.target))
    if row.mt_score is not None:
        totals.mt_score.append(row.mt_score)
    words = _WORD.findall(row.target.lower())
    totals.characters.update(HAN_CHARACTER.findall(row.source))
    totals.words.update(words)
    totals.source_length.append(len(row.source))
    totals.target_length.append(len(row.target.split()))
    document = totals.documents[row.source_document]
    document[0] += 1
    document[1] += row.confidence
    totals.keys["pair"].append(row_key(row, "both"))
    totals.keys["source"].append(row_key(row, "source"))
    totals.keys["target"].append(row_key(row, "target"))
    totals.taken.update(name for name, check in checks.items() if check.judge(row) is not None)
    if split:
        totals.splits[split] += 1
        totals.sentences[split].extend(sentence_keys(row))


def _figures(values: Sequence[float], classes: Sequence[float]) -> dict[str, Any]:
    """Mean, extremes, quantiles, and the number of values in each class (by its lower bound)."""
    import numpy

    if not values:
        return {"count": 0}
    table = numpy.asarray(values, dtype=float)
    found: dict[str, Any] = {
        "count": len(table),
        "mean": round(float(table.mean()), 4),
        "min": float(table.min()),
        "max": float(table.max()),
        "quantiles": {
            f"{share:g}": round(float(value), 4)
            for share, value in zip(QUANTILES, numpy.quantile(table, QUANTILES), strict=True)
        },
    }
    if classes:
        counts, _ = numpy.histogram(table, bins=[*classes, numpy.inf])
        found["classes"] = {
            f"{low:g}": int(count) for low, count in zip(classes, counts, strict=True)
        }
    return found


def _vocabulary(counts: Counter[str]) -> dict[str, Any]:
    """Tokens, types, types that occur once, and the most common ones."""
    return {
        "tokens": counts.total(),
        "types": len(counts),
        "once": sum(count == 1 for count in counts.values()),
        "most_common": dict(counts.most_common(20)),
    }


def _repeated(keys: Sequence[int]) -> dict[str, Any]:
    """Rows whose text occurred before, and their share."""
    import numpy

    distinct = len(numpy.unique(numpy.asarray(keys, dtype="uint64")))
    repeated = len(keys) - distinct
    return {"rows": repeated, "share": round(repeated / len(keys), 4) if keys else 0.0}


def _sentences(kept: Mapping[str, int], ledger: Iterable[LedgerEntry]) -> dict[str, Any]:
    """Sentences kept and lost by side, with reasons, and other left-out lines separately."""
    lost: dict[str, Counter[str]] = {"source": Counter(), "target": Counter()}
    lines: Counter[str] = Counter()
    for entry in ledger:
        reason = f"{entry.stage}: {entry.reason}"
        if entry.sentence is None:
            lines[reason] += 1
        else:
            lost[entry.side][reason] += 1
    found: dict[str, Any] = {}
    for side, reasons in lost.items():
        total = kept.get(side, 0) + reasons.total()
        found[side] = {
            "kept": kept.get(side, 0),
            "lost": reasons.total(),
            "share_lost": round(reasons.total() / total, 4) if total else 0.0,
            "reasons": dict(reasons.most_common()),
        }
    return found | {"other_lines": dict(lines.most_common())}


def _splits(totals: _Totals) -> dict[str, Any]:
    """Rows of each split, and sentences (of either language) that two splits share."""
    import numpy

    if not totals.splits:
        return {}
    distinct = {
        name: numpy.unique(numpy.asarray(totals.sentences[name], dtype="uint64"))
        for name in SPLITS
        if name in totals.splits
    }
    return {
        "rows": {name: totals.splits[name] for name in distinct},
        "shared_sentences": {
            f"{one} and {other}": len(
                numpy.intersect1d(distinct[one], distinct[other], assume_unique=True)
            )
            for one, other in combinations(distinct, 2)
        },
    }


def _least_sure(documents: Mapping[str, Sequence[float]], count: int = 10) -> list[dict[str, Any]]:
    """The documents with the lowest mean confidence."""
    means = sorted((total / rows, name) for name, (rows, total) in documents.items())
    return [
        {"document": name, "rows": int(documents[name][0]), "confidence": round(mean, 4)}
        for mean, name in means[:count]
    ]
