"""Forms of marks and characters that recognition confuses, and two readings of one page."""

from __future__ import annotations

import pytest

from duizhao.corpus.document import Language
from duizhao.corpus.reading.scan.layers import plausibility, replaces
from duizhao.corpus.reading.scan.marks import settled, with_bullets
from duizhao.corpus.reading.scan.recognition.page import Box, Line, RecognisedPage, Run

pytestmark = pytest.mark.unit


def page(*texts: str, alternatives: tuple[tuple[int, str, float], ...] = ()) -> RecognisedPage:
    """A page of lines; the alternatives belong to the first."""
    lines = tuple(
        Line(
            Box(0, 40 * number, 20 * len(text), 40 * number + 30),
            (Run(text, 0, 20 * len(text), (0.9,) * len(text),
                 alternatives=alternatives if number == 0 else ()),),
            40.0 * number + 25, 30, 0, 3,
        )
        for number, text in enumerate(texts)
    )  # fmt: skip
    return RecognisedPage(1000, 1400, 100, lines)


def lines(pages: dict[int, RecognisedPage]) -> list[str]:
    return [line.text for page in pages.values() for line in page.lines]


def test_a_document_with_full_marks_has_no_others_after_chinese() -> None:
    texts = (
        "委员会认为，水位上升，应当撤离；会议（见附件）结束，",
        "两者兼而有之: 2021年, 预算为90万美元 (见附件)。",
        "A/79/14, 第3段",
    )
    read = lines(settled({1: page(*texts)}))
    assert read == [texts[0], "两者兼而有之：2021年，预算为90万美元（见附件）。", texts[2]]


def test_a_document_with_half_marks_keeps_them() -> None:
    texts = ("委员会认为,水位上升,应当撤离;", "会议结束,见附件，")
    assert lines(settled({1: page(*texts)})) == list(texts)


def test_half_brackets_among_full_commas_are_kept() -> None:
    texts = ("委员会认为，水位上升，应当撤离(见附件)，会议结束，", "会议(第一场)结束，")
    assert lines(settled({1: page(*texts)})) == list(texts)


def test_simplified_text_has_no_traditional_forms() -> None:
    rest = "委员会认为塔伦河流域各国的水文机构应当交换实时数据并且在汛期之前举行一次演习。" * 2
    first = page("虛假信息", rest, alternatives=((0, "虚", 0.18),))
    assert lines(settled({1: first}))[0] == "虚假信息"
    # a traditional document, or a name without another form, stays
    traditional = page("虛假信息與謠言應當及時闢除", alternatives=((0, "虚", 0.18),))
    assert lines(settled({1: traditional}))[0].startswith("虛")
    assert lines(settled({1: page("喆先生", rest)}))[0] == "喆先生"


@pytest.mark.parametrize("text", ["·秘书长的倡议", "· The initiative", "• The initiative"])
def test_a_dot_that_begins_a_line_is_a_bullet(text: str) -> None:
    read = lines(with_bullets({1: page(text, "约翰·史密斯")}))
    assert read == ["•" + text[1:], "约翰·史密斯"]


GOOD = "The General Assembly, recalling the provisions of the Charter, decides that any proposal"
POOR = "Thc Gcncral Asscmb1y, rcca11ing thc provis~ons of tbe Chartcr, dec|des tbat auy propos·l"
CHINESE = ("联合国大会回顾宪章的规定，决定任何提案", "联台国犬会囙顾宪阜的规萣，氵夬定仼何堤桉")


@pytest.mark.parametrize(("good", "poor", "language"), [(GOOD, POOR, "en"), (*CHINESE, "zh")])
def test_the_better_reading_of_a_page_is_kept(good: str, poor: str, language: Language) -> None:
    assert plausibility(good, language) > plausibility(poor, language) + 0.1
    assert replaces(good, poor, language)
    assert not replaces(poor, good, language)
    # as good, but half of the page is missing
    assert not replaces(good[: len(good) // 2], good, language)
