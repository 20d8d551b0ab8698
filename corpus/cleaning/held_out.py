"""Rows for training, and rows held out from it: whole documents, chosen by a hash.

The same corpus is always divided in the same way. The splits of a batch are kept. A file whose rows
name no document counts as one. A corpus with few documents, and such a file that is too large to be
held out, are divided into runs of consecutive rows, each of which counts as a document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from duizhao.corpus.keys import hash64, sentence_keys
from duizhao.corpus.row import Row

FEW_DOCUMENTS = 5
"""With fewer documents, each of them is divided into runs."""

RUN_ROWS = 50
"""Rows of a run, in a corpus of at least twenty times as many."""

TEST_SHARE, TEST_LEAST, TEST_MOST = 0.1, 200, 1000
DEV_SHARE, DEV_LEAST, DEV_MOST = 0.05, 100, 200
SMALL_SHARE = {"test": 0.2, "dev": 0.1}
"""Largest shares held out from a small corpus, even if the least numbers are not reached."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Rows for training, for choosing the best model (`dev`), and for the final test.

    `by` is "the corpus' own split", "documents", "runs of rows" or both of these. `shared` counts
    rows that were left out because a part with precedence has one of their sentences (test
    before dev before train).
    """

    train: tuple[Row, ...]
    dev: tuple[Row, ...]
    test: tuple[Row, ...]
    by: str
    shared: int


def hold_out(
    rows: Sequence[Row],
    splits: Mapping[str, str],
    without_documents: Collection[str] = (),
    seed: str = "duizhao",
) -> HeldOut:
    """Divide rows; `splits` gives the split of documents that have one.

    `without_documents` are the names of files whose rows name no document. Without a test or
    a validation split, that part is taken from the others, `train` included: a small batch has all
    of its documents there.
    """
    parts_given = set(splits.values()) & {"test", "validation"}
    if len(parts_given) < 2:
        splits = {name: split for name, split in splits.items() if split in parts_given}
    cut = _to_cut(Counter(row.source_document for row in rows), without_documents) - set(splits)
    named = _in_runs(rows, cut)
    sizes = Counter(name for name, _ in named)
    order = sorted(sizes, key=lambda name: hash64(f"{seed}\t{name}"))
    test = _chosen(order, sizes, splits, "test", len(rows))
    dev = _chosen([name for name in order if name not in test], sizes, splits, "dev", len(rows))
    parts: dict[str, list[Row]] = {"test": [], "dev": [], "train": []}
    for name, row in named:
        parts["test" if name in test else "dev" if name in dev else "train"].append(row)
    by = "runs of rows" if cut else "documents"
    if cut and len(cut) < len({row.source_document for row in rows}):
        by = "documents and runs of rows"
    if {"test", "validation"} <= set(splits.values()):
        by = "the corpus' own split"
    seen: set[int] = set()
    kept: dict[str, tuple[Row, ...]] = {}
    for part, own in parts.items():
        fresh = [row for row in own if seen.isdisjoint(sentence_keys(row))]
        kept[part] = tuple(fresh)
        if part != "train":
            seen.update(key for row in fresh for key in sentence_keys(row))
    return HeldOut(
        kept["train"],
        kept["dev"],
        kept["test"],
        by,
        len(rows) - sum(map(len, kept.values())),
    )


def _chosen(
    order: Iterable[str],
    sizes: Mapping[str, int],
    splits: Mapping[str, str],
    part: str,
    rows: int,
) -> set[str]:
    """The documents of a held-out part: those of the corpus' own split, else the first by hash."""
    own = {"test": "test", "dev": "validation"}[part]
    order = list(order)
    if chosen := {name for name in order if splits.get(name) == own}:
        return chosen
    wanted = _wanted(part, rows)
    count = 0
    for name in order:
        if count >= wanted:
            break
        # a document that makes up most of the corpus is not held out
        if splits.get(name) is None and sizes[name] <= 2 * max(wanted, 1):
            chosen.add(name)
            count += sizes[name]
    return chosen


def _wanted(part: str, rows: int) -> float:
    """The rows that a part should have."""
    share, least, most = {
        "test": (TEST_SHARE, TEST_LEAST, TEST_MOST),
        "dev": (DEV_SHARE, DEV_LEAST, DEV_MOST),
    }[part]
    return min(most, max(rows * share, min(least, rows * SMALL_SHARE[part])))


def _to_cut(sizes: Mapping[str, int], without_documents: Collection[str]) -> set[str]:
    """Documents to be divided into runs: all if they are few, and large files that name none."""
    if len(sizes) < FEW_DOCUMENTS:
        return set(sizes)
    largest = 2 * _wanted("dev", sum(sizes.values()))
    return {name for name in without_documents if sizes.get(name, 0) > largest}


def _in_runs(rows: Iterable[Row], cut: Collection[str]) -> list[tuple[str, Row]]:
    """Each row with the name of its document or, in documents to be cut, of its run."""
    rows = list(rows)
    length = max(1, min(RUN_ROWS, len(rows) // 20))
    place: Counter[str] = Counter()
    named = []
    for row in rows:
        name = row.source_document
        if name in cut:
            place[name] += 1
            name = f"{name}#{(place[name] - 1) // length}"
        named.append((name, row))
    return named
