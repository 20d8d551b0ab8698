"""Train, validation and test by document, sharing no sentence.

A document's split follows from a hash of its id: the same on every machine, and the same when the
corpus grows. Sentences in two splits are then removed from the larger one (train before validation
before test) and go to the ledger, so that the test set stays complete.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.run import removed
from duizhao.corpus.document import LedgerEntry
from duizhao.corpus.errors import InputError
from duizhao.corpus.keys import KeyedRow, hash64

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
STAGE = "split"


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of documents in validation and test; the rest is train.

    `seed` is part of the hash: another seed chooses other documents.
    """

    validation: float = 0.05
    test: float = 0.05
    seed: str = "duizhao"

    def __post_init__(self) -> None:
        # written as `not (...)` because every comparison with nan is false
        if not (self.validation >= 0 and self.test >= 0 and self.validation + self.test <= 1):
            raise InputError(
                f"shares of validation ({self.validation:g}) and test ({self.test:g}) must be "
                "0 or more and 1 or less together"
            )


@dataclass(frozen=True, slots=True)
class SplitReport:
    """Rows and documents of each split, and rows removed because another split has them."""

    rows: dict[Split, int]
    documents: dict[Split, int]
    shared: dict[Split, int]

    def as_dict(self) -> dict[str, Any]:
        """JSON with a key for each split."""
        return {
            split: {
                "rows": self.rows[split],
                "documents": self.documents[split],
                "taken_out": self.shared[split],
            }
            for split in SPLITS
        }


def split_of(document: str, shares: Shares) -> Split:
    """The split of a document, by its id alone."""
    place = hash64(f"{shares.seed}\t{document}") / 2**64
    if place < shares.test:
        return "test"
    return "validation" if place < shares.test + shares.validation else "train"


def split(
    rows: Callable[[], Iterable[KeyedRow]],
    shares: Shares,
    *,
    keep: Callable[[Split, Row], object],
    remove: Callable[[LedgerEntry], object],
) -> SplitReport:
    """Pass each row to `keep` with its split, or to `remove` if a smaller split has it.

    Reads the corpus twice (`rows` returns a new iterator); holds 8 bytes for each sentence of
    validation and test.
    """
    held = _sentences(rows(), shares)
    counts: dict[Split, int] = dict.fromkeys(SPLITS, 0)
    shared: dict[Split, int] = dict.fromkeys(SPLITS, 0)
    documents: dict[Split, set[int]] = {name: set() for name in SPLITS}
    for row, keys in rows():
        own = split_of(row.source_document, shares)
        other = _also_in(keys, own, held)
        if other is not None:
            shared[own] += 1
            finding = {"split": own, "also_in": other}
            for entry in removed(row, "shared_sentence", finding, STAGE):
                remove(entry)
            continue
        counts[own] += 1
        documents[own].add(hash64(row.source_document))
        keep(own, row)
    return SplitReport(counts, {name: len(ids) for name, ids in documents.items()}, shared)


def _sentences(rows: Iterable[KeyedRow], shares: Shares) -> dict[Split, frozenset[int]]:
    keys_by_split: dict[Split, array[int]] = {"validation": array("Q"), "test": array("Q")}
    for row, keys in rows:
        name = split_of(row.source_document, shares)
        if name != "train":
            keys_by_split[name].extend(keys)
    return {name: frozenset(keys) for name, keys in keys_by_split.items()}


def _also_in(
    sentences: Iterable[int], own: Split, held: dict[Split, frozenset[int]]
) -> Split | None:
    """The split with precedence that has one of a row's sentences; None if there is none."""
    rivals: tuple[Split, ...] = {
        "train": ("test", "validation"),
        "validation": ("test",),
        "test": (),
    }[own]  # type: ignore[assignment]
    if not any(held[name] for name in rivals):
        return None
    keys = set(sentences)
    return next((name for name in rivals if not keys.isdisjoint(held[name])), None)
