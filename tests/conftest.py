"""The three marks, the surroundings of all tests, and the fixtures that they share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from duizhao.corpus.paths import cache_folder, models_folder
from tests.support.cli import Cli
from tests.support.paths import ROOT

MARKS = ("unit", "model", "system")


def pytest_configure() -> None:
    """Share the weights and the compiled code with all runs; tests have caches of their own."""
    os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_folder() / "numba"))
    os.environ.setdefault("DUIZHAO_MODELS", str(models_folder()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse tests that do not have exactly one of the three marks."""
    wrong = [
        item.nodeid
        for item in items
        if len({mark.name for mark in item.iter_markers()} & set(MARKS)) != 1
    ]
    if wrong:
        names = "\n".join(sorted({name.partition("[")[0] for name in wrong}))
        raise pytest.UsageError(f"these tests need exactly one of the marks {MARKS}:\n{names}")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real UN documents; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("DUIZHAO_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip("shared data is not on this machine (DUIZHAO_SHARED)")
    return folder / "data"


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """The command line with a cache of its own."""
    return Cli(tmp_path / "cache")
