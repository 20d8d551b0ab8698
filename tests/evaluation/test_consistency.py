"""Consistency: findings, and texts that are not inconsistent."""

from __future__ import annotations

import pytest

from duizhao.corpus.row import Row
from duizhao.evaluation.consistency import Inconsistency, Place, consistency
from tests.support.bitexts import row

pytestmark = pytest.mark.unit


def found(*pairs: tuple[str, str]) -> dict[str, tuple[Inconsistency, ...]]:
    rows: list[Row] = [
        row(number, id=f"r{number}", source=source, target=target)
        for number, (source, target) in enumerate(pairs)
    ]
    return {one.kind: one.findings for one in consistency(rows)}


def test_the_same_chinese_with_different_english() -> None:
    kinds = found(
        ("图书馆今天开放。", "The library is open today."),
        ("图书馆今天开放。", "The library opens today."),
        ("图书馆今天开放。", "THE LIBRARY is open  today."),
    )
    places = (Place("r0", "The library is open today."), Place("r1", "The library opens today."))
    assert kinds == {"source": (Inconsistency("图书馆今天开放。", places),)}


def test_the_same_english_for_different_chinese() -> None:
    kinds = found(
        ("他昨天来了。", "He came yesterday morning."),
        ("他昨天早上来。", "He came yesterday morning."),
    )
    places = (Place("r0", "他昨天来了。"), Place("r1", "他昨天早上来。"))
    assert kinds == {"target": (Inconsistency("He came yesterday morning.", places),)}


def test_short_texts_may_differ() -> None:
    assert found(("导言", "Introduction"), ("导言", "Preface")) == {}


def test_numbers_and_terms_that_the_english_lacks() -> None:
    kinds = found(
        ("我们买了37本书。", "We bought many books."),
        ("安全理事会开会。", "The board met."),
        ("安全理事会休会。", "The Security Council rose."),
        ("我们买了38本书。", "We bought 38 books."),
    )
    assert kinds["number"] == (Inconsistency("37", (Place("r0", "We bought many books."),)),)
    (term,) = kinds["term"]
    assert term.text == "安全理事会: Security Council"
    assert term.places == (Place("r1", "The board met."),)
    assert (term.rows, term.of) == (1, 2)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("安全理事会开会。", "The Council met."),  # a short form
        ("审计委员会建议如下。", "The Board recommended the following."),
        ("国际法协会通过了报告。", "ILA adopted the report."),  # a part of another name
        ("（十三）修订该法。", "M. Amending the law"),  # the mark of a paragraph
        ("1.2 适用范围", "Scope of the rules"),
        ("图2.1所示为一个单元。", "Figure 2-1 shows a unit."),
        ("风电装机达到2亿千瓦。", "Wind power reached 200 gigawatts."),  # another unit
    ],
)
def test_what_is_written_otherwise_with_good_reason(source: str, target: str) -> None:
    assert found((source, target)) == {}


@pytest.mark.parametrize(
    ("source", "target", "kind"),
    [
        ("经济及社会理事会开会。", "The Security Council met.", "term"),  # another body
        ("安全理事会决定部署部队。", "The board will deploy troops.", "term"),
        ("安全理事会注意到局势恶化。", "The board noted that it was worse.", "term"),
        ("3.5 亿元用于修路。", "Money went to the roads.", "number"),
    ],
)
def test_what_resembles_a_good_reason_is_reported(source: str, target: str, kind: str) -> None:
    assert kind in found((source, target))


def test_punctuation_at_the_end_makes_no_difference() -> None:
    assert (
        found(
            ("方案和其他事项：", "Programmes and more:"),
            ("方案和其他事项。", "Programmes and more."),
        )
        == {}
    )


def test_machine_translations_are_not_compared() -> None:
    rows = [
        row(
            number, id=f"r{number}", source="图书馆今天开放。", target=target, target_kind="machine"
        )
        for number, target in enumerate(("The library is open.", "The library opens now."))
    ]
    assert consistency(rows) == ()
