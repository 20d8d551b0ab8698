"""Sentences a line each, read and written as a stream: the size of a file does not matter."""

from __future__ import annotations

import codecs
import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO

from corpus.document import DuizhaoError, InputError

_HEAD = 1 << 18


class Lines:
    """The lines of a file, or of standard input for "-", in whatever encoding it is in.

    `sample` is the beginning of the text, `count` the number of lines where that can be told
    beforehand (a file, not a pipe). Raises InputError for a file that is absent, empty or binary.
    """

    def __init__(self, name: str) -> None:
        self.name = "standard input" if name == "-" else name
        self._stream = _open(name)
        self._head = _read(self._stream, _HEAD)
        from corpus.encoding import decode

        whole = len(self._head) < _HEAD
        decoded = decode(self._head if whole else _whole_lines(self._head), self.name)
        self.sample = decoded.text
        self.encoding = decoded.encoding
        self._bom = decoded.bom
        self.count = None if name == "-" else _count(Path(name), self.encoding)

    def __iter__(self) -> Iterator[str]:
        """Each line without its end; only a line feed (with or without CR) ends one."""
        decoder = codecs.getincrementaldecoder(self.encoding)("strict")
        chunk, rest, number, first = self._head, "", 0, True
        while chunk:
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as error:
                raise InputError(
                    f"{self.name}: line {number + 1} or soon after is not {self.encoding}: "
                    f"{error.reason}; save the file as UTF-8"
                ) from error
            if first and self._bom:
                text = text.removeprefix("\ufeff")
            first = False
            *lines, rest = (rest + text).split("\n")
            number += len(lines)
            yield from (line.removesuffix("\r") for line in lines)
            chunk = _read(self._stream, _HEAD)
        if rest:
            yield rest.removesuffix("\r")


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


def _open(name: str) -> BinaryIO:
    if name == "-":
        if sys.stdin.isatty():
            print("duizhao: reading sentences from the terminal; end with Ctrl-D", file=sys.stderr)
        return sys.stdin.buffer
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror or error}") from error


def _read(stream: BinaryIO, size: int) -> bytes:
    """Exactly `size` bytes, fewer only at the end."""
    parts = []
    while size and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _whole_lines(head: bytes) -> bytes:
    """The head up to its last line end, so that no character is cut; an even number of bytes."""
    end = head.rfind(b"\n")
    wide = head[end + 1 : end + 2] == b"\0"  # UTF-16 little-endian: the line feed's second byte
    cut = head[: end + 1 + wide] if end > 0 else head
    return cut[: len(cut) // 2 * 2] if b"\0" in cut else cut


def _count(path: Path, encoding: str) -> int | None:
    """How many lines a file has; None for encodings in which a line feed is not one byte."""
    if encoding.startswith(("utf-16", "utf-32")):
        return None
    lines, last = 0, b"\n"
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            lines += chunk.count(b"\n")
            last = chunk[-1:]
    return lines + (last != b"\n")
