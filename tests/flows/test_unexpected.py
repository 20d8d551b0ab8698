"""An unexpected error is reported in one line; --verbose shows its traceback."""

from __future__ import annotations

import pytest

from tests.support.cli import Cli

pytestmark = pytest.mark.unit


def broken(*_: object, **__: object) -> str:
    """Fail in a way that no command expects."""
    raise KeyError("first\nsecond \x1b[2J")


def test_an_unexpected_error_of_a_command(
    cli: Cli, tmp_path_factory: pytest.TempPathFactory
) -> None:
    report = tmp_path_factory.mktemp("in") / "report.zh.txt"
    report.write_text("安全理事会审议了报告。\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("json.dumps", broken)
        plain = cli("inspect", report, "--json")
        verbose = cli("inspect", report, "--json", "--verbose")
    assert plain.code == verbose.code == 1
    assert plain.err.count("\n") == 1
    assert plain.err.startswith("duizhao: unexpected, please report: KeyError: ")
    assert "test_unexpected.py:" in plain.err, "the place in the code"
    assert f"in `duizhao inspect {report} --json`" in plain.err
    assert "the traceback that --verbose shows" in plain.err
    assert "Traceback" not in plain.err
    assert "Traceback" in verbose.err
    assert "\x1b" not in plain.err + verbose.err
