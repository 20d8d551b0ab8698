"""duizhao stats: the contents of a corpus, and lost sentences."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from duizhao.corpus.bitext import Row
from duizhao.corpus.document import LedgerEntry
from duizhao.corpus.errors import InputError
from duizhao.corpus.files import jsonl, parquet
from duizhao.corpus.files.read import read_rows
from duizhao.evaluation.statistics import statistics
from tests.corpus.cleaning.test_cleaning import GOOD, row
from tests.support.cli import Cli

pytestmark = pytest.mark.unit

ROWS = [
    row(*GOOD[0], 0),
    replace(row(*GOOD[1], 1), source_ids=(1, 2), bead_type="2-1", confidence=0.4),
    row(*GOOD[2], 3, "B", mt_flags=("repetition",), mt_score=-0.5),
    row(*GOOD[0], 4, "B"),
    row("共有1 250人。", "There were 3,400 people.", 5, "B", metadata={"theme": "health"}),
]
LEDGER = [
    LedgerEntry("A", "source", "align", "deletion", "无。", sentence=3),
    LedgerEntry("A", "target", "align", "insertion", "None.", sentence=9),
    LedgerEntry("A", "source", "read", "link", "https://", line=4),
]


def build(folder: Path) -> Path:
    """A run folder."""
    folder.mkdir()
    with (folder / "corpus.jsonl").open("wb") as file:
        jsonl.write(ROWS, file)
    with (folder / "ledger.jsonl").open("wb") as file:
        jsonl.write_ledger(LEDGER, file)
    return folder


def test_a_run_folder_is_counted(tmp_path: Path) -> None:
    found = statistics(build(tmp_path / "run"))
    assert (found["rows"], found["documents"]) == (5, 2)
    assert found["bead_types"] == {"1-1": 4, "2-1": 1}
    assert found["confidence"]["classes"]["0.4"] == 1
    assert found["confidence"]["min"] == 0.4
    assert found["duplicates"]["pair"] == {"rows": 1, "share": 0.2}
    assert found["checks"]["numbers"] == 1
    assert found["checks"]["low_confidence"] == 1
    assert found["checks"]["language"] == 0
    assert found["translation"]["flags"] == {"repetition": 1}
    assert found["sentences"]["source"] == {
        "kept": 6,
        "lost": 1,
        "share_lost": 0.1429,
        "reasons": {"align: deletion": 1},
    }
    assert found["sentences"]["target"]["reasons"] == {"align: insertion": 1}
    assert found["sentences"]["other_lines"] == {"read: link": 1}
    assert found["least_sure_documents"][0]["document"] == "A"
    assert found["vocabulary"]["target_words"]["most_common"]["the"] == 5
    assert found["splits"] == {}


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_rows_come_back_from_every_form(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"corpus.{form}"
    with path.open("wb") as file:
        {"jsonl": jsonl, "parquet": parquet}[form].write(ROWS, file)
    assert list(read_rows(path)) == ROWS
    assert list(read_rows(tmp_path)) == ROWS


def test_what_splits_share_is_found(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    parts: dict[str, list[Row]] = {"train": ROWS[:3], "test": ROWS[3:], "validation": ROWS[4:]}
    for name, rows in parts.items():
        with (data / f"{name}-00000-of-00001.parquet").open("wb") as file:
            parquet.write(rows, file)
    found = statistics(tmp_path)["splits"]
    assert found["rows"] == {"train": 3, "validation": 1, "test": 2}
    assert found["shared_sentences"] == {
        "train and validation": 0,
        "train and test": 2,
        "validation and test": 2,
    }


def test_the_command_prints_tables_and_json(cli: Cli, tmp_path: Path) -> None:
    folder = build(tmp_path / "run")
    code, out, err = cli("stats", folder, "--json")
    assert code == 0, err
    assert json.loads(out)["rows"] == 5
    code, out, _ = cli("stats", folder)
    assert code == 0
    assert out.startswith("Needs attention: 5 rows")
    assert "bead type" not in out
    assert out.count("\n") <= 24
    code, out, _ = cli("stats", folder, "--details")
    for words in ("bead type", "confidence", "align: deletion", "same pair as before"):
        assert words in out


def test_an_empty_corpus_is_counted(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_bytes(b"")
    found = statistics(tmp_path)
    assert found["rows"] == 0
    assert found["confidence"] == {"count": 0}
    assert cli("stats", tmp_path)[0] == 0


def test_what_is_no_corpus_is_named(cli: Cli, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no corpus in it"):
        statistics(tmp_path)
    with pytest.raises(InputError, match="no such file"):
        statistics(tmp_path / "none")
    (tmp_path / "corpus.jsonl").write_text('{"id": "1"}\n', "utf-8")
    with pytest.raises(InputError, match="line 1: not a row"):
        statistics(tmp_path)
    (tmp_path / "a.parquet").write_bytes(b"no")
    with pytest.raises(InputError, match="not a Parquet file"):
        statistics(tmp_path / "a.parquet")
    code, _, err = cli("stats", tmp_path / "a.txt")
    assert (code, err.count("\n")) == (2, 1)
