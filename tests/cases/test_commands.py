"""Cases 13, 26b, 28, 31 and 36: commands that ended with a traceback or reported wrong figures."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.support.cli import Cli

QUICK = ("--effort", "fast", "--beam", "1", "--no-report")


@pytest.mark.unit
def test_31_hyp_lines_with_nothing_in_common_are_scored(shared: Path, cli: Cli) -> None:
    cases = shared / "cases"
    done = cli("score", cases / "31_hyp.txt", "--reference", cases / "31_ref.txt", "--json")
    assert done.code == 0, done.err
    assert "Traceback" not in done.err
    assert all(isinstance(one["value"], float) for one in json.loads(done.out)["scores"])


@pytest.mark.model
def test_13_zh_a_short_document_with_nothing_in_common_is_built(
    shared: Path, cli: Cli, environment: dict[str, str], tmp_path: Path
) -> None:
    source, target = (shared / "cases" / f"13_{language}.docx" for language in ("zh", "en"))
    done = cli(
        "build", source, "--reference", target, "--out", tmp_path / "out", *QUICK, env=environment
    )
    assert done.code == 0, done.err
    assert json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))["counts"]


@pytest.mark.system
def test_36_one_a_batch_of_one_scored_document_has_a_summary(
    shared: Path, cli: Cli, environment: dict[str, str], tmp_path: Path
) -> None:
    manifest = tmp_path / "36_one.csv"
    shutil.copy(shared / "cases" / "36_one.csv", manifest)
    for language in ("zh", "en"):
        shutil.copy(shared / "cases" / f"13_{language}.docx", tmp_path / f"{language}.docx")
    manifest.write_text(manifest.read_text("utf-8") + "bad,nowhere.docx,en.docx\n", "utf-8")
    how = ("-w", "1", *QUICK[:4])
    done = cli("batch", manifest, "--out", tmp_path / "out", *how, env=environment)
    assert done.code == 1, "one document failed"
    assert "Traceback" not in done.err
    assert "1 in the corpus, 1 failed" in done.out + done.err
    assert "nowhere.docx" in done.out + done.err


@pytest.mark.unit
def test_26b_a_bare_carriage_return_ends_a_line(shared: Path, cli: Cli) -> None:
    cases = shared / "cases"
    done = cli("align", cases / "26b.zh", cases / "26b.en", "--effort", "fast", "--to", "jsonl")
    assert done.code == 0, done.err
    beads = [json.loads(line) for line in done.out.splitlines()]
    lines = (cases / "26b.zh").read_bytes().decode().split("\r")[:-1]
    assert [bead["source"] for bead in beads] == [[line] for line in lines]


@pytest.mark.unit
def test_28_h_a_chinese_reference_is_scored_by_its_characters(shared: Path, cli: Cli) -> None:
    cases = shared / "cases"
    done = cli("score", cases / "28_h.zh", "--reference", cases / "28_r.zh", "--json")
    assert done.code == 0, done.err
    bleu = json.loads(done.out)["scores"][0]
    assert "tok:zh" in bleu["signature"]
    assert bleu["value"] > 30
