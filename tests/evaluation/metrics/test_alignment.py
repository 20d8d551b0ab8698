"""Alignment scores, compared with figures calculated by vecalign's definition."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from duizhao.corpus.alignment import parse_bead
from duizhao.corpus.errors import InputError
from duizhao.evaluation.metrics.alignment import (
    check_same_texts,
    paired_files,
    read_beads,
    score,
    score_by_type,
)
from tests.support.cli import Cli

pytestmark = pytest.mark.unit

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


def test_alignments_of_other_texts_are_reported() -> None:
    longer = [parse_bead(f"[{i}]:[{i}]") for i in range(200)]
    assert check_same_texts(longer, longer) is None
    assert "same texts" in (check_same_texts(longer, longer[:100]) or "")


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    file = tmp_path / "gold"
    file.write_text("[0]:[0]\nfoo\n")
    with pytest.raises(InputError, match="line 2"):
        read_beads(file)


def test_the_command_prints_a_table_or_json(cli: Cli, tmp_path: Path) -> None:
    gold, predicted = tmp_path / "gold", tmp_path / "predicted"
    gold.write_text("\n".join(GOLD))
    predicted.write_text("\n".join(PREDICTED))
    shown = cli("evaluate-alignment", gold, predicted)
    assert shown.code == 0
    assert "strict" in shown.out
    assert "0.5000" in shown.out
    given = cli("evaluate-alignment", "--json", gold, gold)
    assert json.loads(given.out)["strict"]["f1"] == 1.0


@pytest.mark.parametrize("line", ["[0]:[0]junk", "[-1]:[3]", "[5,9]:[2]", "[1,0]:[2]", "[0] [0]"])
def test_what_is_no_bead_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    file = tmp_path / "gold"
    file.write_text(f"[0]:[0]\n{line}\n")
    with pytest.raises(InputError, match="gold, line 2: "):
        read_beads(file)


def test_a_byte_order_mark_and_a_score_after_the_bead_are_read(tmp_path: Path) -> None:
    file = tmp_path / "gold"
    file.write_text("[0]:[0, 1]:0.25\r\n[1]:[]:0\r\n", encoding="utf-8-sig")
    assert [str(bead) for bead in read_beads(file)] == ["[0]:[0,1]", "[1]:[]"]


def test_jsonl_leaves_out_what_was_not_kept(tmp_path: Path) -> None:
    file = tmp_path / "found.jsonl"
    rows = [
        {"source_ids": [0], "target_ids": [0, 1], "kept": True},
        {"source_ids": [1], "target_ids": [], "kept": False},
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    assert [str(bead) for bead in read_beads(file)] == ["[0]:[0,1]"]
    file.write_text('{"source_ids": [-1], "target_ids": []}')
    with pytest.raises(InputError, match="line 1"):
        read_beads(file)


def test_an_empty_prediction_scores_nothing(cli: Cli, tmp_path: Path) -> None:
    gold, nothing = tmp_path / "gold", tmp_path / "nothing"
    gold.write_text("\n".join(GOLD))
    nothing.write_text("")
    shown = cli("evaluate-alignment", "--json", gold, nothing)
    assert json.loads(shown.out)["strict"]["f1"] == 0.0


def test_folders_are_scored_together(cli: Cli, tmp_path: Path) -> None:
    golds, found = tmp_path / "gold", tmp_path / "found"
    for folder in (golds, found):
        folder.mkdir()
    (golds / "001.zh").write_text("not a bead")
    for name, lines in (("001", GOLD), ("002", PREDICTED)):
        (golds / f"{name}.gold").write_text("\n".join(GOLD))
        (found / f"{name}.beads").write_text("\n".join(lines))
    shown = cli("evaluate-alignment", "--json", golds, found)
    told = json.loads(shown.out)
    pooled = score([(beads(GOLD), beads(GOLD)), (beads(GOLD), beads(PREDICTED))])
    assert told["strict"]["f1"] == pytest.approx(pooled.strict.f1)
    assert told["files"] == 2
    (found / "002.beads").unlink()
    with pytest.raises(InputError, match=r"002\.gold: .* no file of this name"):
        paired_files(golds, found)


def test_the_interval_of_a_large_alignment_is_narrow_around_its_score() -> None:
    many = [parse_bead(f"[{i}]:[{i}]") for i in range(2000)]
    found = [*many[:1500], *(parse_bead(f"[{i}]:[]") for i in range(1500, 2000))]
    low, high = score([(many, found)], resamples=1000).strict_interval or (0, 0)
    assert 0.72 < low < 0.75 < high < 0.78
