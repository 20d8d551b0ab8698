"""Every command and option that README.md or a page of docs/ shows is one that there is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import typer.main

from duizhao.flows.cli import app
from tests.support.cli import Cli
from tests.support.paths import ROOT

pytestmark = pytest.mark.unit

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = re.compile(r"^\s*(?:\$ )?duizhao ([^#|>]*)", re.MULTILINE)


def shown(page: Path) -> list[str]:
    """What follows ``duizhao`` in the code blocks of a page."""
    blocks = re.findall(r"```(?:console|bash|sh|shell)\n(.*?)```", page.read_text("utf-8"), re.S)
    return [line for block in blocks for line in COMMAND.findall(re.sub(r"\\\n\s*", " ", block))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_shown_are_commands_there_are(page: Path) -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for line in shown(page):
        words = line.split()
        if not words or words[0].startswith("-"):
            continue
        command, rest = commands.get(words[0]), words[1:]
        assert command is not None, f"duizhao {line}"
        while hasattr(command, "commands") and rest and rest[0] in command.commands:
            command, rest = command.commands[rest[0]], rest[1:]
        known = {name for parameter in command.params for name in parameter.opts}
        known |= {name for parameter in command.params for name in parameter.secondary_opts}
        known |= {"--help", "-h"}
        for word in rest:
            if re.match(r"--?[a-z]", word):
                assert word.split("=")[0] in known, f"duizhao {line}: {word}"


def test_the_pages_show_commands() -> None:
    assert sum(len(shown(page)) for page in PAGES) > 10


def test_the_version_is_told(cli: Cli) -> None:
    from importlib.metadata import version

    done = cli("--version")
    assert (done.code, done.out) == (0, f"duizhao {version('duizhao')}\n")


def test_what_can_be_chosen_is_shown(cli: Cli) -> None:
    help_text = cli("build", "--help", env={"TERMINAL_WIDTH": "200"}).out
    for choices in ("auto|ctranslate2|transformers", "fast|normal|best", "auto|cpu|cuda"):
        assert choices in help_text


def test_the_python_that_the_readme_shows_knows_its_names() -> None:
    import builtins

    (code,) = re.findall(r"```python\n(.*?)```", PAGES[0].read_text("utf-8"), re.S)
    known = set(dir(builtins))
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            known.add(node.id)
        elif isinstance(node, ast.alias):
            known.add(node.asname or node.name)
    used = {n.id for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Name)}
    assert used <= known
