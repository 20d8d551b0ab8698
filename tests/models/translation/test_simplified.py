"""Traditional characters are converted for the translation model."""

from __future__ import annotations

import pytest

from duizhao.models.translation.simplified import for_the_model

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("大會審議了秘書長的報告。", "大会审议了秘书长的报告。"),
        ("臺灣的計算機程式", "台湾的计算机程式"),
        ("皇后在後面，幹部很能幹。", "皇后在后面，干部很能干。"),
        # simplified text stays, also words whose characters OpenCC would change
        ("乾隆年间的著名著作，宫商角徵羽。", "乾隆年间的著名著作，宫商角徵羽。"),
        ("English only, 2021", "English only, 2021"),
        ("A/RES/70/1，第5段 𠀀", "A/RES/70/1，第5段 𠀀"),
        ("", ""),
    ],
)
def test_only_traditional_text_is_converted(text: str, given: str) -> None:
    assert for_the_model(text) == given
