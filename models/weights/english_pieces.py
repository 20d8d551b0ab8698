"""Restrict the output of the default model, and of models adapted from it, to English pieces.

Most of the work of a decoding step is the choice among 65,000 pieces; 31,000 of them are Chinese,
because both sides share the vocabulary. Without their rows in the output layer, translation and
forced decoding are a third faster and the output is the same (docs/measurements.md). Shorter lists,
with the pieces likely for each source piece, are faster still but silently misspell rare names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from duizhao.corpus.script import EAST_ASIAN_CHARACTER
from duizhao.models.weights.conversion import FACTS
from duizhao.models.weights.ctranslate_file import parse_variables, with_variables
from duizhao.models.weights.default import default_folder

ENGLISH_OUTPUT = "english_output"
"""The key in an adapted model's duizhao.json that restricts its output."""

_SHARED = "shared_vocabulary.json"
_EMBEDDINGS = "decoder/embeddings/weight"
_OUTPUT = "decoder/projection/weight"
_BIAS = "decoder/projection/bias"


def english_model(folder: Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of such a model for CTranslate2 to load from memory, with English output.

    `files` are the model's files if they are in memory already. Empty for other models, which
    choose from their whole vocabulary. Raises ModelError if model.bin is damaged.
    """
    if not has_english_output(folder):
        return {}
    whole = dict(files) or {entry.name: entry.read_bytes() for entry in folder.iterdir()}
    pieces = json.loads(whole.pop(_SHARED))
    kept = set(english_pieces(pieces))
    rows = np.array([row for row, piece in enumerate(pieces) if piece in kept])
    variables = parse_variables(memoryview(whole["model.bin"]), folder / "model.bin")
    cut = {
        name: variables[name][rows]
        for name in (_EMBEDDINGS, f"{_EMBEDDINGS}_scale", _BIAS)
        if name in variables
    }
    aliases = {_OUTPUT: _EMBEDDINGS}
    if f"{_EMBEDDINGS}_scale" in cut:
        aliases[f"{_OUTPUT}_scale"] = f"{_EMBEDDINGS}_scale"
    changed = {**variables, **cut}
    return {
        **whole,
        "model.bin": with_variables(
            whole["model.bin"],
            {name: value for name, value in changed.items() if name not in aliases},
            aliases,
        ),
        "source_vocabulary.json": json.dumps(pieces).encode(),
        "target_vocabulary.json": json.dumps([pieces[row] for row in rows]).encode(),
    }


def has_english_output(folder: Path) -> bool:
    """Whether this CTranslate2 model is the default one, or adapted from it."""
    if folder == default_folder():
        return True
    facts = folder / FACTS
    if not facts.is_file():
        return False
    try:
        return bool(json.loads(facts.read_text(encoding="utf-8"))[ENGLISH_OUTPUT])
    except (ValueError, KeyError, TypeError):
        return False


def english_pieces(pieces: Sequence[str]) -> list[str]:
    """The pieces without Chinese characters or punctuation."""
    chinese = EAST_ASIAN_CHARACTER.search
    return [piece for piece in pieces if not chinese(piece) and " " not in piece]
