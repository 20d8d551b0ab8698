"""A search that is killed while it writes its index leaves nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from duizhao.corpus.files import jsonl
from tests.support.bitexts import row
from tests.support.cli import Cli
from tests.support.paths import ROOT

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(os.name != "posix", reason="SIGKILL"),
]


def test_the_next_search_removes_what_a_killed_one_left(cli: Cli, tmp_path: Path) -> None:
    corpus, indexes = tmp_path / "corpus", cli.cache / "search"
    corpus.mkdir()
    with (corpus / "corpus.jsonl").open("wb") as file:
        jsonl.write((row(number, source=f"第{number}次会议。") for number in range(60_000)), file)
    process = subprocess.Popen(
        [sys.executable, "-m", "duizhao", "search", "会议", str(corpus)],
        env={**os.environ, "DUIZHAO_CACHE": str(cli.cache), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and not any(indexes.glob(".*.tmp")):
        time.sleep(0.01)
    process.kill()
    process.wait()
    assert len(list(indexes.iterdir())) == 1, "it was killed too late to prove anything"
    assert next(indexes.iterdir()).name.endswith(".tmp")
    done = cli("search", "第7次会议", corpus, "--to", "tsv")
    assert done.code == 0, done.err
    assert "第7次会议。" in done.out
    assert [path.suffix for path in indexes.iterdir()] == [".sqlite"]
