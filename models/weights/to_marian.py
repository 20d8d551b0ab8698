"""Convert a CTranslate2 model to a folder that transformers loads as `MarianMTModel`.

The inverse of `ctranslate2.converters.transformers.MarianMTLoader`: int8 weights are divided by
their scales, the fused projections of queries, keys and values are split, and a row of zeros is
added for ``<pad>``, with which transformers starts the decoder. The folder also has a tokenizer
(target pieces from models/weights/target_pieces.py), so that it can be used without duizhao.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from duizhao.corpus.errors import ModelError
from duizhao.models.weights.conversion import FACTS, cached_folder, convert_once, need_torch
from duizhao.models.weights.ctranslate_file import Array, dequantized, read_variables
from duizhao.models.weights.locate import ModelFiles

PAD = "<pad>"
# the logit of a <pad> in the output: never chosen, and small enough for float16
NEVER = -1e4
TORCH_NEEDED = "the transformers engine needs torch (--engine ctranslate2 does not)"
_ACTIVATIONS = {0: "relu", 2: "swish"}
"""By `ctranslate2.specs.common_spec.Activation`."""


def marian_form(files: ModelFiles) -> Path:
    """A model in transformers' form, converted at the first use if it has the other form."""
    if files.form == "transformers":
        return files.folder
    folder = cached_folder(files, "-marian")
    if (folder / FACTS).is_file():
        return folder
    need_torch(files.name, TORCH_NEEDED)
    return convert_once(files, folder, lambda ready: _convert(files, ready))


def _convert(files: ModelFiles, ready: Path) -> dict[str, object]:
    """Write the model in transformers' form to the folder `ready`."""
    from safetensors.numpy import save_file

    from duizhao.models.weights.target_pieces import target_model

    vocabulary: list[str] = json.loads(
        (files.folder / "shared_vocabulary.json").read_text(encoding="utf-8")
    )
    variables = read_variables(files.folder / "model.bin")
    try:
        tensors = marian_tensors(variables)
        config = marian_config(variables, vocabulary)
    except (KeyError, ValueError) as error:
        raise ModelError(
            f"{files.name}: is not a Marian model with one vocabulary ({error})"
        ) from error
    ready.mkdir()
    save_file(tensors, ready / "model.safetensors", metadata={"format": "pt"})
    generation = {
        "decoder_start_token_id": config["decoder_start_token_id"],
        "eos_token_id": config["eos_token_id"],
        "pad_token_id": config["pad_token_id"],
        "bad_words_ids": [[config["pad_token_id"]]],
        "max_length": config["max_position_embeddings"],
        "num_beams": 4,
    }
    for name, content in (
        ("config.json", config),
        ("generation_config.json", generation),
        (
            "tokenizer_config.json",
            {"tokenizer_class": "MarianTokenizer", "model_max_length": 512},
        ),
        ("vocab.json", {piece: number for number, piece in enumerate([*vocabulary, PAD])}),
    ):
        text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
        (ready / name).write_text(text, encoding="utf-8")
    shutil.copy(files.folder / "source.spm", ready / "source.spm")
    (ready / "target.spm").write_bytes(target_model(files.folder))
    return {}


def marian_config(variables: Mapping[str, Array], vocabulary: list[str]) -> dict[str, Any]:
    """transformers' configuration of the model; ValueError for what Marian does not support."""
    expected = {"pre_norm": 0, "scale_embeddings": 1}
    for name, value in expected.items():
        if int(variables[f"decoder/{name}"]) != value:
            raise ValueError(f"{name} is not {value}")
    activation = int(variables["decoder/activation"])
    if activation not in _ACTIVATIONS:
        raise ValueError(f"activation {activation}")
    size = int(variables["encoder/embeddings_0/weight"].shape[1])
    pad = len(vocabulary)
    layers = {side: _layers(variables, side) for side in ("encoder", "decoder")}
    return {
        "architectures": ["MarianMTModel"],
        "model_type": "marian",
        "vocab_size": pad + 1,
        "decoder_vocab_size": pad + 1,
        "d_model": size,
        "encoder_layers": layers["encoder"],
        "decoder_layers": layers["decoder"],
        "encoder_attention_heads": int(variables["encoder/num_heads"]),
        "decoder_attention_heads": int(variables["decoder/num_heads"]),
        "encoder_ffn_dim": int(variables["encoder/layer_0/ffn/linear_0/weight"].shape[0]),
        "decoder_ffn_dim": int(variables["decoder/layer_0/ffn/linear_0/weight"].shape[0]),
        "activation_function": _ACTIVATIONS[activation],
        "max_position_embeddings": 512,
        "scale_embedding": True,
        "static_position_embeddings": True,
        "share_encoder_decoder_embeddings": True,
        "tie_word_embeddings": True,
        "decoder_start_token_id": pad,
        "pad_token_id": pad,
        "eos_token_id": vocabulary.index("</s>"),
        "bos_token_id": vocabulary.index("</s>"),
        "forced_eos_token_id": None,
    }


