"""Spaces of tokenized text are removed from translations, and correct text stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duizhao.models.translation.detokenize import detokenized

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("last year ' s population 's growth", "last year's population's growth"),
        ("CHILDREN ' S RIGHTS", "CHILDREN'S RIGHTS"),
        ("States ' rights", "States' rights"),
        ("I ' m here, they don ' t, did n't, ca n ' t.", "I'm here, they don't, didn't, can't."),
        ("Côte d ' Ivoire at 3 o ' clock", "Côte d'Ivoire at 3 o'clock"),
        ("U. S. $ 5 million or $ 6", "U.S. $5 million or $6"),
        ('entitled " The future " and " A "', 'entitled "The future" and "A"'),
        ("the so-called “ group ” ( 2 )", "the so-called “group” (2)"),
        ("Yes , it did ; why ? He left .", "Yes, it did; why? He left."),
    ],
)
def test_spaces_of_tokenized_text_are_removed(output: str, expected: str) -> None:
    assert detokenized("去年", output) == expected
    assert detokenized("去年", expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Wait . . . what?",
        'a screen of 12" x 14" or 9" wide',
        "a ratio of 3 : 2, 5 % and/or 10 - 12 / 3",
        "the ' rules ' of his ' class '",
        "the dogs' owner's 'quoted' word",
        'He said, "Go," and left.',
        "12 ' 30",
    ],
)
def test_correct_or_doubtful_text_is_not_changed(text: str) -> None:
    assert detokenized("去年", text) == text


def test_spaces_of_the_source_are_kept() -> None:
    assert detokenized("运行 f( x ) ; 结束", "Run f( x ) ; end") == "Run f( x ) ; end"


def test_english_by_people_is_hardly_ever_changed(shared: Path) -> None:
    lines = (shared / "unpc" / "dev.en").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if detokenized("", line) != line] == []


@given(st.text("as Snt'\"“”()$5.,;:? UI", max_size=40))
def test_only_spaces_change(text: str) -> None:
    made = detokenized("", text)
    assert made.replace(" ", "") == text.replace(" ", "")
