"""Text in damaged markup and unusual JSON and CSV is read or in the ledger, never lost."""

from __future__ import annotations

import json

import pytest

from tests.cases.test_reading import ledger, read, texts, warnings

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("opening", "what"),
    [
        ("<!-- 说明", "a comment"),
        ("<script>var count = 1;", "<script>"),
        ("<style>p {}", "<style>"),
        ("<textarea>", "<textarea>"),
    ],
)
def test_a_part_that_nothing_closes_ends_before_the_next_block(opening: str, what: str) -> None:
    result = read(
        f"<html><body><p>一。</p>\n{opening}<p>二。</p><p>三。</p></body></html>", "a.html"
    )
    assert texts(result) == ["一。", "二。", "三。"]
    assert warnings(result) == f"a.html, line 2: damaged HTML: {what} is never closed"


def test_a_title_that_nothing_closes_does_not_hide_the_page() -> None:
    assert texts(read("<html><head><title>标题<body><p>一。</p></body></html>", "a.html")) == [
        "一。"
    ]


def test_parts_that_are_closed_stay_as_they_are() -> None:
    page = (
        "<p>一。</p><!--> <p>二。</p><!-- <p>旧文。</p> --!><script>'<!-- <p>'</script><p>三。</p>"
    )
    result = read(page, "a.html")
    assert (texts(result), warnings(result)) == (["一。", "二。", "三。"], "")


def test_text_behind_a_missing_quotation_mark_is_in_the_ledger() -> None:
    page = '<p>一。</p><p><a href="x>二。</a></p><p>三。</p><p title="题">四。</p>'
    result = read(page, "a.html")
    assert "quotation mark is missing" in warnings(result)
    assert any("二。 三。" in text for reason, text in ledger(result) if reason == "damaged_markup")


def test_marks_without_notes_are_no_text_and_powers_are() -> None:
    page = (
        "<p>双方签署了协议。<sup>2</sup>各方<sup>3</sup>表示欢迎。水是H<sub>2</sub>O，"
        "面积10平方米<sup>2</sup>，共10<sup>6</sup>人。"
        '<a href="#fn:1" role="doc-noteref">5</a>此后<sup>注1</sup>结束。<sup>④</sup></p>'
    )
    result = read(page, "a.html")
    assert texts(result) == [
        "双方签署了协议。各方表示欢迎。水是H2O，面积10平方米2，共106人。此后结束。"
    ]
    marks = [text for reason, text in ledger(result) if reason == "footnote_mark"]
    assert marks == ["2", "3", "5", "1", "④"]


def test_the_header_of_a_section_is_text() -> None:
    section = "<section><header><h2>小标题</h2><p>简介。</p></header><p>又一段。</p></section>"
    page = f"<main><p>一段正文。</p>{section}</main>"
    assert texts(read(page, "a.html")) == ["一段正文。", "小标题", "简介。", "又一段。"]


def test_html_in_markdown_is_read_without_its_tags() -> None:
    text = (
        '<p align="center">居中的文字。</p>\n\n# 标题\n\n正文<sup>[1]</sup>继续。\n\n'
        "<details><summary>摘要</summary>\n\n细节。\n\n</details>\n"
    )
    result = read(text, "a.md")
    assert texts(result) == ["居中的文字。", "标题", "正文继续。", "摘要", "细节。"]
    assert ("code", "</details>") in ledger(result)


def test_ruby_of_a_subtitle_is_in_the_ledger() -> None:
    caption = "00:01.000 --> 00:02.000\n<ruby>汉<rt>hàn</rt>字<rt>zì</rt></ruby>。\n"
    result = read(f"WEBVTT\n\n{caption}", "a.vtt")
    assert (texts(result), ledger(result)) == (["汉字。"], [("ruby", "hàn"), ("ruby", "zì")])


def test_texts_of_json_in_no_known_place_are_in_the_ledger() -> None:
    pairs = [{"zh": "一。", "en": "One."}, {"zh": ["二。", "三。"], "en": "Two."}, 5, "四。"]
    result = read(json.dumps({"items": pairs, "note": {"zh": "说明。"}}), "a.json")
    assert texts(result) == ["一。"]
    unread = {text for reason, text in ledger(result) if reason == "unread_text"}
    assert unread == {"二。", "三。", "四。", "说明。"}
    twice = read('[{"zh": "一。", "zh": "二。", "en": "Two."}]', "a.json")
    assert (texts(twice), ledger(twice)) == (["二。"], [("unread_text", "一。")])


def test_a_table_with_rows_of_other_lengths_is_still_a_table() -> None:
    table = '中文;英文\n"一；二";"One; two"\n"行\n换";"line\nbreak"\n\n三;Three;备注。\n四\n'
    result = read(table, "a.csv")
    assert texts(result) == ["一；二", "行换", "三", "四"]
    assert ledger(result) == [("surplus_cell", "备注。")]
