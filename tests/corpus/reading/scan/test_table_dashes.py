"""Dashes alone in the cells of a table are lines of their own; specks and rules are not."""

from __future__ import annotations

import numpy as np
import pytest

from duizhao.corpus.reading.scan.recognition.page import Box, Line, Run
from duizhao.corpus.reading.scan.recognition.table_dashes import with_dashes

pytest.importorskip("cv2")
pytestmark = pytest.mark.unit

BASELINES = (100, 160, 220)


def table(*dashes: tuple[int, int, int]) -> tuple[np.ndarray, list[Line]]:  # type: ignore[type-arg]
    """A page with a label in each row, and dashes of (x, row, width)."""
    image = np.full((300, 600, 3), 255, dtype=np.uint8)
    lines = []
    for baseline in BASELINES:
        image[baseline - 26 : baseline, 20:120] = 0
        run = Run("National staff", 20, 120, (0.99,) * 14)
        lines.append(Line(Box(16, baseline - 30, 124, baseline + 6), (run,), baseline, 40, 40, 4))
    for x, row, width in dashes:
        image[BASELINES[row] - 12 : BASELINES[row] - 9, x : x + width] = 0
    return image, lines


def texts(*dashes: tuple[int, int, int]) -> list[str]:
    image, lines = table(*dashes)
    return [line.text for line in with_dashes(image, lines, ())]


def test_each_dash_is_in_its_row() -> None:
    found = texts((300, 0, 20), (300, 1, 20), (400, 2, 20))
    assert sorted(found[:2]) == sorted(found[2:4]) == ["National staff", "–"]


def test_two_specks_are_not_a_table() -> None:
    assert "–" not in texts((300, 0, 20), (300, 1, 20))


def test_long_lines_and_dots_are_left_alone() -> None:
    assert "–" not in texts((300, 0, 200), (300, 1, 200), (300, 2, 5), (400, 2, 5), (500, 2, 5))
