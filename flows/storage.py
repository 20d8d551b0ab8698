"""Files in a folder or an object store, by one set of functions (fsspec).

    place = Place.of("s3://bucket/corpus")      # or a local path
    place.write("data/train-00000.parquet", local_file)

What is written is there whole or not at all: locally by a temporary name and a rename, in an
object store because a put is. Passing troubles (503, connection reset) are tried again with
growing pauses.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from uuid import uuid4

from corpus.document import DuizhaoError, InputError

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds before each further try: half a minute of trouble passes unnoticed."""

T = TypeVar("T")


def is_remote(path: str) -> bool:
    """Whether a path names an object store or another remote file system."""
    return "://" in path and not path.startswith(("file://", "local://"))


@dataclass(frozen=True)
class Place:
    """A folder anywhere that fsspec reaches; `root` is its path in that file system."""

    name: str
    root: str
    system: Any

    @classmethod
    def of(cls, path: str | Path) -> Place:
        """The folder of a path or address; InputError where its package is not installed."""
        import fsspec

        try:
            # no listings from memory: other processes write there too
            system, root = fsspec.url_to_fs(str(path), use_listings_cache=False)
        except (ImportError, ValueError) as error:
            extra = "; pip install 'duizhao[s3]'" if str(path).startswith("s3:") else ""
            raise InputError(f"{path}: cannot be opened: {error}{extra}") from error
        return cls(str(path), root.rstrip("/"), system)

    @property
    def local(self) -> Path | None:
        """The folder as a path, None where it is remote."""
        return None if is_remote(self.name) else Path(self.root)

    def __truediv__(self, name: str) -> Place:
        return Place(f"{self.name.rstrip('/')}/{name}", f"{self.root}/{name}", self.system)

    def exists(self, name: str) -> bool:
        """Whether there is such a file."""
        return bool(self._try(lambda: self.system.exists(self._path(name))))

    def read(self, name: str) -> bytes:
        """A file's bytes; FileNotFoundError where there is none."""
        data: bytes = self._try(lambda: self.system.cat_file(self._path(name)))
        return data

    def write(self, name: str, content: bytes | Path) -> None:
        """Write a file, whole or not at all; a local file given as content is taken away."""
        if self.local:
            self._write_local(self.local / name, content)
        elif isinstance(content, Path):
            self._try(lambda: self.system.put_file(str(content), self._path(name)))
            content.unlink()
        else:
            self._try(lambda: self.system.pipe_file(self._path(name), content))

    def remove(self, name: str) -> None:
        """Remove a file if it is there."""
        with contextlib.suppress(FileNotFoundError):
            self._try(lambda: self.system.rm_file(self._path(name)))

    def find(self, folder: str = "") -> Iterator[str]:
        """Names of all files under a folder, relative to this place, in order."""
        top = self._path(folder) if folder else self.root
        for path in sorted(self._try(lambda: self.system.find(top))):
            yield path[len(self.root) + 1 :]

    def _path(self, name: str) -> str:
        return f"{self.root}/{name}"

    @staticmethod
    def _write_local(path: Path, content: bytes | Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path) and _same_device(content, path.parent):
                content.replace(path)
                return
            fresh = path.with_name(f".{path.name}.{os.getpid()}.{uuid4().hex[:8]}.tmp")
            try:
                with fresh.open("wb") as file:
                    _pour(content, file)
                fresh.replace(path)
            finally:
                fresh.unlink(missing_ok=True)
            if isinstance(content, Path):
                content.unlink()
        except OSError as error:
            raise StorageError(f"{path}: cannot be written: {error.strerror or error}") from error

    def _try(self, work: Callable[[], T]) -> T:
        if self.local:
            return work()
        for pause in PAUSES:
            try:
                return work()
            except FileNotFoundError:
                raise
            except OSError:
                # s3fs tells a 503, a refused connection and a time-out as OSError
                time.sleep(pause)
        try:
            return work()
        except FileNotFoundError:
            raise
        except OSError as error:
            raise StorageError(f"{self.name}: {error}") from error


class StorageError(DuizhaoError):
    """The place cannot be read or written now; nothing is wrong with the documents."""


def _same_device(one: Path, other: Path) -> bool:
    return one.stat().st_dev == other.stat().st_dev


def _pour(content: bytes | Path, file: BinaryIO) -> None:
    import shutil

    if isinstance(content, Path):
        with content.open("rb") as source:
            shutil.copyfileobj(source, file)
    else:
        file.write(content)
    file.flush()
    os.fsync(file.fileno())


def read_anywhere(path: str) -> bytes:
    """The bytes of a local or remote file; FileNotFoundError where there is none."""
    folder, _, name = path.rpartition("/")
    if not is_remote(path):
        return Path(path).read_bytes()
    return Place.of(folder).read(name)


def fingerprint(path: str) -> str:
    """A short text that changes when the file does: size and time or ETag; "" if not there."""
    if not is_remote(path):
        try:
            found = Path(path).stat()
        except OSError:
            return ""
        return f"{found.st_size}-{found.st_mtime_ns}"
    folder, _, name = path.rpartition("/")
    place = Place.of(folder)
    try:
        told = place._try(lambda: place.system.info(place._path(name)))
    except FileNotFoundError:
        return ""
    return f"{told.get('size')}-{told.get('ETag') or told.get('LastModified') or told.get('mtime')}"
