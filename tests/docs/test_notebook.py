"""The notebook runs from top to bottom, with the output that it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import nbformat
import pytest
from ipykernel.kernelspec import install
from nbclient import NotebookClient

from duizhao.corpus.alignment.compiled import compile_cache
from duizhao.corpus.paths import models_folder
from tests.support.paths import ROOT
from tests.support.wheel import Installed

pytestmark = pytest.mark.model

NOTEBOOK = ROOT / "docs/notebook.ipynb"


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as context:
        yield context


@pytest.fixture(scope="module")
def run(
    tmp_path_factory: pytest.TempPathFactory, patch: pytest.MonkeyPatch, installed: Installed
) -> Any:
    """The notebook with the output of a run in an empty folder, from the installed wheel."""
    folder = tmp_path_factory.mktemp("notebook")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    install(prefix=str(folder), kernel_name="duizhao-test")
    patch.setenv("JUPYTER_PATH", str(folder / "share/jupyter"))
    patch.setenv("PYTHONPATH", str(installed.packages))
    patch.setenv("DUIZHAO_CACHE", str(folder / "cache"))
    patch.setenv("DUIZHAO_MODELS", str(models_folder()))
    patch.setenv("NUMBA_CACHE_DIR", str(compile_cache()))
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="duizhao-test",
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    return notebook


def outputs(notebook: Any) -> list[str]:
    """The text of each result that does not depend on the machine's arithmetic."""
    return [
        output.data["text/plain"]
        for cell in notebook.cells
        if cell.cell_type == "code" and not re.search("score|confidence", cell.source)
        for output in cell.outputs
        if output.output_type == "execute_result"
    ]


def test_the_notebook_shows_what_a_run_gives(run: Any) -> None:
    shown = nbformat.read(NOTEBOOK, as_version=4)
    assert outputs(run) == outputs(shown)
    assert any("deletion" in text for text in outputs(shown))
