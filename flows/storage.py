"""Files in a folder or an object store, by one set of functions (fsspec).

    place = Place.of("s3://bucket/corpus")      # or a local path
    place.write("data/train-00000.parquet", local_file)

Files are written completely or not at all: locally by a temporary name and a rename, in an object
store because a put is atomic. Temporary errors (503, connection reset) are retried with growing
pauses; permanent ones (no credentials, no permission) are raised at once.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from duizhao.corpus.errors import InputError, MissingFile, StorageError, unreadable, writing
from duizhao.corpus.reading.bounds.files import read_file, too_large
from duizhao.corpus.reading.bounds.limits import DEFAULT_LIMITS, Limits
from duizhao.corpus.replacing import replacing
from duizhao.flows.addresses import check_address

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds before each retry: they cover errors that last up to half a minute."""

T = TypeVar("T")


def plain_path(path: str) -> str:
    """A local path without ``file://``; other addresses as they are."""
    for prefix in ("file://", "local://"):
        if path.startswith(prefix):
            return path.removeprefix(prefix)
    return path


def is_remote(path: str) -> bool:
    """Whether a path names an object store or another remote file system."""
    return "://" in plain_path(path)


@dataclass(frozen=True)
class Place:
    """A folder on any file system of fsspec; `root` is its path in that file system."""

    name: str
    root: str
    system: Any

    @classmethod
    def of(cls, path: str | Path) -> Place:
        """The folder of a path or address; InputError if the package for it is not installed."""
        import fsspec

        name = plain_path(str(path))
        if "://" not in name:  # fsspec would read a path with :: as an address
            root = Path(os.path.abspath(Path(name).expanduser())).as_posix().rstrip("/")  # noqa: PTH100
            return cls(name, root, fsspec.filesystem("file"))
        check_address(name)
        try:
            # no listings from memory: other processes write there too
            system, root = fsspec.url_to_fs(name, use_listings_cache=False, **_once(name))
        except (ImportError, ValueError) as error:
            extra = "; pip install 'duizhao[s3]'" if name.startswith("s3:") else ""
            raise InputError(f"{name}: cannot be opened: {error}{extra}") from error
        return cls(name, root.rstrip("/"), system)

    @property
    def local(self) -> Path | None:
        """The folder as a path, None if it is remote."""
        return None if is_remote(self.name) else Path(self.root)

    def __truediv__(self, name: str) -> Place:
        return Place(f"{self.name.rstrip('/')}/{name}", f"{self.root}/{name}", self.system)

    def exists(self, name: str) -> bool:
        """Whether the file exists."""
        return bool(self._try(lambda: self.system.exists(self._path(name))))

    def read(self, name: str) -> bytes:
        """A file's bytes; FileNotFoundError if it does not exist."""
        data: bytes = self._try(lambda: self.system.cat_file(self._path(name)))
        return data

    def size(self, name: str) -> int | None:
        """A file's size in bytes, None if the store does not report it.

        FileNotFoundError if the file does not exist.
        """
        size: int | None = self._try(lambda: self.system.size(self._path(name)))
        return size

    def write(self, name: str, content: bytes | Path) -> None:
        """Write a file, completely or not at all; a local file passed as content is removed."""
        if self.local:
            self._write_local(self.local / name, content)
        elif isinstance(content, Path):
            self._try(lambda: self.system.put_file(str(content), self._path(name)))
            content.unlink()
        else:
            self._try(lambda: self.system.pipe_file(self._path(name), content))

    def create(self, name: str, content: bytes) -> None:
        """Write a new file; FileExistsError if it exists. Remote places only."""
        self._try(lambda: self.system.pipe_file(self._path(name), content, mode="create"))

    def remove(self, name: str) -> None:
        """Remove a file if it exists."""
        with contextlib.suppress(FileNotFoundError):
            self._try(lambda: self.system.rm_file(self._path(name)))

    def find(self, folder: str = "") -> Iterator[str]:
        """Names of all files under a folder, relative to this place, in order."""
        yield from sorted(self.sizes(folder))

    def sizes(self, folder: str = "") -> dict[str, int]:
        """Size of each file under a folder by its name relative to this place; one listing."""
        return {name: entry["size"] for name, entry in self._find(folder).items()}

    def prints(self, folder: str = "") -> dict[str, str]:
        """As `sizes`, with a short string for each file that changes when it is written again."""
        return {name: print_of(entry) for name, entry in self._find(folder).items()}

    def is_empty(self) -> bool:
        """Whether the folder is empty or does not exist."""
        try:
            found = self._try(lambda: self.system.ls(self.root, detail=False))
        except FileNotFoundError:
            return True
        return not [path for path in found if path.rstrip("/") != self.root]

    def listed(self, patient: bool = True) -> dict[str, dict[str, Any]]:
        """The file system's entry for each file in this folder, by its name.

        Without `patient` errors are not retried.
        """
        pauses = PAUSES if patient else ()
        try:
            found = self._try(lambda: self.system.ls(self.root, detail=True), pauses)
        except FileNotFoundError:
            return {}
        return {one["name"].rpartition("/")[2]: one for one in found if one["type"] == "file"}

    def settle(self, names: Iterable[str]) -> None:
        """Flush these files and their names to disk, so that they survive a power cut."""
        if self.local:
            files = [self.local / name for name in names]
            folders = {folder for file in files for folder in (file.parent, self.local)}
            for path in (*files, *sorted(folders)):
                _sync(path)

    def _find(self, folder: str) -> dict[str, dict[str, Any]]:
        top = self._path(folder) if folder else self.root
        found = self._try(lambda: self.system.find(top, detail=True))
        return {path[len(self.root) + 1 :]: entry for path, entry in found.items()}

    def _path(self, name: str) -> str:
        return f"{self.root}/{name}"

    @staticmethod
    def _write_local(path: Path, content: bytes | Path) -> None:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, Path) and _same_device(content, path.parent):
                content.replace(path)
                return
            with replacing(path) as temporary, temporary.open("wb") as file:
                _pour(content, file)
            if isinstance(content, Path):
                content.unlink()

    def _try(self, work: Callable[[], T], pauses: Sequence[float] | None = None) -> T:
        if self.local:
            return work()
        for pause in (*(PAUSES if pauses is None else pauses), None):
            try:
                return work()
            except (FileNotFoundError, FileExistsError):
                raise
            except Exception as error:
                if not _is_trouble(error):
                    raise
                if pause is None or not _may_pass(error):
                    reason = " ".join(str(error).split()) or type(error).__name__
                    raise StorageError(f"{self.name}: {reason}{_way_out(error)}") from error
                # s3fs raises OSError or, for a refused connection, botocore's errors
                time.sleep(pause)
        raise AssertionError("the last try returns or raises")


