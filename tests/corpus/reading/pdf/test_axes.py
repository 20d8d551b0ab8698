"""The numbers along the axes of charts, which are no cells of a table."""

from __future__ import annotations

import pytest

from duizhao.corpus.reading.pdf.axes import chart_labels
from duizhao.corpus.reading.pdf.lines import Strip

pytestmark = pytest.mark.unit


def strip(text: str, right: float, y: float) -> Strip:
    return Strip(text, 1, right - 4.0 * len(text), right, y, 8.0, 0.0, len(text))


AXIS = [
    strip(text, 100, 400 + 30 * n) for n, text in enumerate(("0", "20 000", "40 000", "60 000"))
]


def test_numbers_of_a_chart_go_with_its_axis() -> None:
    inside = [strip("53 412", 200, 470), strip("–", 240, 402), strip("2023 2024 2025", 220, 385)]
    others = [strip("Number of stations", 300, 388), strip("47", 200, 300), strip("12", 200, 600)]
    found = chart_labels([*AXIS, *inside, *others])
    assert {each.text for each in found} == {each.text for each in (*AXIS, *inside)}


@pytest.mark.parametrize(
    "column",
    [
        ["60", "41", "22", "0"],
        ["0", "20", "40", "60"],
        ["80", "60", "40", "20"],
        ["40", "20", "0"],
    ],
)
def test_a_column_of_a_table_is_no_axis(column: list[str]) -> None:
    assert chart_labels([strip(text, 100, 500 - 12 * n) for n, text in enumerate(column)]) == []


FRAME_RULES = ((40.0, 330.0, 350.0), (40.0, 330.0, 510.0))
FRAME_WALLS = ((40.0, 350.0, 510.0), (330.0, 350.0, 510.0))


def test_the_legend_in_the_frame_of_a_chart_goes_with_it() -> None:
    legend = [strip("Stations (planned)", 300, 370), strip("Stations (actual)", 300, 358)]
    outside = strip("Figure II", 120, 520)
    found = chart_labels([outside, *AXIS, *legend], FRAME_RULES, FRAME_WALLS)
    assert {each.text for each in found} == {each.text for each in (*AXIS, *legend)}


def test_sentences_beside_a_chart_in_a_box_stay() -> None:
    inside = [strip("The stations measure", 300, 370), strip("the level of the sea.", 300, 358)]
    found = chart_labels([*AXIS, *inside], FRAME_RULES, FRAME_WALLS)
    assert {each.text for each in found} == {each.text for each in AXIS}
