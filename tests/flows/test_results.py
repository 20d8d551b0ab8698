"""What decides a stage's kept result, and so when it is made anew."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from duizhao.flows.results import CODE
from tests.support.batches import ROOT

pytestmark = pytest.mark.unit


def imported(path: Path) -> Iterator[Path]:
    """Our own files that a file imports, at its top or later."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{one.name}" for one in node.names)]
        elif isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        else:
            continue
        for name in names:
            base = ROOT / name.replace(".", "/")
            yield from (
                one for one in (base.with_suffix(".py"), base / "__init__.py") if one.is_file()
            )


def needed(patterns: list[str]) -> set[Path]:
    """Files and all that they need, but for empty packages."""
    todo = [path for pattern in patterns for path in ROOT.glob(pattern)]
    found: set[Path] = set()
    while todo:
        if (path := todo.pop()) not in found:
            found.add(path)
            todo += imported(path)
    return {path for path in found if path.name != "__init__.py" or len(path.read_text()) > 300}


@pytest.mark.parametrize(
    ("stage", "begin"),
    [("read", ["corpus/readers/**/*.py"]), ("translate", ["models/translation/load.py"])],
)
def test_all_code_that_decides_a_result_is_part_of_its_key(stage: str, begin: list[str]) -> None:
    covered = {path for pattern in CODE[stage] for path in ROOT.glob(pattern)}
    assert needed(begin) - covered == set()


def test_what_documents_are_written_with_redoes_none_of_them() -> None:
    covered = {path.name for pattern in CODE["read"] for path in ROOT.glob(pattern)}
    assert not covered & {"card.py", "publish.py", "splits.py", "corpus_files.py", "fetching.py"}
