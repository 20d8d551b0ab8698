"""From a model's name to its folder: the default, a directory, or a name on the hub."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from duizhao.corpus.errors import FetchError, ModelNameError, WeightsError
from duizhao.models.weights.default import (
    DEFAULT_MODEL,
    FILES,
    FetchProgress,
    default_model,
    sha256,
)

_WEIGHT_FILES = ("model.safetensors", "pytorch_model.bin")
_MARIAN_FILES = ("config.json", "vocab.json", "source.spm", "target.spm")


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model on disk: `form` is the format of its files, `hash` the SHA-256 of its weights."""

    name: str
    folder: Path
    form: Literal["ctranslate2", "transformers"]
    hash: str

    @property
    def public_name(self) -> str:
        """The name without the path of a folder on this machine."""
        return Path(self.name).name if Path(self.name).expanduser().is_dir() else self.name


NO_MODEL = ModelFiles("none", Path(), "ctranslate2", "")


def locate(model: str | None = None, progress: FetchProgress | None = None) -> ModelFiles:
    """Find a model and fetch it if needed.

    None or "default" is the default model; a path is a directory with a Marian model in
    transformers' or CTranslate2's form; anything else is looked up on the Hugging Face hub.
    Raises ModelNameError if there is no such model, WeightsError if it cannot be fetched.
    """
    if model in (None, "", "default", DEFAULT_MODEL):
        return ModelFiles(DEFAULT_MODEL, default_model(progress), "ctranslate2", FILES[0].sha256)
    assert model is not None
    folder = Path(model).expanduser()
    if folder.is_dir():
        return in_folder(model, folder)
    if model.startswith((".", "/", "~", os.sep)) or model.count("/") > 1 or folder.exists():
        raise ModelNameError(f"{model}: no such folder; give one with a Marian model")
    return _on_hub(model, progress)


def in_folder(name: str, folder: Path) -> ModelFiles:
    """The model in a local folder, recognised by its files."""
    folder = folder.resolve()
    if (folder / "model.bin").is_file():
        if not (folder / "source.spm").is_file():
            raise ModelNameError(f"{name}: has model.bin but no source.spm; copy it there")
        return ModelFiles(name, folder, "ctranslate2", folder_hash(folder, ("model.bin",)))
    missing = [file for file in _MARIAN_FILES if not (folder / file).is_file()]
    weights = [file for file in _WEIGHT_FILES if (folder / file).is_file()][:1]
    if missing or not weights:
        absent = ", ".join(missing or ["model.safetensors"])
        raise ModelNameError(
            f"{name}: has no Marian model ({absent} missing); give a folder saved by transformers"
            " (save_pretrained) or one converted for CTranslate2 (model.bin, source.spm)"
        )
    try:
        kind = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type")
    except (ValueError, AttributeError) as error:
        raise ModelNameError(f"{name}/config.json is not a JSON object: {error}") from error
    if kind != "marian":
        raise ModelNameError(f"{name}: is a model of type {kind!r}; only Marian is supported")
    return ModelFiles(name, folder, "transformers", folder_hash(folder, (*weights,)))


def folder_hash(folder: Path, weights: tuple[str, ...]) -> str:
    """One hash over the weights and the files that determine tokenization."""
    total = hashlib.sha256()
    names = (*weights, "config.json", "vocab.json", "source.spm", "target.spm")
    for file in (*names, "shared_vocabulary.json"):
        if (folder / file).is_file():
            total.update(f"{file} {sha256(folder / file)}\n".encode())
    return total.hexdigest()


def _on_hub(name: str, progress: FetchProgress | None) -> ModelFiles:
    """A model on the Hugging Face hub, from the hub's own cache when offline."""
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    offline = constants.HF_HUB_OFFLINE
    files = [*_MARIAN_FILES, "generation_config.json", "tokenizer_config.json"]
    if progress:
        progress(f"fetching {name} from the Hugging Face hub", 0, 0)
    try:
        folder = Path(snapshot_download(name, allow_patterns=[*files, "model.safetensors"]))
        if not (folder / "model.safetensors").is_file():
            folder = Path(snapshot_download(name, allow_patterns=[*files, "pytorch_model.bin"]))
    except HFValidationError as error:
        raise ModelNameError(f"{name}: neither a folder nor a name on the hub: {error}") from error
    except GatedRepoError as error:
        raise ModelNameError(
            f"{name}: its owners ask you to accept their terms on the hub first; do that there, "
            "then log in with `hf auth login`"
        ) from error
    except RepositoryNotFoundError as error:
        raise ModelNameError(
            f"{name}: neither a folder here nor a model on the Hugging Face hub (or a private "
            "one: log in with `hf auth login`)"
        ) from error
    except LocalEntryNotFoundError as error:
        why = "HF_HUB_OFFLINE is set" if offline else "the Hugging Face hub cannot be reached"
        kind = WeightsError if offline else FetchError
        raise kind(
            f"{name}: not in the local cache, and {why}; go online, or use the default model",
        ) from error
    except Exception as error:
        reason = (str(error).strip().splitlines() or [repr(error)])[0]
        kind = WeightsError if offline else FetchError
        raise kind(
            f"{name}: cannot be fetched from the Hugging Face hub: {reason}",
        ) from error
    return in_folder(name, folder)
