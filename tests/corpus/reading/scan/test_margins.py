"""Numbers in the margin, which say where the pages of another edition begin, are no text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from duizhao.corpus.reading.scan.lines import page_lines
from duizhao.corpus.reading.scan.margins import without_numbers
from duizhao.corpus.reading.scan.recognition.page import Box, Line, RecognisedPage, Run

pytestmark = pytest.mark.unit

TEXT = "委员会认为水位上升应当撤离各代表团指出缔约国应当采取措施"


def line(number: int, *extra: Run, text: str = TEXT, indent: float = 0) -> Line:
    """A line of the text, with runs to its right or its left."""
    y = 1000.0 + 70 * number
    left = 400 + indent
    own = Run(text, left, left + 45.0 * len(text), (0.99,) * len(text))
    runs = tuple(sorted([own, *extra], key=lambda run: run.left))
    return Line(Box(runs[0].left, y - 45, runs[-1].right, y), runs, y, 44, 44, 4)


def mark(text: str, left: float) -> Run:
    return Run(text, left, left + 22.0 * len(text), (0.99,) * len(text), spaced=True)


def lower(line: Line, paragraphs: int) -> Line:
    """The line below so many paragraphs, with leading between them."""
    by = 25 * paragraphs
    box = replace(line.box, top=line.box.top + by, bottom=line.box.bottom + by)
    return replace(line, box=box, baseline=line.baseline + by)


def page(*lines: Line) -> RecognisedPage:
    return RecognisedPage(2480, 3508, 300, lines)


@pytest.mark.parametrize("left", [1760.0, 280.0])
@pytest.mark.parametrize("text", ["40", "14(II)"])
def test_a_number_beside_a_line_goes_to_the_ledger(text: str, left: float) -> None:
    left = left - 22 * (len(text) - 2) if left < 400 else left
    own = [line(n, *([mark(text, left)] if n == 5 else [])) for n in range(9)]
    lines = page_lines({1: page(*own)}, "zh")
    assert [strip.text for strip in lines.pages[0].strips] == [TEXT] * 9
    assert [(entry.reason, entry.text) for entry in lines.left_out] == [("page_number", text)]


def test_a_number_by_itself_in_the_margin_is_one_too() -> None:
    own = [line(n) for n in range(9)]
    alone = Line(Box(1760, 1310, 1804, 1345), (mark("40", 1760),), 1348, 44, 44, 4)
    kept, gone = without_numbers(page(*own[:5], alone, *own[5:]))
    assert gone == ["40"]
    assert len(kept.lines) == 9


@pytest.mark.parametrize(
    "page",
    [
        # numbered paragraphs
        page(*(line(n, *([mark(str(n), 300)] if n % 4 == 0 else []),
                    text=TEXT if n % 4 != 3 else TEXT[:15]) for n in range(9))),
        # ... also if the paragraph above ends at the edge of the text: leading, an indent
        page(*(lower(line(n, *([mark(str(11 + n // 4), 300)] if n in (4, 8) else [])), n // 4)
               for n in range(14))),
        page(*(line(n, mark("12", 300), text=TEXT[1:], indent=45) if n == 4 else line(n)
               for n in range(9))),
        # a column of numbers, and words in the margin
        page(*(line(n, mark(str(40 + n), 1760)) for n in range(9))),
        page(*(line(n, *([mark("注意", 1760)] if n == 4 else [])) for n in range(9))),
    ],
)  # fmt: skip
def test_other_numbers_stay(page: RecognisedPage) -> None:
    assert without_numbers(page) == (page, [])


def test_a_table_of_numbers_has_no_text_to_be_beside() -> None:
    cells = [Run(str(1000 + n), 100.0 * n, 100.0 * n + 80, (0.99,) * 4) for n in range(4)]
    row = Line(Box(0, 1655, 380, 1700), tuple(cells), 1700, 44, 44, 4)
    table = page(*(line(n) for n in range(9)), row)
    assert without_numbers(table) == (table, [])
