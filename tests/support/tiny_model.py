"""A Marian model with random weights in the form of the Hugging Face hub: ready in a second."""

from __future__ import annotations

import json
from pathlib import Path

from duizhao.models.weights.default import default_model
from duizhao.models.weights.target_pieces import serialized


def make_tiny_model(folder: Path) -> Path:
    """Write the model to an existing folder; needs torch."""
    import torch
    from transformers import GenerationConfig, MarianConfig, MarianMTModel

    chinese = list("安全理事会欢迎报告书长的各国应加强合作。,")
    words = "the security council welcomes report of states cooperation".split()  # noqa: SIM905
    english = [f"▁{word}" for word in words]
    like = (default_model() / "source.spm").read_bytes()
    for name, pieces in (("source", ["▁", *chinese]), ("target", ["▁", ".", ",", *english])):
        scores = [(piece, -3.0 - number) for number, piece in enumerate(pieces)]
        (folder / f"{name}.spm").write_bytes(serialized(scores, like))
    vocabulary = ["</s>", "<unk>", "▁", ",", ".", *chinese[:-1], *english, "<pad>"]
    ids = {piece: number for number, piece in enumerate(vocabulary)}
    (folder / "vocab.json").write_text(json.dumps(ids), encoding="utf-8")
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "MarianTokenizer"}')
    pad = ids["<pad>"]
    torch.manual_seed(3)
    config = MarianConfig(
        vocab_size=len(ids),
        d_model=32,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        activation_function="swish",
        max_position_embeddings=24,
        scale_embedding=True,
        pad_token_id=pad,
        decoder_start_token_id=pad,
        eos_token_id=0,
        bos_token_id=0,
        forced_eos_token_id=None,
        init_std=0.3,
    )
    model = MarianMTModel(config)
    with torch.no_grad():
        model.model.shared.weight[pad] = 0.0
    model.generation_config = GenerationConfig(
        pad_token_id=pad, eos_token_id=0, decoder_start_token_id=pad, max_length=24
    )
    model.save_pretrained(folder)
    return folder
