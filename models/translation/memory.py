"""The translation memory: each sentence is translated once for all runs of a user.

One SQLite file in WAL mode, safe for several processes at once. It stores what an engine produced,
keyed by (weights, engine, precision, decoding settings) and the normalised source. Guards and the
choice among attempts are computed again from that, so a better guard needs no new translation.
Further attempts after a flag have settings of their own; `kept` records which translation of a
flagged sentence was kept, for exports. The memory also stores forced-decoding scores. Each write is
one transaction: a killed process loses at most its current batch.
"""

from __future__ import annotations

import hashlib
import sqlite3
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from duizhao.corpus.errors import DamagedMemory, ModelNameError
from duizhao.corpus.paths import memory_file
from duizhao.corpus.scratch import ScratchFolder
from duizhao.corpus.translation import Translation
from duizhao.models.memory_file import MemoryFile, remove
from duizhao.models.translation.engine import Decoding, Engine, ForcedScore

# marks the settings of further attempts: stand-ins, clauses, wider beams
_AGAIN = ";again"


@dataclass(frozen=True, slots=True)
class Entry:
    """A sentence of the memory for export: the translation that was kept, and its flags."""

    source: str
    output: str
    score: float
    flags: tuple[str, ...]
    model: str
    engine: str
    compute_type: str
    decoding: str


@dataclass(frozen=True, slots=True)
class Group:
    """Number of entries for one model and its settings.

    `translations` are of sentences, `tries` of further attempts (stand-ins, clauses ...).
    """

    model: str
    engine: str
    compute_type: str
    decoding: str
    translations: int
    tries: int
    forced_scores: int


_ZERO_WIDTH = dict.fromkeys((0xFEFF, 0x200B, 0x200C, 0x200D, 0x2060, 0x00AD))


def normalise(text: str) -> str:
    """The text as it is passed to the engine: NFC, no zero-width characters, single spaces.

    Texts that differ only in these are the same to a Marian tokenizer and share one entry.
    """
    return " ".join(unicodedata.normalize("NFC", text).translate(_ZERO_WIDTH).split())


