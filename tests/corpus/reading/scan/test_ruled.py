"""Ruled lines are no part of the characters beside them."""

from __future__ import annotations

import numpy as np
import pytest

from duizhao.corpus.reading.scan.recognition.ruled import ruled_lines

pytest.importorskip("cv2")
pytestmark = pytest.mark.unit

DPI = 200


def test_the_borders_of_a_cell_are_separated_from_the_text_in_it() -> None:
    image = np.full((300, 400, 3), 255, dtype=np.uint8)
    image[100:102, 40:360] = 0
    image[200:202, 40:360] = 0
    image[100:202, 40:42] = 0
    text = np.zeros((300, 400), dtype=bool)
    # 口, close to both borders
    for part in ((slice(170, 195), slice(47, 50)), (slice(170, 195), slice(69, 72)),
                 (slice(170, 173), slice(47, 72)), (slice(192, 195), slice(47, 72))):  # fmt: skip
        text[part] = True
    image[text] = 0
    rules, walls, plain = ruled_lines(image, DPI)
    assert [round(y) for _, _, y in rules] == [101, 201]
    assert [round(x) for x, _, _ in walls] == [41]
    assert np.array_equal(plain[:, :, 0] < 128, text)


def test_an_image_without_lines_is_left_alone() -> None:
    image = np.full((300, 400, 3), 255, dtype=np.uint8)
    image[100:130, 100:300] = 0
    rules, walls, plain = ruled_lines(image, DPI)
    assert (rules, walls) == ((), ())
    assert plain is image


def test_thick_lines_are_longer_than_the_strokes_of_a_heading() -> None:
    image = np.full((500, 700, 3), 255, dtype=np.uint8)
    image[60:74, 40:640] = 0
    image[420:434, 40:640] = 0
    image[60:434, 330:344] = 0
    # I, of a large heading
    image[140:230, 100:116] = 0
    rules, walls, plain = ruled_lines(image, DPI)
    assert [round(y) for _, _, y in rules] == [67, 427]
    assert [round(x) for x, _, _ in walls] == [337]
    assert (plain[140:230, 100:116] == 0).all()
    assert (plain[200, 330:344] == 255).all()
