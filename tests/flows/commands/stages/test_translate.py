"""`duizhao translate`: one line of output per line of input, for any file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from duizhao.corpus.paths import models_folder
from duizhao.corpus.reading.lines import Lines
from tests.support.cli import Cli
from tests.support.paths import ROOT

pytestmark = pytest.mark.model


def test_a_line_in_is_a_line_out(cli: Cli, tmp_path: Path) -> None:
    text = "大会。\r\n\r\n安全理事会。\u2028\n \n大会。"
    done = cli("translate", "--beam", "1", stdin=text)
    assert done.code == 0, done.err
    lines = done.out.split("\n")
    assert lines == ["General Assembly.", "", "Security Council.", "", "General Assembly.", ""]
    assert "5 lines; 2 translated" in done.err


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_every_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    source = tmp_path / "in.txt"
    source.write_bytes("安全理事会关于阿富汗局势的报告。\n大会第七十五届会议。\n".encode(encoding))
    assert list(Lines(str(source))) == ["安全理事会关于阿富汗局势的报告。", "大会第七十五届会议。"]


def test_lines_are_read_as_a_stream(tmp_path: Path) -> None:
    source = tmp_path / "long.txt"
    lines = [f"第{number}次会议的报告。" for number in range(30_000)]
    source.write_text("\n".join(lines), encoding="utf-8")
    read = Lines(str(source))
    assert read.count == 30_000
    assert list(read) == lines
    assert len(read.sample) < 10_000 * 12


def test_jsonl_has_the_score_and_flags_and_a_file_appears_when_complete(
    cli: Cli, tmp_path: Path
) -> None:
    source = tmp_path / "in.zh"
    source.write_text("大会。\n", encoding="utf-8")
    out = tmp_path / "sub" / "out.jsonl"
    done = cli("translate", *(source, "-o", out, "--to", "jsonl", "--beam", "2"))
    assert done.code == 0, done.err
    assert done.out == ""
    row = json.loads(out.read_text(encoding="utf-8"))
    assert row["source"] == "大会。"
    assert row["mt"] == "General Assembly."
    assert -1 < row["mt_score"] < 0
    assert row["flags"] == []
    assert [path.name for path in out.parent.iterdir()] == ["out.jsonl"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty"),
        (b"\n \n", "the file is empty"),
        (bytes(range(256)) * 40, "binary file"),
        (("The General Assembly welcomes the report of the Council. " * 4).encode(), "English"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(
    cli: Cli, tmp_path: Path, data: bytes, said: str
) -> None:
    source = tmp_path / "in.zh"
    source.write_bytes(data)
    done = cli("translate", source, "-o", tmp_path / "out.en")
    assert done.code == 2
    message = done.err.strip()
    assert message.startswith(f"duizhao: {source}: ")
    assert said in message
    assert "\n" not in message
    assert not (tmp_path / "out.en").exists()


def test_a_missing_file_or_model_is_wrong_usage(cli: Cli, tmp_path: Path) -> None:
    done = cli("translate", tmp_path / "nowhere.zh")
    assert (done.code, "cannot be read" in done.err) == (2, True)
    source = tmp_path / "in.zh"
    source.write_text("大会。\n", encoding="utf-8")
    done = cli("translate", source, "--model", tmp_path / "nowhere")
    assert (done.code, "no such folder" in done.err) == (2, True)


def test_a_reader_that_stops_early_is_no_error(tmp_path: Path) -> None:
    source = tmp_path / "in.zh"
    source.write_text("大会。\n" * 6_000, encoding="utf-8")
    done = subprocess.run(
        f"{sys.executable} -m duizhao translate {source} --beam 1 | head -1",
        shell=True,
        cwd=ROOT,
        env={**os.environ, "DUIZHAO_CACHE": str(tmp_path), "DUIZHAO_MODELS": str(models_folder())},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.stdout == "General Assembly.\n"
    assert "Traceback" not in done.stderr


def test_an_empty_line_has_no_score(cli: Cli, tmp_path: Path) -> None:
    done = cli("translate", "--beam", "1", "--to", "jsonl", stdin="大会。\n\n")
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert rows[0]["mt_score"] < 0
    assert rows[1]["mt_score"] is None
    done = cli("translate", "--beam", "1", "--to", "tsv", stdin="大会。\n\n")
    assert done.out.splitlines()[1] == "\t\t"


@pytest.mark.parametrize("device", ["foo", "cuda"])
def test_a_device_that_is_not_there_is_wrong_usage(cli: Cli, tmp_path: Path, device: str) -> None:
    import ctranslate2

    if device == "cuda" and ctranslate2.get_cuda_device_count():
        pytest.skip("there is a GPU")
    done = cli("translate", "--device", device, stdin="大会。\n")
    assert done.code == 2
    assert "Traceback" not in done.err
    assert device in done.err
