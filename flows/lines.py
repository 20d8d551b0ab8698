"""Sentences a line each for the command line: read by `corpus.lines`, written by `output`."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from corpus.document import DuizhaoError
from corpus.lines import Lines, read_lines

__all__ = ["Lines", "output", "read_lines"]


@contextlib.contextmanager
def output(path: Path | None) -> Iterator[IO[str]]:
    """Where lines are written: standard output, or a file that appears when it is complete."""
    if path is None:
        stream = open(sys.stdout.fileno(), "w", encoding="utf-8", newline="\n", closefd=False)  # noqa: SIM115
        with contextlib.closing(stream):
            yield stream
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("w", encoding="utf-8", newline="\n") as stream:
            yield stream
        temporary.replace(path)
    except OSError as error:
        raise DuizhaoError(f"{path}: cannot be written: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)
