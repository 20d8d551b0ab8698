"""`duizhao export` and `duizhao apply --from`, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.support.cli import Cli
from tests.support.report_folders import make_batch, make_folder

pytestmark = pytest.mark.unit


def test_formats_are_written_to_a_folder_of_their_own(cli: Cli, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "corpus")
    done = cli("export", folder, "--to", "xlsx,tmx", "--to", "moses", "--json")
    assert done.code == 0, done.err
    names = [Path(path).name for path in json.loads(done.out)["files"]]
    assert names == ["corpus.xlsx", "corpus.tmx", "corpus.zh", "corpus.en"]
    before = {path.name: path.read_bytes() for path in (folder / "exports").iterdir()}
    cli("export", folder, "--to", "xlsx,tmx,moses")
    assert before == {path.name: path.read_bytes() for path in (folder / "exports").iterdir()}


def test_one_format_may_be_named_as_a_file(cli: Cli, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "corpus")
    out = tmp_path / "memory.tmx"
    done = cli("export", folder, "--to", "tmx", "-o", out, "--target-lang", "en-US")
    assert done.out.split() == [str(out)]
    assert 'xml:lang="en-US"' in out.read_text("utf-8")


def test_a_table_for_excel_has_a_byte_order_mark(cli: Cli, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "corpus")
    done = cli("export", folder, "--to", "tsv", "--tsv-bom")
    assert done.code == 0, done.err
    table = (folder / "exports/corpus.tsv").read_bytes()
    assert table.startswith(b"\xef\xbb\xbfid\t")


def test_a_batch_is_exported_by_paragraph(cli: Cli, tmp_path: Path) -> None:
    folder = make_batch(tmp_path / "batch")
    for _ in range(2):  # the exports are no part of the corpus
        done = cli("export", folder, "--to", "jsonl", "--unit", "document", "--json")
        assert json.loads(done.out)["rows"] == 2


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--to", "docm"], "'docm' is not one of jsonl"),
        (["--to", ","], "names no format"),
        (["--to", "tmx", "--source-lang", "english"], "--source-lang: 'english'"),
    ],
)
def test_wrong_options_are_one_line(
    cli: Cli, tmp_path: Path, options: list[str], complaint: str
) -> None:
    done = cli("export", make_folder(tmp_path / "corpus"), *options)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert complaint in done.err


def test_an_edited_workbook_is_applied_and_what_is_not_is_listed(cli: Cli, tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "corpus")
    cli("export", folder, "--to", "xlsx")
    file = folder / "exports/corpus.xlsx"
    book = load_workbook(file)
    book["corpus"]["B2"] = "1. Introduction"
    book["corpus"]["B3"] = "=A1"
    book.save(file)
    done = cli("apply", folder, "--from", file, "--by", "anna", "--json")
    assert done.code == 1
    assert "line 3: English is a formula" in done.err
    assert json.loads(done.out)["from"]["edits"] == {"text": 1}
    assert "1. Introduction" in (folder / "reviewed/corpus.tmx").read_text("utf-8")
