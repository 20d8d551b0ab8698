"""An edited export of a workbook is read back as edits of the review."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from duizhao.corpus.errors import InputError
from duizhao.corpus.files.exports.export import Export, export
from duizhao.corpus.files.exports.table import CHECKED, ID, SOURCE, TARGET
from duizhao.corpus.files.exports.xlsx import LIST
from duizhao.corpus.files.read import read_rows
from duizhao.evaluation.review.apply import apply_review, import_sheet
from duizhao.evaluation.review.session import open_session
from tests.support.report_folders import make_folder

pytestmark = pytest.mark.unit

Change = Callable[[Any], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "corpus")


@pytest.fixture
def file(folder: Path) -> Path:
    return export(folder, Export(["xlsx"])).files[0]


def column(sheet: Any, name: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == name)


def change(path: Path, edit: Change) -> None:
    """Edit the table as a person would in Excel; line 1 has the headings."""
    book = load_workbook(path)
    edit(book["corpus"])
    book.save(path)


def set_cell(line: int, name: str, value: object) -> Change:
    return lambda sheet: sheet.cell(line, column(sheet, name)).__setattr__("value", value)


def sent(folder: Path, file: Path) -> dict[str, Any]:
    return import_sheet(folder, file, "anna")


def targets(folder: Path) -> list[str]:
    return [row.target for row in read_rows(folder)]


def test_an_unchanged_file_changes_nothing(folder: Path, file: Path) -> None:
    assert sent(folder, file) | {"file": ""} == {
        "file": "",
        "edits": {},
        "problems": [],
        "notes": [],
    }
    assert not (folder / "edits.jsonl").exists()


def test_a_changed_text_is_an_edit_that_can_be_undone(folder: Path, file: Path) -> None:
    before = targets(folder)
    change(file, set_cell(2, TARGET, "1. Introduction"))
    assert sent(folder, file)["edits"] == {"text": 1}
    reviewed = apply_review(folder)
    row = next(read_rows(Path(reviewed["out"])))
    assert row.target == "1. Introduction"
    assert row.metadata["reviewed_by"] == "anna"
    record = json.loads((folder / "edits.jsonl").read_text().splitlines()[1])
    assert record["from"] == "corpus.xlsx"
    session = open_session(folder, "anna")
    session.undo()
    assert [one.texts for one in session.beads if one.texts] == []
    assert targets(folder) == before


def test_the_same_file_adds_its_edits_once(folder: Path, file: Path) -> None:
    change(file, set_cell(2, TARGET, "1. Introduction"))
    change(file, lambda sheet: sheet.delete_rows(3))
    assert sent(folder, file)["edits"] == {"delete": 1, "text": 1}
    assert sent(folder, file)["edits"] == {}


def test_deleted_lines_go_to_the_ledger(folder: Path, file: Path) -> None:
    count = len(targets(folder))
    change(file, lambda sheet: sheet.delete_rows(2))
    assert sent(folder, file)["edits"] == {"delete": 1}
    out = Path(apply_review(folder)["out"])
    assert len(targets(out)) == count - 1
    assert "deleted_in_review" in (out / "ledger.jsonl").read_text()


def test_the_order_of_lines_has_no_effect_and_is_reported(folder: Path, file: Path) -> None:
    def swap(sheet: Any) -> None:
        for number in range(1, sheet.max_column + 1):
            first, second = sheet.cell(2, number), sheet.cell(3, number)
            first.value, second.value = second.value, first.value

    change(file, swap)
    result = sent(folder, file)
    assert (result["edits"], result["problems"]) == ({}, [])
    assert "another order" in result["notes"][0]


def copy_line(sheet: Any, **changes: object) -> None:
    values = [cell.value for cell in sheet[2]]
    for name, value in changes.items():
        values[column(sheet, {"target": TARGET, "id": ID}[name]) - 1] = value
    sheet.append(values)


def test_a_line_copied_as_it_is_has_no_effect(folder: Path, file: Path) -> None:
    change(file, copy_line)
    assert (sent(folder, file)["edits"], sent(folder, file)["problems"]) == ({}, [])


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (lambda sheet: copy_line(sheet, target="Other"), "2 times with different texts"),
        (lambda sheet: copy_line(sheet, id=None), "a new line without id"),
        (lambda sheet: copy_line(sheet, id="nonsense", target="x"), "not a row of this corpus"),
        (set_cell(2, TARGET, None), "the target is empty; delete the whole line"),
        (set_cell(2, TARGET, "=1+1"), "English is a formula"),
    ],
)
def test_what_cannot_be_applied_is_reported_with_its_line(
    folder: Path, file: Path, edit: Change, problem: str
) -> None:
    change(file, edit)
    change(file, set_cell(3, TARGET, "The rest is applied."))
    result = sent(folder, file)
    assert result["edits"] == {"text": 1}
    assert [problem in one and "line " in one for one in result["problems"]] == [True]


def test_a_row_that_the_review_changed_too_is_a_conflict(folder: Path, file: Path) -> None:
    session = open_session(folder, "bob")
    session.edit({"op": "text", "bead": "[0]:[0]", "side": "target", "text": "Bob's"})
    session.edit({"op": "text", "bead": "[1]:[1]", "side": "target", "text": "Bob's, too"})
    change(file, set_cell(2, TARGET, "Anna's"))
    change(file, lambda sheet: sheet.delete_rows(3))
    result = sent(folder, file)
    assert result["edits"] == {}
    assert len(result["problems"]) == 2
    assert all("changed in the review after the export" in one for one in result["problems"])


def test_both_texts_emptied_delete_the_bead(folder: Path, file: Path) -> None:
    change(file, set_cell(2, TARGET, None))
    change(file, set_cell(2, SOURCE, " "))
    assert sent(folder, file)["edits"] == {"delete": 1}


def test_checked_lines_are_checked(folder: Path, file: Path) -> None:
    change(file, set_cell(2, CHECKED, "yes"))
    assert sent(folder, file)["edits"] == {"check": 1}
    assert [one.checked for one in open_session(folder).beads][:2] == [True, False]


def test_without_the_list_of_rows_nothing_is_deleted(folder: Path, file: Path) -> None:
    book = load_workbook(file)
    del book[LIST]
    book["corpus"].delete_rows(2)
    set_cell(2, TARGET, "Changed.")(book["corpus"])
    book.save(file)
    result = sent(folder, file)
    assert result["edits"] == {"text": 1}
    assert "deleted lines are not applied" in result["notes"][0]


def test_columns_are_known_by_their_headings(folder: Path, file: Path) -> None:
    def move(sheet: Any) -> None:
        sheet.insert_cols(1)
        sheet.insert_rows(1)
        sheet.cell(1, 1).value = "Our notes"

    change(file, set_cell(2, TARGET, "1. Introduction"))
    change(file, move)
    assert sent(folder, file)["edits"] == {"text": 1}


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 no archive", b"\xd0\xcf\x11\xe0 an old .xls"]
)
def test_another_file_is_refused(folder: Path, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"other\.xlsx"):
        sent(folder, path)


def test_a_workbook_that_defines_entities_is_refused(folder: Path, file: Path) -> None:
    import zipfile

    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/evil.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")
    with pytest.raises(InputError, match="entities"):
        sent(folder, file)


def test_a_workbook_without_our_columns_is_refused(folder: Path, file: Path) -> None:
    change(file, lambda sheet: sheet.delete_rows(1))
    with pytest.raises(InputError, match="keep its headings"):
        sent(folder, file)
