"""A dash among characters 一 is known by its width and thickness, as a page's own 一 have them."""

from __future__ import annotations

import pytest

from duizhao.corpus.reading.scan.recognition.dashes import with_dashes
from duizhao.corpus.reading.scan.recognition.engine import Character
from duizhao.corpus.reading.scan.recognition.ink import Extent, Ink
from duizhao.corpus.reading.scan.recognition.runs import Place

pytestmark = pytest.mark.unit


def line(*sizes: tuple[int, int]) -> tuple[list[Place], Ink]:
    """A line of 一, each of a width and a height in pixels."""
    places = [Place(Character("一", 0.99, 50.0 * n), False) for n in range(len(sizes))]
    extents = tuple(Extent(50 * n, 50 * n + w, 10, 10 + h) for n, (w, h) in enumerate(sizes))
    return places, Ink(extents, 30.0, 40.0, 40.0, 3.0)


def texts(*sizes: tuple[int, int]) -> str:
    return "".join(place.character.text for place in with_dashes([line(*sizes)])[0])


def test_a_narrow_thin_stroke_is_a_dash() -> None:
    assert texts(*[(35, 4)] * 5, (29, 2)) == "一一一一一—"


def test_strokes_of_one_kind_are_left_alone() -> None:
    assert texts((35, 4), (36, 4), (34, 3), (35, 4), (35, 5)) == "一一一一一"


def test_a_stroke_that_is_only_thin_is_left_alone() -> None:
    assert texts(*[(35, 4)] * 5, (35, 2)) == "一一一一一一"


def test_a_page_with_few_of_them_proves_nothing() -> None:
    assert texts((35, 4), (29, 2)) == "一一"
