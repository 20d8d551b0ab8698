"""The cache folder, for everything that duizhao downloads and computes for a user."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """The user's cache folder, or `DUIZHAO_CACHE` if set; created when first written to."""
    named = os.environ.get("DUIZHAO_CACHE")
    if named:
        return Path(named).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("duizhao", appauthor=False)


def models_folder() -> Path:
    """The folder of fetched and converted models, or `DUIZHAO_MODELS` if set."""
    named = os.environ.get("DUIZHAO_MODELS")
    return Path(named).expanduser() if named else cache_folder() / "models"


def memory_file() -> Path:
    """The translation memory that all runs of a user share."""
    return cache_folder() / "memory.sqlite"


def embeddings_file() -> Path:
    """The sentence embeddings of documents, which all runs of a user share."""
    return cache_folder() / "embeddings.sqlite"
