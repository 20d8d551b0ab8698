"""`duizhao pair` on mixed documents: its files, a batch of them, and a kill half-way."""

from __future__ import annotations

import csv
import json
import os
import signal
import time
from pathlib import Path

import pytest

from duizhao.flows.batch.manifest import read_manifest
from duizhao.flows.pairing.output import PairLine, UnpairedLine, write
from duizhao.flows.pairing.pile import files_of
from tests.support import small_report
from tests.support.cli import Cli
from tests.support.paths import DATA


def blocks(language: str) -> list[str]:
    rows = json.loads((DATA / f"report.{language}.json").read_text("utf-8"))
    return [row["text"] for row in rows]


def part(language: str, at: int) -> str:
    return "\n\n".join(blocks(language)[at : at + 8])


STARTS = (0, 8, 16, 24, 32)


@pytest.fixture(scope="module")
def pile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five Chinese documents, four of their translations, other formats, and odd files."""
    folder = tmp_path_factory.mktemp("pile")
    (folder / "below").mkdir()
    for at in STARTS:
        (folder / f"document {90 - at}.txt").write_text(part("zh", at), "utf-8")
        if at != 16:
            (folder / "below" / f"text{at}.txt").write_text(part("en", at), "utf-8")
    (folder / "copy of text8.md").write_text(part("en", 8), "utf-8")
    (folder / "scan.pdf").write_bytes(b"%PDF-1.4 cut short")
    (folder / ".hidden.txt").write_text("hidden", "utf-8")
    (folder / "meeting.pdf").write_bytes(small_report.pdf("zh"))
    (folder / "minutes.docx").write_bytes(small_report.docx("en"))
    return folder


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.model
def test_a_pile_becomes_a_manifest_and_a_table_of_what_is_left(
    cli: Cli, environment: dict[str, str], pile: Path, tmp_path: Path
) -> None:
    out = tmp_path / "pairs.csv"
    done = cli("pair", pile, "--out", out, "--json", env=environment)
    assert done.code == 0, done.err
    entries = {
        Path(entry.source).name: Path(entry.reference or "").name
        for entry in read_manifest(str(out))
    }
    assert entries == {
        "document 90.txt": "text0.txt",
        "document 82.txt": "text8.txt",
        "document 66.txt": "text24.txt",
        "document 58.txt": "text32.txt",
        "meeting.pdf": "minutes.docx",
    }
    lines = table(out)
    assert all(0.5 <= float(line["pair_confidence"]) <= 1 for line in lines)
    assert all(line["pair_reasons"] for line in lines)
    left = {Path(line["path"]).name: line for line in table(tmp_path / "pairs.unpaired.csv")}
    assert {name: line["reason"] for name, line in left.items()} == {
        "copy of text8.md": "duplicate",
        "document 74.txt": "no_counterpart",
        "scan.pdf": "unreadable",
    }
    assert Path(left["copy of text8.md"]["other"]).name == "text8.txt"
    assert "damaged" in left["scan.pdf"]["detail"]
    printed = json.loads(done.out)
    assert printed["counts"]["reasons"] == {"duplicate": 1, "no_counterpart": 1, "unreadable": 1}
    assert len(printed["pairs"]) == len(lines)


@pytest.mark.model
def test_a_manifest_within_the_pile_has_relative_paths_and_is_no_document(
    cli: Cli, environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text(part("zh", 0), "utf-8")
    (tmp_path / "b.txt").write_text(part("en", 0), "utf-8")
    for _ in range(2):
        done = cli("pair", ".", "--out", "pairs.csv", env=environment, cwd=tmp_path)
        assert done.code == 0, done.err
    assert [(one["source"], one["reference"]) for one in table(tmp_path / "pairs.csv")] == [
        ("a.txt", "b.txt")
    ]
    assert table(tmp_path / "pairs.unpaired.csv") == []


@pytest.mark.model
def test_no_pair_is_exit_code_1_and_every_document_has_a_reason(
    cli: Cli, environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text(part("zh", 0), "utf-8")
    (tmp_path / "b.txt").write_text(part("zh", 32), "utf-8")
    done = cli("pair", tmp_path, "--out", tmp_path / "p.csv", env=environment)
    assert done.code == 1
    assert [one["reason"] for one in table(tmp_path / "p.unpaired.csv")] == ["no_counterpart"] * 2
    assert table(tmp_path / "p.csv") == []


@pytest.mark.unit
def test_an_earlier_manifest_is_kept_where_no_pair_is_found(tmp_path: Path) -> None:
    out = tmp_path / "pairs.csv"
    pair: PairLine = {
        "id": "a",
        "source": str(tmp_path / "a.zh.txt"),
        "reference": str(tmp_path / "a.en.txt"),
        "confidence": 0.99,
        "reasons": "numbers",
    }
    assert write(out, [pair], [])
    before = out.read_text("utf-8")
    left: UnpairedLine = {
        "path": str(tmp_path / "b.txt"),
        "language": "zh",
        "reason": "no_counterpart",
        "other": "",
        "detail": "nothing is like it",
    }
    assert not write(out, [], [left])
    assert out.read_text("utf-8") == before
    assert [one["path"] for one in table(tmp_path / "pairs.unpaired.csv")] == ["b.txt"]


@pytest.mark.unit
def test_wrong_usage_is_one_line_and_exit_code_2(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for named, words in ((tmp_path / "none", "no such file"), (tmp_path / "empty", "no document")):
        done = cli("pair", named, "--out", tmp_path / "p.csv")
        assert done.code == 2
        assert len(done.err.splitlines()) == 1
        assert words in done.err
    assert not (tmp_path / "p.csv").exists()


@pytest.mark.unit
def test_the_files_of_a_pile_are_taken_once_and_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("a.txt", ".b.txt", "c.txt.part", "d/e.txt", "d/.f/g.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text("x")
    found = files_of([str(tmp_path), str(tmp_path / "a.txt")], [tmp_path / "d/e.txt"])
    assert found == [str(tmp_path / "a.txt")]


@pytest.mark.unit
def test_a_batch_of_a_pile_without_names_names_the_command(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_text("报告", "utf-8")
    done = cli("batch", tmp_path, "--out", tmp_path / "out")
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert f"duizhao pair {tmp_path}" in done.err


@pytest.mark.system
def test_a_killed_run_goes_on_to_the_same_manifest(
    cli: Cli, environment: dict[str, str], pile: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    own = environment | {"DUIZHAO_CACHE": str(cache)}
    killed = cli.start("pair", pile, "--out", tmp_path / "killed.csv", env=own)
    profiles = cache / "results" / "survey"
    while not list(profiles.glob("*/*.json")):
        assert killed.poll() is None, "ended before it could be killed"
        time.sleep(0.02)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    before = {path: path.stat().st_mtime_ns for path in profiles.glob("*/*.json")}
    assert not (tmp_path / "killed.csv").exists()
    done = cli("pair", pile, "--out", tmp_path / "killed.csv", env=own)
    assert done.code == 0, done.err
    assert all(path.stat().st_mtime_ns == time for path, time in before.items()), "read again"
    other = environment | {"DUIZHAO_CACHE": str(tmp_path / "other")}
    assert cli("pair", pile, "--out", tmp_path / "whole.csv", env=other).code == 0
    for end in (".csv", ".unpaired.csv"):
        whole = (tmp_path / f"whole{end}").read_bytes()
        assert (tmp_path / f"killed{end}").read_bytes() == whole
