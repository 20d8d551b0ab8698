"""Notes of Chinese books: signs below a rule, and their calls in the text."""

from __future__ import annotations

import pytest

from duizhao.corpus.reading.characters import CLOSE, OPEN
from duizhao.corpus.reading.pdf.building import blocks_from_lines
from duizhao.corpus.reading.pdf.edges.page_notes import notes_of
from duizhao.corpus.reading.pdf.lines import PageLines, Strip

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("call", "first", "second", "mark"),
    [
        ("①", "①", "②", "①"),
        ("(1)", "（1）", "(2)", "1"),
        (f"（{OPEN}1{CLOSE}）", "(1)", "(2)", "1"),
    ],
)
def test_signs_below_a_rule_are_those_of_notes_and_their_calls_are_taken_out(
    call: str, first: str, second: str, mark: str
) -> None:
    text = "委员会审议了秘书长的报告，决定继续处理此案。各代表团指出，缔约国应当采取措施，"
    lines = [f"{text[:22]}{call}{text[22:]}", "保护儿童的权利。"]
    above = [Strip(t, 1, 100, 480, 700 - 16 * n, 11.0, 0.0, 40) for n, t in enumerate(lines)]
    notes = [
        Strip(f"{first} 见上文第三章，其中讨论了这个问题。", 1, 100, 300, 200, 8.5, 0.0, 20),
        Strip(f"{second}同上。", 1, 100, 140, 188, 8.5, 0.0, 4),
    ]
    page = PageLines(1, 595, 842, (*above, *notes), rules=((100, 220, 214),))
    built = blocks_from_lines([page], "zh")
    assert [(draft.kind, draft.text) for draft in built.drafts] == [
        ("paragraph", f"{text}保护儿童的权利。"),
        ("footnote", "见上文第三章，其中讨论了这个问题。"),
        ("footnote", "同上。"),
    ]
    assert built.notes == [{"mark": mark, "block": 0, "offset": 22, "note": 1}]


def lines_of(*texts: str, y: float, size: float = 11.0, right: float = 480) -> list[Strip]:
    return [
        Strip(text, 1, 100, right, y - 16 * n, size, 0.0, len(text))
        for n, text in enumerate(texts)
    ]  # fmt: skip


PROSE = (
    "The river rose by a metre in a single night, as the gauge shows,",
    "and the road was cut.",
)


def built_of(*strips: Strip, y: float) -> tuple[list[tuple[str, str]], list[dict[str, object]]]:
    built = blocks_from_lines([PageLines(1, 595, 842, strips, rules=((100, 220, y),))], "en")
    return [(draft.kind, draft.text) for draft in built.drafts], list(built.notes)


def test_items_below_an_underlined_heading_are_no_notes() -> None:
    drafts, _ = built_of(
        *lines_of("Measures taken", y=620, right=200),
        *lines_of("(1) The first item of the list.", y=590, size=9.0, right=260),
        *lines_of(*PROSE, *PROSE, y=560),
        y=614,
    )
    assert "footnote" not in {kind for kind, _ in drafts}


def test_notes_end_at_the_first_line_of_the_size_of_the_text() -> None:
    drafts, _ = built_of(
        *lines_of(f"{PROSE[0]}(1)", PROSE[1], y=620),
        *lines_of("(1) See the report.", y=570, size=8.5, right=200),
        *lines_of(*PROSE, *PROSE, y=540),
        y=590,
    )
    assert [text for kind, text in drafts if kind == "footnote"] == ["See the report."]


@pytest.mark.parametrize("first", [f"{OPEN}1{CLOSE} ", "1 ", "(1) "])
def test_a_line_that_begins_with_a_number_of_the_sentence_is_more_of_a_note(first: str) -> None:
    strips = lines_of(
        f"{first}See article 3, paragraph", "(2) of the Convention.",
        y=200, size=8.5, right=300,
    )  # fmt: skip
    notes = notes_of(strips, lines_of(f"{PROSE[0]}{OPEN}1{CLOSE}", y=620))
    assert [len(note.strips) for note in notes] == [2]


def test_a_bracketed_number_that_is_not_due_is_more_of_a_note() -> None:
    strips = lines_of(
        "（1）见《公约》第三条第", "(3)款。", "（2）同上。", y=200, size=8.5, right=300
    )
    assert [len(note.strips) for note in notes_of(strips, [])] == [2, 1]


def test_a_call_at_the_start_of_a_line_is_taken_out() -> None:
    drafts, notes = built_of(
        *lines_of(PROSE[0][:-1], f"(1) {PROSE[1]}", y=620),
        *lines_of("(1) See the report.", y=570, size=8.5, right=200),
        y=590,
    )
    assert drafts == [
        ("paragraph", f"{PROSE[0][:-1]} {PROSE[1]}"), ("footnote", "See the report."),
    ]  # fmt: skip
    assert [note["mark"] for note in notes] == ["1"]
