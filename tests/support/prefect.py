"""Prefect servers of tests that start from a migrated database: a migration takes 4 s of CPU."""

from __future__ import annotations

import shutil
from importlib.metadata import version
from pathlib import Path

from duizhao.corpus.paths import cache_folder
from duizhao.flows.runtime.template import copy_template

_TEMPLATE = cache_folder() / "prefect" / f"template-{version('prefect')}.db"
"""That of the user's cache; named at import, before any test has changed DUIZHAO_CACHE."""


def migrate_ahead(cache: Path) -> None:
    """Put a template into an empty cache, for the private servers that use it."""
    if _TEMPLATE.is_file():
        (cache / "prefect").mkdir(parents=True, exist_ok=True)
        shutil.copy(_TEMPLATE, cache / "prefect")


def copy_migrated(database: Path) -> None:
    """Make a migrated database, for a server of Prefect's own."""
    copy_template(_TEMPLATE, database)
