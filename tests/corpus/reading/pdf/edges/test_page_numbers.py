"""Numbered heads and feet of pages are furniture, also far from the edge of the paper."""

from __future__ import annotations

from dataclasses import replace

import pytest

from duizhao.corpus.document import Language
from duizhao.corpus.reading.pdf.building import Built, blocks_from_lines
from duizhao.corpus.reading.pdf.edges.page_numbers import numbered
from duizhao.corpus.reading.pdf.lines import PageLines, Strip

pytestmark = pytest.mark.unit

TEXT = (
    "The river rose by a metre in a single night, as the gauge at the",
    "bridge shows, and the families on the left bank were taken to the",
    "school before the road was closed by the water of the lower weir.",
)


def strip(text: str, page: int, left: float, y: float) -> Strip:
    return Strip(text, page, left, left + 6.0 * len(text), y, 11.0, 0.0, len(text))


def book(
    page: int, *head: tuple[str, float], foot: tuple[tuple[str, float], ...] = ()
) -> PageLines:
    """A page scanned with wide margins: a head, three lines of text, and a foot."""
    strips = [strip(text, page, left, 735) for text, left in head]
    strips += [strip(text, page, 100, 700 - 16 * number) for number, text in enumerate(TEXT)]
    strips += [strip(text, page, left, 130) for text, left in foot]
    return PageLines(page, 595, 842, tuple(strips))


def read(*pages: PageLines, language: Language = "en") -> Built:
    return blocks_from_lines(pages, language)


def test_numbers_that_count_the_pages_are_no_text() -> None:
    built = read(
        book(1, ("212", 100), ("The flood", 250)),
        book(2, ("The school", 250), ("213", 460)),
        book(3, ("214", 100), ("The flood and the school", 250)),
    )
    text = " ".join(TEXT)
    assert [draft.text for draft in built.drafts] == [text] * 3
    assert [(entry.reason, entry.text, entry.page) for entry in built.left_out] == [
        ("page_number", "212", 1), ("running_head", "The flood", 1),
        ("running_head", "The school", 2), ("page_number", "213", 2),
        ("page_number", "214", 3), ("running_head", "The flood and the school", 3),
    ]  # fmt: skip


def test_a_number_within_a_head_counts_with_those_of_other_pages() -> None:
    built = read(
        book(1, ("Chapter ten 273", 250)), book(2, ("274 The school", 100)), book(3, ("275", 460))
    )
    assert [entry.reason for entry in built.left_out] == [
        "running_head", "running_head", "page_number",
    ]  # fmt: skip


def test_a_page_by_itself_has_a_number_at_an_edge_set_apart() -> None:
    built = read(book(1, ("The flood", 250), foot=(("17", 290),)))
    assert [(entry.reason, entry.text) for entry in built.left_out] == [("page_number", "17")]


@pytest.mark.parametrize(
    "heads",
    [
        # chapters that begin on pages of their own
        (("1 The flood", 100), ("3 The school", 100)),
        # a year, and a sentence
        (("1998", 100), ("2004", 100)),
        (("The seminar was held in 21", 100), ("The gauge at the bridge shows 22.", 100)),
    ],
)
def test_other_numbers_stay(heads: tuple[tuple[str, float], ...]) -> None:
    built = read(*(book(number, head) for number, head in enumerate(heads, 1)))
    assert not built.left_out


def table(page: int, last: str, *, unknown: str = "") -> PageLines:
    """A page of 40 rows of two columns at equal distances: no row is set apart."""
    names = ("Zambia", "Norway", "Brazil", "Canada")
    strips = []
    for row in range(40):
        y = 770 - 17.5 * row
        number = last if row == 39 else unknown or str(37 + row)
        strips.append(strip(f"{names[(page + row) % 4]}", page, 100, y))
        strips.append(strip(number, page, 460, y))
    return PageLines(page, 595, 842, tuple(strips))


@pytest.mark.parametrize("unknown", ["", "n.a."])
def test_rows_of_tables_far_apart_do_not_count_the_pages(unknown: str) -> None:
    assert not numbered([table(n, str(n), unknown=unknown) for n in (2, 9, 10, 20)])


def test_rows_of_tables_that_happen_to_count_the_pages_stay() -> None:
    assert not numbered([table(n, str(n)) for n in (1, 2, 3)])


def test_numbers_close_to_the_text_on_pages_in_a_row_count_the_pages() -> None:
    pages = [
        PageLines(n, 595, 842, (
            strip(f"{40 + n}", n, 300, 716),
            *(strip(text, n, 100, 700 - 16 * row) for row, text in enumerate(TEXT)),
        ))
        for n in (1, 2, 3, 7, 8)
    ]  # fmt: skip
    built = read(*pages)
    # pages 7 and 8 have one near page each
    assert [entry.page for entry in built.left_out] == [1, 2, 3]


@pytest.mark.parametrize("y", [760, 740, 715])
@pytest.mark.parametrize(
    "titles",
    [
        ("1 Background", "2 Methods", "3 Results", "4 Outlook"),
        ("Unit 1", "Unit 2", "Unit 3", "Unit 4"),
        ("1|Background", "2|Methods", "3|Results", "4|Outlook"),
    ],
)
def test_numbered_chapters_one_a_page_keep_their_headings(titles: tuple[str, ...], y: int) -> None:
    pages = []
    for number, title in enumerate(titles, 1):
        heads = [strip(t, number, 100 + 30 * n, y) for n, t in enumerate(title.split("|"))]
        lines = [strip(text, number, 100, 690 - 16 * row) for row, text in enumerate(TEXT)]
        pages.append(PageLines(number, 595, 842, (*heads, *lines)))
    assert not numbered(pages)


def test_a_title_that_comes_again_beside_its_number_is_a_running_head() -> None:
    built = read(*(book(n, (f"{n} The flood", 100)) for n in (4, 5, 6)))
    assert [entry.reason for entry in built.left_out] == ["running_head"] * 3


def test_words_beside_a_number_on_a_page_by_itself_stay() -> None:
    total = book(1, foot=(("Total", 100), ("45", 470)))
    assert not read(total).left_out
    heading = book(1, ("3", 100), ("Results of the survey", 200))
    large = [replace(s, size=16.0) if s.y == 735 else s for s in heading.strips]
    assert not read(replace(heading, strips=tuple(large))).left_out
