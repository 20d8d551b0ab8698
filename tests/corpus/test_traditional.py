"""Traditional Chinese: rules, numerals and guards treat it like simplified Chinese."""

from __future__ import annotations

import pytest

from duizhao.corpus.reading.block_kinds import kinds
from duizhao.corpus.script import simplified
from duizhao.corpus.segmentation.sentences import split
from duizhao.models.guards.check import flags

pytestmark = pytest.mark.unit

PAIRS = [
    ("“我们欢迎这一决定。”主席说。会议结束。", "「我們歡迎這一決定。」主席說。會議結束。"),
    ("他问：“为什么？”这个问题没有答案。", "他問：「為什麼？」這個問題沒有答案。"),
]


@pytest.mark.parametrize(("hans", "hant"), PAIRS)
def test_sentences_end_at_the_same_places(hans: str, hant: str) -> None:
    assert len(hans) == len(hant)
    assert split(hant) == split(hans)


@pytest.mark.parametrize(
    ("source", "output"),
    [
        ("預算為三億兩千萬元。", "The budget is 320 million yuan."),
        ("第七十屆會議於2024年3月14日舉行。", "The seventieth session was held on 14 March 2024."),
        ("該國有3.5億人口。", "The country has a population of 350 million."),
        ("約佔總數的百分之四十五點三。", "It is about 45.3 per cent of the total."),
        ("借款貳佰參拾萬元。", "The loan is 2.3 million yuan."),
        ("預算為三點五億元。", "The budget is 350 million yuan."),
    ],
)
def test_numbers_are_checked(source: str, output: str) -> None:
    assert flags(source, output) == ()
    assert flags(source, output.replace("3", "9").replace("seventieth", "ninth")) != ()


def test_kinds_of_blocks_are_the_same() -> None:
    hans = ["主席（签名）", "第一章 总则", "张伟先生（中国）"]
    hant = ["主席（簽名）", "第一章 總則", "張偉先生（中國）"]
    assert kinds(hant, "zh") == kinds(hans, "zh")


def test_places_stay_the_same() -> None:
    text = "會議審議了𠮷田先生的報告 (A/75/836)。"
    assert len(simplified(text)) == len(text)
    assert simplified("ASCII only") == "ASCII only"
