"""Properties of the command line as a whole."""

from __future__ import annotations

import pytest

from tests.support.cli import Cli

pytestmark = pytest.mark.unit


def test_the_version_is_printed(cli: Cli) -> None:
    from importlib.metadata import version

    done = cli("--version")
    assert (done.code, done.out) == (0, f"duizhao {version('duizhao')}\n")


def test_help_shows_the_choices(cli: Cli) -> None:
    # typer reads the width once
    help_text = cli.apart("build", "--help", env={"TERMINAL_WIDTH": "200"}).out
    for choices in ("auto|ctranslate2|transformers", "fast|normal|best", "auto|cpu|cuda"):
        assert choices in help_text
