"""The page of a comparison in a real browser: both languages, and no findings of axe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from duizhao.evaluation.comparison.compare import compare
from duizhao.evaluation.comparison.page import render
from duizhao.evaluation.comparison.systems import Segments
from tests.support.browser import browser, open_page, problems

__all__ = ["browser", "problems"]

pytestmark = pytest.mark.system


def test_the_page_is_chinese_for_a_chinese_reader_and_english_on_request(
    browser: Any, tmp_path: Path, problems: list[str]
) -> None:
    references = [f"The Council met for the {number}th time." for number in range(12)]
    systems = {"one": references, "two": ["Nobody met.", *references[1:]]}
    samples: Any = {"bootstrap": 20, "randomization": 20}
    segments = Segments(references, systems)
    path = tmp_path / "page.html"
    path.write_text(render(compare(segments, metrics=("chrf++",), samples=samples)), "utf-8")
    page = open_page(
        browser, path, problems, locale="zh-CN", viewport={"width": 390, "height": 800}
    )
    assert page.text_content(".brand-kind") == "系统比较"
    lead = " ".join(page.text_content(".lead").split())
    assert lead == "two：chrF++ 与 one 无显著差异。"
    assert page.text_content("#by-length") == "按长度"
    assert [one["id"] for one in Axe().run(page).response["violations"]] == []
    page.click("#language")
    assert page.text_content("#by-length") == "By length"
    assert " ".join(page.text_content(".lead").split()) == (
        "two: not significantly different from one by chrF++."
    )
    page.context.close()
    assert problems == []
