"""List the models on this machine, without using the network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from duizhao.corpus.paths import models_folder
from duizhao.models.weights import default as weights
from duizhao.models.weights.locate import in_folder


@dataclass(frozen=True, slots=True)
class ModelHere:
    """A model and its folder; `state` is "ready" or "not fetched"."""

    name: str
    state: str
    folder: Path
    megabytes: float


def models_here() -> list[ModelHere]:
    """The default model, converted ones, and Marian models in the Hugging Face cache."""
    default = weights.default_folder()
    state = "ready" if weights.is_fetched() else "not fetched"
    models = [ModelHere(f"{weights.DEFAULT_MODEL} (default)", state, default, _size(default))]
    for folder in sorted((models_folder() / "converted").glob("*/")):
        about = folder / "duizhao.json"
        if about.is_file():
            name = json.loads(about.read_text(encoding="utf-8")).get("name", folder.name)
            models.append(ModelHere(f"{name} (converted)", "ready", folder, _size(folder)))
    models += [ModelHere(name, "ready", folder, _size(folder)) for name, folder in _in_hub_cache()]
    return models


def folder_of(model: str | None) -> Path | None:
    """A model's folder, None if it must be fetched; ModelNameError if it is not a model."""
    if model in (None, "", "default", weights.DEFAULT_MODEL):
        return weights.default_folder() if weights.is_fetched() else None
    assert model is not None
    if Path(model).expanduser().is_dir():
        return in_folder(model, Path(model).expanduser()).folder
    return dict(_in_hub_cache()).get(model)


def _in_hub_cache() -> Iterator[tuple[str, Path]]:
    """Marian models already fetched from the hub."""
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        repositories = scan_cache_dir().repos
    except CacheNotFound:
        return
    for repository in sorted(repositories, key=lambda r: str(r.repo_id)):
        for revision in repository.revisions:
            folder = Path(revision.snapshot_path)
            if (folder / "source.spm").is_file() and (folder / "vocab.json").is_file():
                yield str(repository.repo_id), folder


def _size(folder: Path) -> float:
    """Megabytes of the files of a folder."""
    return sum(f.stat().st_size for f in folder.glob("*") if f.is_file()) / 1e6
