"""The bytes of a file on this machine, bounded: no device, no endless pipe, no huge file."""

from __future__ import annotations

import io
import os
import select
import stat
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from duizhao.corpus.errors import InputError, LimitError, MissingFile
from duizhao.corpus.reading.bounds.limits import MB, Limits, remedy

CHUNK = 1 << 20
IMAGES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".gif", ".jp2")
"""Endings of the images that make up a document if they are in one folder."""
WRITER_SECONDS = 2.0
"""How long to wait for a process that opens the other end of a named pipe."""


def read_file(path: Path, limits: Limits) -> bytes:
    """The content of a file or a pipe; images in a folder as one archive, a page each.

    InputError for a missing file, a folder of anything else, a device, and a named pipe that
    nothing writes to; LimitError for a file larger than `limits.file_bytes`. OSError where the
    disk fails.
    """
    try:
        mode = path.stat()
    except FileNotFoundError:
        raise MissingFile(f"{path}: no such file") from None
    except ValueError as error:  # a NUL in the name
        raise InputError(f"{path!r}: not the name of a file ({error})") from None
    if stat.S_ISDIR(mode.st_mode):
        return _images_in(path, limits)
    if stat.S_ISFIFO(mode.st_mode):
        return _read_pipe(path, limits)
    if not stat.S_ISREG(mode.st_mode):
        raise InputError(f"{path}: this is a device or a socket; give a file")
    if mode.st_size > limits.file_bytes:
        raise too_large(str(path), limits)
    with path.open("rb") as file:
        # a file of /proc has no size beforehand, and a file may grow
        data = file.read(limits.file_bytes + 1)
    if len(data) > limits.file_bytes:
        raise too_large(str(path), limits)
    return data


def _images_in(folder: Path, limits: Limits) -> bytes:
    """A zip archive of the images in a folder, which are the pages of one document."""
    files = sorted(each for each in folder.iterdir() if not each.name.startswith("."))
    pages = [each for each in files if each.suffix.lower() in IMAGES and each.is_file()]
    if not pages:
        raise InputError(f"{folder}: this is a directory without images; give a file")
    if others := [each.name for each in files if each not in pages]:
        raise InputError(
            f"{folder}: only images of pages may be in a directory that is read as one document, "
            f"but it has {others[0]}; give a file"
        )
    return archive(str(folder), [(each.name, each) for each in pages], limits)


def archive(name: str, pages: Sequence[tuple[str, Path]], limits: Limits) -> bytes:
    """A zip archive of images, given as (name in the archive, file); `name` is for messages."""
    if sum(file.stat().st_size for _, file in pages) > limits.file_bytes:
        raise too_large(name, limits)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out:
        for member, file in pages:
            # without its date: the same images are the same document
            out.writestr(zipfile.ZipInfo(member), read_file(file, limits))
    return buffer.getvalue()


def too_large(name: str, limits: Limits) -> LimitError:
    """The error for a file of too many bytes."""
    return LimitError(
        f"{name}: larger than {limits.file_bytes // MB} MB; split it, or raise limit_file_mb in "
        "the settings"
    )


def open_stream(path: Path) -> BinaryIO:
    """A file to be read piece by piece, of any size; InputError for what would never end.

    That is a device, and a named pipe that nothing writes to. Raises OSError as `open` does.
    """
    mode = path.stat().st_mode
    if stat.S_ISFIFO(mode) and os.name == "posix":
        return _open_pipe(path)
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode) and path != Path("/dev/stdin"):
        raise InputError(f"{path}: this is a device or a socket; give a file")
    return path.open("rb")


def _open_pipe(path: Path) -> BinaryIO:
    pipe, first = _connected(path)
    os.set_blocking(pipe, True)
    return io.BufferedReader(_After(first, pipe))


def _connected(path: Path) -> tuple[int, bytes]:
    """A named pipe that something writes to, not blocking, and what was written so far."""
    pipe = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    start = time.monotonic()
    while True:
        try:
            first = os.read(pipe, CHUNK)
        except BlockingIOError:  # something writes to it, but has not written yet
            return pipe, b""
        if first:
            return pipe, first
        if time.monotonic() - start > WRITER_SECONDS:
            os.close(pipe)
            raise _unwritten(path)
        time.sleep(0.02)


def _unwritten(path: Path) -> InputError:
    return InputError(f"{path}: a pipe that nothing writes to; give a file")


class _After(io.RawIOBase):
    """The bytes that were read already, then those of the pipe."""

    def __init__(self, first: bytes, pipe: int) -> None:
        self._first, self._pipe = first, pipe

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._first[: len(buffer)] or os.read(self._pipe, len(buffer))
        self._first = self._first[len(part) :]
        buffer[: len(part)] = part
        return len(part)

    def close(self) -> None:
        if not self.closed:
            os.close(self._pipe)
        super().close()


def _read_pipe(path: Path, limits: Limits) -> bytes:
    """The bytes of a pipe, such as ``<(command)`` in a shell makes."""
    if os.name != "posix":
        return path.read_bytes()
    start = time.monotonic()
    pipe, first = _connected(path)
    parts, size = [first], len(first)
    try:
        while size <= limits.file_bytes:
            left = max(0.0, start + limits.seconds - time.monotonic())
            if not select.select([pipe], [], [], left)[0]:
                raise LimitError(
                    f"{path}: nothing came through this pipe for {limits.seconds:g} s; "
                    f"{remedy('limit_seconds')}"
                )
            part = os.read(pipe, CHUNK)
            if not part and not size:
                raise _unwritten(path)
            if not part:
                return b"".join(parts)
            size += len(part)
            parts.append(part)
        raise too_large(str(path), limits)
    finally:
        os.close(pipe)
