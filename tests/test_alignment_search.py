"""The dynamic program against every path counted by hand."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
import pytest

from corpus.alignment import search
from corpus.alignment.anchors import band_around, chain, token_votes
from corpus.alignment.lattice import TYPES, Band, full_band, make_band
from corpus.alignment.tokens import bags

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
    anchors = chain(pairs, votes, len(target))
    assert len(anchors) > 290
    assert all(j - i == (0 if i < 150 else 80) for i, j in anchors.tolist())
    band = band_around(anchors, 300, 380, 6, 40_000)
    assert all(band.holds(i, i if i <= 150 else i + 80) for i in range(301))
    assert band.places < 300 * 40


def test_anchors_hold_in_a_text_that_repeats_itself() -> None:
    source = [[f"word{i % 100}", "the"] for i in range(2000)]
    target = [["the"]] * 3 + source
    pairs, votes = token_votes(bags(source, target))
    anchors = chain(pairs, votes, len(target))
    assert len(anchors) > 1900
    assert sum(j - i == 3 for i, j in anchors.tolist()) > 1900


def test_a_band_is_connected_whatever_its_edges() -> None:
    band = make_band(3, 9, np.array([0, 7, 2, 9]), np.array([1, 2, 8, 3]))
    assert band.holds(0, 0)
    assert band.holds(3, 9)
    for row in range(3):
        assert band.low[row + 1] <= band.high[row]
        assert band.low[row] <= band.low[row + 1]
        assert band.high[row] <= band.high[row + 1]
