"""The step low_recognition removes rows with doubtful recognition, and only these."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from duizhao.corpus.cleaning.plan import default_plan, planned
from duizhao.corpus.cleaning.step import RowCheck
from duizhao.corpus.row import Row

pytestmark = pytest.mark.unit


def row(signals: Mapping[str, float]) -> Row:
    return Row(
        "r-1", "a", "b", (0,), (0,), (0,), (0,), "", "决议", "Resolution", "Resolution", "human",
        "1-1", 1.0, 0.99, signals,
    )  # fmt: skip


def judge(signals: Mapping[str, float], **values: float) -> object:
    plan = planned("low_recognition", values)
    check = plan.step.start(**plan.values)
    assert isinstance(check, RowCheck)
    return check.judge(row(signals))


def test_only_rows_of_scans_are_judged() -> None:
    assert judge({"overlap": 0.1}) is None
    assert judge({"recognition": 0.99}) is None
    assert judge({"recognition": 0.9}) == {"recognition": 0.9}
    assert judge({"recognition": 0.9}, minimum=0.8) is None


def test_the_step_is_taken_on_request_only() -> None:
    assert "low_recognition" not in {one.step.name for one in default_plan()}
