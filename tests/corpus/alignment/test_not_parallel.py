"""Texts that are not translations of each other are rejected, and parallel ones are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from duizhao.corpus.alignment import Bead, align
from duizhao.corpus.alignment.parallel import judge, posterior, support
from duizhao.corpus.alignment.prepare import make_ready
from duizhao.corpus.errors import NotParallel
from duizhao.evaluation.benchmarks.alignment.data import Gold, mac_dev, unpc
from duizhao.evaluation.benchmarks.not_parallel import crossed, joined, part
from duizhao.models.embedding import SpanEmbedder


@pytest.fixture(scope="module")
def un(shared: Path) -> list[Gold]:
    return unpc(shared, 1000)


@pytest.fixture(scope="module")
def books(shared: Path) -> list[Gold]:
    return mac_dev(shared)


@pytest.mark.model
@pytest.mark.parametrize("length", range(1, 61))
def test_a_text_is_never_refused_against_itself(un: list[Gold], length: int) -> None:
    # of 17 or 29 beads every true pair was once counted as a pair by chance
    lines = un[0].target[:length]
    assert len(align(lines, lines, lines)) == length


@pytest.mark.model
@pytest.mark.parametrize(
    ("size", "signals"),
    [
        *((size, "overlap") for size in (5, 10, 20, 40, 200)),
        *((size, signals) for size in (5, 20) for signals in ("embedding", "embedding+overlap")),
    ],
)
def test_unrelated_texts_are_refused(
    un: list[Gold], books: list[Gold], size: int, signals: str
) -> None:
    embed = SpanEmbedder() if "embedding" in signals else None
    book, other = joined(books[:3]), joined(books[3:])
    pairs = {
        "UN/UN": crossed(part(un[0], 100, size), part(un[2], 300, size)),
        "UN/book": crossed(part(un[1], 0, size), part(book, 20, size)),
        "book/book": crossed(part(book, 200, size), part(other, 100, size)),
    }
    for name, pair in pairs.items():
        translation = pair.translation if "overlap" in signals else None
        with pytest.raises(NotParallel, match="not translations of each other") as refused:
            align(pair.source, pair.target, translation, embed=embed)
        assert refused.value.figure < 0.15, name


@pytest.mark.model
@pytest.mark.parametrize("size", [5, 20])
@pytest.mark.parametrize("signals", ["embedding+overlap", "overlap", "embedding", "neither"])
def test_parallel_texts_are_not_refused(
    un: list[Gold], books: list[Gold], size: int, signals: str
) -> None:
    embed = SpanEmbedder() if "embedding" in signals else None
    pairs = [part(un[0], 500, size), *(part(book, 40, size) for book in books[::3])]
    foreign = crossed(part(un[1], 0, size // 2), part(un[2], 0, size // 2))
    pairs.append(joined([part(un[0], 0, size // 2 + 1), foreign]))
    for pair in pairs:
        translation = pair.translation if "overlap" in signals else None
        assert align(pair.source, pair.target, translation, embed=embed)


@pytest.mark.unit
def test_numbers_alone_refuse_nothing(un: list[Gold]) -> None:
    pair = crossed(part(un[0], 100, 100), part(un[2], 300, 100))
    assert align(pair.source, pair.target)


@pytest.mark.unit
def test_a_forced_bead_has_no_support(un: list[Gold]) -> None:
    embed = SpanEmbedder()
    for size in (1, 3, 5):
        right, wrong = part(un[0], 0, size), crossed(part(un[0], 0, size), part(un[2], 0, size))
        beads = [Bead((i,), (i,)) for i in range(size)] + [Bead((), (0,))]
        for pair, low, high in ((right, 0.9, 1.0), (wrong, 0.0, 0.1)):
            texts = make_ready(
                pair.source, pair.target, pair.translation, embed, {"overlap", "copied"}
            )
            found = support(texts, beads)
            assert low <= found[:-1].mean() <= high
            assert found[-1] == 1.0  # a gap claims nothing


@pytest.mark.unit
def test_without_beads_there_is_nothing_to_support(un: list[Gold]) -> None:
    texts = make_ready(un[0].source[:9], un[0].target[:9], un[0].translation, None, {"overlap"})
    assert not judge(texts, [Bead((i,), ()) for i in range(9)]).parallel
    assert len(support(texts, [])) == 0


@pytest.mark.unit
def test_weak_beads_count_for_more_among_strong_ones() -> None:
    alone, together = posterior(np.array([-1.0])), posterior(np.array([-1.0] + [8.0] * 30))
    assert alone[0] < 0.5 < together[0]
