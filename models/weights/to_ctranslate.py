"""Convert a Marian model from transformers' form to CTranslate2's."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from duizhao.corpus.errors import ModelError
from duizhao.models.weights.conversion import (
    FACTS,
    READY,
    cached_folder,
    convert_once,
    need_torch,
    run_converter,
)
from duizhao.models.weights.locate import ModelFiles

# half the size of float32, and as good to quantise from: int8 keeps 8 of its 11 bits
_STORED = "float16"


def converted(files: ModelFiles) -> Path:
    """The model in CTranslate2's form, converted at the first use, which needs torch.

    Raises MissingPackage if torch is not installed, ModelError if the conversion fails.
    """
    if _is_ready(files):
        return files.folder / READY
    folder = cached_folder(files)
    if (folder / FACTS).is_file():
        return folder
    need_torch(files.name, "needs torch once, to be converted for CTranslate2")

    def convert(ready: Path) -> dict[str, object]:
        from safetensors import SafetensorError

        try:
            run_converter(files.folder, ready, _STORED)
        except SafetensorError as error:
            raise ModelError(
                f"{files.folder}: the weights are damaged ({error}); copy or adapt the model again"
            ) from error
        except (ValueError, KeyError, RuntimeError, AttributeError, TypeError) as error:
            raise ModelError(
                f"{files.name}: CTranslate2 cannot convert it: {error}; try --engine transformers"
            ) from error
        for name in ("source.spm", "target.spm", "vocab.json"):
            shutil.copy(files.folder / name, ready / name)
        config = json.loads((files.folder / "config.json").read_text(encoding="utf-8"))
        return {"positions": config.get("max_position_embeddings", 512)}

    return convert_once(files, folder, convert)


def _is_ready(files: ModelFiles) -> bool:
    """Whether the model's folder has the converted form of these weights (by `duizhao adapt`)."""
    facts = files.folder / READY / FACTS
    if not facts.is_file():
        return False
    try:
        return bool(json.loads(facts.read_text(encoding="utf-8"))["hash"] == files.hash)
    except (ValueError, KeyError, TypeError):
        return False  # damaged: converted again
