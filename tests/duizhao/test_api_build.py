"""`duizhao.build` and `duizhao build` give the same beads; the examples that need the model."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import duizhao
from tests.duizhao.test_api import example

pytestmark = pytest.mark.model

ZH = """一、导言

安全理事会第8742次会议于2020年5月12日举行。主席宣布会议开始。

秘书长提交了关于阿富汗局势的报告，报告载于S/2020/415号文件。安理会成员讨论了人道主义援助问题。

会议于下午1时结束。
"""
EN = """I. Introduction

The 8742nd meeting of the Security Council was held on 12 May 2020. The President declared the \
meeting open.

The Secretary-General submitted a report on the situation in Afghanistan. The report is contained \
in document S/2020/415. The members of the Council discussed humanitarian assistance.
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    chinese, english = tmp_path / "report.zh.txt", tmp_path / "report.en.txt"
    chinese.write_text(ZH, encoding="utf-8")
    english.write_text(EN, encoding="utf-8")
    return chinese, english


@pytest.mark.parametrize("name", ["translate", "align", "build"])
def test_the_example_of_each_function(name: str) -> None:
    assert example(name).failed == 0


def test_the_command_and_the_api_give_the_same_corpus(
    files: tuple[Path, Path],
    prefect_server: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # different caches, so that neither can take the other's results
    monkeypatch.setenv("DUIZHAO_CACHE", str(tmp_path / "cache of the api"))
    documents = duizhao.read(files[0]), duizhao.read(files[1])
    bitext = duizhao.build(*documents)
    assert duizhao.build(*files) == bitext
    command = [sys.executable, "-m", "duizhao", "build", files[0], "--reference", files[1]]
    own = {"DUIZHAO_CACHE": str(tmp_path / "cache of the command")}
    environment = {**os.environ, **prefect_server, **own}
    subprocess.run([*command, "--out", tmp_path / "out"], check=True, env=environment)
    assert duizhao.load(tmp_path / "out") == bitext
    assert any({"embedding", "forced", "structure"} <= set(row.signals) for row in bitext)
    kept = {row.source_ids: row.target_ids for row in bitext}
    aligned = duizhao.align(*documents)
    assert {bead.source: bead.target for bead in aligned if bead.source and bead.target} == kept


def test_a_translation_that_is_given_is_used(files: tuple[Path, Path]) -> None:
    source = ["安全理事会审议了报告。", "会议结束。"]
    target = ["The Council considered the report.", "The meeting rose."]
    assert [str(bead) for bead in duizhao.align(source, target, target)] == ["[0]:[0]", "[1]:[1]"]
    document = duizhao.read(files[0])
    with pytest.raises(duizhao.InputError, match="1 translations of 6 source sentences"):
        duizhao.align(document, duizhao.read(files[1]), ["only one"])


def test_without_a_reference_the_target_is_the_translation(files: tuple[Path, Path]) -> None:
    bitext = duizhao.build(files[0], beam=1)
    assert {row.target_kind for row in bitext} == {"machine"}
    assert len(bitext) == len(duizhao.read(files[0]).sentences)
