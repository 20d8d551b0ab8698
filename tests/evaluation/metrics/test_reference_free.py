"""Scores of a corpus: over beads and whole documents, by section, and correlations."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest
from sacrebleu.metrics.bleu import BLEU

from duizhao.corpus.errors import InputError
from duizhao.evaluation.metrics.comet import comet
from duizhao.evaluation.metrics.scores import score_rows
from duizhao.evaluation.metrics.translation import segment_scores
from duizhao.flows.stages import score_statistics
from tests.corpus.cleaning.test_cleaning import row

TEXTS = (
    ("The Council met on Monday.", "The Council met on Monday.", "一、导言"),
    ("The report was read by all members.", "All members read the report.", "一、导言"),
    ("The session closed at 6 p.m.", "The meeting rose at 6 p.m.", "二、闭会"),
    ("Other matters were discussed.", "Other questions were discussed at length.", "一、导言"),
)
ROWS = [
    row(
        f"第{n}句。",
        reference,
        n,
        "A" if n < 3 else "B",
        machine_translation=translation,
        section=section,
        mt_score=-0.1 * n,
        signals={"embedding": 0.9 - 0.1 * n},
    )
    for n, (translation, reference, section) in enumerate(TEXTS)
]


@pytest.mark.unit
def test_beads_documents_and_sections_are_sacrebleus_scores() -> None:
    found = score_rows(ROWS, bootstrap=50)
    hypotheses, references = [t[0] for t in TEXTS], [t[1] for t in TEXTS]
    bleu = BLEU(force=True)
    assert found["aligned_beads"]["bleu"]["value"] == (
        bleu.corpus_score(hypotheses, [references]).score
    )
    assert [entry["document"] for entry in found["documents"]] == ["A", "B"]
    assert found["documents"][0]["scores"]["bleu"]["value"] == (
        bleu.corpus_score(hypotheses[:3], [references[:3]]).score
    )
    assert [(e["document"], e["section"], e["beads"]) for e in found["sections"]] == [
        ("A", "一、导言", 2),
        ("A", "二、闭会", 1),
        ("B", "一、导言", 1),
    ]
    assert found["sections"][1]["first"] == ROWS[2].id
    assert [round(v, 2) for v in segment_scores(hypotheses, references)] == [
        entry["chrf++"] for entry in found["segments"]
    ]
    assert json.loads(json.dumps(found)) == found


@pytest.mark.unit
def test_copied_rows_are_not_scored() -> None:
    copy = {"machine_translation": "598", "mt_flags": ("copied",)}
    copied = row("598", "598", 9, "A", mt_score=None, **copy)
    partly = row("598。会议结束。", "598. The end.", 10, "A", mt_score=-0.1, **copy)
    assert (copied.is_copied, partly.is_copied) == (True, False)
    without = score_rows(ROWS, bootstrap=0)
    found = score_rows([*ROWS, copied], bootstrap=0)
    assert (found["rows"], found["scored"]) == (5, 4)
    assert found["aligned_beads"] == without["aligned_beads"]
    assert found["whole_document"] == without["whole_document"]
    assert score_statistics([*ROWS, copied]) == score_statistics(ROWS)
    assert score_rows([partly], bootstrap=0)["scored"] == 1


@pytest.mark.unit
def test_a_heading_alone_in_its_section_does_not_score_nought() -> None:
    heading = replace(
        ROWS[0], section="三", target="Introduction", machine_translation="Introduction"
    )
    sections = score_rows([*ROWS, heading], bootstrap=0)["sections"]
    (found,) = [entry["scores"] for entry in sections if entry["section"] == "三"]
    assert found["bleu"]["value"] == pytest.approx(100)
    assert "eff:yes" in found["bleu"]["signature"]


@pytest.mark.unit
def test_the_whole_document_score_names_its_texts() -> None:
    rows = score_rows(ROWS, bootstrap=0, metrics=("bleu",))["whole_document"]
    assert (rows["made_of"], rows["documents"]) == ("rows of the corpus", 2)
    whole = {"A": ("The Council met. One more.", "The Council met. One left out.")}
    found = score_rows(ROWS, whole=whole, bootstrap=0, metrics=("bleu",))["whole_document"]
    assert (found["made_of"], found["documents"]) == ("whole documents", 1)
    their = BLEU(force=True).corpus_score([whole["A"][0]], [[whole["A"][1]]])
    assert found["scores"]["bleu"]["value"] == their.score


@pytest.mark.unit
def test_correlations_say_how_well_scores_without_reference_tell() -> None:
    found = score_rows(ROWS, bootstrap=0)["correlation_to_chrf"]
    assert set(found) == {"mt_score", "confidence", "alignment_score", "embedding"}
    assert found["embedding"]["segments"] == 4
    assert found["embedding"]["spearman"] == pytest.approx(found["mt_score"]["spearman"])
    assert found["confidence"]["pearson"] is None


@pytest.mark.unit
def test_rows_without_a_reference_are_not_scored() -> None:
    rows = [replace(one, target_kind="machine") for one in ROWS]
    found = score_rows(rows)
    assert found["scored"] == 0
    assert "aligned_beads" not in found
    assert found["mean_mt_score"] == pytest.approx(-0.15)
    assert "no scores" in found["notes"][0]
    assert score_rows([])["rows"] == 0


@pytest.mark.unit
def test_ter_that_would_take_long_is_left_out_with_a_note() -> None:
    long = replace(ROWS[0], machine_translation="word " * 600, target="other word " * 300)
    found = score_rows([*ROWS, long], bootstrap=0)
    assert "ter" not in found["aligned_beads"]
    assert "TER left out" in found["notes"][0]


@pytest.mark.unit
def test_the_message_for_missing_comet_has_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.delenv("DUIZHAO_COMET_PYTHON", raising=False)
    with pytest.raises(InputError, match="give it with --source"):
        comet(None, ["a"], ["a"])
    with pytest.raises(InputError, match="pip install unbabel-comet"):
        comet(["源"], ["a"], ["a"])
    with pytest.raises(InputError, match="cannot be run"):
        comet(["源"], ["a"], ["a"], python="/nowhere/python")
    with pytest.raises(InputError, match="cannot import COMET"):
        comet(["源"], ["a"], ["a"], python=sys.executable)


@pytest.mark.model
@pytest.mark.skipif(
    not ("DUIZHAO_COMET_PYTHON" in os.environ and "DUIZHAO_COMET_MODEL" in os.environ),
    reason="needs COMET's own environment and a model",
)
def test_comet_scores_in_its_own_environment() -> None:
    found = comet(["会议开幕。", "通过议程。"], ["Opening.", ""], ["Opening.", "Adoption."])
    assert found.score.metric == "COMET"
    assert len(found.segments) == 2
    assert found.score.value == pytest.approx(sum(found.segments) / 2)
    with pytest.raises(InputError, match="is not on this machine"):
        comet(["会议开幕。"], ["Opening."], ["Opening."], model="nobody/no-such-model")
