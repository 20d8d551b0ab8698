"""Notes of Chinese books: signs below a rule, and their calls in the text."""

from __future__ import annotations

import pytest

from duizhao.corpus.reading.characters import CLOSE, OPEN
from duizhao.corpus.reading.pdf.building import blocks_from_lines
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
