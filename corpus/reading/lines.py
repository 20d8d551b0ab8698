"""Sentences a line each, read as a stream: the one reader of `translate`, `align` and `score`.

    for line in Lines("sentences.zh"):  # or "-", a pipe, a .gz file

The size of a file does not matter. Only a line feed (with or without CR) ends a line, so that
line numbers are ids. Any encoding of `duizhao.corpus.reading.encoding` is read, and reported unless
it is plain UTF-8; bytes that cannot be read become U+FFFD, and their lines are reported.
"""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from duizhao.corpus.errors import InputError
from duizhao.corpus.reading.bounds.files import open_stream
from duizhao.corpus.reading.encoding import Decoded, decode

Note = Callable[[str], None]
"""Gets a line that the user should read."""

_HEAD = 1 << 18
MOST_NOTES = 3
LONGEST_LINE = 16 << 20
"""Bytes; no text has such lines."""


def to_standard_error(text: str) -> None:
    """A `Note` for the command line."""
    print(f"duizhao: {text}", file=sys.stderr)


def read_lines(path: str | Path, note: Note = to_standard_error) -> list[str]:
    """All lines of a file or, for ``-``, of standard input, without their ends."""
    return list(Lines(str(path), note))


class Lines:
    """The lines of a file, or of standard input for "-", in whatever encoding it is in.

    `sample` is the beginning of the text, `count` the number of lines if it is known beforehand
    (a file, not a pipe). Raises InputError for a file that is
    absent, empty or binary.
    """

    def __init__(self, name: str, note: Note = to_standard_error) -> None:
        self.name = "standard input" if name == "-" else name
        self._note = note
        self._stream = _open(name, note)
        self._head = self._read()
        whole = len(self._head) < _HEAD
        decoded = decode(self._head if whole else _whole_lines(self._head), self.name)
        self.sample = decoded.text
        self.encoding = decoded.encoding
        self._bom = decoded.bom
        # an ASCII beginning leaves open what is to come
        self._open = not whole and decoded.text.isascii() and decoded.encoding == "utf-8"
        self.count = None if name == "-" else _count(Path(name), self.encoding)
        self._tell(decoded)

    def __iter__(self) -> Iterator[str]:
        """Each line without its end."""
        damaged = 0
        for number, raw in enumerate(self._raw_lines(), 1):
            if self._open and not raw.isascii():
                self._open = False
                decoded = decode(raw, f"{self.name}, line {number}")
                self.encoding = decoded.encoding
                self._tell(decoded)
            try:
                line = raw.decode(self.encoding)
            except UnicodeDecodeError:
                line = raw.decode(self.encoding, errors="replace")
                damaged += 1
                if damaged <= MOST_NOTES:
                    self._note(
                        f"warning: {self.name}, line {number}: damaged {self.encoding.upper()}, "
                        "shown as U+FFFD"
                    )
            if number == 1 and self._bom:
                line = line.removeprefix("\ufeff")
            yield line.removesuffix("\r")
        if damaged > MOST_NOTES:
            self._note(f"warning: {self.name}: {damaged} damaged lines in all")

    def _raw_lines(self) -> Iterator[bytes]:
        """The bytes of each line; a damaged character never takes the line's end with it."""
        end = "\n".encode(self.encoding)
        chunk, rest = self._head, b""
        while chunk:
            data = rest + chunk
            start, place = 0, data.find(end, len(rest) // len(end) * len(end))
            while place >= 0:
                if place % len(end):  # the halves of two characters of UTF-16
                    place = data.find(end, place + 1)
                    continue
                yield data[start:place]
                start = place + len(end)
                place = data.find(end, start)
            rest = data[start:]
            if len(rest) > LONGEST_LINE:
                raise InputError(
                    f"{self.name}: a line of more than {LONGEST_LINE >> 20} MB; give a text with "
                    "one sentence a line"
                )
            chunk = self._read()
        if rest:
            yield rest

    def _read(self) -> bytes:
        """Some 256 kB more, fewer only at the end."""
        parts, size = [], _HEAD
        try:
            while size and (part := self._stream.read(size)):
                parts.append(part)
                size -= len(part)
        except (OSError, EOFError, zlib.error) as error:  # the last two: a damaged .gz
            raise InputError(f"{self.name}: cannot be read: {error}") from error
        return b"".join(parts)

    def _tell(self, decoded: Decoded) -> None:
        if decoded.encoding != "utf-8" or decoded.bom:
            mark = " with a byte-order mark" if decoded.bom else ""
            self._note(f"{self.name}: read as {decoded.encoding}{mark}")


def _open(name: str, note: Note) -> BinaryIO:
    if name == "-":
        if sys.stdin.isatty():
            note("reading sentences from the terminal; end with Ctrl-D")
        return sys.stdin.buffer
    try:
        if name.endswith(".gz"):
            return cast(BinaryIO, gzip.open(name, "rb"))
        return open_stream(Path(name))
    except FileNotFoundError:
        raise InputError(f"{name}: cannot be read: no such file") from None
    except IsADirectoryError:
        raise InputError(f"{name}: cannot be read: it is a folder; give a text file") from None
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror or error}") from error


def _whole_lines(head: bytes) -> bytes:
    """The head up to its last line end, so that no character is cut; an even number of bytes."""
    end = head.rfind(b"\n")
    wide = head[end + 1 : end + 2] == b"\0"  # UTF-16 little-endian: the line feed's second byte
    cut = head[: end + 1 + wide] if end > 0 else head
    return cut[: len(cut) // 2 * 2] if b"\0" in cut else cut


def _count(path: Path, encoding: str) -> int | None:
    """The number of lines of a file; None for a pipe, and where bytes do not show it."""
    if encoding.startswith(("utf-16", "utf-32")) or path.suffix == ".gz" or not path.is_file():
        return None
    lines, last = 0, b"\n"
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            lines += chunk.count(b"\n")
            last = chunk[-1:]
    return lines + (last != b"\n")
