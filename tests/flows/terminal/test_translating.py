"""What is said while a translation is at work."""

from __future__ import annotations

import pytest

from duizhao.flows.terminal import translating
from duizhao.flows.terminal.translating import detail, progress_bar
from duizhao.models.translation.translator import Statistics

pytestmark = pytest.mark.unit


def test_progress_has_both_rates_and_the_time_left() -> None:
    statistics = Statistics(tokens=4000, seconds=10.0, done=120.0)
    assert detail(statistics, 4000, 10.0) == (
        "120 of 4000 sentences, 12.0 sentences/s, 400 tokens/s, 0:05:23 left"
    )
    assert detail(Statistics(done=1.0), 1, 0.1) == "1 of 1 sentence"


def test_what_the_memory_had_says_nothing_of_the_time_left() -> None:
    statistics = Statistics(tokens=4000, seconds=10.0, done=1100.0)
    assert detail(statistics, 2000, 10.0, at_start=1000.0).endswith("0:01:30 left")


def test_tries_after_a_flag_are_told() -> None:
    statistics = Statistics(tokens=400, seconds=1.0, done=40.0, trying=3)
    assert "3 flagged tried again" in detail(statistics, 40, 3.0)


def test_without_a_terminal_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(translating.time, "monotonic", lambda: now)
    with progress_bar(100) as report:
        for now in (1.0, 10.0, 31.0, 40.0, 62.0):
            report(Statistics(tokens=100, seconds=now, done=now))
    assert [line.split(":")[0] for line in capsys.readouterr().err.splitlines()] == [
        "translating",
        "translating",
    ]
