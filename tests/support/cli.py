"""The command line: `cli(...)` runs it in this process, `cli.start(...)` starts a process."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple

from duizhao.flows import results
from duizhao.flows.cli import main
from tests.support.paths import ROOT

Environment = Mapping[str, str | None]
"""Changes of the environment; None removes a variable."""


class Done(NamedTuple):
    """The result of a command: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Cli:
    """Runs `duizhao` with a cache of its own and the environment changed as `environment` says."""

    cache: Path
    environment: Environment = field(default_factory=dict)

    def __call__(
        self,
        *arguments: object,
        stdin: str | bytes = b"",
        env: Environment | None = None,
        cwd: Path | None = None,
    ) -> Done:
        """Run the real `main` here, without the second that a new process needs to start."""
        data = stdin.encode() if isinstance(stdin, str) else stdin
        results.forget()  # a new process has nothing in memory
        with _surroundings(self._changed(env), cwd), _captured(data) as captured:
            sys.argv = ["duizhao", *map(str, arguments)]
            try:
                main()
                code = 0
            except SystemExit as ended:
                code = int(ended.code or 0)
        out, err = captured
        return Done(code, _text(out), _text(err))

    def apart(
        self,
        *arguments: object,
        env: Environment | None = None,
        cwd: Path | None = None,
    ) -> Done:
        """Run the command in a process of its own, for libraries that read their settings once."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            code = self._popen(arguments, env, cwd, out, err).wait()
            return Done(code, _text(out), _text(err))

    def start(
        self,
        *arguments: object,
        env: Environment | None = None,
        cwd: Path | None = None,
        output: Path | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start the command as a process of its own, for tests that signal or kill it.

        Its output goes to a file: a pipe would stay open in the children of a killed process.
        """
        with (output or Path(os.devnull)).open("ab") as file:
            return self._popen(arguments, env, cwd, file, file)

    def _popen(
        self,
        arguments: Iterable[object],
        env: Environment | None,
        cwd: Path | None,
        out: IO[bytes],
        err: IO[bytes],
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "duizhao", *map(str, arguments)],
            env=self._changed(env, {"PYTHONPATH": str(ROOT)}),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            preexec_fn=_heed_ctrl_c,
        )

    def _changed(
        self, more: Environment | None, default: Environment | None = None
    ) -> dict[str, str]:
        base = {**os.environ, "DUIZHAO_CACHE": str(self.cache), **(default or {})}
        whole = {**base, **self.environment, **(more or {})}
        return {name: value for name, value in whole.items() if value is not None}


def _heed_ctrl_c() -> None:
    # a shell's background jobs ignore Ctrl-C, and so would their children
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _text(file: IO[bytes]) -> str:
    with file:
        file.seek(0)
        return file.read().decode("utf-8")


@contextlib.contextmanager
def _surroundings(environment: Mapping[str, str], cwd: Path | None) -> Iterator[None]:
    """The environment, current folder and arguments as they are inside, and as they were after."""
    variables, arguments, folder = dict(os.environ), sys.argv, Path.cwd()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd or folder)
    try:
        yield
    finally:
        os.chdir(folder)
        sys.argv = arguments
        os.environ.clear()
        os.environ.update(variables)


@contextlib.contextmanager
def _captured(data: bytes) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Standard input from `data`; standard output and error into files, those of children too."""
    files = given, out, err = tuple(tempfile.TemporaryFile() for _ in range(3))  # noqa: SIM115
    given.write(data)
    given.seek(0)
    streams = sys.stdin, sys.stdout, sys.stderr
    for stream in streams[1:]:
        stream.flush()
    kept = [os.dup(number) for number in range(3)]
    for number, file in enumerate(files):
        os.dup2(file.fileno(), number)
    # not closed: loggers that are set up inside keep the stream
    sys.stdin, sys.stdout, sys.stderr = (
        io.TextIOWrapper(
            open(number, mode, closefd=False),  # noqa: SIM115
            encoding="utf-8",
            line_buffering=number == 2,
        )
        for number, mode in ((0, "rb"), (1, "wb"), (2, "wb"))
    )
    try:
        yield out, err
    except Exception:
        err.seek(0)
        print(err.read().decode("utf-8", "replace"), file=streams[2])
        raise
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(ValueError, OSError):  # closed by a command whose pipe broke
                stream.flush()
        sys.stdin, sys.stdout, sys.stderr = streams
        for number, copy in enumerate(kept):
            os.dup2(copy, number)
            os.close(copy)
        given.close()
