"""The translation memory: no sentence is translated twice, by any run of the user.

One SQLite file in WAL mode, safe for several processes at once. What it holds is what an engine
made, keyed by (weights, engine, arithmetic, decoding settings) and the normalised source; guards
and choices are worked out anew from that, so that a better guard needs no new translation. What
the tries after a flag made lies apart, under settings of its own, and `kept` says what became of a
flagged sentence, for those who export the memory. Beside the translations lie forced-decoding
scores, and the plans of unfinished windows (see models/translation/translator.py). Each write is
one transaction: a killed process loses at most the batch it was at.
"""

from __future__ import annotations

import hashlib
import sqlite3
import tempfile
import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from duizhao.corpus.errors import DamagedMemory, ModelNameError
from duizhao.corpus.paths import memory_file
from duizhao.corpus.translation import Translation
from duizhao.models.translation.engine import Decoding, Engine, ForcedScore
from duizhao.models.translation.memory_file import MemoryFile, remove

# marks the settings of sentences that no document has: stand-ins, clauses, wider beams
_AGAIN = ";again"


@dataclass(frozen=True, slots=True)
class Entry:
    """A sentence of the memory as it is exported: the translation kept, and its flags."""

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
    """How many entries the memory has for one model and its settings.

    `translations` are of sentences, `tries` what was made after a flag (stand-ins, clauses ...).
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
    """The text as the engine is given it: NFC, no zero-width characters, single spaces.

    What it takes away makes no difference to a Marian tokenizer, so texts that differ in it
    share one entry.
    """
    return " ".join(unicodedata.normalize("NFC", text).translate(_ZERO_WIDTH).split())


class Memory(MemoryFile):
    """The memory in a file; the user's own where `path` is None.

    Raises MemoryFileError where the file is damaged or cannot be written.
    """

    def __init__(self, path: Path | None = None) -> None:
        super().__init__(path or memory_file())

    @classmethod
    def temporary(cls) -> Memory:
        """A memory for this process alone, gone when it ends."""
        holder = tempfile.TemporaryDirectory(prefix="duizhao-memory-", ignore_cleanup_errors=True)
        memory = cls(Path(holder.name) / "memory.sqlite")
        memory._holder = holder  # type: ignore[attr-defined]  # removed with the memory
        return memory

    def setting(self, engine: Engine, decoding: Decoding | None, *, again: bool = False) -> int:
        """The number of a model and its settings; `decoding` is None for forced decoding.

        `again` for what is made to mend a flagged translation: it is no sentence of a document.
        """
        key = (
            engine.model_hash,
            engine.name,
            engine.compute_type,
            decoding.key() + _AGAIN * again if decoding else "forced",
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

    def keep(self, setting: int, checked: Sequence[str], kept: Mapping[str, Translation]) -> None:
        """Say what became of those of the `checked` sources that were flagged."""
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
        """Every sentence there is with the translation kept, by model, settings and source."""
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
            for source, output, score, flags, *made_by in rows:
                yield Entry(source, output, score, tuple(flags.split()), *made_by)

    def check_model(self, model: str) -> None:
        """Raise ModelNameError where the memory has nothing of a model of this name."""
        known = sorted({group.model for group in self.groups()})
        if model not in known:
            raise ModelNameError(
                f"{model}: the translation memory has nothing of this model; it has "
                + (f"{', '.join(known)}" if known else "nothing at all")
            )

    def clear(self, model: str | None = None) -> int | None:
        """Forget everything, or what one model (by name) made; how many translations went.

        A file that is damaged, or no memory of ours, is removed, and None given back.
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
            self.groups()  # damage where nothing is deleted
        chosen = "(SELECT id FROM setting WHERE ? IN (model, ''))"

        def write(connection: sqlite3.Connection) -> int:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                gone = connection.execute(
                    f"DELETE FROM translation WHERE setting IN {chosen}", (model or "",)
                ).rowcount
                for table in ("kept", "forced", "plan"):
                    connection.execute(
                        f"DELETE FROM {table} WHERE setting IN {chosen}", (model or "",)
                    )
            connection.execute("VACUUM")
            return gone

        return self._do(write)


def _key(*texts: str) -> bytes:
    """A short key for texts; 16 bytes: two of a billion texts agree with a chance of 1e-21."""
    whole = "\0".join(texts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(whole, digest_size=16).digest()
