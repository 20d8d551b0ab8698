"""The translation benchmark runs to its end and prints its table and checks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from duizhao.corpus.paths import models_folder
from tests.support.paths import ROOT


def benchmark(place: Path, shared: Path, *options: str) -> tuple[str, dict[str, Any]]:
    """What it prints, and what it writes as JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "duizhao.evaluation.benchmarks.translation", *options,
         "--json", str(place / "told.json")],
        cwd=ROOT,
        env={**os.environ, "DUIZHAO_SHARED": str(shared.parent),
             "DUIZHAO_MODELS": str(models_folder())},
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads((place / "told.json").read_text(encoding="utf-8"))


@pytest.mark.model
def test_the_table_compares_with_the_plain_library(tmp_path: Path, shared: Path) -> None:
    systems = "bare-ctranslate2,duizhao,duizhao-whole-vocabulary"
    said, told = benchmark(tmp_path, shared, "--lines", "6", "--beams", "1", "--systems", systems)
    assert [row["system"] for row in told["rows"]] == systems.split(",")
    assert all(row["bleu"] > 20 and row["of_bare"] > 0 for row in told["rows"])
    assert told["rows"][1]["settings"]["guards"]
    assert "of bare CTranslate2's tokens a second (at least 0.95)" in told["verdicts"][0]
    assert "cores, load" in said


@pytest.mark.model
def test_the_guards_find_every_planted_failure(tmp_path: Path, shared: Path) -> None:
    _, told = benchmark(tmp_path, shared, "--guards")
    guards = told["guards"]
    assert guards["planted"] == guards["found"] >= 60
    assert guards["good_flagged"] == 0
    for side in ("human", "OPUS-MT as published"):
        assert max(guards[side]["of each 500 clean"]) <= 2


@pytest.mark.system
def test_a_killed_process_loses_and_doubles_nothing(tmp_path: Path, shared: Path) -> None:
    _, told = benchmark(tmp_path, shared, "--kill", "--lines", "20", "--beams", "1")
    kill = told["kill"]
    assert kill["doubled"] == 0
    assert kill["integrity"] == "ok"
    assert kill["same bytes as without a kill"] == [True, True]
