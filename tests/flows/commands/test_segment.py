"""`duizhao segment` in a process of its own: output, formats, errors, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from duizhao.corpus.samples import pair

pytestmark = pytest.mark.unit

SAMPLE_ZH, SAMPLE_EN = pair()


def segment(*arguments: str | Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", "from duizhao.flows.cli import main; main()", "segment"]
    return subprocess.run(
        [*command, *map(str, arguments)], input=stdin, capture_output=True, check=False
    )


def test_a_line_a_sentence() -> None:
    run = segment(SAMPLE_ZH, "--lang", "zh")
    assert run.returncode == 0, run.stderr
    lines = run.stdout.decode("utf-8").splitlines()
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
    assert note in run.stderr.decode()


def test_bare_sentences_from_standard_input(tmp_path: Path) -> None:
    out = tmp_path / "new" / "sentences.txt"
    data = SAMPLE_EN.read_text(encoding="utf-8").encode("utf-16")
    run = segment("-", "--lang", "en", "--to", "txt", "-o", out, stdin=data)
    assert (run.returncode, run.stdout) == (0, b"")
    assert run.stderr.decode().startswith("standard input (utf-16-le): 86 blocks, 155 sentences")
    sentences = out.read_text(encoding="utf-8").splitlines()
    assert len(sentences) == 155
    assert sentences[-1].endswith("be reconciled in that regard?")
    assert [path.name for path in out.parent.iterdir()] == ["sentences.txt"]


def test_the_ledger(tmp_path: Path) -> None:
    run = segment(SAMPLE_ZH, "--lang", "zh", "--ledger", tmp_path / "ledger.jsonl")
    assert run.returncode == 0
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
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    file, out = tmp_path / name, tmp_path / "out.jsonl"
    file.write_bytes(data)
    run = segment(file, "--lang", "zh", "-o", out)
    _check_error(run, file, said)
    assert not out.exists()


def test_missing_file_and_directory(tmp_path: Path) -> None:
    _check_error(segment(tmp_path / "no.txt", "--lang", "zh"), tmp_path / "no.txt", "no such file")
    _check_error(segment(tmp_path, "--lang", "zh"), tmp_path, "directory")


def test_empty_standard_input() -> None:
    run = segment("-", "--lang", "zh")
    _check_error(run, "standard input", "empty")


def test_an_unknown_language_is_a_usage_error() -> None:
    assert segment(SAMPLE_ZH, "--lang", "fr").returncode == 2


def _check_error(run: subprocess.CompletedProcess[bytes], name: Path | str, said: str) -> None:
    message = run.stderr.decode()
    assert (run.returncode, run.stdout) == (2, b"")
    assert message.startswith(f"duizhao: {name}: ")
    assert said in message
    assert message.count("\n") == 1