class Memory(MemoryFile):
    """The memory in a file, by default the user's own.

    Raises MemoryFileError if the file is damaged or cannot be written.
    """

    def __init__(self, path: Path | None = None) -> None:
        super().__init__(path or memory_file())

    @classmethod
    def temporary(cls) -> Memory:
        """A memory for this process only, deleted when it ends."""
        holder = ScratchFolder("memory")
        memory = cls(holder.path / "memory.sqlite")
        memory._holder = holder  # type: ignore[attr-defined]  # removed with the memory
        return memory

    def setting(self, engine: Engine, decoding: Decoding | None, *, again: bool = False) -> int:
        """The row id of a model and its settings; `decoding` is None for forced decoding.

        `again` is for further attempts at flagged translations.
        """
        key = (
            engine.model_hash,
            engine.name,
            engine.compute_type,
            decoding.key() + _AGAIN * again if decoding else "forced",
        )
        find = "SELECT id FROM setting WHERE (hash, engine, compute_type, decoding) = (?, ?, ?, ?)"

        def find_or_insert(connection: sqlite3.Connection) -> int:
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

        return self._do(find_or_insert)

    def translations(self, setting: int, sources: Sequence[str]) -> dict[str, Translation]:
        """The stored translations of these normalised sources."""
        keys = {_key(source): source for source in sources}
        known = {}
        for row in self._select("output, score, tokens, flags", "translation", setting, keys):
            key, output, score, tokens, flags = row
            known[keys[key]] = Translation(output, score, tokens, tuple(flags.split()))
        return known

    def remember(self, setting: int, translations: Mapping[str, Translation]) -> None:
        """Store translations of normalised sources in one transaction; existing ones stay."""
        rows = [
            (setting, _key(source), source, t.text, t.score, t.tokens, " ".join(t.flags))
            for source, t in translations.items()
        ]
        self._insert("translation", rows)

    def keep(self, setting: int, checked: Sequence[str], kept: Mapping[str, Translation]) -> None:
        """Record which translation was kept for the flagged ones of the `checked` sources."""
        keys = {_key(source): source for source in checked}
        before = {
            key: (output, score, flags)
            for key, output, score, flags in self._select(
                "output, score, flags", "kept", setting, keys
            )
        }
        now = {_key(s): (t.text, t.score, " ".join(t.flags)) for s, t in kept.items()}
        if before == now:
            return

        def write(connection: sqlite3.Connection) -> None:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(
                    "DELETE FROM kept WHERE setting = ? AND key = ?",
                    [(setting, key) for key in before],
                )
                connection.executemany(
                    "INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?, ?)",
                    [(setting, key, *row) for key, row in now.items()],
                )

        self._do(write)

    def forced(
        self, setting: int, pairs: Sequence[tuple[str, str]]
    ) -> dict[tuple[str, str], ForcedScore]:
        """The stored forced-decoding scores of these (source, target) pairs."""
        keys = {_key(source, target): (source, target) for source, target in pairs}
        rows = self._select("log_probability, tokens", "forced", setting, keys)
        return {keys[key]: ForcedScore(total, tokens) for key, total, tokens in rows}

    def remember_forced(self, setting: int, scores: Mapping[tuple[str, str], ForcedScore]) -> None:
        """Store forced-decoding scores, in one transaction."""
        rows = [(setting, _key(*pair), s.log_probability, s.tokens) for pair, s in scores.items()]
        self._insert("forced", rows)

    def groups(self) -> list[Group]:
        """The contents, by model and settings."""
        query = """
            SELECT model, engine, compute_type, replace(decoding, :again, '') AS plain,
                   sum(iif(decoding LIKE '%' || :again, 0, sentences)),
                   sum(iif(decoding LIKE '%' || :again, sentences, 0)), sum(scores)
            FROM (SELECT *, (SELECT count(*) FROM translation WHERE setting = setting.id)
                                AS sentences,
                            (SELECT count(*) FROM forced WHERE setting = setting.id) AS scores
                  FROM setting)
            GROUP BY hash, engine, compute_type, plain ORDER BY min(id)"""
        rows = self._do(lambda connection: connection.execute(query, {"again": _AGAIN}).fetchall())
        return [
            group
            for group in (Group(*row) for row in rows)
            if group.translations or group.tries or group.forced_scores
        ]

    def entries(self) -> Iterator[Entry]:
        """Every sentence with the translation kept, by model, settings and source."""
        query = """
            SELECT source, coalesce(kept.output, translation.output),
                   coalesce(kept.score, translation.score),
                   coalesce(kept.flags, translation.flags), model, engine, compute_type, decoding
            FROM translation JOIN setting ON setting.id = translation.setting
            LEFT JOIN kept ON kept.setting = translation.setting AND kept.key = translation.key
            WHERE decoding NOT LIKE '%' || ?
            ORDER BY setting.id, source"""
        cursor = self._do(lambda connection: connection.execute(query, (_AGAIN,)))
        while rows := self._do(lambda _: cursor.fetchmany(1000)):
            for source, output, score, flags, *engine in rows:
                yield Entry(source, output, score, tuple(flags.split()), *engine)

    def check_model(self, model: str) -> None:
        """Raise ModelNameError if the memory has nothing from a model of this name."""
        known = sorted({group.model for group in self.groups()})
        if model not in known:
            raise ModelNameError(
                f"{model}: the translation memory has no translations by this model; "
                + (f"it has those by {', '.join(known)}" if known else "it is empty")
            )

    def clear(self, model: str | None = None) -> int | None:
        """Delete everything, or everything from one model; returns the number of translations.

        A file that is damaged or not a memory is removed; then the result is None.
        """
        try:
            return self._clear(model)
        except DamagedMemory:
            if model is not None:
                raise
            self.close()
            remove(self.path)
            return None

    def _clear(self, model: str | None) -> int:
        if model is None:
            self.groups()  # finds damage in parts that a deletion does not read
        chosen = "(SELECT id FROM setting WHERE ? IN (model, ''))"

        def write(connection: sqlite3.Connection) -> int:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                gone = connection.execute(
                    f"DELETE FROM translation WHERE setting IN {chosen}", (model or "",)
                ).rowcount
                for table in ("kept", "forced"):
                    connection.execute(
                        f"DELETE FROM {table} WHERE setting IN {chosen}", (model or "",)
                    )
            connection.execute("VACUUM")
            return gone

        return self._do(write)


def _key(*texts: str) -> bytes:
    """A 16-byte key of texts: two of a billion collide with probability 1e-21."""
    whole = "\0".join(texts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(whole, digest_size=16).digest()
