"""The layout: imports point downwards, without cycles; folders and files stay small."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[1]
LAYERS = ("corpus", "models", "evaluation", "flows", "duizhao")
"""From the bottom to the top; a layer imports only itself and those before it."""
MOST_MODULES = 20
MOST_LINES = 400
POSIX_ONLY = {"curses", "fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty"}


@cache
def modules() -> dict[str, Path]:
    """The path of each module, by its dotted name below `duizhao`."""
    found = {}
    for layer in LAYERS:
        for path in sorted((ROOT / layer).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts)] = path
    return found


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    """Every module of ours that a file imports anywhere, also inside functions."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            below = name.removeprefix("duizhao.")
            if below == name:
                continue
            # `from duizhao.a.b import c`: c is a module, or a name in the module b
            for candidate in (below, below.rpartition(".")[0]):
                if module := next(
                    (m for m in (candidate, f"{candidate}.__init__") if m in modules()), None
                ):
                    yield module
                    break


@cache
def arrows() -> dict[str, set[str]]:
    return {name: set(imported(path)) - {name} for name, path in modules().items()}


def test_imports_point_downwards() -> None:
    upward = [
        f"{name} imports {other}"
        for name, others in arrows().items()
        for other in others
        if LAYERS.index(other.split(".")[0]) > LAYERS.index(name.split(".")[0])
    ]
    assert upward == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    # repeatedly remove the modules that import no remaining one; what remains is in a circle
    left = {name: set(others) for name, others in arrows().items()}
    while free := {name for name, others in left.items() if not others}:
        left = {name: others - free for name, others in left.items() if name not in free}
    assert left == {}


def test_no_folder_has_too_many_modules() -> None:
    folders: dict[Path, int] = {}
    for path in modules().values():
        folders[path.parent] = folders.get(path.parent, 0) + (path.name != "__init__.py")
    crowded = {
        str(folder.relative_to(ROOT)): n for folder, n in folders.items() if n > MOST_MODULES
    }
    assert crowded == {}


def test_no_module_is_too_long() -> None:
    lines = {name: path.read_text("utf-8").count("\n") for name, path in modules().items()}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_no_module_needs_posix_to_be_imported() -> None:
    found = [
        f"{name} imports {module}"
        for name, path in modules().items()
        for node in tree(path).body
        for module in _top_level(node)
        if module in POSIX_ONLY
    ]
    assert found == []


def _top_level(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [(node.module or "").split(".")[0]]
    return []
