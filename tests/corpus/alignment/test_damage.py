"""Partly parallel texts: sentences without a partner must not be forced into a pair."""

from __future__ import annotations

from pathlib import Path

import pytest

from duizhao.corpus.alignment import Bead, align, check_cover
from duizhao.evaluation.benchmarks.alignment.data import Damage, damaged, mac_dev, unpc
from duizhao.evaluation.metrics.alignment import score

pytestmark = pytest.mark.unit


def test_a_foreign_stretch_and_an_omission_disturb_nothing_else(shared: Path) -> None:
    whole, other = unpc(shared, 500)[:2]
    assert whole.translation is not None
    foreign = other.target[100:130]
    target = [*whole.target[:100], *whole.target[120:250], *foreign, *whole.target[250:]]
    before = align(whole.source, whole.target, whole.translation)
    after = align(whole.source, target, whole.translation)
    check_cover(after, 500, 510)

    def moved(j: int) -> int:
        return j if j < 100 else j - 20 if j < 250 else j + 10

    expected = {
        (bead.source, tuple(moved(j) for j in bead.target))
        for bead in before
        if not any(98 <= j < 122 or 248 <= j < 252 for j in bead.target)
    }
    found = {(bead.source, bead.target) for bead in after}
    assert len(expected & found) >= 0.99 * len(expected)
    insertions = {bead.target[0] for bead in after if not bead.source}
    assert set(range(230, 260)) <= insertions
    deletions = {bead.source[0] for bead in after if not bead.target}
    assert set(range(100, 120)) <= deletions


@pytest.mark.parametrize("seed", [1, 2])
def test_planted_omissions_are_found(shared: Path, seed: int) -> None:
    documents = unpc(shared, 300)
    gold = damaged(
        documents[seed], documents[seed + 1], Damage(drop_source=0.03, drop_target=0.03), seed
    )
    found = align(gold.source, gold.target, gold.translation)
    assert score([(gold.beads, found)]).strict.f1 > 0.97
    gaps = {bead for bead in map(str, gold.beads) if bead.startswith("[]") or bead.endswith("[]")}
    assert len(gaps & set(map(str, found))) >= 0.9 * len(gaps)


def test_literary_text_without_embeddings(shared: Path) -> None:
    gold = mac_dev(shared)[0]
    found = align(gold.source, gold.target, gold.translation)
    assert score([(gold.beads, found)]).strict.f1 > 0.95


def test_sections_in_another_order_are_not_forced_together(shared: Path) -> None:
    whole = unpc(shared, 200)[3]
    target = [*whole.target[:60], *whole.target[140:], *whole.target[60:140]]
    beads = align(whole.source, target, whole.translation)
    wrong = [
        bead
        for bead in beads
        if bead.source and bead.target and bead.confidence > 0.5 and not _right(bead)
    ]
    assert len(wrong) <= 4
    assert sum(_right(bead) for bead in beads) >= 130


def _right(bead: Bead) -> bool:
    """Whether a 1-1 bead pairs a sentence with its translation in the reordered text."""
    if bead.type != "1-1":
        return False
    i, j = bead.source[0], bead.target[0]
    return i == (j if j < 60 else j + 80 if j < 120 else j - 60)
