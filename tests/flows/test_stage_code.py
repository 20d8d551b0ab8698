"""A stage is computed again if, and only if, the code that determines its result has changed."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from duizhao.corpus.errors import PACKAGE
from duizhao.flows.results import (
    ALIGN,
    OUTCOME,
    PUBLISH,
    READ,
    SCORE,
    SURVEY,
    TERMS,
    TRANSLATE,
    code_hash,
)
from tests.support.paths import ROOT

pytestmark = pytest.mark.unit

ALL = (READ, TRANSLATE, ALIGN, SCORE, SURVEY, OUTCOME, PUBLISH, TERMS)
LAYERS = ("corpus", "models", "evaluation", "flows")

RECOMPUTED = {
    "corpus/alignment": "align survey outcome",
    "corpus/cleaning": "publish",
    "corpus/files": "publish",
    "corpus/pairing": "survey",
    "corpus/reading": "read survey outcome",
    "corpus/segmentation": "read survey outcome publish",
    "evaluation/metrics": "score outcome publish",
    "evaluation/terms": "terms",
    "flows/batch/publishing": "publish",
    "models/guards": "translate align outcome",
    "models/translation": "translate align outcome",
    "models/weights": "translate align outcome",
}
"""By folder, the stages that are recomputed after a change in it or in a folder inside it."""

MODULES = {
    "corpus/bitext.py": "outcome publish",
    "corpus/cleaning/exact_duplicates.py": "publish",
    "corpus/document.py": "read score survey outcome publish",
    "corpus/errors.py": "",
    "corpus/keys.py": "survey outcome publish",
    "corpus/language.py": "read score survey outcome publish",
    "corpus/numerals.py": "translate align survey outcome",
    "corpus/paths.py": "",
    "corpus/replacing.py": "",
    "corpus/scratch.py": "",
    "corpus/row.py": "outcome publish",
    "corpus/script.py": "read translate align score survey outcome publish terms",
    "corpus/translation.py": "translate align score outcome publish",
    "corpus/units.py": "publish",
    "corpus/tsv.py": "publish",
    "corpus/alignment/weights.json": "align survey outcome",
    "flows/stages.py": "",
    "models/cores.py": "",
    "models/embedding.py": "align survey outcome terms",
    "models/general_text.py": "terms",
    "models/glossary.py": "",
    "models/memory_file.py": "",
}

NO_EFFECT = {
    "corpus/errors.py",
    "corpus/paths.py",
    "corpus/replacing.py",
    "corpus/scratch.py",
    "models/cores.py",
    "models/memory_file.py",
}
"""Modules that decide where and how fast something is computed, but not the result."""

ENTRIES = {
    READ: ["corpus/reading/__init__.py"],
    TRANSLATE: ["models/translation/translator.py", "models/translation/load.py"],
    ALIGN: ["corpus/alignment/aligner.py", "models/embedding.py"],
    SCORE: ["evaluation/metrics/scores.py"],
    TERMS: ["evaluation/terms/shown.py"],
    SURVEY: ["corpus/pairing/profile.py", "corpus/reading/__init__.py", "models/embedding.py"],
    OUTCOME: ["corpus/bitext.py", "corpus/keys.py", "evaluation/metrics/scores.py"],
    PUBLISH: ["corpus/cleaning/run.py", "corpus/cleaning/splits.py", "corpus/files/formats.py"],
}
"""What flows/stages.py and flows/batch call."""

IGNORED = {
    SCORE: {"corpus/bitext.py"},
    TERMS: {"corpus/row.py", "corpus/translation.py"},
    SURVEY: {"corpus/bitext.py", "corpus/row.py"},
    OUTCOME: {
        "corpus/files/exports/options.py",
        "corpus/files/exports/xml.py",
        "corpus/files/parquet.py",
        "corpus/files/tmx.py",
    },
    PUBLISH: {"corpus/alignment/bead.py"},
}
"""Types of values that are part of the keys themselves; what the exports of a Bitext use."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    package = tmp_path_factory.mktemp("package")
    for layer in LAYERS:
        shutil.copytree(
            PACKAGE / layer, package / layer, ignore=shutil.ignore_patterns("__pycache__")
        )
    return package


