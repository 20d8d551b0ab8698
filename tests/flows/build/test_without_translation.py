"""`--translate none`: pairs flagged as not translated, built without the model."""

from __future__ import annotations

from pathlib import Path

import pytest

import duizhao
from duizhao.corpus.errors import InputError
from duizhao.corpus.files.tmx import write
from duizhao.corpus.samples import pair
from duizhao.evaluation.metrics.scores import score_rows

pytestmark = pytest.mark.model


@pytest.fixture
def no_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any use of the translation model would have to fetch it, which fails."""
    monkeypatch.setenv("DUIZHAO_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("DUIZHAO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")


@pytest.mark.usefixtures("no_model")
def test_rows_have_no_machine_translation_and_say_so(tmp_path: Path) -> None:
    bitext = duizhao.build(*pair(), translate="none", effort="fast")
    assert len(bitext) > 130
    assert {row.machine_translation for row in bitext} == {""}
    assert {row.mt_flags for row in bitext} == {("not_translated",)}
    assert {row.mt_score for row in bitext} == {None}
    scores = score_rows(bitext.rows)
    assert scores["notes"] == ["nothing was translated (--translate none): no scores"]
    assert "aligned_beads" not in scores
    with (tmp_path / "a.tmx").open("wb") as file:
        write(bitext.rows, file)
    tmx = (tmp_path / "a.tmx").read_text("utf-8")
    assert "x-machine-translation" not in tmx
    assert tmx.count("not_translated") == len(bitext)


@pytest.mark.usefixtures("no_model")
def test_without_a_reference_there_would_be_no_target() -> None:
    with pytest.raises(InputError, match="there is no target; give an English document"):
        duizhao.build(pair()[0], translate="none", effort="fast")
