"""A CTranslate2 model turned into a folder that transformers loads as `MarianMTModel`, once.

The inverse of `ctranslate2.converters.transformers.MarianMTLoader`: int8 weights are divided by
their scales, the fused projections of queries, keys and values split, and a row of zeros for
``<pad>`` added, which transformers starts the decoder with. The folder has a tokenizer, too
(target pieces as models/weights/target_pieces.py makes them), so that it can be used without
duizhao.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from duizhao.corpus.errors import MissingPackage, ModelError
from duizhao.corpus.paths import models_folder
from duizhao.models.weights.ctranslate_file import Array, dequantized, read_variables
from duizhao.models.weights.locate import ModelFiles

PAD = "<pad>"
# what a <pad> in the output costs: never chosen, and small enough for float16
NEVER = -1e4
_ACTIVATIONS = {0: "relu", 2: "swish"}
"""By `ctranslate2.specs.common_spec.Activation`."""


def need_torch(model: str) -> None:
    """Raise MissingPackage unless torch can be imported."""
    if not importlib.util.find_spec("torch"):
        raise MissingPackage(
            f"{model}: the transformers engine needs torch; install it with: "
            "pip install 'duizhao[transformers]', or use --engine ctranslate2"
        )


def marian_folder(files: ModelFiles) -> Path:
    """Where the transformers form of a CTranslate2 model lies, or will lie."""
    return models_folder() / "converted" / f"{Path(files.name).name}-{files.hash[:16]}-marian"


def marian_form(files: ModelFiles) -> Path:
    """A model in transformers' form, converted at the first use where it has the other form.

    Two processes at once: one converts, the other waits. Raises ModelError where it cannot be.
    """
    if files.form == "transformers":
        return files.folder
    folder = marian_folder(files)
    if (folder / "duizhao.json").is_file():
        return folder
    need_torch(files.name)
    from filelock import FileLock

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.parent / f".{folder.name}.lock"):
            if not (folder / "duizhao.json").is_file():
                _convert(files, folder)
    except OSError as error:
        raise ModelError(
            f"{files.name}: cannot be converted to {folder}: {error}; free space there or set "
            "DUIZHAO_CACHE"
        ) from error
    return folder


def _convert(files: ModelFiles, folder: Path) -> None:
    """Convert into a temporary folder beside the final one, then rename."""
    from safetensors.numpy import save_file

    vocabulary: list[str] = json.loads(
        (files.folder / "shared_vocabulary.json").read_text(encoding="utf-8")
    )
    variables = read_variables(files.folder / "model.bin")
    try:
        tensors = marian_tensors(variables)
        config = marian_config(variables, vocabulary)
    except (KeyError, ValueError) as error:
        raise ModelError(
            f"{files.name}: is no Marian model with one vocabulary ({error})"
        ) from error
    with tempfile.TemporaryDirectory(prefix=".convert-", dir=folder.parent) as work:
        ready = Path(work) / "ready"
        ready.mkdir()
        save_file(tensors, ready / "model.safetensors", metadata={"format": "pt"})
        ids = {piece: number for number, piece in enumerate([*vocabulary, PAD])}
        generation = {
            "decoder_start_token_id": config["decoder_start_token_id"],
            "eos_token_id": config["eos_token_id"],
            "pad_token_id": config["pad_token_id"],
            "bad_words_ids": [[config["pad_token_id"]]],
            "max_length": config["max_position_embeddings"],
            "num_beams": 4,
        }
        tokenizer = {"tokenizer_class": "MarianTokenizer", "model_max_length": 512}
        about = {"name": files.name, "hash": files.hash}
        for name, content in (
            ("config.json", config),
            ("generation_config.json", generation),
            ("tokenizer_config.json", tokenizer),
            ("vocab.json", ids),
            ("duizhao.json", about),
        ):
            text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
            (ready / name).write_text(text, encoding="utf-8")
        shutil.copy(files.folder / "source.spm", ready / "source.spm")
        from duizhao.models.weights.target_pieces import target_model

        (ready / "target.spm").write_bytes(target_model(files.folder))
        if folder.exists():
            shutil.rmtree(folder)
        ready.rename(folder)


def marian_config(variables: Mapping[str, Array], vocabulary: list[str]) -> dict[str, Any]:
    """transformers' configuration of the model; ValueError where Marian has no such thing."""
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
    """The weights under the names that `MarianMTModel` has for them, in float32."""
    embeddings = dequantized(variables, "encoder/embeddings_0/weight")
    decoder = variables["decoder/embeddings/weight"]
    if not np.array_equal(variables["encoder/embeddings_0/weight"], decoder):
        raise ValueError("source and target have embeddings of their own")
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
    """One linear layer, cut into as many as there are names."""
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
