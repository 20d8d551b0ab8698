"""A setting comes from the option, else the environment, else a file, else the default."""

from __future__ import annotations

from pathlib import Path

import pytest

from duizhao.corpus.errors import InputError
from duizhao.flows.settings import Settings, from_plain, plain, resolve

pytestmark = pytest.mark.unit


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("BEAM", "EFFORT", "FORMATS", "REPORT", "CONFIG", "THREADS"):
        monkeypatch.delenv(f"DUIZHAO_{name}", raising=False)
    path = tmp_path / "duizhao.toml"
    path.write_text('beam = 2\neffort = "best"\nformats = ["tmx", "jsonl"]\n')
    return path


def test_each_value_says_where_it_comes_from(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUIZHAO_BEAM", "3")
    monkeypatch.setenv("DUIZHAO_EFFORT", "fast")
    monkeypatch.setenv("DUIZHAO_REPORT", "no")
    resolved = resolve(effort="normal")
    assert resolved.settings == Settings(
        beam=3, effort="normal", formats=("tmx", "jsonl"), report=False
    )
    assert resolved.origins["beam"] == "environment DUIZHAO_BEAM"
    assert resolved.origins["effort"] == "option"
    assert resolved.origins["formats"] == "duizhao.toml"
    assert resolved.origins["model"] == "default"


def test_settings_survive_being_told_as_json() -> None:
    assert from_plain(plain(Settings(beam=2, formats=("tsv",)))) == Settings(
        beam=2, formats=("tsv",)
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("beem = 2", "unknown setting 'beem'; known: batch_tokens, beam"),
        ('beam = "two"', "'two' is not a whole number"),
        ("min_confidence = 2", "min_confidence: 2.0 must be between 0.0 and 1.0"),
        ('formats = ["xlsx"]', "'xlsx' is not one of jsonl, tsv, tmx, parquet"),
        ("beam = ", "not a TOML file"),
        ("beam = inf", "inf is not a whole number"),
        ("min_confidence = nan", "min_confidence: nan must be between 0.0 and 1.0"),
        ("beam = 100000", "beam: 100000 must be between 0 and 32"),
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
