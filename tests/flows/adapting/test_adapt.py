"""`duizhao adapt` from a table of pairs to a model that other commands use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from duizhao.flows.adapting.base import base_model
from duizhao.models.training.rehearsal import general_test
from duizhao.models.weights.default import CREDIT, DEFAULT_MODEL
from duizhao.models.weights.locate import in_folder
from tests.support.cli import Cli

pytest.importorskip("torch")

pytestmark = pytest.mark.model


def test_wrong_input_is_refused_before_the_work(
    cli: Cli, environment: dict[str, str], tmp_path: Path
) -> None:
    done = cli("adapt", tmp_path / "none.tmx", "--out", tmp_path / "model", env=environment)
    assert done.code == 2
    assert "none.tmx: there is no such file" in done.err
    few = tmp_path / "few.tsv"
    few.write_text("zh\ten\n会议开始。\tThe meeting began.\n", "utf-8")
    done = cli("adapt", few, "--out", tmp_path / "model", env=environment)
    assert done.code == 2
    assert "give more text" in done.err
    assert not (tmp_path / ".model.adapting").exists()


def test_an_adapted_model_has_a_verdict_and_a_card_and_is_used_like_any_other(
    cli: Cli, environment: dict[str, str], tmp_path: Path
) -> None:
    corpus, model = tmp_path / "memory.tsv", tmp_path / "model"
    lines = [f"{source}\t{target}\n" for source, target in general_test()[:50]]
    corpus.write_text("zh\ten\n" + "".join(lines), "utf-8")
    quick = environment | {"DUIZHAO_BEAM": "1"}
    command = ("adapt", corpus, "--out", model, "--minutes", "0.01", "--json")
    done = cli(*command, env=quick)
    assert done.code == 0, done.err
    record = json.loads(done.out)
    assert record["data"]["read"] == 50
    held = record["data"]["dev"] + record["data"]["test"]
    assert record["data"]["train"] + held == 50
    assert record["training"]["done"] == record["training"]["steps"]
    assert not record["recommended"], "one step on a few pairs is no significant gain"
    domain, general = record["results"]
    assert domain["segments"] == record["data"]["test"]
    assert general["segments"] == len(general_test())
    assert set(domain["metrics"]) == {"bleu", "chrf++", "ter"}

    card = (model / "README.md").read_text("utf-8")
    assert card.startswith("---\nlicense: cc-by-4.0\n")
    assert CREDIT in card
    assert "**Not recommended.**" in card
    assert str(tmp_path) not in card + (model / "adapt.json").read_text("utf-8")
    assert not (tmp_path / ".model.adapting").exists()
    base = base_model(in_folder("model", model))
    assert (base.licence, DEFAULT_MODEL in base.credit) == ("cc-by-4.0", True)

    # again: nothing is done; for another request the folder is refused
    assert json.loads(cli(*command, env=quick).out) == record
    other = cli("adapt", corpus, "--out", model, "--epochs", "2", env=quick)
    assert (other.code, "choose another --out" in other.err) == (2, True)

    done = cli("translate", "--model", model, stdin="会议通过了该报告。\n", env=quick)
    assert done.code == 0, done.err
    assert done.out.strip()
