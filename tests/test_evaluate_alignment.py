"""Alignment scores, against figures worked out by vecalign's definition."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpus.alignment import parse_bead
from corpus.document import InputError
from evaluation.alignment import check_same_texts, read_beads, score, score_by_type
from flows.cli import app

GOLD = ["[0]:[0]", "[1]:[1,2]", "[2]:[]", "[3,4]:[3]", "[5]:[4]", "[]:[5]"]
PREDICTED = ["[0]:[0]", "[1]:[1]", "[]:[2]", "[2]:[]", "[3,4]:[3]", "[5]:[4,5]"]


def beads(lines: list[str]) -> list:
    return [parse_bead(line) for line in lines]


def test_strict_and_lax_as_vecalign_counts() -> None:
    result = score([(beads(GOLD), beads(PREDICTED))])
    # predicted: [0]:[0], [2]:[] and [3,4]:[3] are in the gold, 3 of 6
    assert (result.strict.predicted_right, result.strict.predicted) == (3, 6)
    # laxly also [1]:[1] and [5]:[4,5]; []:[2] shares no source sentence
    assert result.lax.predicted_right == 5
    # gold without gaps: [0]:[0] and [3,4]:[3] of 4 are found, laxly all
    assert (result.strict.gold_found, result.strict.gold) == (2, 4)
    assert result.lax.gold_found == 4
    assert result.strict.f1 == pytest.approx(0.5)
    assert result.lax.f1 == pytest.approx(2 * (5 / 6) * 1 / (5 / 6 + 1))


def test_counts_of_several_documents_are_added_up() -> None:
    twice = score([(beads(GOLD), beads(PREDICTED))] * 2)
    assert (twice.strict.predicted_right, twice.strict.gold) == (6, 8)


def test_by_type_and_interval() -> None:
    types = score_by_type([(beads(GOLD), beads(PREDICTED))])
    assert (types["1-1"].gold_found, types["1-1"].gold, types["1-1"].predicted) == (1, 2, 2)
    assert types["1-0"].f1 == 1.0
    result = score([(beads(GOLD) * 1, beads(PREDICTED))], resamples=200)
    low, high = result.strict_interval or (0, 0)
    assert low <= result.strict.f1 <= high
    assert high > low
    same = score([(beads(GOLD), beads(GOLD))], resamples=50)
    assert same.strict_interval == (1.0, 1.0)


def test_alignments_of_other_texts_are_told() -> None:
    longer = [parse_bead(f"[{i}]:[{i}]") for i in range(200)]
    assert check_same_texts(longer, longer) is None
    assert "same texts" in (check_same_texts(longer, longer[:100]) or "")


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    file = tmp_path / "gold"
    file.write_text("[0]:[0]\nfoo\n")
    with pytest.raises(InputError, match="line 2"):
        read_beads(file)


def test_the_command_prints_a_table_or_json(tmp_path: Path) -> None:
    gold, predicted = tmp_path / "gold", tmp_path / "predicted"
    gold.write_text("\n".join(GOLD))
    predicted.write_text("\n".join(PREDICTED))
    shown = CliRunner().invoke(app, ["evaluate-alignment", str(gold), str(predicted)])
    assert shown.exit_code == 0
    assert "strict" in shown.output
    assert "0.5000" in shown.output
    given = CliRunner().invoke(app, ["evaluate-alignment", "--json", str(gold), str(gold)])
    assert json.loads(given.stdout)["strict"]["f1"] == 1.0
