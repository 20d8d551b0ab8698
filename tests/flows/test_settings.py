"""A setting comes from the option, else the environment, else a file, else the default."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from duizhao.corpus.errors import InputError
from duizhao.corpus.reading.bounds.limits import Limits
from duizhao.flows.settings import (
    ENVIRONMENT,
    Effort,
    Settings,
    option,
    plain,
    resolve,
    variable,
)

pytestmark = pytest.mark.unit


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("BEAM", "EFFORT", "FORMATS", "REPORT", "CONFIG", "THREADS", "SERVER_MINUTES"):
        monkeypatch.delenv(f"DUIZHAO_{name}", raising=False)
    path = tmp_path / "duizhao.toml"
    path.write_text('beam = 2\neffort = "best"\nformats = ["tmx", "jsonl"]\n')
    return path


def test_each_value_has_its_origin(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUIZHAO_BEAM", "3")
    monkeypatch.setenv("DUIZHAO_EFFORT", "fast")
    monkeypatch.setenv("DUIZHAO_REPORT", "no")
    resolved = resolve(effort="normal")
    assert resolved.settings == Settings(
        beam=3,
        effort="normal",
        formats=("tmx", "jsonl"),
        report=False,
        **{name: os.environ.get(variable(name), "") for name in ENVIRONMENT},
    )
    assert resolved.origins["beam"] == "environment DUIZHAO_BEAM"
    assert resolved.origins["effort"] == "option"
    assert resolved.origins["formats"] == "duizhao.toml"
    assert resolved.origins["model"] == "default"


def test_settings_survive_being_written_as_json() -> None:
    given = Settings(beam=2, formats=("tsv",))
    assert Settings.model_validate(plain(given)) == given


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("beem = 2", "unknown setting 'beem'; known: batch_tokens, beam"),
        ('beam = "two"', "'two' is not a whole number"),
        ("min_confidence = 2", "min_confidence \\(duizhao.toml\\): 2 must be between 0.0 and 1.0"),
        ('formats = ["docm"]', "'docm' is not one of jsonl, tsv, tmx, parquet"),
        ("beam = ", "not a TOML file"),
        ("model = 3", "3 is not a text"),
        ("report = 3", "3 is not true or false"),
        ("max_sentences = 0", "0 must be at least 1"),
        ("beam = inf", "inf is not a whole number"),
        ("min_confidence = nan", "nan is not a number"),
        ("beam = 100000", "100000 must be between 0 and 32"),
        ('device = "tpu"', "'tpu' is not one of auto, cpu, cuda"),
        ('compute_type = "int4"', "'int4' is not one of auto, int8"),
    ],
)
def test_a_wrong_settings_file_is_named_with_its_fault(
    file: Path, text: str, complaint: str
) -> None:
    file.write_text(text)
    with pytest.raises(InputError, match=complaint):
        resolve()


def test_a_settings_file_that_was_named_must_be_there(file: Path) -> None:
    with pytest.raises(InputError, match=r"other\.toml: no such settings file"):
        resolve(Path("other.toml"))


def test_a_folder_named_in_the_file_holds_for_the_layers_below_and_for_child_processes(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from duizhao.corpus.paths import cache_folder

    monkeypatch.setenv("DUIZHAO_CACHE", "")
    file.write_text('cache = "elsewhere"')
    assert resolve().origins["cache"] == "duizhao.toml"
    assert cache_folder() == Path("elsewhere")


def test_the_environment_goes_before_the_file_and_an_empty_variable_is_not_set(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUIZHAO_BEAM", "")
    monkeypatch.setenv("DUIZHAO_FORMATS", "tsv, jsonl")
    settings = resolve().settings
    assert (settings.beam, settings.formats) == (2, ("tsv", "jsonl"))


def test_a_command_derives_flag_help_range_and_choices_from_the_field() -> None:
    app = typer.Typer()

    @app.command()
    def command(
        beam: Annotated[int | None, option("beam")] = None,
        effort: Annotated[Effort | None, option("effort")] = None,
        memory: Annotated[bool | None, option("memory")] = None,
        threads: Annotated[int | None, option("threads", "-t", min=1)] = None,
    ) -> None:
        settings = resolve(beam=beam, effort=effort, memory=memory, threads=threads).settings
        print(settings.beam, settings.effort, settings.memory, settings.threads)

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, words, env={"COLUMNS": "200", "TERMINAL_WIDTH": "200"})
        return result.exit_code, " ".join(result.output.split())

    assert run("--beam", "2", "--no-memory", "-t", "3") == (0, "2 normal False 3")
    assert run("--beam", "33")[0] == run("-t", "0")[0] == run("--effort", "none")[0] == 2
    shown = run("--help")[1]
    assert "Beam size of the translation" in shown
    assert "fast|normal|best" in shown


def test_the_limits_of_reading_are_settings(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().limits == Limits()
    file.write_text("limit_pages = 7\nlimit_file_mb = 3\nlimit_memory_mb = 64\n")
    monkeypatch.setenv("DUIZHAO_LIMIT_SECONDS", "2.5")
    monkeypatch.setenv("DUIZHAO_LIMIT_PAGES", "8")
    limits = resolve().settings.limits
    assert (limits.pages, limits.seconds, limits.depth) == (8, 2.5, 5000)
    assert (limits.file_bytes, limits.memory_bytes) == (3 * 2**20, 64 * 2**20)
    file.write_text("limit_seconds = 0\n")
    monkeypatch.delenv("DUIZHAO_LIMIT_SECONDS")
    with pytest.raises(InputError, match=r"limit_seconds \(duizhao.toml\): 0 must be between"):
        resolve()
