"""The transformers engine: the same model as CTranslate2's, and any other Marian model."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from duizhao.corpus.errors import MissingPackage, ModelError
from duizhao.models.translation.engine import Decoding, Engine
from duizhao.models.translation.load import load_engine
from duizhao.models.translation.marian import MarianEngine
from duizhao.models.weights.conversion import FACTS, READY
from duizhao.models.weights.ctranslate_file import dequantized, read_variables
from duizhao.models.weights.default import default_model
from duizhao.models.weights.locate import in_folder, locate
from duizhao.models.weights.to_ctranslate import converted
from duizhao.models.weights.to_marian import marian_form
from tests.support.tiny_model import make_tiny_model

# written for this test
CHINESE = [
    "安全理事会欢迎秘书长的报告。",
    "委员会请缔约国在下一次报告中提供资料。",
    "会议于上午十时开始。",
    "各国应加强合作打击恐怖主义。",
    "2020年,该方案向三万名儿童提供了粮食。",
    "我们必须保护妇女和女童的权利。",
    "气候变化是人类面临的最大挑战。",
    "他说,谈判没有取得进展。",
    "大会第七十五届会议通过了该决议。",
    "经济及社会理事会核可了这项建议。",
    "一、导言",
    "主席宣布会议结束。",
]


@pytest.fixture(scope="module")
def marian() -> Engine:
    pytest.importorskip("torch")
    return load_engine(engine="transformers")


@pytest.fixture(scope="module")
def ctranslate() -> Engine:
    return load_engine(engine="ctranslate2")


@pytest.mark.model
def test_both_engines_translate_alike(marian: Engine, ctranslate: Engine) -> None:
    decoding = Decoding(beam=2)
    ours = marian.translate(CHINESE, decoding)
    theirs = ctranslate.translate(CHINESE, decoding)
    same = sum(a.text == b.text for a, b in zip(ours, theirs, strict=True))
    assert same >= len(CHINESE) * 2 // 3, (ours, theirs)
    for a, b in zip(ours, theirs, strict=True):
        if a.text == b.text:
            assert a.tokens == b.tokens
            # int8 rounds each token's; two of them leave more of it in their mean than ten
            assert a.score == pytest.approx(b.score, abs=max(0.08, 0.25 / a.tokens))


@pytest.mark.model
def test_both_engines_reach_the_same_bleu_on_the_un_corpus(
    marian: Engine, ctranslate: Engine, shared: Path
) -> None:
    """Thirty short lines at beam 1; docs/measurements.md has figures of a larger set."""
    import sacrebleu

    sides = (
        (shared / "unpc" / f"dev.{language}").read_text(encoding="utf-8").split("\n")
        for language in ("zh", "en")
    )
    pairs = [pair for pair in zip(*sides, strict=True) if 12 <= len(pair[0]) <= 30][:30]
    source, reference = ([pair[side] for pair in pairs] for side in (0, 1))
    scores = []
    for engine in (ctranslate, marian):
        made = [each.text for each in engine.translate(source, Decoding(beam=1))]
        scores.append(sacrebleu.corpus_bleu(made, [reference]).score)
    assert min(scores) > 58
    assert abs(scores[0] - scores[1]) < 2, scores


@pytest.mark.model
def test_both_engines_score_alike(marian: Engine) -> None:
    # transformers has the probabilities of all pieces, not of the English ones alone
    ctranslate = load_engine(english_only=False)
    targets = [each.text for each in ctranslate.translate(CHINESE, Decoding(beam=1))]
    wrong = [*targets[1:], targets[0]]
    ours = marian.score(CHINESE * 2, targets + wrong)
    theirs = ctranslate.score(CHINESE * 2, targets + wrong)
    for a, b in zip(ours, theirs, strict=True):
        assert a.tokens == b.tokens
        # int8 arithmetic against float32; a tenth is what it costs on processors without VNNI
        assert a.log_probability == pytest.approx(b.log_probability, rel=0.12, abs=0.5)


@pytest.mark.model
def test_a_batch_changes_nothing_and_order_is_kept(marian: Engine) -> None:
    decoding = Decoding(beam=1)
    texts = [CHINESE[0], "", CHINESE[4] * 3, CHINESE[10]]
    together = marian.translate(texts, decoding)
    alone = [marian.translate([text], decoding)[0] for text in texts]
    assert [each.text for each in together] == [each.text for each in alone]
    assert together[1].text == ""
    assert [a.score for a in together] == pytest.approx([b.score for b in alone], abs=1e-3)


@pytest.mark.model
def test_a_text_longer_than_the_model_takes_loses_nothing(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    folder = marian_form(locate())
    for path in folder.iterdir():
        (tmp_path / path.name).symlink_to(path)
    # the same model for at most fourteen tokens; its positions are computed, not stored
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (tmp_path / "config.json").unlink()
    (tmp_path / "config.json").write_text(json.dumps(config | {"max_position_embeddings": 14}))
    text = "安全理事会欢迎秘书长的报告;会议于上午十时开始;我们必须保护妇女和女童的权利。"
    engine = load_engine(str(tmp_path), "transformers")
    assert isinstance(engine, MarianEngine)
    assert engine.positions == 14
    translation = engine.translate([text], Decoding(beam=1))[0].text
    for part in ("Security Council", "10 a.m.", "women and girls"):
        assert part in translation


@pytest.mark.model
def test_the_default_model_becomes_one_that_transformers_loads_by_itself() -> None:
    pytest.importorskip("torch")
    from transformers import MarianMTModel, MarianTokenizer

    folder = marian_form(locate())
    tokenizer = MarianTokenizer.from_pretrained(str(folder))
    model = MarianMTModel.from_pretrained(str(folder))
    variables = read_variables(default_model() / "model.bin")
    positions = variables["decoder/position_encodings/encodings"][:512]
    ours = model.model.decoder.embed_positions.weight.detach().numpy()
    np.testing.assert_allclose(ours, positions, atol=2e-3)
    made = model.generate(**tokenizer(["我们必须保护妇女和女童的权利。"], return_tensors="pt"))
    assert "women and girls" in tokenizer.decode(made[0], skip_special_tokens=True)


@pytest.mark.unit
def test_int8_weights_are_divided_by_their_scales() -> None:
    variables = {
        "w": np.array([[127, -64], [10, 0]], dtype=np.int8),
        "w_scale": np.array([127.0, 20.0], dtype=np.float32),
    }
    np.testing.assert_allclose(dequantized(variables, "w"), [[1, -64 / 127], [0.5, 0]], rtol=1e-6)


@pytest.mark.unit
def test_a_file_that_is_not_a_model_is_reported_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"\x06\x00\x00\x00" + b"nothing" * 20)
    with pytest.raises(ModelError, match=r"model\.bin: is not a CTranslate2 model"):
        read_variables(tmp_path / "model.bin")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch")
    return make_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.mark.model
def test_any_marian_folder_runs_in_both_engines_with_the_same_result(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUIZHAO_MODELS", str(tmp_path))
    sources = ["安全理事会欢迎报告。", "各国应加强合作,安全", "", "秘书长的报告"]
    targets = ["the security council welcomes report.", "states cooperation", "", "report of x"]
    marian = load_engine(str(tiny), "transformers")
    converted = load_engine(str(tiny), "ctranslate2", compute_type="float32")
    for a, b in zip(marian.score(sources, targets), converted.score(sources, targets), strict=True):
        assert a.tokens == b.tokens
        assert a.log_probability == pytest.approx(b.log_probability, rel=5e-3, abs=5e-3)
    for beam in (1, 3):
        decoding = Decoding(beam=beam, max_tokens=24)
        ours = marian.translate(sources, decoding)
        theirs = converted.translate(sources, decoding)
        assert [each.text for each in ours] == [each.text for each in theirs]


@pytest.mark.model
def test_without_torch_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "torch" else find(name)
    )
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingPackage, match=r"pip install 'duizhao\[transformers\]'"):
        MarianEngine(default_model(), "model", "hash")


@pytest.mark.model
def test_damaged_weights_and_facts_are_one_line_or_made_again(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUIZHAO_MODELS", str(tmp_path))
    model = tmp_path / "model"
    shutil.copytree(tiny, model)
    (model / READY).mkdir()
    (model / READY / FACTS).write_text("{")
    assert converted(in_folder("model", model)).parent == tmp_path / "converted"
    weights = model / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    for engine in ("ctranslate2", "transformers"):
        with pytest.raises(ModelError, match=r"damaged|cannot be loaded by transformers"):
            load_engine(str(model), engine)
