"""A bitext as a data frame, a dataset, a TMX file and a table in a notebook."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from lxml import etree

from duizhao.corpus.bitext import SHOWN_ROWS, Bitext, Row
from duizhao.corpus.files import formats

pytestmark = pytest.mark.unit


def row(number: int, source: str = "会议结束。", target: str = "The meeting rose.") -> Row:
    ids = (number,)
    both = {"source_ids": ids, "target_ids": ids, "source_blocks": ids, "target_blocks": ids}
    return Row(
        id=f"d-{number:06d}",
        source_document="d",
        target_document="e",
        **both,
        section="一、导言",
        source=source,
        target=target,
        machine_translation="The meeting ended.",
        target_kind="human",
        bead_type="1-1",
        alignment_score=1.5,
        confidence=0.987,
        signals={"overlap": 0.5},
        mt_score=-0.25,
    )


BITEXT = Bitext((row(0), row(1, "A < B。", "A < B & C.")))


def test_a_data_frame_has_a_column_for_each_field() -> None:
    frame = BITEXT.to_pandas()
    assert list(frame.columns) == [each.name for each in fields(Row)]
    assert list(frame["target"]) == ["The meeting rose.", "A < B & C."]
    assert frame["source_ids"][1] == (1,)
    assert list(Bitext(()).to_pandas().columns) == list(frame.columns)


def test_a_dataset_is_the_one_that_the_parquet_file_gives(tmp_path: Path) -> None:
    import datasets

    dataset = BITEXT.to_datasets()
    assert dataset[1]["translation"] == {"zh": "A < B。", "en": "A < B & C."}
    with (tmp_path / "corpus.parquet").open("wb") as file:
        formats.writer("parquet")(BITEXT.rows, file)
    loaded = datasets.Dataset.from_parquet(
        str(tmp_path / "corpus.parquet"), cache_dir=str(tmp_path / "cache")
    )
    assert loaded.features == dataset.features
    assert loaded[:] == dataset[:]


def test_tmx_has_the_bytes_that_a_build_writes(tmp_path: Path) -> None:
    path = BITEXT.to_tmx(tmp_path / "own.tmx")
    with (tmp_path / "build.tmx").open("wb") as file:
        formats.writer("tmx")(BITEXT.rows, file)
    assert path.read_bytes() == (tmp_path / "build.tmx").read_bytes()
    assert etree.parse(path).findtext(".//tu[2]//tuv[2]/seg") == "A < B & C."
    assert sorted(each.name for each in tmp_path.iterdir()) == ["build.tmx", "own.tmx"]


def test_a_notebook_shows_a_table_with_escaped_text() -> None:
    page = etree.fromstring(f"<div>{BITEXT._repr_html_()}</div>")
    cells = [[cell.text for cell in line] for line in page.findall(".//tbody/tr")]
    assert cells == [
        ["会议结束。", "The meeting rose.", "1-1", "0.99"],
        ["A < B。", "A < B & C.", "1-1", "0.99"],
    ]
    long = Bitext(tuple(row(number) for number in range(SHOWN_ROWS + 3)))
    page = etree.fromstring(f"<div>{long._repr_html_()}</div>")
    assert len(page.findall(".//tbody/tr")) == SHOWN_ROWS
    assert page.find("p[2]").text == "and 3 more rows"


def test_a_bitext_is_a_sequence_of_rows() -> None:
    assert (len(BITEXT), [each.id for each in BITEXT]) == (2, ["d-000000", "d-000001"])
    assert repr(BITEXT) == "Bitext(2 rows, 0 ledger entries)"
