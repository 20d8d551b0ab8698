"""Case 10: headings and notes that only one of two texts has stay unpaired."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.cli import Cli

pytestmark = pytest.mark.model

ZH = """他在海边住了三十年。
每天清晨，他都去码头买鱼。

邻居们叫他船长。
墙上挂着一张旧地图。
"""
EN = """Preface to the second edition

He had lived by the sea for thirty years.
Every morning he went to the harbour to buy fish.

The neighbours called him the captain.

An old map hung on the wall.
Chapter notes
"""


def test_10_stray_lines_at_both_ends_stay_unpaired(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "zh").write_text(ZH, "utf-8")
    (tmp_path / "en").write_text(EN, "utf-8")
    done = cli("align", tmp_path / "zh", tmp_path / "en", "--json")
    assert done.code == 0, done.err
    beads = [json.loads(line) for line in done.out.splitlines()]
    pairs = [
        (bead["source"], bead["target"]) for bead in beads if bead["source"] and bead["target"]
    ]
    zh, en = ZH.split("\n"), EN.split("\n")
    assert pairs == [
        ([zh[0]], [en[2]]), ([zh[1]], [en[3]]), ([zh[3]], [en[5]]), ([zh[4]], [en[7]]),
    ]  # fmt: skip
    unpaired = [bead["target"] for bead in beads if not bead["source"]]
    assert unpaired == [[en[0]], ["Chapter notes"]]
