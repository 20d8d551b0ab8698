"""The rule for invisible characters, for any text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duizhao.corpus.reading import characters, read_bytes
from duizhao.corpus.reading.spacing import tidy

pytestmark = pytest.mark.unit


@settings(deadline=None)
@given(st.text())
def test_cleaning_is_idempotent_and_keeps_every_visible_character(text: str) -> None:
    once = characters.clean(text)
    assert characters.clean(once) == once
    assert characters.removed([once]).total() == 0
    if "\x1b" not in text:
        visible = [char for char in text if unicodedata.category(char)[0] in "LMNPSZ"]
        hidden = set("\u034f\U000e0000")
        assert [c for c in once if c in visible] == [
            c for c in visible if c not in hidden and not characters.REMOVED.match(c)
        ]


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("wel\u200bcomed", "welcomed"),
        ("王\ue000先生", "王\ue000先生"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("葛\U000e0100城", "葛\U000e0100城"),
        ("a\x00b\x07c\x7fd", "abcd"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1bThe text", "The text"),
        ("\ufdd0\ufdd1\uffff", ""),
        ("\u202eabc\u202c", "abc"),
        ("a\ud800b", "a\ufffdb"),
    ],
)
def test_what_is_removed_and_what_is_kept(raw: str, kept: str) -> None:
    assert characters.clean(raw) == kept


def test_blanks_of_other_scripts_are_spaces() -> None:
    assert tidy("a\u3164b\u2800c\u00a0\u3000d\u1680e", "en") == "a b c d e"


def test_no_mark_of_the_readers_gets_into_a_document() -> None:
    text = "第一段\ufdd01\ufdd1文字。[^1]\n\n[^1]: 注\ufdd0释。\n"
    document, ledger = read_bytes(text.encode(), "zh", name="a.md")
    everything = "".join([*(b.text for b in document.blocks), *(e.text for e in ledger)])
    assert not characters.REMOVED.search(everything)
    assert [block.text for block in document.blocks] == ["第一段1文字。", "注释。"]
