"""The bytes of the documents that a run reads, pipes as well."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from duizhao.corpus.errors import InputError, unreadable
from duizhao.corpus.reading.bounds.files import read_file
from duizhao.corpus.reading.bounds.limits import Limits
from duizhao.flows.storage import is_remote, plain_path, read_anywhere

LIMITS = Limits()

_piped: dict[str, bytes] = {}


@contextlib.contextmanager
def pipes_held(*paths: str | None) -> Iterator[None]:
    """Let pipes (``/dev/fd/63``), which give their bytes once, be read again and again inside."""
    for path in paths:
        if path and not is_remote(path) and Path(path).exists() and not Path(path).is_file():
            _piped[path] = bytes_of(path)
    try:
        yield
    finally:
        _piped.clear()


def bytes_of(path: str) -> bytes:
    """The bytes of a local or remote file, or of a pipe; InputError where it cannot be read."""
    if path in _piped:
        return _piped[path]
    try:
        return read_anywhere(path) if is_remote(path) else read_file(Path(plain_path(path)), LIMITS)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as error:
        raise unreadable(path, error) from None
