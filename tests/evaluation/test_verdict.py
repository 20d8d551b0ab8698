"""The verdict on a corpus names its problems, the most serious first."""

from __future__ import annotations

from pathlib import Path

import pytest

from duizhao.corpus.files.jsonl import write
from duizhao.evaluation.statistics import statistics
from duizhao.evaluation.verdict import verdict
from tests.support.bitexts import row

pytestmark = pytest.mark.unit

GOOD = {
    "source": "会议于星期一在总部开始并讨论了预算。",
    "target": "The meeting began at Headquarters on Monday and discussed the budget.",
}


def found(folder: Path, *changes: dict[str, object]) -> tuple[bool, list[str]]:
    with (folder / "corpus.jsonl").open("wb") as file:
        write([row(number, **(GOOD | more)) for number, more in enumerate(changes, 1)], file)
    return verdict(statistics(folder))


def test_a_good_corpus_needs_no_attention(tmp_path: Path) -> None:
    assert found(tmp_path, {}) == (True, [])


def test_the_gravest_fault_comes_first(tmp_path: Path) -> None:
    unsure = {"confidence": 0.1}
    is_good, lines = found(tmp_path, unsure, unsure, unsure, {})
    assert not is_good
    assert any("low_confidence" in line for line in lines[:2])
    assert any("repeat another pair" in line for line in lines)


def test_an_empty_corpus_is_not_good(tmp_path: Path) -> None:
    assert found(tmp_path) == (False, ["There are no rows."])
