"""Rows of tables and paragraphs that a page break cuts."""

from __future__ import annotations

import pytest

from duizhao.corpus.reading.pdf.building import blocks_from_lines
from duizhao.corpus.reading.pdf.lines import PageLines, Strip

pytestmark = pytest.mark.unit

COLUMNS = (72.0, 222.0, 372.0, 522.0)


def strip(text: str, page: int, left: float, y: float, width: float | None = None) -> Strip:
    right = left + (5.0 * len(text) if width is None else width)
    return Strip(text, page, left, right, y, 10.0, 0.0, len(text))


def row(page: int, y: float, *cells: str) -> list[Strip]:
    return [strip(text, page, left + 5, y, 140) for left, text in zip(COLUMNS, cells, strict=False)]


def table(page: int, rules: list[float], top: float, bottom: float, rows: list[Strip]) -> PageLines:
    """A page with a ruled table; its walls reach from `bottom` to `top`."""
    return PageLines(
        page,
        595,
        842,
        tuple(sorted(rows, key=lambda each: (-each.y, each.left))),
        tuple((COLUMNS[0], COLUMNS[-1], y) for y in rules),
        tuple((x, bottom, top) for x in COLUMNS),
    )


def test_a_row_without_a_line_at_the_page_break_stays_in_its_cells() -> None:
    first = table(1, [140, 110], 140, 70, [
        *row(1, 125, "Session", "Topic of the session", "Outcome"),
        *row(1, 95, "Opening", "The seminar was held in the city", "The host city had received"),
        *row(1, 83, "", "of Port Vesta and in Talun from", "several hundred delegates")[1:],
    ])  # fmt: skip
    second = table(2, [740, 720], 780, 720, [
        *row(2, 765, "", "22 to 24 November at", "barely five weeks after")[1:],
        *row(2, 753, "", "the town hall.", "the flood.")[1:],
        *row(2, 728, "Closing", "Statements were heard.", "None."),
    ])  # fmt: skip
    texts = [draft.text for draft in blocks_from_lines([first, second], "en").drafts]
    topic = "The seminar was held in the city of Port Vesta and in Talun from"
    assert f"{topic} 22 to 24 November at the town hall." in texts
    assert (
        "The host city had received several hundred delegates barely five weeks after the flood."
        in texts
    )


def test_a_centred_line_on_the_next_page_does_not_continue_a_signature() -> None:
    prose = [
        strip(
            "The present text of the letter goes on to the edge of the page " * 2, page, 72, y, 450
        )
        for page, y in ((1, 300), (1, 288), (2, 600), (2, 588))
    ]
    names = [strip("(Signed) A. Name", 1, 360, 200), strip("the United Nations", 1, 360, 188)]
    title = strip("Annex I", 2, 280, 700)
    pages = [
        PageLines(1, 595, 842, (*prose[:2], *names)),
        PageLines(2, 595, 842, (title, *prose[2:])),
    ]
    assert "Annex I" in [draft.text for draft in blocks_from_lines(pages, "en").drafts]


def test_a_row_without_its_first_cell_on_the_next_page_goes_on() -> None:
    first = table(1, [140, 60], 140, 60, [
        *row(1, 125, "Opening", "The seminar was held in the city", "The host city had received"),
        *row(1, 113, "", "of Port Vesta and in Talun from 22 to", "several hundred delegates")[1:],
    ])  # fmt: skip
    second = table(2, [740], 780, 740, [
        *row(2, 765, "", "November, at the town hall.", "Ministers of all States came.")[1:],
    ])  # fmt: skip
    texts = [draft.text for draft in blocks_from_lines([first, second], "en").drafts]
    assert any(text.endswith("Talun from 22 to November, at the town hall.") for text in texts)


def test_a_short_chinese_heading_does_not_go_on_over_the_page() -> None:
    prose = [
        strip(
            "与会者认为各国的水文机构应当交换实时数据并且在汛期之前举行一次演习", page, 72, y, 450
        )
        for page, y in ((1, 300), (1, 288), (1, 276), (2, 600), (2, 588), (2, 576))
    ]
    headings = [strip("第一场会议", 1, 72, 200, 60), strip("洪水：预报了什么", 2, 72, 700, 90)]
    pages = [
        PageLines(1, 595, 842, (*prose[:3], headings[0])),
        PageLines(2, 595, 842, (headings[1], *prose[3:])),
    ]
    texts = [draft.text for draft in blocks_from_lines(pages, "zh").drafts]
    assert {"第一场会议", "洪水：预报了什么"} <= set(texts)
