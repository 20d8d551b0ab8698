"""Every command on every page runs, and prints what the page shows.

The blocks of a page run one after another in one folder, as a reader would paste them. What a page
needs beside the files that it writes itself is put there by its entry in NEEDS. Blocks marked
``not run`` need a network, an account or a cluster; tests/docs/test_options.py checks their
options.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from duizhao.corpus.alignment.compiled import compile_cache
from tests.docs.needs import NEEDS
from tests.support.pages import SHELL, Block, blocks, name_of, pages
from tests.support.paths import ROOT

pytestmark = pytest.mark.system

RUN = (*SHELL, "python")
PAGES = [
    page
    for page in pages()
    # tests/docs/test_languages.py compares the Chinese pages with the English ones
    if not page.name.endswith(".zh.md")
    and any(block.language in RUN and not block.not_run for block in blocks(page))
]
PATIENCE = 300.0


class Shell:
    """A folder in which a page's blocks run; the current folder and exports carry over."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.home = folder
        self.folder = folder / "work"
        self.folder.mkdir()
        self.environment = environment
        self.state = folder / "state.sh"
        self.state.write_text(f"cd {shlex.quote(str(self.folder))}\n")
        self.background: list[subprocess.Popen[bytes]] = []

    def run(self, block: Block, number: int) -> None:
        """Run one block, and compare its exit code and its output with what the page says."""
        log = self.home / f"block{number}.txt"
        if block.background_until:
            self._start(block, log)
            return
        script = f"source {shlex.quote(str(self.state))}\n{self._commands(block, number)}\n"
        keep = f"{{ export -p; echo cd \"$(printf %q \"$PWD\")\"; }} > {self.state}"
        code = _bash(f"trap {shlex.quote(keep)} EXIT\n{script}", self.environment, log)
        printed = log.read_text("utf-8", errors="replace")
        assert code == block.exit_code, f"{block.place}: exit code {code}\n{printed[-4000:]}"
        missing = not_printed(block.output, printed)
        assert missing is None, f"{block.place}: {missing!r} is not printed:\n{printed[-4000:]}"

    def _commands(self, block: Block, number: int) -> str:
        if block.language != "python":
            return block.commands
        file = self.home / f"block{number}.py"
        file.write_text(block.text, encoding="utf-8")
        return f"python {shlex.quote(str(file))}"

    def _start(self, block: Block, log: Path) -> None:
        script = f"source {shlex.quote(str(self.state))}\n{block.commands}"
        with log.open("wb") as out:
            process = subprocess.Popen(
                ["bash", "-euo", "pipefail", "-c", script],
                env=self.environment,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )
        self.background.append(process)
        end = time.monotonic() + PATIENCE
        while block.background_until not in log.read_text("utf-8", errors="replace"):
            printed = log.read_text("utf-8", errors="replace")
            assert process.poll() is None, f"{block.place}: ended\n{printed}"
            assert time.monotonic() < end, f"{block.place}: {block.background_until!r} not printed"
            time.sleep(0.1)

    def close(self) -> None:
        """End what runs in the background, as Ctrl-C does."""
        for process in reversed(self.background):
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
                if process.poll() is not None:
                    break
                os.killpg(process.pid, number)
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    continue


def _bash(script: str, environment: dict[str, str], log: Path) -> int:
    with log.open("wb") as out:
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
            check=False,
        ).returncode


def not_printed(shown: list[str], printed: str) -> str | None:
    """The first line of the shown output that was not printed, in this order; None if all were."""
    rest = iter(line.rstrip() for line in printed.splitlines())
    for line in shown:
        if line.strip() == "...":
            continue
        pattern = ".*".join(re.escape(part) for part in line.rstrip().split("…"))
        if not any(re.fullmatch(pattern, actual) for actual in rest):
            return line
    return None


@pytest.fixture(scope="session")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `duizhao` and `python`, for PATH."""
    folder = tmp_path_factory.mktemp("bin")
    python = shlex.quote(sys.executable)
    for name, start in (("duizhao", f"{python} -m duizhao"), ("python", python)):
        file = folder / name
        file.write_text(f'#!/bin/sh\nexec {start} "$@"\n')
        file.chmod(0o755)
    return folder


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all pages: nothing is translated or compiled twice."""
    return Path(os.environ.get("DUIZHAO_TEST_CACHE") or tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home of Prefect for all pages: its database is migrated once."""
    return tmp_path_factory.mktemp("prefect")


@pytest.fixture
def shell(commands: Path, cache: Path, prefect: Path, tmp_path: Path) -> Iterator[Shell]:
    """A shell in an empty folder."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("DUIZHAO_", "PREFECT_"))}
    environment = kept | {
        "PATH": f"{commands}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}",
        "PYTHONPATH": str(ROOT),
        "DUIZHAO_CACHE": str(cache),
        "NUMBA_CACHE_DIR": str(compile_cache()),
        "PREFECT_HOME": str(prefect),
        "DO_NOT_TRACK": "1",
        "NO_PROXY": "127.0.0.1,localhost",
        "COLUMNS": "100",
        "LC_ALL": "C.UTF-8",
    }
    if models := os.environ.get("DUIZHAO_MODELS"):
        environment["DUIZHAO_MODELS"] = models
    made = Shell(tmp_path, environment)
    yield made
    made.close()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_commands_of_the_page_run(page: Path, shell: Shell) -> None:
    need = NEEDS.get(name_of(page), lambda folder: nullcontext({}))
    with need(shell.folder) as variables:
        shell.environment |= variables
        for number, block in enumerate(blocks(page)):
            if block.language in RUN and not block.not_run:
                shell.run(block, number)


def test_output_is_compared() -> None:
    printed = "one\ntwo 2\nthree\n"
    assert not_printed(["one", "...", "three"], printed) is None
    assert not_printed(["two …"], printed) is None
    assert not_printed(["three", "one"], printed) == "one"
    assert not_printed(["four"], printed) == "four"


