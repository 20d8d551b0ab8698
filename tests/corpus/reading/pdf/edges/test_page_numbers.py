"""Numbered heads and feet of pages are furniture, also far from the edge of the paper."""

from __future__ import annotations

import pytest

from duizhao.corpus.document import Language
from duizhao.corpus.reading.pdf.building import Built, blocks_from_lines
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
