"""`duizhao batch` of a pile without names offers to pair its documents, on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.bilingual import pairs
from tests.support.paths import ROOT


def answered(
    arguments: list[str], answer: str, cwd: Path, environment: Mapping[str, str]
) -> tuple[int, str]:
    """The exit code, and what the terminal shows; `answer` is typed when a question appears."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "duizhao", *arguments],
        cwd=cwd,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb", **environment},
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the command has ended
            break
        if not part:
            break
        if b"[Y/n]" in part:
            os.write(ours, f"{answer}\n".encode())
        shown += part
    os.close(ours)
    return process.wait(), shown.decode()


@pytest.fixture
def pile(tmp_path: Path) -> Path:
    folder = tmp_path / "pile"
    folder.mkdir()
    for name, side in (("first.txt", 0), ("second.txt", 1)):
        text = "\n\n".join(pair[side] for pair in pairs(4))
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.unit
def test_no_writes_nothing_and_names_the_command(pile: Path, tmp_path: Path) -> None:
    environment = {"DUIZHAO_CACHE": str(tmp_path / "cache")}
    code, shown = answered(["batch", "pile", "--out", "corpus"], "n", tmp_path, environment)
    assert code == 2
    assert "`duizhao pair pile --out pairs.csv`" in shown
    assert not (tmp_path / "corpus").exists()
    assert not (tmp_path / "pile-pairs.csv").exists()


@pytest.mark.system
def test_yes_pairs_the_documents_and_builds_the_corpus(
    environment: dict[str, str], pile: Path, tmp_path: Path
) -> None:
    quick = ["--beam", "1", "--effort", "fast", "--workers", "1"]
    code, shown = answered(
        ["batch", "pile", "--out", "corpus", *quick],
        "y",
        tmp_path,
        {**environment, "DUIZHAO_CACHE": str(tmp_path / "cache")},
    )
    assert code == 0, shown
    lines = (tmp_path / "pile-pairs.csv").read_text("utf-8").splitlines()
    assert lines[1].startswith("first,pile/first.txt,pile/second.txt,")
    assert list((tmp_path / "corpus").glob("jsonl/*.jsonl"))
