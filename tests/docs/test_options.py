"""Every command and option that a page shows exists, also in blocks that are not run.

The commands of duizhao are looked up in the command line itself; any other program is asked for
its help.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
import typer.main

from duizhao.flows.cli import app
from tests.support.pages import SHELL, Block, blocks, commands, name_of, pages
from tests.support.paths import ROOT

pytestmark = pytest.mark.system

PAGES = pages()
INLINE = re.compile(r"`(duizhao [^`…]*)`")
EXTRA = re.compile(r"pip install (?:-e )?'\.\[([\w,]+)\]'")


def shell_commands(chosen: list[Block]) -> list[list[str]]:
    """The words of every shell command of these blocks, without variables and redirections."""
    lines = [line for block in chosen if block.language in SHELL for line in commands(block)]
    return [words for line in lines for words in simple_commands(line)]


def simple_commands(line: str) -> list[list[str]]:
    """The commands of a line, split at pipes and the like."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    found: list[list[str]] = [[]]
    redirected = False
    for token in lexer:
        if set(token) <= set("|&;"):
            found.append([])
        elif set(token) <= set("<>"):
            redirected = True
        elif redirected:
            redirected = False
        elif found[-1] or not re.match(r"\w+=", token):
            found[-1].append(token)
    return [words for words in found if words]


def test_lines_are_split_into_commands() -> None:
    assert simple_commands("A=1 one -x < in | two '<a b>' > out && three  # four") == [
        ["one", "-x"],
        ["two", "<a b>"],
        ["three"],
    ]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_of_duizhao_exist_with_their_options(page: Path) -> None:
    text = page.read_text("utf-8")
    inline = [words for line in INLINE.findall(text) for words in simple_commands(line)]
    for words in [*shell_commands(blocks(page)), *inline]:
        if words[0] == "duizhao":
            _check(words[1:])


def _check(words: list[str]) -> None:
    shown = f"duizhao {' '.join(words)}"
    command = typer.main.get_command(app)
    names = list(words)
    while names and hasattr(command, "commands") and re.match(r"[a-z]", names[0]):
        assert names[0] in command.commands, f"{shown}: no such command"
        command = command.commands[names.pop(0)]
    known = {"--help", "-h", "--install-completion", "--show-completion"}
    for parameter in command.params:
        known.update(parameter.opts, parameter.secondary_opts)
    for word in names:
        if re.match(r"--?[a-z]", word):
            assert word.partition("=")[0] in known, f"{shown}: no option {word}"


@cache
def help_of(program: tuple[str, ...]) -> str:
    """What a program prints with --help."""
    done = subprocess.run([*program, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(program)} --help: {done.stderr[-500:]}"
    return done.stdout


PROGRAMS = ("prefect", "dask", "ray", "hf", "python")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_that_are_not_run_have_their_options(page: Path) -> None:
    for words in shell_commands([block for block in blocks(page) if block.not_run]):
        if words[0] not in PROGRAMS or words[:3] == ["python", "-m", "pytest"]:
            continue
        program = tuple(_program(words))
        text = help_of(program)
        for word in words:
            if re.match(r"--?[a-z]", word) and word != "-m":
                assert word.partition("=")[0] in text, f"{' '.join(words)}: no option {word}"


def _program(words: list[str]) -> list[str]:
    if words[0] == "python":
        return [sys.executable, *words[1:3]] if words[1] == "-m" else [sys.executable, words[1]]
    depth = {"prefect": 2, "dask": 1, "ray": 1, "hf": 2}[words[0]]
    names = [word for word in words[1 : 1 + depth] if re.fullmatch(r"[a-z-]+", word)]
    names = [word for word in names if not word.startswith("-")]
    return [str(Path(sys.executable).parent / words[0]), *names]


def test_extras_that_the_pages_name_exist() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = {
        extra
        for page in PAGES
        for group in EXTRA.findall(page.read_text("utf-8"))
        for extra in group.split(",")
    }
    assert {"dev", "docs", "transformers"} <= named
    assert named <= set(project["optional-dependencies"])


def test_the_pages_show_commands() -> None:
    assert sum(len(shell_commands(blocks(page))) for page in PAGES) > 60
