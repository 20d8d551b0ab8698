"""Converted models in the cache: each is converted once, completely or not at all."""

from __future__ import annotations

import glob
import importlib.util
import json
import shutil
import tempfile
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

from duizhao.corpus.errors import MissingPackage, ModelError
from duizhao.corpus.paths import models_folder
from duizhao.models.weights.locate import ModelFiles

FACTS = "duizhao.json"
READY = "ctranslate2"
"""The subfolder of an adapted model that contains its converted form."""


def cached_folder(files: ModelFiles, suffix: str = "") -> Path:
    """The folder of a converted model, named by the hash of the original."""
    name = f"{Path(files.name).name}-{files.hash[:16]}{suffix}"
    return models_folder() / "converted" / name


def need_torch(model: str, purpose: str) -> None:
    """Raise MissingPackage unless torch and transformers are installed."""
    if not all(map(importlib.util.find_spec, ("torch", "transformers"))):
        raise MissingPackage(
            f"{model}: {purpose}; install it with: pip install 'duizhao[transformers]'"
        )


def run_converter(folder: Path, ready: Path, quantization: str) -> None:
    """Write the CTranslate2 form of the model in `folder` to the new folder `ready`."""
    from ctranslate2.converters import TransformersConverter

    with warnings.catch_warnings():
        # advice of the tokenizer about a package that is not used
        warnings.filterwarnings("ignore", "Recommended: pip install sacremoses")
        TransformersConverter(str(folder)).convert(str(ready), quantization=quantization)


def convert_once(
    files: ModelFiles, folder: Path, convert: Callable[[Path], Mapping[str, object]]
) -> Path:
    """The folder of the converted model; the first call converts it.

    `convert` writes the files to a new folder and returns facts to store with them. Of several
    processes one converts and the others wait. ModelError if the model cannot be converted.
    """
    from filelock import FileLock

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.parent / f".{folder.name}.lock"):
            if not (folder / FACTS).is_file():
                prefix = f".convert-{folder.name}-"
                for left in folder.parent.glob(f"{glob.escape(prefix)}*"):  # of a killed process
                    shutil.rmtree(left, ignore_errors=True)
                with tempfile.TemporaryDirectory(prefix=prefix, dir=folder.parent) as work:
                    ready = Path(work) / "ready"
                    facts = {"name": files.name, "hash": files.hash, **convert(ready)}
                    (ready / FACTS).write_text(json.dumps(facts) + "\n", encoding="utf-8")
                    if folder.exists():
                        shutil.rmtree(folder)
                    ready.rename(folder)
    except OSError as error:
        raise ModelError(
            f"{files.name}: cannot be converted to {folder}: {error}; free space there or set "
            "DUIZHAO_CACHE"
        ) from error
    return folder
