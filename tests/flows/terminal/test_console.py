"""Progress and notes on standard error."""

from __future__ import annotations

import pytest

from duizhao.flows.terminal import console
from duizhao.flows.terminal.console import TerminalConsole, rates
from duizhao.models.translation.translator import Statistics

pytestmark = pytest.mark.unit


def test_progress_has_both_rates_and_the_time_left() -> None:
    statistics = Statistics(tokens=4000, seconds=10.0, done=120.0)
    assert rates(statistics, 4000, 10.0) == (
        "120 of 4000 sentences, 12.0 sentences/s, 400 tokens/s, 0:05:23 left"
    )
    assert rates(Statistics(done=1.0), 1, 0.1) == "1 of 1 sentence"


def test_sentences_from_the_memory_do_not_shorten_the_time_left() -> None:
    statistics = Statistics(tokens=4000, seconds=10.0, done=1100.0)
    assert rates(statistics, 2000, 10.0, at_start=1000.0).endswith("0:01:30 left")


def test_retries_of_flagged_sentences_are_reported() -> None:
    statistics = Statistics(tokens=400, seconds=1.0, done=40.0, trying=3)
    assert "retrying 3 flagged" in rates(statistics, 40, 3.0)


def test_without_a_terminal_a_long_stage_prints_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(console.time, "monotonic", lambda: now)
    shown = TerminalConsole()
    with console.use(shown), shown.stage("translating"):
        report = console.translating(100)
        for now in (1.0, 9.0, 11.0, 15.0, 22.0):
            report(Statistics(tokens=100, seconds=now, done=now))
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" of")[0] for line in lines] == ["translating: 11", "translating: 22"]


def test_quiet_prints_warnings_only(capsys: pytest.CaptureFixture[str]) -> None:
    shown = TerminalConsole(quiet=True)
    with shown.stage("reading"):
        shown.note("a note")
        shown.progress("page 1 of 2", 1, 2)
        shown.fetching("a model", 1, 2)
        shown.done("read", "2 sentences", 0.1, False)
        shown.warn("a warning")
    assert capsys.readouterr().err == "a warning\n"


def test_a_download_is_one_line_per_file(capsys: pytest.CaptureFixture[str]) -> None:
    shown = TerminalConsole()
    for done in range(3):
        shown.fetching("a model", done, 3_000_000)
    shown.fetching("a tokenizer", 0, 0)
    assert capsys.readouterr().err == "a model (3 MB)\na tokenizer\n"
