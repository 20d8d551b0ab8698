"""Every command on every page runs, and prints what the page shows.

The blocks of a page run one after another in one folder, as a reader would paste them. What a page
needs beside the files that it writes itself is put there by its entry in NEEDS. Blocks marked
``not run`` need a network, an account or a cluster; tests/docs/test_options.py checks their
options.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from duizhao.corpus.alignment.compiled import compile_cache
from duizhao.corpus.paths import models_folder
from tests.docs.needs import NEEDS
from tests.support import fork_server
from tests.support.pages import SHELL, Block, blocks, name_of, pages
from tests.support.paths import ROOT
from tests.support.prefect import copy_migrated
from tests.support.wheel import Installed

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
        """Run one block, and compare its exit code and its output with the page."""
        log = self.home / f"block{number}.txt"
        if block.background_until:
            self._start(block, log)
            return
        script = f"source {shlex.quote(str(self.state))}\n{self._commands(block, number)}\n"
        keep = f'{{ export -p; echo cd "$(printf %q "$PWD")"; }} > {self.state}'
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
def environment(
    tmp_path_factory: pytest.TempPathFactory, installed: Installed
) -> Iterator[dict[str, str]]:
    """Variables for all pages: one cache, so that nothing is translated twice, and one server."""
    folder = tmp_path_factory.mktemp("pages")
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("DUIZHAO_", "PREFECT_"))}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    made = kept | {
        "PATH": os.pathsep.join([str(folder), str(Path(sys.executable).parent), kept["PATH"]]),
        # the pages run from the installed wheel; the checkout has the fork server
        "PYTHONPATH": os.pathsep.join([str(installed.packages), str(ROOT)]),
        "DUIZHAO_CACHE": os.environ.get("DUIZHAO_TEST_CACHE", str(folder / "cache")),
        "DUIZHAO_MODELS": str(models_folder()),
        "NUMBA_CACHE_DIR": str(compile_cache()),
        "PREFECT_HOME": str(folder / "prefect"),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "NO_PROXY": "127.0.0.1,localhost",
        "COLUMNS": "100",
        "LC_ALL": "C.UTF-8",
    }
    _write_commands(folder, made["PREFECT_API_URL"])
    (folder / "prefect").mkdir()
    copy_migrated(folder / "prefect" / "prefect.db")
    background = [
        _start([sys.executable, "-m", "tests.support.fork_server", str(folder / "socket")], made),
        _start([sys.executable, "-m", "prefect", "server", "start", "--port", str(port)], made),
    ]
    try:
        _wait(lambda: (folder / "socket").exists() and _answers(port))
        yield made
    finally:
        for process in background:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _write_commands(folder: Path, server: str) -> None:
    """`duizhao` and `python` for PATH.

    `duizhao` asks the fork server, but not for commands that read their environment while they
    are imported or that are interrupted.
    """
    python = shlex.quote(sys.executable)
    (folder / "client.py").write_text(fork_server.CLIENT)
    client = f"{python} -S -E {folder / 'client.py'} {folder / 'socket'}"
    scripts = {
        "python": f'exec {python} "$@"',
        "duizhao": f"""case "$1 $PREFECT_API_URL" in
review*|push*|studio*) ;;
*" {server}") exec {client} "$@" ;;
esac
exec {python} -m duizhao "$@\"""",
    }
    for name, script in scripts.items():
        file = folder / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)


def _start(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=environment["PATH"].partition(os.pathsep)[
            0
        ],  # not the checkout, from which nothing is imported
    )


def _answers(port: int) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"http://127.0.0.1:{port}/api/health").status_code == 200
    return False


def _wait(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < end, "a server does not answer"
        time.sleep(0.1)


@pytest.fixture
def shell(environment: dict[str, str], tmp_path: Path) -> Iterator[Shell]:
    """A shell in an empty folder."""
    made = Shell(tmp_path, dict(environment))
    yield made
    made.close()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_commands_of_the_page_run(page: Path, shell: Shell) -> None:
    need = NEEDS.get(name_of(page), lambda folder: contextlib.nullcontext({}))
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
