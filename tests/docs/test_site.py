"""The site is built without a warning and without the network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import duizhao
from tests.support.paths import ROOT

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "site"
    # A proxy that does not exist: whatever asks the network fails
    closed = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env=os.environ | closed | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return folder


@pytest.mark.parametrize(
    "page",
    [
        "index.html",
        "tutorial/two-files/index.html",
        "tutorial/two-files.zh/index.html",
        "notebook/index.html",
        "reference/commands/index.html",
        "api/index.html",
    ],
)
def test_the_page_is_there(site: Path, page: str) -> None:
    assert (site / page).is_file()


def test_the_api_reference_has_the_public_functions(site: Path) -> None:
    text = (site / "api/index.html").read_text("utf-8")
    for name in duizhao.__all__:
        assert f'id="duizhao.{name}"' in text


def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        loaded = re.findall(r"<(?:script|img|iframe)[^>]+src=\"(https?:[^\"]+)", text)
        loaded += re.findall(r"<link[^>]+stylesheet[^>]+href=\"(https?:[^\"]+)", text)
        assert not loaded, f"{page}: {loaded}"
