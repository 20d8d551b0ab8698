"""Chinese numerals have one parser, and vague ones have no value."""

from __future__ import annotations

import pytest

from duizhao.corpus.numerals import chinese_value

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("二十五", 25),
        ("二〇二一", 2021),
        ("一百零三", 103),
        ("一百零三万", 1_030_000),
        ("两千五百", 2_500),
        ("一亿二千万", 120_000_000),  # was 1,000,020,000,000
        ("三百万亿", 3 * 10**14),
        ("二百五", 250),
        ("三万五", 35_000),
        ("二千〇五", 2_005),
        ("百", 100),
        ("零", 0),
    ],
)
def test_a_numeral_has_its_value(numeral: str, value: int) -> None:
    assert chinese_value(numeral) == value


@pytest.mark.parametrize("numeral", ["三四十", "七八", "十五六", "二三百", "一" * 400, "零" * 5000])
def test_a_vague_numeral_has_none(numeral: str) -> None:
    assert chinese_value(numeral) is None
