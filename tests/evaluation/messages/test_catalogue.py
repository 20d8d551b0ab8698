"""The message catalogue: both languages are complete, and pages use no other texts."""

from __future__ import annotations

import re

import pytest

from duizhao.evaluation.messages import catalogue
from duizhao.evaluation.messages.catalogue import messages, page_messages, placeholders, t, text

pytestmark = pytest.mark.unit


def test_both_languages_have_the_same_keys_in_the_same_order() -> None:
    assert list(messages("en")) == list(messages("zh"))


def test_both_languages_have_the_same_placeholders() -> None:
    english, chinese = messages("en"), messages("zh")
    different = [key for key in english if placeholders(english[key]) != placeholders(chinese[key])]
    assert different == []


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_a_message_with_plural_forms_has_them_all_and_a_count(
    language: catalogue.Language,
) -> None:
    forms = {"en": {"one", "other"}, "zh": {"other"}}[language]
    for key, message in messages(language).items():
        if not isinstance(message, str):
            assert set(message) == forms, key
            assert "count" in placeholders(message), key
        assert message, key


def test_chinese_is_written_with_chinese_punctuation() -> None:
    western = re.compile(r"[\u4e00-\u9fff] ?[,;:?!]|[\u4e00-\u9fff]\.(?!\w)")
    wrong = [
        key
        for key, message in messages("zh").items()
        if western.search(message if isinstance(message, str) else " ".join(message.values()))
    ]
    assert wrong == []


def test_text_fills_in_values_and_chooses_the_plural() -> None:
    assert text("common.beads", count=1) == "1 bead"
    assert text("common.beads", count=1200) == "1,200 beads"
    assert text("common.beads", "zh", count=1200) == "1,200 个对齐单元"
    with pytest.raises(KeyError):
        text("common.nothing")


def test_an_element_escapes_its_values_and_keeps_them_for_the_script() -> None:
    element = t("common.percent", "b", value='<i>"5"')
    assert str(element) == (
        '<b data-t="common.percent" data-t-values="{&#34;value&#34;: &#34;&lt;i&gt;\\&#34;5\\&#34;'
        '&#34;}">&lt;i&gt;&#34;5&#34;\xa0%</b>'
    )


def test_a_page_gets_only_its_groups() -> None:
    chosen = page_messages("common")
    assert set(chosen) == {"en", "zh"}
    assert {key.partition(".")[0] for key in chosen["zh"]} == {"common"}
