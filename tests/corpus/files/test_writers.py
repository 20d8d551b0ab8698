"""Every corpus format reads back as it was written, in the tools for which it is written."""

from __future__ import annotations

import csv
import io
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from duizhao.corpus.bitext import Row
from duizhao.corpus.files.exports.xml import XML_LANG, clean
from duizhao.corpus.files.formats import FORMATS, endings, writer
from duizhao.corpus.files.jsonl import row_of
from tests.support.bitexts import row

pytestmark = pytest.mark.unit

MACHINE = row(
    2, target_document=None, target_ids=(), target_blocks=(), target_kind="machine", mt_score=None
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def written(format: str, *rows: Row) -> bytes:
    file = io.BytesIO()
    assert writer(format)(rows, file) == len(rows)
    return file.getvalue()


def parse_tmx(data: bytes) -> Any:
    tree = etree.fromstring(data)
    dtd = etree.DTD(io.BytesIO(files("duizhao.corpus.files").joinpath("tmx14.dtd").read_bytes()))
    assert dtd.validate(tree), dtd.error_log
    return tree


@pytest.mark.parametrize("format", [end for name in FORMATS for end in endings(name)])
def test_the_same_rows_give_the_same_bytes(format: str) -> None:
    assert written(format, row(), MACHINE) == written(format, row(), MACHINE)


@pytest.mark.parametrize("format", [end for name in FORMATS for end in endings(name)])
def test_an_empty_corpus_is_a_whole_file(format: str) -> None:
    data = written(format)
    if format == "tmx":
        parse_tmx(data)
    if format == "parquet":
        from pyarrow import parquet

        assert parquet.read_table(io.BytesIO(data)).num_rows == 0


@settings(max_examples=60, deadline=None)
@given(source=TEXTS, target=TEXTS)
def test_any_text_comes_back_from_every_format(source: str, target: str) -> None:
    from pyarrow import parquet

    one = row(source=source, target=target)
    assert row_of(json.loads(written("jsonl", one))) == one
    table = parquet.read_table(io.BytesIO(written("parquet", one)))
    assert table.column("translation").to_pylist() == [{"zh": source, "en": target}]
    segments = [seg.text or "" for seg in parse_tmx(written("tmx", one)).iter("seg")]
    assert segments == [clean(source), clean(target)]
    text = written("tsv", one).decode()
    assert len(text.splitlines()) == 2, "a row is a line"
    (cells,) = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t")
    assert "".join(cells["source"].split()) == "".join(source.split())


def test_a_tmx_file_has_the_origin_of_each_unit() -> None:
    first, second = parse_tmx(written("tmx", row(), MACHINE)).iter("tu")
    told = {prop.get("type"): prop.text for prop in first.findall("prop")}
    assert first.get("tuid") == "S_2021_130-000001"
    assert told["x-source-ids"] == "0,1"
    assert told["x-bead-type"] == "2-1"
    assert json.loads(told["x-metadata"]) == {"theme": "健康"}
    assert [side.get(XML_LANG) for side in first.findall("tuv")] == ["zh", "en"]
    assert [p.text for p in second.iter("prop") if p.get("type") == "x-target-kind"] == ["machine"]


def test_the_dtd_finds_a_unit_without_text() -> None:
    broken = written("tmx", row()).replace(b"<seg>", b"<note>").replace(b"</seg>", b"</note>")
    with pytest.raises(AssertionError, match="tuv"):
        parse_tmx(broken)


def test_tsv_opens_in_pandas_with_its_quotation_marks(tmp_path: Path) -> None:
    import pandas

    (tmp_path / "corpus.tsv").write_bytes(written("tsv", row(), MACHINE))
    table = pandas.read_csv(tmp_path / "corpus.tsv", sep="\t")
    assert list(table["target"]) == ['The "meeting" began and ended.'] * 2


def test_datasets_reads_the_parquet_file_with_its_translation_feature(tmp_path: Path) -> None:
    import datasets

    (tmp_path / "corpus.parquet").write_bytes(written("parquet", row(), MACHINE))
    loaded = datasets.load_dataset(
        "parquet",
        data_files=str(tmp_path / "corpus.parquet"),
        cache_dir=str(tmp_path),
        split="train",
    )
    assert loaded.features["translation"] == datasets.Translation(languages=["zh", "en"])
    assert loaded[0]["translation"] == {
        "zh": "会议开始。会议结束。",
        "en": 'The "meeting" began and ended.',
    }
    assert loaded[0]["source_ids"] == [0, 1]
    assert loaded[1]["target_document"] is None


def test_the_schema_is_the_one_that_datasets_itself_would_write() -> None:
    import datasets

    from duizhao.corpus.files.parquet import FEATURES, schema

    def feature(kind: Any, name: str) -> Any:
        if name == "translation":
            return datasets.Translation(languages=kind)
        value = datasets.Value
        return datasets.List(value(kind[0])) if isinstance(kind, list) else value(kind)

    told = datasets.Features({name: feature(kind, name) for name, kind in FEATURES.items()})
    assert schema().equals(told.arrow_schema)
    of_datasets, ours = (
        json.loads(one.metadata[b"huggingface"]) for one in (told.arrow_schema, schema())
    )
    assert ours == of_datasets
