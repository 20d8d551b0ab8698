"""The measure of lost text does not depend on any reader."""

from __future__ import annotations

import pytest

from duizhao.evaluation.benchmarks.reading_web import lost, sentences

pytestmark = pytest.mark.unit

PAGE = (
    "<html><head><title>A title that nobody sees.</title></head><body><nav>Home News</nav>"
    "<p>The Council <b>considered</b> the report. Short.</p><script>var words = 'none at all.';"
    "</script><div>The meeting<p>was closed at noon today.</div></body></html>"
)


def test_the_sentences_of_a_page_are_its_visible_prose() -> None:
    assert sentences(PAGE.encode()) == [
        "The Council considered the report.",
        "was closed at noon today.",
    ]


def test_a_sentence_is_lost_if_the_output_does_not_contain_it_white_space_aside() -> None:
    wanted = sentences(PAGE.encode())
    assert lost(wanted, "The  Council\nconsidered the report.") == wanted[1:]
