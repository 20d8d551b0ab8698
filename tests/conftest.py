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
