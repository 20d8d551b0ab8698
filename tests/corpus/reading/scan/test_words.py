"""Doubtful words are settled by the document, and only by it."""

from __future__ import annotations

import pytest

from duizhao.corpus.reading.scan.recognition.page import Box, Line, RecognisedPage, Run
from duizhao.corpus.reading.scan.words import settled

pytestmark = pytest.mark.unit


def page(*runs: Run) -> RecognisedPage:
    lines = tuple(
        Line(Box(0, 20 * n, 400, 20 * n + 16), (run,), 20 * n + 12, 16, 16, 2)
        for n, run in enumerate(runs)
    )
    return RecognisedPage(600, 800, 100, lines)


def sure(text: str) -> Run:
    return Run(text, 0, 400, (0.999,) * len(text))


def doubtful(text: str, place: int, *others: tuple[str, float]) -> Run:
    confidences = [0.999] * len(text)
    confidences[place] = 0.7
    return Run(
        text, 0, 400, tuple(confidences), alternatives=tuple((place, o, p) for o, p in others)
    )


def texts(*runs: Run) -> list[str]:
    return [line.text for line in settled({1: page(*runs)})[1].lines]


def test_a_doubtful_letter_becomes_that_of_a_known_word() -> None:
    run = doubtful("tho Republic", 2, ("e", 0.1))
    assert texts(sure("the one"), sure("the other"), run)[2] == "the Republic"


def test_a_changed_letter_keeps_its_low_probability() -> None:
    run = doubtful("tho", 2, ("e", 0.1))
    line = settled({1: page(sure("the"), sure("the"), run)})[1].lines[2]
    assert line.runs[0].confidences[2] == 0.7


def test_a_word_of_the_document_is_left_alone() -> None:
    run = doubtful("or", 1, ("f", 0.48))
    assert texts(sure("of or"), sure("of or"), run)[2] == "or"


def test_nothing_is_guessed_from_outside_the_document() -> None:
    run = doubtful("Shushkavich", 7, ("e", 0.3))
    assert texts(sure("the"), sure("the"), run)[2] == "Shushkavich"


def test_a_letter_too_many_is_removed() -> None:
    run = doubtful("Commnonwealth", 3)
    assert texts(sure("Commonwealth"), sure("Commonwealth"), run)[2] == "Commonwealth"


def test_letters_among_digits_are_digits() -> None:
    assert texts(sure("8 December l99l")) == ["8 December 1991"]
    assert texts(sure("annex II, Il-76")) == ["annex II, Il-76"]


def test_straight_quotation_marks_among_curly_ones() -> None:
    lines = [sure("the “first” and"), sure('a “second" (or "third") one')]
    assert texts(*lines)[1] == "a “second” (or “third”) one"
    assert texts(sure('plain "straight" ones'))[0] == 'plain "straight" ones'


def test_opening_quotation_marks_show_which_form_a_document_has() -> None:
    lines = [sure('“first" and'), sure('the city\'s "second" (“third")'), sure('“a" and “b"')]
    assert texts(*lines) == ["“first” and", "the city’s “second” (“third”)", "“a” and “b”"]


def test_a_numeral_that_lost_its_space_is_kept() -> None:
    run = doubtful("AnnexI", 5)
    assert texts(sure("Annex II"), sure("Annex IV"), run)[2] == "Annex I"


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("as to its timing.One speaker", "as to its timing. One speaker"),
        ("a telephone number.”Over the years", "a telephone number.” Over the years"),
        ("crest arrived.“We did not", "crest arrived. “We did not"),
        ('crest arrived."We went blind," he said', 'crest arrived. "We went blind," he said'),
        ('he called "late."Over the years', 'he called "late." Over the years'),
        ("see www.example.org and notes.Txt/a", "see www.example.org and notes.Txt/a"),
        ("at 6 a.m. on", "at 6 a.m. on"),
    ],
)
def test_a_space_lost_behind_a_sentence_is_put_back(read: str, meant: str) -> None:
    (line,) = settled({1: page(sure(read))})[1].lines
    assert line.text == meant
    assert len(line.runs[0].confidences) == len(meant)


def test_the_doubtful_bracket_of_a_label_closes() -> None:
    assert texts(doubtful("(d: The Agreement", 2))[0] == "(d) The Agreement"
    assert texts(sure("(see: The Agreement"))[0] == "(see: The Agreement"


def test_a_long_word_that_is_none_becomes_its_neighbour() -> None:
    run = Run("Indepeadent States", 0, 400, (0.999,) * 6 + (0.95,) + (0.999,) * 11)
    known = (sure("Independent States"), sure("independent courts"))
    assert texts(*known, run)[2] == "Independent States"
    assert texts(sure("Independent States"), run)[1] == "Indepeadent States"


@pytest.mark.parametrize(
    ("read", "place", "meant"),
    [
        ("INDEPEODENT", 6, "INDEPENDENT"),
        ("indepeIdent", 6, "independent"),
        ("Ondependent", 0, "Independent"),
    ],
)
def test_a_letter_among_capitals_is_one(read: str, place: int, meant: str) -> None:
    known = (sure("independent States"), sure("independent courts"))
    assert texts(*known, doubtful(read, place))[2] == meant
