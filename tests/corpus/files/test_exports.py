"""Exports open in the tools for which they are written, and contain every text."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

import pytest
from lxml import etree

from duizhao.corpus.bitext import Row
from duizhao.corpus.errors import InputError
from duizhao.corpus.files.exports.options import ExportOptions
from duizhao.corpus.files.exports.rows import merged_duplicates, without_machine_translation
from duizhao.corpus.files.exports.table import ID, SOURCE, TARGET
from duizhao.corpus.files.exports.xlsx import LIST, MOST_CHARACTERS, PART, decode
from duizhao.corpus.files.formats import writer
from tests.support.bitexts import row

pytestmark = pytest.mark.unit

AMERICAN = ExportOptions("zh-CN", "en-US", created="2026-11-23T12:00:00+00:00")
DANGEROUS = ['=HYPERLINK("http://x","y")', "+1", "-1", "@SUM(A1)", "\t=1", "#REF!", "_x0041_", "12"]


def written(ending: str, *rows: Row, options: ExportOptions = AMERICAN) -> bytes:
    file = io.BytesIO()
    assert writer(ending, options)(rows, file) == len(rows)
    return file.getvalue()


def sheet(data: bytes) -> Any:
    from openpyxl import load_workbook

    return load_workbook(io.BytesIO(data))


def texts(data: bytes) -> list[dict[str, str]]:
    lines = sheet(data)["corpus"].iter_rows(values_only=True)
    head = next(lines)
    return [dict(zip(head, line, strict=True)) for line in lines]


def some(texts: Sequence[str]) -> list[Row]:
    return [row(number, source=text, target=text) for number, text in enumerate(texts, 1)]


def test_cells_of_a_workbook_are_texts_whatever_they_look_like() -> None:
    book = sheet(written("xlsx", *some(DANGEROUS)))
    for line, text in zip(book["corpus"].iter_rows(min_row=2), DANGEROUS, strict=True):
        assert line[0].data_type == line[1].data_type == "s"
        assert decode(line[0].value) == text


def test_a_workbook_has_filters_a_fixed_heading_and_colours() -> None:
    book = sheet(written("xlsx", row(1, confidence=0.3), row(2, confidence=0.95)))
    page = book["corpus"]
    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref.startswith("A1:")
    assert page["C2"].fill.fgColor.rgb != page["C3"].fill.fgColor.rgb
    assert page.row_dimensions[2].height > 10
    assert book[LIST].sheet_state == "hidden"


def test_a_text_longer_than_a_cell_continues_in_the_next_line() -> None:
    long = "很长的文本。" * 9000
    lines = texts(written("xlsx", row(1, source=long), row(2)))
    assert "".join(line[SOURCE] or "" for line in lines[:-1]) == long
    assert all(len(line[SOURCE] or "") <= MOST_CHARACTERS for line in lines)
    assert {line[ID] for line in lines[:-1]} == {row(1).id}
    assert [line[PART] for line in lines] == [1, 2, 3, 4, None]


@pytest.mark.parametrize("ending", ["xlsx", "docx"])
def test_archives_have_no_time_of_writing(ending: str) -> None:
    with zipfile.ZipFile(io.BytesIO(written(ending, row()))) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"dcterms:created" not in archive.read("docProps/core.xml")


def test_csv_opens_in_excel_with_chinese_and_without_formulas() -> None:
    data = written("csv", *some(DANGEROUS))
    assert data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert lines[0][TARGET] == f"'{DANGEROUS[0]}"
    assert not any(re.match(r"\s*[=+\-@]", line[SOURCE]) for line in lines)


def test_word_shows_both_texts_side_by_side() -> None:
    from docx import Document

    table = Document(io.BytesIO(written("docx", row(1), row(2, source="第二\f行")))).tables[0]
    assert [cell.text for cell in table.rows[0].cells][1:] == ["中文 (zh-CN)", "English (en-US)"]
    assert table.rows[1].cells[0].text == row().section
    assert [cell.text for cell in table.rows[2].cells][1:] == [row().source, row().target]
    assert table.rows[3].cells[1].text == "第二行"


def test_the_page_runs_and_loads_nothing() -> None:
    page = written("html", row(1, source="<script>alert(1)</script>", section="<b>")).decode()
    assert "<script" not in page
    assert "default-src 'none'; style-src 'sha256-" in page
    assert "&lt;script&gt;" in page
    assert 'lang="zh-CN"' in page


def test_moses_files_have_a_line_for_each_row() -> None:
    rows = [row(1, source="一\n二", target="one\u2028two\r\n three"), row(2)]
    assert written("zh", *rows).decode().split("\n")[0] == "一 二"
    assert written("en", *rows).decode().split("\n")[0] == "one two three"
    assert written("zh", *rows).count(b"\n") == written("en", *rows).count(b"\n") == 2


def test_xliff_2_names_its_documents_states_and_texts() -> None:
    rows = [
        row(1, source="甲 <&>\f"),
        row(2, metadata={"checked": True}),
        row(3, source_document="other", target_kind="machine"),
    ]
    tree = etree.fromstring(written("xlf", *rows))
    name = {"x": "urn:oasis:names:tc:xliff:document:2.0"}
    assert (tree.get("version"), tree.get("srcLang"), tree.get("trgLang")) == (
        "2.0",
        "zh-CN",
        "en-US",
    )
    files = tree.findall("x:file", name)
    assert [file.get("original") for file in files] == ["S_2021_130", "other"]
    assert len({file.get("id") for file in files}) == 2
    for file in files:
        ids = [unit.get("id") for unit in file.findall("x:unit", name)]
        assert len(ids) == len(set(ids)) > 0
    states = [segment.get("state") for segment in tree.iterfind(".//x:segment", name)]
    assert states == ["translated", "final", "initial"]
    assert tree.findtext(".//x:source", namespaces=name) == "甲 <&>"


def test_a_memory_has_dates_and_regional_codes() -> None:
    reviewed = {"reviewed_by": "安娜", "reviewed_at": "2026-11-24T18:02:11+01:00"}
    tree = etree.fromstring(written("tmx", row(1), row(2, metadata=reviewed)))
    first, second = tree.findall("body/tu")
    assert tree.find("header").get("srclang") == "zh-CN"  # type: ignore[union-attr]
    assert first.get("creationdate") == "20261123T120000Z"
    assert first.get("changedate") is None
    assert (second.get("changedate"), second.get("changeid")) == ("20261124T170211Z", "安娜")


def test_a_memory_for_a_client_has_nothing_of_the_machine() -> None:
    rows = [row(1), row(2, target_kind="machine", target="By machine.")]
    data = written("tmx", *without_machine_translation(rows)).decode()
    assert row().machine_translation not in data
    assert "By machine." not in data
    assert "mt-" not in data
    assert data.count("<tu ") == 1


def test_merged_duplicates_name_the_rows_that_they_stand_for() -> None:
    rows = [row(1), row(2), row(3, target="Another.")]
    merged = merged_duplicates(rows)
    assert [one.id for one in merged] == [rows[0].id, rows[2].id]
    assert merged[0].metadata["merged_ids"] == [rows[1].id]
    assert merged[1] == rows[2]


@pytest.mark.parametrize("codes", [("en", "zh"), ("zh", "e"), ("zh_CN", "en"), ("zh", 'en"/>')])
def test_a_wrong_language_code_is_refused(codes: tuple[str, str]) -> None:
    with pytest.raises(InputError, match="lang: "):
        ExportOptions(*codes)
