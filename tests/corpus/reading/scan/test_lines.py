"""Recognised lines become printed lines in points, and keep the probability of each character."""

from __future__ import annotations

from dataclasses import replace

import pytest

from duizhao.corpus.reading.pdf.building import blocks_from_lines
from duizhao.corpus.reading.scan.lines import page_lines
from duizhao.corpus.reading.scan.pdf_pages import built_with, doubtful
from duizhao.corpus.reading.scan.recognition.page import Box, Line, RecognisedPage, Run

pytestmark = pytest.mark.unit

LONG = "The General Assembly takes note of the report of the Secretary-General on the"


def line(
    text: str, y: float, *, confidence: float = 0.99, size: float = 44.0, angle: float = 0.0
) -> Line:
    width = 20.0 * len(text)
    run = Run(text, 300, 300 + width, (confidence,) * len(text))
    return Line(Box(300, y - size, 300 + width, y), (run,), y, size, size, 4.0, angle)


def page(*lines: Line) -> RecognisedPage:
    return RecognisedPage(2480, 3508, 300, lines)


def test_lengths_are_points_from_the_lower_left_corner() -> None:
    (strip,) = page_lines({1: page(line(LONG, 1000))}, "en").pages[0].strips
    assert strip.left == pytest.approx(72)
    assert strip.y == pytest.approx((3508 - 1000) * 72 / 300)
    assert strip.size == pytest.approx(10.5, abs=0.5)


COLUMNS = (
    "委员会审议了秘书长的报告决定继续处理",
    "此案各代表团指出缔约国应当采取措施",
    "保护儿童的权利同时应当加强国际合作",
)


@pytest.mark.parametrize(
    ("turned", "texts", "vertical"),
    [
        (90, COLUMNS, True),
        # scanned on its side
        (
            90,
            ("委员会审议了报告，决定继续处理此案。", *COLUMNS[1:], "各国应当采取措施，保护儿童。"),
            False,
        ),
        (0, COLUMNS, False),
    ],
)
def test_a_page_in_columns_without_punctuation_is_never_certain(
    turned: int, texts: tuple[str, ...], vertical: bool
) -> None:
    lines = [line(text, 1000 + 60 * number) for number, text in enumerate(texts)]
    built = built_with({1: replace(page(*lines), turned=turned)}, {}, "zh")
    values = [value for draft in built.drafts for value in draft.confidences or ()]
    assert max(values) == (0.5 if vertical else 0.99)
    assert [warning.partition(":")[0] for warning in doubtful(built)] == (
        ["pages set vertically (1)"] if vertical else []
    )


def test_sizes_of_one_style_are_made_even() -> None:
    sizes = (43.0, 44.0, 44.0, 45.5)
    lines = [line(LONG, 1000 + 60 * n, size=size) for n, size in enumerate(sizes)]
    strips = page_lines({1: page(*lines)}, "en").pages[0].strips
    assert len({strip.size for strip in strips}) == 1


def test_what_is_no_text_goes_to_the_ledger() -> None:
    lines = [
        line(LONG, 1000),
        line("RECEIVED", 1500, angle=12.0),
        line("x~j|", 2000, confidence=0.3),
        line("/...", 3400),
    ]
    left_out = page_lines({1: page(*lines)}, "en").left_out
    assert [(entry.reason, entry.text) for entry in left_out] == [
        ("stamp", "RECEIVED"),
        ("not_legible", "x~j|"),
        ("continuation_mark", "/..."),
    ]


def test_each_sentence_has_its_confidence() -> None:
    lines = [line(LONG, 1000), line("implementation of it.", 1060, confidence=0.8)]
    built = built_with({1: page(*lines)}, {}, "en")
    (draft,) = built.drafts
    assert draft.text == f"{LONG} implementation of it."
    assert draft.confidences is not None
    assert len(draft.confidences) == len(draft.text)
    assert draft.confidences[0] == 0.99
    assert draft.confidences[-1] == 0.8


def test_a_raised_digit_is_the_mark_of_a_note() -> None:
    text = "The Committee met in Geneva and in New York"
    runs = (
        Run(text, 300, 1200, (0.99,) * len(text)),
        Run("1", 1204, 1212, (0.99,), raised=True),
        Run("in its first session.", 1230, 1700, (0.99,) * 21, spaced=True),
    )
    body = Line(Box(300, 956, 1700, 1000), runs, 1000, 44, 44, 4)
    marked = page_lines({1: page(body)}, "en")
    (draft,) = blocks_from_lines(marked.pages, "en").drafts
    assert draft.text.replace("1 ", "").startswith(text)
    assert marked.pages[0].strips[0].size == pytest.approx(10.5, abs=0.5)


def test_a_few_lines_measured_badly_are_no_style_of_their_own() -> None:
    usual = [line(LONG, 1000 + 60 * n, size=47.0) for n in range(40)]
    badly = [line("A shorter line that goes on", 3400 + 60 * n, size=44.0 - n) for n in range(2)]
    small = line(LONG[:20], 3600, size=40.5)
    strips = page_lines({1: page(*usual, *badly, small)}, "en").pages[0].strips
    assert len({strip.size for strip in strips}) == 1


def test_a_chinese_mark_at_the_edge_of_a_line_fills_its_square() -> None:
    texts = (
        "委员会审议了秘书长的报告并决定继续处理此案",
        "“各国应当采取措施，保护儿童的权利，特别是，",
    )
    plain, marked = page_lines(
        {1: page(*(line(text, 1000 + 60 * n) for n, text in enumerate(texts)))}, "zh"
    ).pages[0].strips  # fmt: skip
    half = plain.size / 2
    assert (plain.left, plain.right) == (72, pytest.approx(72 + len(texts[0]) * 4.8))
    assert marked.left == pytest.approx(72 - half)
    assert marked.right == pytest.approx(72 + len(texts[1]) * 4.8 + half)


def test_a_page_that_cannot_be_read_is_no_text_and_is_reported() -> None:
    sure, unsure = page(line(LONG, 1000)), page(line(LONG, 1000, confidence=0.7))
    built = built_with({1: sure, 2: unsure}, {}, "en")
    assert [draft.page for draft in built.drafts] == [1]
    assert [(entry.reason, entry.text, entry.page) for entry in built.left_out] == [
        ("not_legible", LONG, 2)
    ]
    assert any("cannot be read" in warning and "(2)" in warning for warning in doubtful(built))


def test_specks_measured_as_type_have_the_size_of_their_line() -> None:
    specks = line("ii", 1060, size=44.0)
    specks = replace(specks, size=0.4, tall=0.4)
    sizes = [strip.size for strip in page_lines({1: page(specks)}, "en").pages[0].strips]
    assert sizes == [pytest.approx(44 / 1.1 * 72 / 300, abs=0.5)]


def test_the_lines_of_a_title_are_all_bold_or_none() -> None:
    body = [line(LONG, 1500 + 60 * number) for number in range(8)]
    title = [replace(line(LONG, 1000 + 60 * n), stroke=4 * w) for n, w in enumerate((1.25, 1.35))]
    own = replace(line("Recording a sequence", 1300), stroke=4 * 1.35)
    strips = page_lines({1: page(*title, own, *body)}, "en").pages[0].strips
    assert [strip.bold for strip in strips[:4]] == [0.0, 0.0, 1.0, 0.0]
