"""The dynamic program compared with an enumeration of all paths."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from duizhao.corpus.alignment import Bead, search
from duizhao.corpus.alignment.anchors import band_around, chain, embedding_votes, token_votes
from duizhao.corpus.alignment.lattice import (
    TYPES,
    Band,
    beads_between,
    full_band,
    make_band,
    widened,
)
from duizhao.corpus.alignment.prepare import make_ready
from duizhao.corpus.alignment.signals import overlap
from duizhao.corpus.alignment.tokens import bags

pytestmark = pytest.mark.unit

RUN = 0.7


def every_path(band: Band, i: int = 0, j: int = 0) -> Iterator[list[tuple[int, int]]]:
    """All paths from (i, j) to the end as lists of (place, type)."""
    if (i, j) == (band.sources, band.targets):
        yield []
        return
    for kind, (a, b) in enumerate(TYPES):
        if not band.holds(i + a, j + b) or i + a > band.sources:
            continue
        place = int(band.offset[i]) + j - int(band.low[i])
        for rest in every_path(band, i + a, j + b):
            yield [(place, kind), *rest]


def value(path: list[tuple[int, int]], scores: np.ndarray) -> float:
    runs = sum(one[1] < 2 and two[1] < 2 for one, two in itertools.pairwise(path))
    return sum(float(scores[place, kind]) for place, kind in path) + runs * RUN


@pytest.mark.parametrize("seed", range(5))
def test_best_path_probabilities_and_shortfalls_are_those_of_all_paths(seed: int) -> None:
    band = full_band(3, 4)
    if seed > 2:
        band = make_band(3, 4, np.array([0, 0, 1, 2]), np.array([2, 3, 4, 4]))
    scores = np.random.default_rng(seed).normal(size=(band.places, len(TYPES))).astype(np.float32)
    paths = list(every_path(band))
    values = [value(path, scores) for path in paths]
    best = [tuple(row) for row in search.best_path(band, scores, RUN).tolist()]
    assert best == paths[int(np.argmax(values))]

    whole = math.log(sum(math.exp(each) for each in values))
    logs, _, found = search.probabilities(band, scores, RUN)
    assert found == pytest.approx(whole, abs=1e-4)
    below = search.shortfalls(band, scores, RUN)
    for bead in {bead for path in paths for bead in path}:
        through = [each for path, each in zip(paths, values, strict=True) if bead in path]
        share = math.log(sum(math.exp(each) for each in through)) - whole
        assert logs[bead] == pytest.approx(share, abs=1e-3)
        assert below[bead] == pytest.approx(max(values) - max(through), abs=1e-3)


def test_anchors_hold_where_a_long_insertion_shifts_the_text() -> None:
    source = [[f"word{i}", "the"] for i in range(300)]
    target = [[f"other{i}", "the"] for i in range(80)]
    target = source[:150] + target + source[150:]
    pairs, votes = token_votes(bags(source, target))
    links = chain(pairs, votes, len(target))
    assert len(links) > 290
    assert all(j - i == (0 if i < 150 else 80) for i, j in links.tolist())
    band = band_around(links, 300, 380, 6, 40_000)
    assert all(band.holds(i, i if i <= 150 else i + 80) for i in range(301))
    assert band.places < 300 * 40


def test_anchors_hold_in_a_text_that_repeats_itself() -> None:
    source = [[f"word{i % 100}", "the"] for i in range(2000)]
    target = [["the"]] * 3 + source
    pairs, votes = token_votes(bags(source, target))
    links = chain(pairs, votes, len(target))
    assert len(links) > 1900
    assert sum(j - i == 3 for i, j in links.tolist()) > 1900


def test_a_band_is_connected_whatever_its_edges() -> None:
    band = make_band(3, 9, np.array([0, 7, 2, 9]), np.array([1, 2, 8, 3]))
    assert band.holds(0, 0)
    assert band.holds(3, 9)
    for row in range(3):
        assert band.low[row + 1] <= band.high[row]
        assert band.low[row] <= band.low[row + 1]
        assert band.high[row] <= band.high[row + 1]


@pytest.mark.parametrize("seed", range(4))
def test_shared_weight_is_the_multiset_intersection(seed: int) -> None:
    random = np.random.default_rng(seed)
    sides = [
        [[f"w{w}" for w in random.integers(0, 9, size)] for size in random.integers(0, 6, 12)]
        for _ in range(2)
    ]
    bag = bags(*sides)
    band = (
        make_band(12, 12, np.arange(13) - 3, np.arange(13) + 4) if seed % 2 else full_band(12, 12)
    )
    words = itertools.chain.from_iterable(itertools.chain.from_iterable(sides))
    names = {name: number for number, name in enumerate(dict.fromkeys(words))}
    table = overlap.prepare(bag, band)
    for bead in beads_between(band, 0, 13).tolist():
        place, kind = divmod(bead, len(TYPES))
        (i, j), (a, b) = search.place_coordinates(band, np.array([place]))[0], TYPES[kind]
        if not a or not b:
            continue
        one, other = (
            Counter(itertools.chain.from_iterable(side[at : at + size]))
            for side, at, size in zip(sides, (i, j), (a, b), strict=True)
        )
        expected = sum(count * float(bag.weight[names[w]]) for w, count in (one & other).items())
        assert table.shared[place, kind] == pytest.approx(expected, abs=1e-4)


def test_the_band_is_widened_only_where_the_path_touched_it() -> None:
    rows = np.arange(1001)
    narrow, wide = (make_band(1000, 1000, rows - w, rows + w) for w in (4, 40))
    band = widened(narrow, wide, np.array([500]), 16)
    assert band.holds(500, 530)
    assert band.holds(500, 470)
    assert not band.holds(200, 210)
    assert band.places < narrow.places + 60 * 80


def numbered(count: int) -> list[str]:
    return [f"name{i} the thing of year{i // 3} and {i}" for i in range(count)]


def test_fixed_beads_do_not_widen_the_whole_band() -> None:
    texts = make_ready(numbered(500), numbered(500), numbered(500), signals=["overlap"])
    fixed = [Bead((200, 201), (205, 206, 207)), Bead((), (400,))]
    band = texts.band(4, fixed)
    assert band.places < 1.3 * texts.band(4).places
    assert all(band.holds(i, j) for i in (200, 201, 202) for j in (205, 206, 207, 208))


def test_by_length_alone_the_band_grows_with_the_length_and_not_its_square() -> None:
    places = [
        make_ready(numbered(n), numbered(n), signals=["length"]).band(4).places
        for n in (2000, 8000)
    ]
    assert places[1] < 4.5 * places[0]


def test_nearest_embeddings_are_looked_for_near_the_anchors() -> None:
    rows = np.random.default_rng(0).normal(size=(1300, 16)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)

    def embed(sentences: Sequence[str], spans: Sequence[tuple[int, int]]) -> np.ndarray:
        return rows[[start + (len(sentences) == 1200) * 100 for start, _ in spans]]

    source, target = ["x"] * 1200, ["x"] * 1300
    known = np.array([[50, 150], [1000, 1100]])
    everywhere, _ = embedding_votes(embed, source, target, known)
    near, _ = embedding_votes(embed, source, target, known, nearest=120)
    assert (near == everywhere).all()
    assert (near[:, 1] - near[:, 0] == 100).all()
    assert len(near) == 1200
