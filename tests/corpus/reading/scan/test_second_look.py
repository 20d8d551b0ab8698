"""A line that is cut out a second time replaces the first reading only if it is better."""

from __future__ import annotations

import pytest

from duizhao.corpus.reading.scan.recognition.engine import Character

pytest.importorskip("cv2")
pytestmark = pytest.mark.unit


def characters(text: str, confidence: float = 0.99) -> list[Character]:
    return [Character(each, confidence, 10.0 * n) for n, each in enumerate(text)]


@pytest.mark.parametrize(
    ("first", "second", "better"),
    [
        (characters("Annex II"), characters("Annex III"), True),
        # less certain than before, and a character that is not narrow
        (characters("2011"), characters("20111", 0.9), False),
        (characters("2011"), characters("22011"), False),
    ],
)
def test_a_wider_image_of_a_line_shows_narrow_characters(
    first: list[Character], second: list[Character], better: bool
) -> None:
    from duizhao.corpus.reading.scan.recognition.page_image import shows_more

    assert shows_more(first, second) == better
