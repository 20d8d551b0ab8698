"""Case 24: a table reads back as it was written, with every program that reads tables."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from duizhao.corpus import tsv
from duizhao.corpus.files.tsv import COLUMNS, write
from duizhao.corpus.reading import read_bytes
from tests.support.bitexts import row

pytestmark = pytest.mark.unit

QUOTED = ['"安全理事会，', '"回顾其第2532(2020)号决议，', '他说"好"。', '""', '"整句。"', "=1+1"]
CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029"))


def test_24_zh_the_corpus_reads_back_as_it_was_written() -> None:
    file = io.BytesIO()
    write([row(n, source=text, target=text) for n, text in enumerate(QUOTED)], file)
    text = file.getvalue().decode()
    column = COLUMNS.index("source")
    ours = [cells[column] for _, cells in tsv.rows(text)][1:]
    theirs = [cells[column] for cells in csv.reader(io.StringIO(text), delimiter="\t")][1:]
    frame = pandas.read_csv(io.StringIO(text), sep="\t", keep_default_na=False)
    assert ours == theirs == list(frame["source"]) == QUOTED
    document, _ = read_bytes(file.getvalue(), "zh", name="corpus.tsv")
    assert [s.text for s in document.sentences] == QUOTED


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8))
@example([('"', '"\t"')])
@example([("\n", "a\rb")])
def test_24_any_cells_round_trip_apart_from_white_space(pairs: list[tuple[str, str]]) -> None:
    text = "\n".join([tsv.line(("zh", "en")), *(tsv.line(pair) for pair in pairs)]) + "\n"
    expected = [[str(tsv.cell(cell)) for cell in pair] for pair in pairs]
    assert text.count("\n") == len(pairs) + 1
    assert [cells for _, cells in tsv.rows(text)][1:] == expected
    assert list(csv.reader(io.StringIO(text, newline=""), delimiter="\t"))[1:] == expected


def test_24_tables_of_other_programs_keep_their_quotation_marks() -> None:
    text = '"他说\tHe said\n"好"。\t"Good".\n'
    assert [cells for _, cells in tsv.rows(text)] == [['"他说', "He said"], ['"好"。', '"Good".']]
    broken = 'a\t"one\ntwo"\nb\tc\n'
    assert [cells for _, cells in tsv.rows(broken)] == [["a", "one\ntwo"], ["b", "c"]]


def test_24_excel_finds_a_byte_order_mark_and_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "corpus.tsv"
    with path.open("wb") as file:
        write([row(source="=HYPERLINK(1)", target="-1")], file, bom=True, escaped=True)
    text = path.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    frame = pandas.read_csv(path, sep="\t")
    assert list(frame["source"]) == ["'=HYPERLINK(1)"]
    assert list(frame["target"]) == ["'-1"]
