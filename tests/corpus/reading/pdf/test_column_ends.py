"""Where columns end: headings below them, and text that goes on below a figure."""

from __future__ import annotations

import pytest

from duizhao.corpus.reading.pdf.building import blocks_from_lines
from duizhao.corpus.reading.pdf.lines import PageLines, Strip

pytestmark = pytest.mark.unit

WORDS = (
    "the river rose by a metre in a single night as the gauge at the bridge shows and the "
    "families on the left bank were taken to the school before the road was closed by the water "
    "of the lower weir which had not been opened in time because the guard could not be reached "
)


def lines(count: int, left: float, width: float, top: float, start: int = 0) -> list[Strip]:
    """Lines of running text of 10 points, each as wide as `width`."""
    words = (WORDS * 4).split()[start:]
    out = []
    for number in range(count):
        text = ""
        while 5.0 * (len(text) + 1 + len(words[0])) <= width:
            text = f"{text} {words.pop(0)}".strip()
        out.append(strip(text, left, top - 12 * number, left + width))
    return out


def strip(text: str, left: float, y: float, right: float | None = None, bold: float = 0.0) -> Strip:
    return Strip(text, 1, left, right or left + 5.0 * len(text), y, 10.0, bold, len(text))


def texts(*strips: Strip) -> list[str]:
    page = PageLines(1, 595, 842, tuple(sorted(strips, key=lambda each: (-each.y, each.left))))
    return [draft.text for draft in blocks_from_lines([page], "en").drafts]


def test_a_heading_below_two_columns_belongs_to_the_text_below_it() -> None:
    first, second = lines(10, 60, 220, 700), lines(9, 310, 220, 700, start=60)
    heading = strip("Additional features", 60, 566, bold=1.0)
    below = lines(4, 60, 470, 552, start=30)
    read = texts(*first, *second, heading, *below)
    assert read[-2] == "Additional features"
    assert read[-1].startswith(below[0].text)
    assert second[0].text in " ".join(read[:-2])


def test_text_beside_a_figure_goes_on_below_it() -> None:
    beside, below = lines(6, 260, 270, 700), lines(5, 60, 470, 700 - 72, start=41)
    assert texts(*beside, *below) == [" ".join(each.text for each in (*beside, *below))]


def test_the_office_of_a_signatory_is_no_part_of_the_name() -> None:
    body = lines(4, 60, 470, 700)
    office = ("Permanent Representative", "to the Organization")
    name = strip("(Signed) Marlena SOLBERG", 320, 620)
    under = [strip(text, 326 + 4 * n, 608 - 12 * n) for n, text in enumerate(office)]
    assert texts(*body, name, *under)[1] == name.text
