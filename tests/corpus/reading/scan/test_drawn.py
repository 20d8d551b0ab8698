"""Bullets before lines and charts between them are recognised as such."""

from __future__ import annotations

import numpy as np
import pytest

from duizhao.corpus.reading.scan.recognition.drawn import bullets, figures
from duizhao.corpus.reading.scan.recognition.page import Box, Line, Run

cv2 = pytest.importorskip("cv2")
pytestmark = pytest.mark.unit

BASELINES = (100, 160, 220)


def page() -> tuple[np.ndarray, list[Line]]:  # type: ignore[type-arg]
    """An empty page, and lines of which only the places are used."""
    image = np.full((900, 900, 3), 255, dtype=np.uint8)
    lines = [line("National staff", 100, baseline) for baseline in BASELINES]
    return image, lines


def line(text: str, left: float, baseline: float, width: float = 300) -> Line:
    run = Run(text, left, left + width, (0.99,) * len(text))
    box = Box(left, baseline - 30, left + width, baseline + 6)
    return Line(box, (run,), baseline, 40, 40, 4)


def test_spots_before_lines_are_bullets() -> None:
    image, lines = page()
    for baseline in BASELINES:
        cv2.circle(image, (60, baseline - 12), 7, (0, 0, 0), -1)
    assert [(round(x), round(y)) for x, y in bullets(image, lines)] == [
        (60, baseline - 12) for baseline in BASELINES
    ]


def test_a_speck_and_the_strokes_of_letters_are_not() -> None:
    image, lines = page()
    cv2.circle(image, (60, 88), 7, (0, 0, 0), -1)
    for baseline in BASELINES:
        image[baseline - 26 : baseline, 52:64] = 0
    assert bullets(image, lines) == ()


def test_a_curve_is_a_chart_with_the_numbers_of_its_axes() -> None:
    image, lines = page()
    points = np.array([[300, 700], [400, 480], [600, 600], [800, 450]], dtype=np.int32)
    cv2.polylines(image, [points], False, (80, 80, 200), 6)
    lines += [line("2 000", 150, 500, 80), line("2019", 500, 780, 80)]
    (box,) = figures(image, lines)
    assert box[0] <= 150
    assert box[3] >= 780
    assert box[1] > 250


def test_a_table_and_a_shaded_paragraph_are_no_charts() -> None:
    image, lines = page()
    image[60:240, 80:420] = 225
    for x in (80, 480, 860):
        image[400:700, x : x + 3] = 0
    for y in (400, 500, 600, 700):
        image[y : y + 3, 80:863] = 0
    assert figures(image, lines) == ()


def test_a_sentence_on_a_drawn_ground_is_text() -> None:
    image, lines = page()
    image[400:800, 70:830] = 225
    lines.append(line("Our thanks are due to all who have written this", 150, 610, 560))
    assert figures(image, lines) == ()
