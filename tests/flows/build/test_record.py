"""The summaries of a build and a batch."""

from __future__ import annotations

import pytest

from duizhao.flows.build.record import score_text

pytestmark = pytest.mark.unit


def test_a_batch_of_one_scored_document_has_scores_without_interval() -> None:
    assert score_text({"value": 51.23, "low": None, "high": None}) == "51.2"
    spread = {"value": 51.23, "low": 48.0, "high": 54.31}
    assert score_text(spread) == "51.2 (95% between 48.0 and 54.3)"
