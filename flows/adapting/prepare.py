"""Prepare the pairs of a training: read, clean, remove duplicates, and hold out test pairs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from duizhao.corpus.cleaning.held_out import hold_out
from duizhao.corpus.cleaning.plan import STEPS, Planned, planned
from duizhao.corpus.cleaning.run import clean, counts
from duizhao.corpus.errors import InputError
from duizhao.corpus.files.pairs import read_pairs
from duizhao.corpus.row import Row
from duizhao.models.training.examples import Pair

LEAST = {"train": 10, "dev": 2, "test": 5}
"""Least pairs of a part: fewer are too few to learn, to choose a step, or to test."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Pairs for training, for choosing the best model, and for the test.

    `documents` has the document of each test pair, `hashes` the SHA-256 of each input file by name,
    `removed` the pairs removed by each cleaning step and for other reasons. `unused` are files of
    the folders that have no pairs.
    """

    train: Sequence[Pair]
    dev: Sequence[Pair]
    test: Sequence[Pair]
    documents: Sequence[str]
    held_out_by: str
    hashes: Mapping[str, str]
    read: int
    removed: Mapping[str, int]
    unused: Sequence[str]

    def fingerprint(self) -> str:
        """A hash of all texts for training and testing."""
        data = json.dumps([self.train, self.dev, self.test], ensure_ascii=False)
        return hashlib.sha256(data.encode("utf-8", "surrogatepass")).hexdigest()


def prepare(paths: Sequence[str], min_confidence: float) -> Prepared:
    """Read and divide the inputs; InputError if they have too few pairs."""
    pairs = read_pairs([Path(path) for path in paths])
    kept: list[Row] = []
    cleaned = clean(
        lambda: pairs.rows, _plan(min_confidence), keep=kept.append, remove=lambda entry: None
    )
    parts = hold_out(kept, pairs.splits, pairs.without_documents)
    removed = {
        "machine_translation": pairs.machine,
        "empty_side": pairs.incomplete,
        **counts(cleaned),
        "sentence_of_held_out_text": parts.shared,
    }
    for name, least in LEAST.items():
        count = len(getattr(parts, name))
        if count < least:
            raise InputError(
                f"{', '.join(paths)}: {count} pairs for {name}, of {cleaned.read:,} read "
                f"and {cleaned.kept:,} fit for use; give more text (at least some hundred pairs)"
            )
    return Prepared(
        _pairs(parts.train),
        _pairs(parts.dev),
        _pairs(parts.test),
        [row.source_document for row in parts.test],
        parts.by,
        dict(zip(_short_names(list(pairs.hashes)), pairs.hashes.values(), strict=True)),
        cleaned.read + pairs.machine + pairs.incomplete,
        {name: count for name, count in removed.items() if count},
        pairs.unused,
    )


def _short_names(paths: Sequence[str]) -> list[str]:
    """The last parts of the paths, as many as distinguish them: no folder of this machine.

    >>> _short_names(["/data/un/corpus.jsonl", "/data/laws/corpus.jsonl"])
    ['un/corpus.jsonl', 'laws/corpus.jsonl']
    """
    parts = [Path(path).parts for path in paths]
    count = 1
    while len({one[-count:] for one in parts}) < len(parts):
        count += 1
    return [Path(*one[-count:]).as_posix() for one in parts]


def _plan(min_confidence: float) -> list[Planned]:
    """The default steps of cleaning, with this confidence."""
    values = {"low_confidence": {"minimum": min_confidence}}
    return [planned(step.name, values.get(step.name)) for step in STEPS.values() if step.by_default]


def _pairs(rows: Sequence[Row]) -> list[Pair]:
    return [(row.source, row.target) for row in rows]
