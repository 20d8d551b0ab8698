"""The pairs that a model is adapted to."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from duizhao.flows.adapting.prepare import prepare
from duizhao.models.training.rehearsal import general_test

pytestmark = pytest.mark.unit


def test_files_of_one_name_keep_their_hashes(tmp_path: Path) -> None:
    files = [tmp_path / name / "memory.tsv" for name in ("laws", "reports")]
    for number, file in enumerate(files):
        file.parent.mkdir()
        lines = [f"{source}\t{target}\n" for source, target in general_test()[number:60:2]]
        file.write_text("zh\ten\n" + "".join(lines), "utf-8")
    assert prepare([str(file) for file in files], 0.0).hashes == {
        f"{file.parent.name}/memory.tsv": hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
    }
