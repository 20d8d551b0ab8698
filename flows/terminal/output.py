"""Output of commands: sentences one per line, JSON, tables of names and values."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, cast

from duizhao.corpus.errors import InputError, writing
from duizhao.corpus.printable import printable_json
from duizhao.corpus.replacing import replacing
from duizhao.flows.terminal.safe import SafeStream, rich_console


def check_output(path: Path | None) -> None:
    """Raise InputError if the file cannot be written; call this before the work."""
    if path is None or str(path) == "-" or _is_written_directly(path):
        return
    if path.is_dir():
        raise InputError(f"{path}: is a folder; give a file")
    for place in path.resolve().parents:
        if place.is_dir():
            if not os.access(place, os.W_OK):
                raise InputError(f"{path}: {place} is not writable; choose another file")
            return
        if place.exists():
            raise InputError(f"{path}: {place} is not a folder; choose another file")


@contextlib.contextmanager
def output(path: Path | None) -> Iterator[IO[str]]:
    """The stream that a command writes to: standard output (None or ``-``), or a file.

    Text is escaped only in a terminal. A file is created or replaced when it is complete, also if
    the path is a link; a pipe or a device is written to directly. Missing folders are created.
    """
    if path is None or str(path) == "-":
        if isinstance(sys.stdout, SafeStream) and sys.stdout.stream.isatty():
            yield cast(IO[str], sys.stdout)
            return
        stream = open(sys.stdout.fileno(), "w", encoding="utf-8", newline="\n", closefd=False)  # noqa: SIM115
        with contextlib.closing(stream):
            yield stream
        return
    check_output(path)
    direct = _is_written_directly(path)
    with writing(path), _opened(path) if direct else _replacing(path.resolve()) as file:
        yield file


def _is_written_directly(path: Path) -> bool:
    """Whether the path is an existing pipe or device, or something like ``/dev/stdout``."""
    special = path.exists() and not path.is_file() and not path.is_dir()
    return special or str(path).startswith(("/dev/", "/proc/"))


def _opened(path: Path) -> IO[str]:
    return path.open("w", encoding="utf-8", newline="\n")


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[IO[str]]:
    with replacing(path) as temporary:
        with _opened(temporary) as stream:
            yield stream
        if path.exists():
            shutil.copymode(path, temporary)


def print_json(value: object) -> None:
    """Print a value as JSON on standard output, the only thing there with --json."""
    import json

    print(printable_json(json.dumps(value, ensure_ascii=False, indent=2)))


def print_table(title: str, rows: Iterable[tuple[str, str]]) -> None:
    """Print names and values as a table on standard output: the summary of a run."""
    from rich.table import Table

    table = Table(show_header=False, title=title, title_justify="left")
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, value)
    rich_console().print(table)
