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
from duizhao.corpus.files.formats import writer
from duizhao.corpus.files.tsv import COLUMNS, write
from duizhao.corpus.reading import read_bytes
from tests.support.bitexts import row
from tests.support.cli import Cli

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
        write([row(source="=HYPERLINK(1)", target="-1")], file, tsv.Form(bom=True, escaped=True))
    text = path.read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    frame = pandas.read_csv(path, sep="\t")
    assert list(frame["source"]) == ["'=HYPERLINK(1)"]
    assert list(frame["target"]) == ["'-1"]


def test_24_tables_read_back_with_and_without_a_byte_order_mark(tmp_path: Path) -> None:
    """datasets, pandas, csv and our own readers, from the file that a build writes."""
    import datasets

    texts = [text for text in QUOTED if text.strip('"')]
    for form in (tsv.PLAIN, tsv.Form(bom=True)):
        path = tmp_path / f"{form.bom}.tsv"
        with path.open("wb") as file:
            writer("tsv", form=form)([row(n, source=text) for n, text in enumerate(texts)], file)
        with path.open(encoding="utf-8-sig", newline="") as stream:
            assert [each["source"] for each in csv.DictReader(stream, delimiter="\t")] == texts
        assert list(pandas.read_csv(path, sep="\t")["source"]) == texts
        loaded = datasets.load_dataset(
            "csv",
            data_files=str(path),
            sep="\t",
            split="train",
            cache_dir=str(tmp_path / "cache"),
        )
        assert loaded["source"][:] == texts
        document, _ = read_bytes(path.read_bytes(), "zh", name=path.name)
        assert [each.text for each in document.sentences] == texts


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", " =1", "＝1+1"])
def test_24_the_escaped_form_has_no_formula(text: str) -> None:
    assert tsv.line((text, -1.5), escaped=True) == f"'{text}\t-1.5"


def test_24_align_and_clean_write_the_same_dialect(cli: Cli, tmp_path: Path) -> None:
    for name, lines in (("zh", '他说"好"。\n=会议结束。\n'), ("en", 'He said "yes".\nIt rose.\n')):
        (tmp_path / f"a.{name}").write_text(lines, encoding="utf-8")
    align = ["align", tmp_path / "a.zh", tmp_path / "a.en", "--mt", tmp_path / "a.en"]
    align += ["--signals", "overlap,length", "--no-check-parallel", "--to", "tsv"]
    done = cli(*align, "--tsv-bom", "--tsv-escape")
    assert done.code == 0, done.err
    assert done.out.startswith("\ufeffsource\ttarget\t")
    rows = [cells for _, cells in tsv.rows(done.out)]
    assert [cells[0] for cells in rows[1:]] == ['他说"好"。', "'=会议结束。"]
    assert [cells[1] for cells in rows[1:]] == ['He said "yes".', "It rose."]
    with (tmp_path / "corpus.jsonl").open("wb") as file:
        writer("jsonl")([row(source=QUOTED[0])], file)
    clean = ["clean", tmp_path / "corpus.jsonl", "--out", tmp_path / "out", "--format", "tsv"]
    done = cli(*clean, "--step", "low_confidence", env={"DUIZHAO_TSV_BOM": "true"})
    assert done.code == 0, done.err
    text = (tmp_path / "out/corpus.tsv").read_bytes().decode()
    assert text.startswith("\ufeff")
    assert tsv.rows(text)[1][1][COLUMNS.index("source")] == QUOTED[0]
