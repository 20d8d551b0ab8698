"""A trained model as a folder: transformers' form, and CTranslate2's int8 form inside it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from duizhao.corpus.errors import ModelError, writing
from duizhao.models.weights.conversion import FACTS, READY, run_converter
from duizhao.models.weights.english_pieces import ENGLISH_OUTPUT
from duizhao.models.weights.locate import in_folder
from duizhao.models.weights.narrow_int8 import quantize_narrow

_COPIED = ("source.spm", "target.spm", "vocab.json", "target_vocab.json", "tokenizer_config.json")


def export(model: Any, base: Path, folder: Path, *, english: bool) -> None:
    """Write a `MarianMTModel` to a new folder, which replaces the folder with that name.

    `base` has the tokenizer. With `english` the converted model chooses from English pieces only.
    """
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    with writing(folder):
        model.save_pretrained(partial)
        for name in _COPIED:
            if (base / name).is_file():
                shutil.copy(base / name, partial / name)
        _convert(partial, folder.name, english)
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)


def _convert(folder: Path, name: str, english: bool) -> None:
    """Add the int8 form: `locate` and `to_ctranslate` recognise it by the hash of the weights."""
    ready = folder / READY
    try:
        run_converter(folder, ready, "float32")
        quantize_narrow(ready / "model.bin")
    except (ValueError, KeyError, RuntimeError, AttributeError, TypeError) as error:
        raise ModelError(f"{folder}: CTranslate2 cannot convert the model: {error}") from error
    for file in ("source.spm", "target.spm", "vocab.json"):
        shutil.copy(folder / file, ready / file)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    facts = {
        "name": name,
        "hash": in_folder(folder.name, folder).hash,
        "positions": config.get("max_position_embeddings", 512),
        ENGLISH_OUTPUT: english,
    }
    (ready / FACTS).write_text(json.dumps(facts) + "\n", encoding="utf-8")