def _once(name: str) -> dict[str, Any]:
    """Options for a store whose client must not retry requests, because s3fs and this module do.

    With botocore's five tries in each of theirs a refused connection would take minutes.
    """
    if name.startswith(("s3:", "s3a:")):
        return {"config_kwargs": {"retries": {"total_max_attempts": 1}}}
    return {}


def _is_trouble(error: Exception) -> bool:
    return isinstance(error, (OSError, *_botocore("BotoCoreError", "ClientError")))


def _may_pass(error: Exception) -> bool:
    hopeless = _botocore("NoCredentialsError", "PartialCredentialsError", "ProfileNotFound")
    return not isinstance(error, (PermissionError, *hopeless))


def _way_out(error: Exception) -> str:
    if isinstance(error, (PermissionError, *_botocore("NoCredentialsError"))):
        return " (for S3 check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY)"
    return ""


def _botocore(*names: str) -> tuple[type[Exception], ...]:
    """Errors of the S3 library, not all of which are OSErrors; () if it is not loaded."""
    module = sys.modules.get("botocore.exceptions")
    return tuple(getattr(module, name) for name in names) if module else ()


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


def _sync(path: Path) -> None:
    with writing(path):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read_anywhere(path: str) -> bytes:
    """The bytes of a local or remote file; FileNotFoundError if it does not exist."""
    path = plain_path(path)
    check_address(path)
    folder, _, name = path.rpartition("/")
    if not is_remote(path):
        return Path(path).read_bytes()
    return Place.of(folder).read(name)


_piped: dict[str, bytes] = {}


@contextlib.contextmanager
def pipes_held(*paths: str | None, limits: Limits = DEFAULT_LIMITS) -> Iterator[None]:
    """Make pipes (``/dev/fd/63``), which can be read once, readable repeatedly inside the block."""
    for path in paths:
        if path and not is_remote(path) and Path(path).exists() and not Path(path).is_file():
            _piped[path] = bytes_of(path, limits)
    try:
        yield
    finally:
        _piped.clear()


def bytes_of(path: str, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The bytes of a local or remote file, or of a pipe.

    InputError if it cannot be read; its subclass LimitError if it is too large.
    """
    if path in _piped:
        return _piped[path]
    try:
        if not is_remote(path):
            return read_file(Path(plain_path(path)), limits)
        address = plain_path(path)
        check_address(address)
        folder, _, name = address.rpartition("/")
        place = Place.of(folder)
        if (place.size(name) or 0) > limits.file_bytes:
            raise too_large(path, limits)
        return place.read(name)
    except FileNotFoundError:
        raise MissingFile(f"{path}: no such file") from None
    except OSError as error:
        raise unreadable(path, error) from None


def print_of(entry: dict[str, Any]) -> str:
    """The fingerprint of a file in a listing."""
    version = entry.get("ETag") or entry.get("LastModified") or entry.get("mtime")
    return f"{entry.get('size')}-{version}"
