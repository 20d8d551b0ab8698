"""A Marian model in transformers' form to CTranslate2's form, once, kept in the cache."""

from __future__ import annotations

import importlib.util
import json
import shutil
import tempfile
from pathlib import Path

from duizhao.corpus.errors import MissingPackage, ModelError
from duizhao.corpus.paths import models_folder
from duizhao.models.weights.locate import ModelFiles

# half the size of float32, and as good to quantise from: int8 keeps 8 bits of its 11
_STORED = "float16"


def converted_folder(files: ModelFiles) -> Path:
    """Where the converted form of a model lies, or will lie; named by its hash."""
    return models_folder() / "converted" / f"{Path(files.name).name}-{files.hash[:16]}"


def converted(files: ModelFiles) -> Path:
    """The model in CTranslate2's form, converted at the first use.

    Two processes at once: one converts, the other waits. Needs torch for the conversion alone.
    Raises MissingPackage where torch is not installed, ModelError where it cannot be converted.
    """
    folder = converted_folder(files)
    if (folder / "duizhao.json").is_file():
        return folder
    if not importlib.util.find_spec("torch"):
        raise MissingPackage(
            f"{files.name}: needs torch once, to be converted for CTranslate2; install it with: "
            "pip install 'duizhao[transformers]'"
        )
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
    from ctranslate2.converters import TransformersConverter

    positions = json.loads((files.folder / "config.json").read_text(encoding="utf-8")).get(
        "max_position_embeddings", 512
    )
    with tempfile.TemporaryDirectory(prefix=".convert-", dir=folder.parent) as work:
        ready = Path(work) / "ready"
        try:
            TransformersConverter(str(files.folder)).convert(str(ready), quantization=_STORED)
        except (ValueError, KeyError, RuntimeError, AttributeError, TypeError) as error:
            raise ModelError(
                f"{files.name}: CTranslate2 cannot convert it: {error}; try --engine transformers"
            ) from error
        for name in ("source.spm", "target.spm", "vocab.json"):
            shutil.copy(files.folder / name, ready / name)
        about = {"name": files.name, "hash": files.hash, "positions": positions}
        (ready / "duizhao.json").write_text(json.dumps(about) + "\n", encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        ready.rename(folder)
