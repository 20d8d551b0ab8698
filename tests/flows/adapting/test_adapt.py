"""`duizhao adapt` from files of pairs to a model that other commands use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from duizhao.flows.adapting.base import base_model
from duizhao.models.training.rehearsal import general_test
from duizhao.models.weights.default import CREDIT, DEFAULT_MODEL
from duizhao.models.weights.locate import in_folder, locate
from tests.support.cli import Cli
from tests.support.tiny_model import make_tiny_model

pytest.importorskip("torch")

pytestmark = pytest.mark.model

FILES = 6


def memories(folder: Path) -> Path:
    """A folder of short pairs: TMX, a pair of Moses files, and a file of another kind."""
    folder.mkdir()
    pairs = [
        (source, target)
        for source, target in general_test()
        if len(source) <= 22 and len(target.split()) <= 18
    ]
    for number in range(1, FILES):
        units = "".join(
            f'<tu><tuv xml:lang="zh-CN"><seg>{source}</seg></tuv>'
            f'<tuv xml:lang="en-GB"><seg>{target}</seg></tuv></tu>'
            for source, target in pairs[number::FILES]
        )
        text = f'<tmx version="1.4"><header/><body>{units}</body></tmx>'
        (folder / f"memory{number}.tmx").write_text(text, "utf-8")
    for ending, side in (("zh", 0), ("en", 1)):
        lines = "".join(f"{pair[side]}\n" for pair in pairs[::FILES])
        (folder / f"laws.{ending}").write_text(lines, "utf-8")
    (folder / "notes.txt").write_text("Not pairs.\n", "utf-8")
    return folder


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A tiny model that was adapted from the default model, by its record."""
    folder = tmp_path / "base"
    folder.mkdir()
    record = {"base": {"name": DEFAULT_MODEL, "licence": "cc-by-4.0", "credit": CREDIT}}
    (folder / "adapt.json").write_text(json.dumps(record), "utf-8")
    return make_tiny_model(folder)


def test_the_default_model_has_its_licence_and_attribution() -> None:
    known = base_model(locate())
    assert (known.licence, known.credit) == ("cc-by-4.0", CREDIT)


def test_wrong_input_is_refused_before_the_work(
    cli: Cli, environment: dict[str, str], tmp_path: Path
) -> None:
    done = cli("adapt", tmp_path / "none.tmx", "--out", tmp_path / "model", env=environment)
    assert done.code == 2
    assert "none.tmx: no such file or folder" in done.err
    few, taken = tmp_path / "few.tsv", tmp_path / "taken"
    few.write_text("zh\ten\n会议开始。\tThe meeting began.\n", "utf-8")
    done = cli("adapt", few, "--out", tmp_path / "model", env=environment)
    assert done.code == 2
    assert "give more text" in done.err
    assert not (tmp_path / ".model.adapting").exists()
    taken.mkdir()
    done = cli("adapt", few, "--out", taken, env=environment)
    assert done.code == 2
    assert "taken: exists, and is not an adapted model; choose another --out" in done.err


def test_an_adapted_model_has_a_verdict_and_a_card_and_is_used_like_any_other(
    cli: Cli, environment: dict[str, str], tmp_path: Path, base: Path
) -> None:
    corpus, model = memories(tmp_path / "memories"), tmp_path / "model"
    quick = environment | {"DUIZHAO_BEAM": "1"}
    command = ("adapt", corpus, "--out", model, "--base", base, "--minutes", "0.01", "--json")
    done = cli(*command, env=quick)
    assert done.code == 0, done.err
    assert "without pairs: notes.txt" in done.err
    record = json.loads(done.out)
    data = record["data"]
    assert set(data["files"]) == {
        *(f"memory{number}.tmx" for number in range(1, FILES)),
        "laws.zh",
        "laws.en",
    }
    assert data["held_out_by"] == "documents"
    held = data["dev"] + data["test"]
    assert data["train"] + held + sum(data["removed"].values()) == data["read"]
    assert record["training"]["done"] == record["training"]["steps"]
    assert not record["recommended"], "a few steps on a few pairs are no significant gain"
    domain, general = record["results"]
    assert domain["segments"] == data["test"]
    assert general["segments"] == len(general_test())
    assert set(domain["metrics"]) == {"bleu", "chrf++", "ter"}

    card = (model / "README.md").read_text("utf-8")
    assert card.startswith("---\nlicense: cc-by-4.0\n")
    assert CREDIT in card
    assert "**Not recommended.**" in card
    assert str(tmp_path) not in card + (model / "adapt.json").read_text("utf-8")
    assert not (tmp_path / ".model.adapting").exists()
    known = base_model(in_folder("model", model))
    assert (known.licence, DEFAULT_MODEL in known.credit) == ("cc-by-4.0", True)

    # again: nothing is done; for another request the folder is refused
    assert json.loads(cli(*command, env=quick).out) == record
    other = cli("adapt", corpus, "--out", model, "--base", base, "--epochs", "2", env=quick)
    assert (other.code, "choose another --out" in other.err) == (2, True)

    done = cli("translate", "--model", model, stdin="会议通过了该报告。\n", env=quick)
    assert done.code == 0, done.err
    assert done.out.strip()
