"""Images of two pages are read page by page; wide tables and pages on their side are not cut."""

from __future__ import annotations

from dataclasses import replace

import pytest

from duizhao.corpus.reading.scan.pdf_pages import built_with
from duizhao.corpus.reading.scan.recognition.page import Box, Line, RecognisedPage, Run
from duizhao.corpus.reading.scan.spreads import pages_of

pytestmark = pytest.mark.unit

SENTENCE = "and the families on the left bank were taken to the school"
WORDS = SENTENCE.split()


def line(text: str, left: float, y: float, width: float) -> Line:
    run = Run(text, left, left + width, (0.99,) * len(text))
    return Line(Box(left, y - 40, left + width, y), (run,), y, 44, 44, 4)


def page_of_a_book(left: float, number: int, lines: int) -> list[Line]:
    texts = [" ".join(WORDS[n % 5 :] + WORDS[: n % 5]) for n in range(lines)]
    out = [line(text, left, 400 + 60 * n, 1200) for n, text in enumerate(texts)]
    return [*out, line(str(number), left + 580, 2200, 40)]


def spread(*lines: Line, width: int = 3400, height: int = 2400) -> RecognisedPage:
    return RecognisedPage(width, height, 300, tuple(sorted(lines, key=lambda each: each.baseline)))


def test_two_pages_are_read_one_after_the_other() -> None:
    first, second = page_of_a_book(200, 12, 20), page_of_a_book(2000, 13, 18)
    both = spread(*first, *second)
    assert [part.lines for part in pages_of(both)] == [tuple(first), tuple(second)]
    built = built_with({1: both}, {}, "en")
    assert [(entry.reason, entry.text) for entry in built.left_out] == [
        ("page_number", "12"), ("page_number", "13"),
    ]  # fmt: skip
    text = " ".join(draft.text for draft in built.drafts)
    assert text == " ".join(each.text for each in (*first[:-1], *second[:-1]))
    assert {draft.page for draft in built.drafts} == {1}


def test_a_title_over_both_pages_is_above_the_first() -> None:
    title = line("The flood of October", 1000, 200, 1500)
    parts = pages_of(spread(title, *page_of_a_book(200, 12, 20), *page_of_a_book(2000, 13, 20)))
    assert parts[0].lines[0] is title


@pytest.mark.parametrize(
    "page",
    [
        # a portrait page in two columns is left to the layout
        spread(*page_of_a_book(100, 1, 20), *page_of_a_book(1400, 2, 20), width=2700, height=3600),
        # a wide table with a gap in its middle
        spread(*(line("Station", x, 400 + 60 * n, 200) for n in range(20) for x in (200, 2400))),
        # lines over the whole width
        spread(*(line(" ".join(WORDS * 2), 200, 400 + 60 * n, 3000) for n in range(20))),
    ],
)
def test_other_pages_are_not_cut(page: RecognisedPage) -> None:
    assert pages_of(page) == [page]


def test_rules_across_the_middle_are_those_of_a_table() -> None:
    both = spread(*page_of_a_book(200, 12, 20), *page_of_a_book(2000, 13, 20))
    table = replace(both, rules=tuple((200.0, 3200.0, 420.0 + 240 * n) for n in range(8)))
    assert pages_of(table) == [table]
    # a rule at the foot, with nothing below it
    framed = replace(both, rules=((200.0, 3200.0, 2300.0),))
    assert len(pages_of(framed)) == 2