@cache
def unchanged(package: Path) -> dict[str, str]:
    """The hash of the code of each stage."""
    return {stage.name: code_hash(stage, package) for stage in ALL}


def changed(package: Path, file: Path) -> str:
    """The stages that are recomputed after one character was added to the file."""
    before = unchanged(package)
    content = file.read_bytes()
    file.write_bytes(content + b"\n")
    try:
        code_hash.cache_clear()
        after = {stage.name: code_hash(stage, package) for stage in ALL}
    finally:
        file.write_bytes(content)
        code_hash.cache_clear()
    return " ".join(name for name in before if before[name] != after[name])


def folders() -> list[str]:
    found = {
        path.parent.relative_to(PACKAGE).as_posix()
        for layer in LAYERS
        for path in (PACKAGE / layer).rglob("*.py")
    }
    return sorted(found - {"evaluation/benchmarks"})


@pytest.mark.parametrize("folder", folders())
def test_a_change_in_a_folder_recomputes_its_stages_and_no_other(copy: Path, folder: str) -> None:
    modules = sorted((copy / folder).glob("*.py"))
    if folder in LAYERS:  # their modules are foundations one by one
        names = {one.relative_to(copy).as_posix(): one for one in modules}
        others = [path for name, path in names.items() if name not in MODULES]
        assert {changed(copy, one) for one in others} <= {""}, "add a new module to MODULES"
    else:
        stage_folders = [one for one in RECOMPUTED if f"{folder}/".startswith(f"{one}/")]
        expected = RECOMPUTED[stage_folders[0]] if stage_folders else ""
        assert changed(copy, modules[-1]) == expected


@pytest.mark.parametrize("module", MODULES)
def test_a_change_in_a_foundation_recomputes_what_builds_on_it(copy: Path, module: str) -> None:
    assert changed(copy, copy / module) == MODULES[module]


def imported(path: Path) -> Iterator[Path]:
    """Our own modules that a module imports, at its top or later, except for type checking."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or id(node) in skipped or not node.module:
            continue
        for name in (node.module, *(f"{node.module}.{one.name}" for one in node.names)):
            base = PACKAGE / name.removeprefix("duizhao.").replace(".", "/")
            candidates = (base.with_suffix(".py"), base / "__init__.py")
            yield from (one for one in candidates if name.startswith("duizhao.") and one.is_file())


@pytest.mark.parametrize("stage", ENTRIES, ids=lambda stage: stage.name)
def test_everything_that_a_stage_imports_is_part_of_its_code(stage: object) -> None:
    ignored = NO_EFFECT | IGNORED.get(stage, set())  # type: ignore[call-overload]
    code = stage.code  # type: ignore[attr-defined]
    todo = [PACKAGE / name for name in ENTRIES[stage]]  # type: ignore[index]
    seen: set[Path] = set()
    missing: set[str] = set()
    while todo:
        path = todo.pop()
        name = path.relative_to(PACKAGE).as_posix()
        if path in seen or name in ignored or not path.read_text("utf-8").strip():
            continue
        seen.add(path)
        todo += imported(path)
        if not any(name == one or name.startswith(f"{one}/") for one in code):
            missing.add(name)
    assert missing == set(), f"add these to the code of {stage}, or move them into its folder"


def test_a_stage_names_only_folders_and_modules_that_exist() -> None:
    missing = [name for stage in ALL for name in stage.code if not (PACKAGE / name).exists()]
    assert missing == []


def test_another_copy_of_the_package_uses_the_same_keys(copy: Path) -> None:
    """Keys depend on the content of the code, not on where it is installed."""
    if PACKAGE == ROOT:
        shutil.copytree(ROOT / "duizhao", copy / "duizhao", dirs_exist_ok=True)
        (copy / "pyproject.toml").touch()
    script = "from duizhao.flows.results import *; print(READ.key(1), PUBLISH.key(1))"
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [str(READ.key(1)), str(PUBLISH.key(1))]
