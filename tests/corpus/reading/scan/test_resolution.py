"""The resolution by which a page is measured."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from duizhao.corpus.reading.scan.recognition.resolution import natural_dpi

pytestmark = pytest.mark.unit


def lines(height: float) -> NDArray[np.float32]:
    """Five lines whose boxes are so many pixels high."""
    box = np.array([[0, 0], [900, 0], [900, height], [0, height]], dtype=np.float32)
    return np.stack([box + np.array([0, 50 * number]) for number in range(5)]).astype(np.float32)


@pytest.mark.parametrize(
    ("dpi", "size", "height", "wanted"),
    [
        # A4 at 300 dpi with type of 11 and of 28 points: as the file says
        (300, (2480, 3508), 50, 300),
        (300, (2480, 3508), 80, 300),
        # the same in a file that says 72 or 1200 dpi: a page of A4
        (72, (2480, 3508), 50, 300),
        (1200, (2480, 3508), 50, 300),
        # a newspaper at 200 dpi, and a detail at 300 dpi: as the file says
        (200, (3000, 4400), 25, 200),
        (300, (1200, 400), 50, 300),
        # a detail of no known resolution: by its type
        (50, (600, 300), 24, 24 / 1.1 / 11 * 72),
    ],
)
def test_a_page_and_its_type_have_usual_sizes(
    dpi: float, size: tuple[int, int], height: float, wanted: float
) -> None:
    assert natural_dpi(dpi, size, lines(height)) == pytest.approx(wanted, rel=0.01)


def test_a_page_without_lines_has_the_resolution_of_its_file() -> None:
    assert natural_dpi(72, (2480, 3508), np.zeros((0, 4, 2), dtype=np.float32)) == 72
