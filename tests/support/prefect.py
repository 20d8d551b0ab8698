"""Private Prefect servers that start quickly although the cache of their test is empty."""

from __future__ import annotations

import shutil
from importlib.metadata import version
from pathlib import Path

from duizhao.corpus.paths import cache_folder

_OWN = cache_folder() / "prefect"
"""Named at import, before any test has changed DUIZHAO_CACHE."""


def migrate_ahead(cache: Path) -> None:
    """Put a migrated database into an empty cache: a migration takes five seconds of CPU."""
    name = f"template-{version('prefect')}.db"
    if (_OWN / name).is_file():
        (cache / "prefect").mkdir(parents=True)
        shutil.copy(_OWN / name, cache / "prefect" / name)
