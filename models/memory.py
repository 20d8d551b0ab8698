"""The translation memory: no sentence is translated twice, by any run of the user.

One SQLite file in WAL mode, safe for several processes at once. What it holds is what an engine
made, keyed by (weights, engine, arithmetic, decoding settings) and the normalised source; guards
and choices are worked out anew from that, so that a better guard needs no new translation. Beside
the translations lie forced-decoding scores, and the plans of unfinished windows (see
models/translator.py). Each write is one transaction: a killed process loses at most the batch it
was at.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from models.engine import Decoding, Engine, ForcedScore, Translation
from models.errors import MemoryFileError
from models.paths import memory_file

_WAIT_SECONDS = 120.0
_CHUNK = 500  # SQLite takes at least 999 parameters in one statement

_SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (
    id INTEGER PRIMARY KEY, model TEXT NOT NULL, hash TEXT NOT NULL, engine TEXT NOT NULL,
    compute_type TEXT NOT NULL, decoding TEXT NOT NULL,
    UNIQUE (hash, engine, compute_type, decoding));
CREATE TABLE IF NOT EXISTS translation (
    setting INTEGER NOT NULL, key BLOB NOT NULL, source TEXT NOT NULL, output TEXT NOT NULL,
    score REAL NOT NULL, tokens INTEGER NOT NULL, flags TEXT NOT NULL,
    PRIMARY KEY (setting, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forced (
    setting INTEGER NOT NULL, key BLOB NOT NULL, log_probability REAL NOT NULL,
    tokens INTEGER NOT NULL, PRIMARY KEY (setting, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS plan (
    setting INTEGER NOT NULL, key BLOB NOT NULL, missing BLOB NOT NULL, made INTEGER NOT NULL,
    PRIMARY KEY (setting, key)) WITHOUT ROWID;
"""

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the memory, as it is exported."""

    source: str
    output: str
    score: float
    tokens: int
    model: str
    engine: str
    compute_type: str
    decoding: str


@dataclass(frozen=True, slots=True)
class Group:
    """How many entries the memory has for one model and its settings."""

    model: str
    engine: str
    compute_type: str
    decoding: str
    translations: int
    forced_scores: int


_ZERO_WIDTH = dict.fromkeys((0xFEFF, 0x200B, 0x200C, 0x200D, 0x2060, 0x00AD))


def normalise(text: str) -> str:
    """The text as the engine is given it: NFC, no zero-width characters, single spaces.

    What it takes away makes no difference to a Marian tokenizer, so texts that differ in it
    share one entry.
    """
    return " ".join(unicodedata.normalize("NFC", text).translate(_ZERO_WIDTH).split())


class Memory:
    """The memory in a file; the user's own where `path` is None.

    May be shared by threads and inherited by forked processes: each opens its own connection.
    Raises MemoryFileError where the file is damaged or cannot be written.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or memory_file()
        self._local = threading.local()

    @classmethod
    def temporary(cls) -> Memory:
        """A memory for this process alone, gone when it ends."""
        holder = tempfile.TemporaryDirectory(prefix="duizhao-memory-", ignore_cleanup_errors=True)
        memory = cls(Path(holder.name) / "memory.sqlite")
        memory._holder = holder  # type: ignore[attr-defined]  # removed with the memory
        return memory

    def setting(self, engine: Engine, decoding: Decoding | None) -> int:
        """The number of a model and its settings; `decoding` is None for forced decoding."""
        key = (
            engine.model_hash,
            engine.name,
            engine.compute_type,
            decoding.key() if decoding else "forced",
        )
        find = "SELECT id FROM setting WHERE (hash, engine, compute_type, decoding) = (?, ?, ?, ?)"

        def make(connection: sqlite3.Connection) -> int:
            row = connection.execute(find, key).fetchone()
            if row is None:
                insert = (
                    "INSERT OR IGNORE INTO setting (hash, engine, compute_type, decoding, model) "
                    "VALUES (?, ?, ?, ?, ?)"
                )
                with connection:
                    connection.execute(insert, (*key, engine.model_name))
                row = connection.execute(find, key).fetchone()
            return int(row[0])

        return self._do(make)

    def translations(self, setting: int, sources: Sequence[str]) -> dict[str, Translation]:
        """What the memory has for these normalised sources."""
        keys = {_key(source): source for source in sources}
        found = {}
        for row in self._select("output, score, tokens, flags", "translation", setting, keys):
            key, output, score, tokens, flags = row
            found[keys[key]] = Translation(output, score, tokens, tuple(flags.split()))
        return found

    def remember(self, setting: int, translations: Mapping[str, Translation]) -> None:
        """Store translations of normalised sources, in one transaction; what is there stays."""
        rows = [
            (setting, _key(source), source, t.text, t.score, t.tokens, " ".join(t.flags))
            for source, t in translations.items()
        ]
        self._insert("translation", rows)

    def forced(
        self, setting: int, pairs: Sequence[tuple[str, str]]
    ) -> dict[tuple[str, str], ForcedScore]:
        """The forced-decoding scores it has for these (source, target) pairs."""
        keys = {_key(source, target): (source, target) for source, target in pairs}
        rows = self._select("log_probability, tokens", "forced", setting, keys)
        return {keys[key]: ForcedScore(total, tokens) for key, total, tokens in rows}

    def remember_forced(self, setting: int, scores: Mapping[tuple[str, str], ForcedScore]) -> None:
        """Store forced-decoding scores, in one transaction."""
        rows = [(setting, _key(*pair), s.log_probability, s.tokens) for pair, s in scores.items()]
        self._insert("forced", rows)

    def plan(self, setting: int, key: bytes) -> bytes | None:
        """The plan of an unfinished window, None where there is none."""
        query = "SELECT missing FROM plan WHERE setting = ? AND key = ?"
        row = self._do(lambda connection: connection.execute(query, (setting, key)).fetchone())
        return None if row is None else bytes(row[0])

    def make_plan(self, setting: int, key: bytes, missing: bytes) -> None:
        """Write down what a window is about to translate; plans of 30 days ago are dropped."""
        now = int(time.time())

        def write(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute("DELETE FROM plan WHERE made < ?", (now - 30 * 86400,))
                insert = "INSERT OR IGNORE INTO plan VALUES (?, ?, ?, ?)"
                connection.execute(insert, (setting, key, missing, now))

        self._do(write)

    def end_plan(self, setting: int, key: bytes) -> None:
        """Drop the plan of a window that is done."""

        def write(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute("DELETE FROM plan WHERE setting = ? AND key = ?", (setting, key))

        self._do(write)

    def groups(self) -> list[Group]:
        """What there is, by model and settings."""
        query = """
            SELECT model, engine, compute_type, decoding,
                   (SELECT count(*) FROM translation WHERE setting = setting.id),
                   (SELECT count(*) FROM forced WHERE setting = setting.id)
            FROM setting ORDER BY setting.id"""
        rows = self._do(lambda connection: connection.execute(query).fetchall())
        return [
            group
            for group in (Group(*row) for row in rows)
            if group.translations or group.forced_scores
        ]

    def entries(self) -> Iterator[Entry]:
        """Every translation there is, sorted by model, settings and source."""
        query = """
            SELECT source, output, score, tokens, model, engine, compute_type, decoding
            FROM translation JOIN setting ON setting.id = translation.setting
            ORDER BY setting.id, source"""
        cursor = self._do(lambda connection: connection.execute(query))
        while rows := self._do(lambda _: cursor.fetchmany(1000)):
            yield from (Entry(*row) for row in rows)

    def clear(self, model: str | None = None) -> int:
        """Forget everything, or what one model (by name) made; how many translations went."""
        chosen = "(SELECT id FROM setting WHERE ? IN (model, ''))"

        def write(connection: sqlite3.Connection) -> int:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                gone = connection.execute(
                    f"DELETE FROM translation WHERE setting IN {chosen}", (model or "",)
                ).rowcount
                for table in ("forced", "plan"):
                    connection.execute(
                        f"DELETE FROM {table} WHERE setting IN {chosen}", (model or "",)
                    )
            connection.execute("VACUUM")
            return gone

        return self._do(write)

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
        """Insert rows in one transaction; keys that are there already keep what they have."""
        if not rows:
            return
        marks = ",".join("?" * len(rows[0]))

        def write(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", rows)

        self._do(write)

    def _do(self, action: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Run an action on this thread's connection; SQLite's errors in our words."""
        try:
            return action(self._connection())
        except sqlite3.DatabaseError as error:
            raise MemoryFileError(
                f"{self.path}: the translation memory cannot be used: {error}; free space on its "
                "disk, move the file away, or set DUIZHAO_CACHE to another folder"
            ) from error

    def _connection(self) -> sqlite3.Connection:
        """This thread's own connection; a forked process does not use its parent's."""
        opened = getattr(self._local, "opened", None)
        if opened is None or opened[0] != os.getpid():
            opened = (os.getpid(), _open(self.path))
            self._local.opened = opened
        connection: sqlite3.Connection = opened[1]
        return connection


def _key(*texts: str) -> bytes:
    """A short key for texts; 16 bytes: two of a billion texts agree with a chance of 1e-21."""
    whole = "\0".join(texts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(whole, digest_size=16).digest()


def _open(path: Path) -> sqlite3.Connection:
    """Open the file, made where it is not there; waits while others are writing."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MemoryFileError(
            f"{path.parent}: cannot be made: {error}; set DUIZHAO_CACHE to another folder"
        ) from error
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        connection = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)
        try:
            # several processes that make the file at once: the change to WAL does not wait for a
            # lock as other statements do
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(_SCHEMA)
            return connection
        except sqlite3.OperationalError as error:
            connection.close()
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        except sqlite3.DatabaseError:
            connection.close()
            raise
