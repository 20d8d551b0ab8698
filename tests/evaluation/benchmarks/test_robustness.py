"""The benchmarks of robustness in small: large documents are read, and kills compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from duizhao.corpus.reading import read_bytes
from duizhao.evaluation.benchmarks.robustness import kills, large

pytestmark = pytest.mark.unit


def test_a_pdf_of_many_pages_is_read_completely() -> None:
    document, _ = read_bytes(large.large_pdf(20), "en", name="large.pdf")
    texts = [sentence.text for sentence in document.sentences]
    assert texts == [large.sentence(number) for number in range(20 * large.LINES)]


def test_a_word_file_full_of_pictures_is_read_completely() -> None:
    data = large.large_docx(8)
    assert len(data) > 8 * 2**20
    document, _ = read_bytes(data, "en", name="large.docx")
    assert [each.text for each in document.sentences] == [large.sentence(n) for n in range(4)]


def test_what_a_killed_run_leaves_is_noticed(tmp_path: Path) -> None:
    trial = kills.Trial(tmp_path)
    assert trial.environment["TMPDIR"] == str(tmp_path / "tmp")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/corpus.tmx").write_bytes(b"a")
    (tmp_path / "out/.lock").touch()
    (tmp_path / "tmp/duizhao-office-x").mkdir()
    for name in ("prefect/runs/1-host", "results"):
        (tmp_path / "cache" / name).mkdir(parents=True)
    (tmp_path / "cache/results/.a.0123456789ab.duizhao.tmp").touch()
    (tmp_path / "cache/memory.sqlite-wal").touch()
    assert trial.left_behind() == ["tmp/duizhao-office-x", "cache/prefect/runs/1-host"]
    assert trial.cached() == {"cache/results/.a.0123456789ab.duizhao.tmp"}
    found = kills.contents(tmp_path / "out")
    assert list(kills._differences({"corpus.tmx": b"b", "run.json": b""}, found)) == [
        ".lock is left over",
        "corpus.tmx differs",
        "run.json is missing",
    ]


def test_records_are_compared_without_their_times(tmp_path: Path) -> None:
    for name, seconds in (("a", 1), ("b", 2)):
        (tmp_path / name).mkdir()
        text = f'{{"rows": 3, "started": "{seconds}", "seconds": {{"read": {seconds}}}}}'
        (tmp_path / name / "run.json").write_text(text)
    assert kills.contents(tmp_path / "a") == kills.contents(tmp_path / "b")
