"""The SQLite file of a memory of results: its tables, opening it, and its errors."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from duizhao.corpus.errors import DamagedMemory, MemoryFileError

_WAIT_SECONDS = 120.0
_CHUNK = 500  # SQLite takes at least 999 parameters in one statement
_Result = TypeVar("_Result")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (
    id INTEGER PRIMARY KEY, model TEXT NOT NULL, hash TEXT NOT NULL, engine TEXT NOT NULL,
    compute_type TEXT NOT NULL, decoding TEXT NOT NULL,
    UNIQUE (hash, engine, compute_type, decoding));
CREATE TABLE IF NOT EXISTS translation (
    setting INTEGER NOT NULL, key BLOB NOT NULL, source TEXT NOT NULL, output TEXT NOT NULL,
    score REAL NOT NULL, tokens INTEGER NOT NULL, flags TEXT NOT NULL,
    PRIMARY KEY (setting, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kept (
    setting INTEGER NOT NULL, key BLOB NOT NULL, output TEXT NOT NULL, score REAL NOT NULL,
    flags TEXT NOT NULL, PRIMARY KEY (setting, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forced (
    setting INTEGER NOT NULL, key BLOB NOT NULL, log_probability REAL NOT NULL,
    tokens INTEGER NOT NULL, PRIMARY KEY (setting, key)) WITHOUT ROWID;
"""


class MemoryFile:
    """The file at `path`, opened at the first use.

    May be shared by threads and inherited by forked processes: each opens its own connection.
    Raises MemoryFileError if the file is damaged or cannot be written.
    """

    schema = _SCHEMA

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()

    def close(self) -> None:
        """Close this thread's connection."""
        opened = getattr(self._local, "opened", None)
        if opened is not None and opened[0] == os.getpid():
            opened[1].close()
        self._local.opened = None

    def _select(
        self, columns: str, table: str, setting: int, keys: Mapping[bytes, object]
    ) -> list[tuple[Any, ...]]:
        """Rows (key, columns...) of a table for these keys."""
        rows: list[tuple[Any, ...]] = []
        wanted = list(keys)
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            marks = ",".join("?" * len(chunk))
            query = f"SELECT key, {columns} FROM {table} WHERE setting = ? AND key IN ({marks})"

            def select(
                connection: sqlite3.Connection, query: str = query, chunk: list[bytes] = chunk
            ) -> list[tuple[Any, ...]]:
                return connection.execute(query, (setting, *chunk)).fetchall()

            rows += self._do(select)
        return rows

    def _insert(self, table: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Insert rows in one transaction; existing keys stay unchanged."""
        if not rows:
            return
        marks = ",".join("?" * len(rows[0]))

        def write(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", rows)

        self._do(write)

    def _do(self, action: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Run an action on this thread's connection, translating SQLite's errors."""
        try:
            return action(self._connection())
        except sqlite3.DatabaseError as error:
            raise as_memory_error(self.path, error) from error

    def _connection(self) -> sqlite3.Connection:
        """This thread's connection; a forked process opens its own."""
        opened = getattr(self._local, "opened", None)
        if opened is None or opened[0] != os.getpid():
            opened = (os.getpid(), connect(self.path, self.schema))
            self._local.opened = opened
        connection: sqlite3.Connection = opened[1]
        return connection


def connect(path: Path, schema: str = _SCHEMA) -> sqlite3.Connection:
    """Open or create the file with these tables, waiting while others write."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MemoryFileError(
            f"{path.parent}: cannot be created: {error.strerror}; set DUIZHAO_CACHE to another "
            "folder"
        ) from error
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)
        try:
            # when several processes create the file at once: unlike other statements, the change
            # to WAL does not wait for a lock
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(schema)
            return connection
        except sqlite3.OperationalError as error:
            connection.close()
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        except sqlite3.DatabaseError:
            connection.close()
            raise


def as_memory_error(path: Path, error: sqlite3.Error) -> MemoryFileError:
    """The error with a remedy; DamagedMemory if the file is damaged or not a memory."""
    name = getattr(error, "sqlite_errorname", "") or ""
    other = "set DUIZHAO_CACHE to another folder"
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or (
        not name.startswith("SQLITE_") and "malformed" in str(error)
    ):
        return DamagedMemory(
            f"{path}: the translation memory is damaged ({error}); `duizhao memory clear` removes "
            "it; the next run starts a new one"
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return MemoryFileError(
            f"{path}: the translation memory cannot be written ({error}); allow writing to the "
            f"file and its folder, {other}, or use --no-memory"
        )
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return MemoryFileError(
            f"{path}: no room for the translation memory ({error}); free space on its disk, or "
            f"{other}"
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return MemoryFileError(
            f"{path}: another program has held the translation memory for {_WAIT_SECONDS:.0f} s; "
            f"end it and run the command again, or {other}"
        )
    return DamagedMemory(
        f"{path}: the translation memory cannot be used: {error}; `duizhao memory clear` removes "
        f"it, or {other}"
    )


def size(path: Path) -> int:
    """Bytes of the file, including what SQLite has not merged into it yet."""
    return sum(file.stat().st_size for file in _files(path))


def remove(path: Path) -> None:
    """Delete the file, damaged or not."""
    for file in _files(path):
        try:
            file.unlink()
        except OSError as error:
            raise MemoryFileError(f"{file}: cannot be removed: {error.strerror}") from error


def _files(path: Path) -> Iterator[Path]:
    for suffix in ("", "-wal", "-shm"):
        file = path.with_name(path.name + suffix)
        if file.is_file():
            yield file
