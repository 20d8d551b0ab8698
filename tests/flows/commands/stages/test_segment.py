"""`duizhao segment`: output, formats, errors, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from duizhao.corpus.samples import pair
from tests.support.cli import Cli, Done

pytestmark = pytest.mark.unit

SAMPLE_ZH, SAMPLE_EN = pair()


def test_a_line_a_sentence(cli: Cli) -> None:
    run = cli("segment", SAMPLE_ZH, "--lang", "zh")
    assert run.code == 0, run.err
    lines = run.out.splitlines()
    rows = [json.loads(line) for line in lines]
    assert [list(row) for row in rows] == [["block", "sentence", "kind", "text"]] * 146
    assert [row["sentence"] for row in rows] == list(range(146))
    blocks = [row["block"] for row in rows]
    assert sorted(set(blocks)) == list(range(86))
    assert blocks == sorted(blocks)
    assert lines[0] == (
        '{"block": 0, "sentence": 0, "kind": "heading", '
        '"text": "2024 年 3 月 14 日塔伦河流域委员会执行秘书给秘书长的信"}'
    )
    note = "86 blocks, 146 sentences, 7 pieces of page furniture left out"
    assert note in run.err


def test_bare_sentences_from_standard_input(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "new" / "sentences.txt"
    data = SAMPLE_EN.read_text(encoding="utf-8").encode("utf-16")
    run = cli("segment", "-", "--lang", "en", "--to", "txt", "-o", out, stdin=data)
    assert (run.code, run.out) == (0, "")
    assert run.err.startswith("standard input (utf-16-le): 86 blocks, 155 sentences")
    sentences = out.read_text(encoding="utf-8").splitlines()
    assert len(sentences) == 155
    assert sentences[-1].endswith("be reconciled in that regard?")
    assert [path.name for path in out.parent.iterdir()] == ["sentences.txt"]


def test_the_ledger(cli: Cli, tmp_path: Path) -> None:
    run = cli("segment", SAMPLE_ZH, "--lang", "zh", "--ledger", tmp_path / "ledger.jsonl")
    assert run.code == 0
    rows = [json.loads(line) for line in (tmp_path / "ledger.jsonl").open(encoding="utf-8")]
    assert [row["reason"] for row in rows].count("document_symbol") == 2
    assert all(row["document"] == "report.zh" and row["stage"] == "read" for row in rows)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.txt", b" \n\n", "empty"),
        ("binary.txt", bytes(range(256)) * 8, "binary"),
        ("french.txt", "Le Conseil de sécurité s’est réuni hier à New York.".encode(), "French"),
        ("english.txt", b"The Security Council met yesterday in New York.", "other language"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n" + bytes(99), "picture"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    cli: Cli, tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    file, out = tmp_path / name, tmp_path / "out.jsonl"
    file.write_bytes(data)
    run = cli("segment", file, "--lang", "zh", "-o", out)
    _check_error(run, file, said)
    assert not out.exists()


def test_missing_file_and_directory(cli: Cli, tmp_path: Path) -> None:
    _check_error(
        cli("segment", tmp_path / "no.txt", "--lang", "zh"), tmp_path / "no.txt", "no such file"
    )
    _check_error(cli("segment", tmp_path, "--lang", "zh"), tmp_path, "directory")


def test_empty_standard_input(cli: Cli) -> None:
    run = cli("segment", "-", "--lang", "zh")
    _check_error(run, "standard input", "empty")


def test_an_unknown_language_is_a_usage_error(cli: Cli) -> None:
    assert cli("segment", SAMPLE_ZH, "--lang", "fr").code == 2


def _check_error(run: Done, name: Path | str, said: str) -> None:
    message = run.err
    assert (run.code, run.out) == (2, "")
    assert message.startswith(f"duizhao: {name}: ")
    assert said in message
    assert message.count("\n") == 1
