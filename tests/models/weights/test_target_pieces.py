"""Target text is split into the pieces that the default model outputs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sentencepiece

from duizhao.corpus.errors import ModelError
from duizhao.models.translation.engine import Engine, ForcedScore
from duizhao.models.translation.load import load_engine
from duizhao.models.weights.default import default_model
from duizhao.models.weights.target_pieces import TargetPieces, load_target_pieces, serialized

pytestmark = pytest.mark.model

# written for this test
PAIRS = [
    (
        "安全理事会欢迎秘书长的报告。",
        "The Security Council welcomes the report of the Secretary-General.",
    ),
    (
        "委员会请缔约国在下一次报告中提供资料。",
        "The Committee requests the State party to provide information in its next report.",
    ),
    ("会议于上午十时开始。", "The meeting was called to order at 10 a.m."),
    (
        "各国应加强合作打击恐怖主义。",
        "States should strengthen cooperation in combating terrorism.",
    ),
    (
        "2020年,该方案向三万名儿童提供了粮食。",
        "In 2020, the programme provided food to 30,000 children.",
    ),
    ("我们必须保护妇女和女童的权利。", "We must protect the rights of women and girls."),
    ("气候变化是人类面临的最大挑战。", "Climate change is the greatest challenge facing humanity."),
    ("他说,谈判没有取得进展。", "He said that no progress had been made in the negotiations."),
]


@pytest.fixture(scope="module")
def folder() -> Path:
    return default_model()


@pytest.fixture(scope="module")
def pieces(folder: Path) -> TargetPieces:
    return load_target_pieces(folder)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine()


def test_the_pieces_join_to_the_text_and_are_in_the_vocabulary(
    folder: Path, pieces: TargetPieces
) -> None:
    vocabulary = set(json.loads((folder / "shared_vocabulary.json").read_text(encoding="utf-8")))
    for _, text in PAIRS:
        cut = pieces.encode(text)
        assert "".join(cut).replace("▁", " ").strip() == text
        assert set(cut) <= vocabulary
        assert len(cut) < len(text) / 3, "cut too fine"
    assert pieces.encode("The Security Council,") == ["▁The", "▁Security", "▁Council", ","]


def test_text_is_normalised_as_in_training(pieces: TargetPieces) -> None:
    assert pieces.encode("  A/RES/70/1  （２０１５）") == pieces.encode("A/RES/70/1 (2015)")
    assert pieces.encode("") == []


def test_nearly_every_sentence_is_cut_as_the_published_target_model_cuts_it(
    shared: Path, folder: Path, pieces: TargetPieces
) -> None:
    published = sentencepiece.SentencePieceProcessor(
        model_file=str(shared / "opus-mt-tokenizer" / "target.spm")
    )
    vocabulary = set(json.loads((folder / "shared_vocabulary.json").read_text(encoding="utf-8")))
    lines = (shared / "unpc" / "dev.en").read_text(encoding="utf-8").splitlines()
    wanted = published.encode(lines, out_type=str)
    # the two models' vocabularies differ: a sentence with a piece that ours lacks cannot agree
    possible = [i for i, cut in enumerate(wanted) if set(cut) <= vocabulary]
    assert len(possible) > 3500
    ours = pieces.encode_all([lines[i] for i in possible])
    same = sum(cut == wanted[i] for i, cut in zip(possible, ours, strict=True))
    assert same / len(possible) > 0.92


def test_right_targets_are_far_more_probable_than_wrong_ones(engine: Engine) -> None:
    sources, targets = zip(*PAIRS, strict=True)
    right = engine.score(sources, targets)
    wrong = engine.score(sources, [*targets[1:], targets[0]])

    def mean(scores: list[ForcedScore]) -> float:
        return sum(s.log_probability for s in scores) / sum(s.tokens for s in scores)

    assert mean(right) > -1.5
    assert mean(wrong) < mean(right) - 1.5
    for good, bad in zip(right, wrong, strict=True):
        assert good.log_probability / good.tokens > bad.log_probability / bad.tokens


def test_the_end_of_the_target_is_scored_too(engine: Engine, pieces: TargetPieces) -> None:
    source, target = PAIRS[0]
    whole, half = engine.score([source, source], [target, "The Security Council"])
    assert whole.tokens == len(pieces.encode(target)) + 1
    assert half.log_probability < whole.log_probability, "an end too early costs nothing"


def test_a_model_with_its_own_target_model_uses_that(
    tmp_path: Path, folder: Path, pieces: TargetPieces
) -> None:
    source = (folder / "source.spm").read_bytes()
    own = serialized([("▁peace", -1.0), ("▁", -3.0), ("x", -3.0)], source)
    (tmp_path / "target.spm").write_bytes(own)
    assert load_target_pieces(tmp_path).encode("peace x") == ["▁peace", "▁", "x"]


def test_a_folder_without_a_model_is_reported_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot rebuild the target pieces"):
        load_target_pieces(tmp_path)