def marian_tensors(variables: Mapping[str, Array]) -> dict[str, Array]:
    """The weights in float32, under the names of `MarianMTModel`."""
    embeddings = dequantized(variables, "encoder/embeddings_0/weight")
    decoder = variables["decoder/embeddings/weight"]
    if not np.array_equal(variables["encoder/embeddings_0/weight"], decoder):
        raise ValueError("source and target have separate embeddings")
    zeros = np.zeros((1, embeddings.shape[1]), dtype=np.float32)
    bias = dequantized(variables, "decoder/projection/bias")
    tensors: dict[str, Array] = {
        "model.shared.weight": np.concatenate([embeddings, zeros]),
        "final_logits_bias": np.append(bias, np.float32(NEVER))[None],
    }
    for side in ("encoder", "decoder"):
        for number in range(_layers(variables, side)):
            theirs, ours = f"{side}/layer_{number}", f"model.{side}.layers.{number}"
            _attention(tensors, variables, f"{theirs}/self_attention", f"{ours}.self_attn")
            _norm(tensors, variables, f"{theirs}/self_attention", f"{ours}.self_attn_layer_norm")
            if side == "decoder":
                _attention(tensors, variables, f"{theirs}/attention", f"{ours}.encoder_attn")
                _norm(tensors, variables, f"{theirs}/attention", f"{ours}.encoder_attn_layer_norm")
            for place in (0, 1):
                _linear(
                    tensors, variables, f"{theirs}/ffn/linear_{place}", [f"{ours}.fc{place + 1}"]
                )
            _norm(tensors, variables, f"{theirs}/ffn", f"{ours}.final_layer_norm")
    return tensors


def _layers(variables: Mapping[str, Array], side: str) -> int:
    """The number of layers of the encoder or decoder."""
    numbers = {name.split("/")[1] for name in variables if name.startswith(f"{side}/layer_")}
    return len(numbers)


def _attention(
    tensors: dict[str, Array], variables: Mapping[str, Array], theirs: str, ours: str
) -> None:
    """Split the fused projections: queries, keys, values; across to the encoder keys, values."""
    names = [f"{ours}.{part}_proj" for part in ("q", "k", "v")]
    if f"{theirs}/linear_2/weight" in variables:
        _linear(tensors, variables, f"{theirs}/linear_0", names[:1])
        _linear(tensors, variables, f"{theirs}/linear_1", names[1:])
        _linear(tensors, variables, f"{theirs}/linear_2", [f"{ours}.out_proj"])
    else:
        _linear(tensors, variables, f"{theirs}/linear_0", names)
        _linear(tensors, variables, f"{theirs}/linear_1", [f"{ours}.out_proj"])


def _linear(
    tensors: dict[str, Array], variables: Mapping[str, Array], theirs: str, ours: list[str]
) -> None:
    """One linear layer, split into as many as there are names."""
    weights = np.split(dequantized(variables, f"{theirs}/weight"), len(ours))
    biases = np.split(dequantized(variables, f"{theirs}/bias"), len(ours))
    for name, weight, bias in zip(ours, weights, biases, strict=True):
        tensors[f"{name}.weight"] = np.ascontiguousarray(weight)
        tensors[f"{name}.bias"] = np.ascontiguousarray(bias)


def _norm(
    tensors: dict[str, Array], variables: Mapping[str, Array], theirs: str, ours: str
) -> None:
    """One layer normalisation."""
    tensors[f"{ours}.weight"] = dequantized(variables, f"{theirs}/layer_norm/gamma")
    tensors[f"{ours}.bias"] = dequantized(variables, f"{theirs}/layer_norm/beta")
