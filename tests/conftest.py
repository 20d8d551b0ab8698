"""Fixtures that all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.paths import ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real UN documents; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("DUIZHAO_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip("shared data is not on this machine (DUIZHAO_SHARED)")
    return folder / "data"


MARKS = ("unit", "model", "system")


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
