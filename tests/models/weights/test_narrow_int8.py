"""Narrowed weights, whose sums of products fit into 16 bits, give the same results."""

from __future__ import annotations

from pathlib import Path

import ctranslate2
import numpy as np
import pytest
import sentencepiece

from duizhao.models.weights.ctranslate_file import dequantized, parse_variables, read_variables
from duizhao.models.weights.default import default_model
from duizhao.models.weights.narrow_int8 import narrow_model

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return narrow_model(default_model())


def test_no_pair_is_over_160_and_all_mean_the_same(files: dict[str, bytes]) -> None:
    path = default_model() / "model.bin"
    before = read_variables(path)
    after = parse_variables(bytearray(files["model.bin"]), path)
    weights = [
        name
        for name, array in before.items()
        if array.dtype == np.int8 and array.ndim == 2 and "layer_" in name
    ]
    assert len(weights) == 6 * 4 + 6 * 7  # encoder, decoder
    for name in [*weights[:6], "decoder/embeddings/weight"]:
        pairs = after[name].reshape(len(after[name]), -1, 2).astype(int)
        for one_sign in (pairs.clip(min=0), pairs.clip(max=0)):
            assert np.abs(one_sign.sum(axis=2)).max() <= 161, "more than rounding"
        scales = after[f"{name}_scale"]
        wrong = np.abs(dequantized(after, name) - dequantized(before, name)) * scales[:, None]
        assert wrong.max() <= 0.51, "more than rounding"


def test_the_narrowed_model_translates(files: dict[str, bytes]) -> None:
    folder = default_model()
    source = sentencepiece.SentencePieceProcessor(str(folder / "source.spm"))
    translator = ctranslate2.Translator(str(folder), files=files, inter_threads=1, intra_threads=1)
    pieces = source.encode("我们必须保护妇女和女童的权利。", out_type=str)
    made = translator.translate_batch([pieces], beam_size=1)[0].hypotheses[0]
    text = "".join(made).replace("▁", " ").strip()
    assert text == "We must protect the rights of women and girls."


def test_a_model_of_other_weights_is_left_alone(tmp_path: Path) -> None:
    # an empty model: version 6, a name, revision, no variables, no aliases
    empty = b"\x06\0\0\0" + b"\x02\0x\0" + b"\x01\0\0\0" + b"\0\0\0\0" + b"\0\0\0\0"
    (tmp_path / "model.bin").write_bytes(empty)
    assert narrow_model(tmp_path) == {}
