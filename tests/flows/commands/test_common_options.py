"""Features of all commands: --quiet, --verbose, --json, exit codes, one settings object."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer.main

from duizhao.corpus.samples import pair
from duizhao.flows.cli import app
from tests.support.cli import Cli

NOT_REPORTING = {
    "review": "is a server",
    "studio": "is a server",
    "model fetch": "prints a path",
    "model path": "prints a path",
    "memory export": "writes lines",
    "memory clear": "deletes",
}


def commands() -> dict[str, set[str]]:
    """The options of each command by its name."""
    found = {}
    for name, command in typer.main.get_group(app).commands.items():
        inner = getattr(command, "commands", None)
        for path, one in (
            {f"{name} {key}": value for key, value in inner.items()} if inner else {name: command}
        ).items():
            found[path] = {flag for option in one.params for flag in option.opts}
    return found


@pytest.mark.unit
@pytest.mark.parametrize("name", commands())
def test_every_command_can_be_quiet_and_verbose_and_print_json(name: str) -> None:
    wanted = {"--quiet", "-q", "--verbose"} | (set() if name in NOT_REPORTING else {"--json"})
    assert wanted <= commands()[name]


@pytest.mark.unit
def test_json_is_the_only_thing_on_standard_output(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "gold").write_text("[0]:[0]\n")
    report = pair()[0]
    for arguments in (
        ("settings",),
        ("clean", "--list"),
        ("inspect", report),
        ("evaluate-alignment", tmp_path / "gold", tmp_path / "gold"),
        ("memory", "stats"),
        ("model", "list"),
        ("server", "status"),
        ("server", "stop"),
    ):
        done = cli(*arguments, "--json")
        assert done.code == 0, done.err
        json.loads(done.out)
    done = cli("segment", report, "--lang", "zh", "--json")
    assert json.loads(done.out.splitlines()[0])["kind"] == "heading"


@pytest.mark.unit
def test_quiet_leaves_standard_error_empty(cli: Cli) -> None:
    loud = cli("segment", pair()[0], "--lang", "zh")
    quiet = cli("segment", pair()[0], "--lang", "zh", "--quiet")
    assert loud.out == quiet.out
    assert ("146 sentences" in loud.err, quiet.err) == (True, "")


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("translate",), marks=pytest.mark.unit),
        pytest.param(("align", "source", "target"), marks=pytest.mark.unit),
        pytest.param(
            ("score", "target", "-r", "target", "-m", "mt_score", "--source", "source"),
            marks=pytest.mark.unit,
        ),
        pytest.param(
            ("compare", "target", "-r", "target", "--source", "source", "--translate"),
            marks=pytest.mark.unit,
        ),
        pytest.param(("build", "source"), marks=pytest.mark.system),
        pytest.param(("demo",), marks=pytest.mark.system),
    ],
)
def test_every_command_uses_the_settings(
    cli: Cli, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "source").write_text("安全理事会审议了秘书长的报告。\n", encoding="utf-8")
    (tmp_path / "target").write_text("The Council considered the report.\n", encoding="utf-8")
    done = cli(
        *arguments,
        env={"DUIZHAO_MODEL": "/nonexistent"},
        cwd=tmp_path,
        stdin="安全理事会审议了秘书长的报告。\n",
    )
    assert (done.code, done.out) == (2, "")
    assert "/nonexistent" in done.err
    assert "Traceback" not in done.err
    assert sum(line.startswith("duizhao:") for line in done.err.splitlines()) == 1


@pytest.mark.unit
def test_verbose_prints_the_traceback_of_an_error(cli: Cli, tmp_path: Path) -> None:
    done = cli("segment", tmp_path / "none.txt", "--lang", "zh", "--verbose")
    assert done.code == 2
    assert done.err.startswith("Traceback")
    assert done.err.splitlines()[-1] == f"duizhao: {tmp_path / 'none.txt'}: no such file"
