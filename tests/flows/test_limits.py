"""Every command that reads a document does it within the limits of the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

import duizhao
from duizhao.corpus.errors import LimitError, Retry, retry_of
from duizhao.flows import results
from duizhao.flows.batch.documents import NOT_IN_KEY
from duizhao.flows.settings import Settings
from tests.cases.sources import pdf
from tests.support.cli import Cli

MESSAGE = "4 pages, more than 3; split it, or raise limit_pages in the settings"


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A report of four pages, in a folder whose settings allow three."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "duizhao.toml").write_text("limit_pages = 3\n")
    path = tmp_path / "r.en.pdf"
    path.write_bytes(pdf(["The Council met."] * 4))
    return path


@pytest.mark.system
@pytest.mark.parametrize(
    "command",
    [("build", "--out", "out"), ("segment", "--lang", "en"), ("inspect",)],
    ids=lambda command: command[0],
)
def test_a_document_over_a_limit_is_refused_in_one_line(
    cli: Cli, report: Path, command: tuple[str, ...]
) -> None:
    name, *rest = command
    done = cli(name, report, *rest, cwd=report.parent)
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[-1] == f"duizhao: {report}: {MESSAGE}"
    assert "Traceback" not in done.err


@pytest.mark.system
@pytest.mark.parametrize("command", [("segment", "--lang", "en"), ("inspect",)], ids=lambda c: c[0])
def test_the_environment_goes_before_the_file(
    cli: Cli, report: Path, command: tuple[str, ...]
) -> None:
    name, *rest = command
    done = cli(name, report, *rest, cwd=report.parent, env={"DUIZHAO_LIMIT_PAGES": "4"})
    assert done.code == 0, done.err
    assert done.out.count("The Council met.") == 4


@pytest.mark.unit
def test_standard_input_is_bounded_too(cli: Cli, tmp_path: Path) -> None:
    text = "The Council met.\n" * 100_000
    done = cli("segment", "-", "--lang", "en", stdin=text, env={"DUIZHAO_LIMIT_FILE_MB": "1"})
    assert done.code == 2
    assert "standard input: larger than 1 MB; split it, or raise limit_file_mb" in done.err


@pytest.mark.unit
def test_the_python_api_takes_limits_from_the_settings_and_as_arguments(
    report: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUIZHAO_CACHE", str(report.parent / "cache"))
    results.forget()
    with pytest.raises(LimitError, match="more than 3"):
        duizhao.read(report)
    assert len(duizhao.read(report, limit_pages=4).sentences) == 4


@pytest.mark.unit
def test_a_document_over_a_limit_fails_for_good_and_other_limits_repeat_nothing() -> None:
    assert retry_of(LimitError("a.pdf: too many pages")) is Retry.NEVER
    assert {name for name in Settings.model_fields if name.startswith("limit_")} <= NOT_IN_KEY
