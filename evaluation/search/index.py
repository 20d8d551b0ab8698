"""The index of a corpus: one SQLite file in the cache.

Rows are read one by one, so memory does not grow with the corpus. An index records the files from
which it was built with their sizes and times, and is rebuilt when these change.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from duizhao.corpus.bitext import Row
from duizhao.corpus.errors import StorageError
from duizhao.corpus.files.read import corpus_files, read_rows
from duizhao.corpus.keys import plain
from duizhao.corpus.paths import cache_folder
from duizhao.corpus.replacing import replacing
from duizhao.evaluation.search.grams import chinese_grams, english_grams
from duizhao.evaluation.search.query import pairs
from duizhao.evaluation.search.simplified import simplify

VERSION = 5
"""Version of the tables below; an index of another version is rebuilt."""
AT_ONCE = 5_000
"""Rows written in one call."""

SAMPLED = 4_000
"""Most rows from which the frequency of n-grams is estimated."""

TABLES = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE rows (
  number INTEGER PRIMARY KEY, id TEXT, document TEXT, date TEXT, confidence REAL,
  source TEXT, target TEXT
);
CREATE VIRTUAL TABLE chinese USING fts5(text, content='', tokenize='unicode61', prefix='1');
CREATE VIRTUAL TABLE english USING fts5(text, content='', tokenize='unicode61 remove_diacritics 2');
CREATE TABLE grams (gram TEXT PRIMARY KEY, rows INTEGER) WITHOUT ROWID;
"""
DATES = ("date", "published", "year")
"""Columns of a manifest that may contain a document's date."""

Progress = Callable[[int], object]
"""Called with the number of rows indexed so far."""


def open_index(corpus: Path, progress: Progress = lambda rows: None) -> sqlite3.Connection:
    """The index of a corpus, built first if it is missing or out of date."""
    path = index_file(corpus)
    wanted = fingerprint(corpus)
    if path.is_file():
        connection = connect(path)
        with contextlib.suppress(sqlite3.Error):  # damaged: build it again
            if dict(connection.execute("SELECT key, value FROM about")).get("files") == wanted:
                return connection
        connection.close()
    build(corpus, path, wanted, progress)
    return connect(path)


def connect(path: Path) -> sqlite3.Connection:
    """A read-only connection."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)


def index_file(corpus: Path) -> Path:
    """The path of the index of a corpus."""
    digest = hashlib.sha256(os.fsencode(corpus.resolve())).hexdigest()[:24]
    return cache_folder() / "search" / f"{digest}.sqlite"


def fingerprint(corpus: Path) -> str:
    """The files of a corpus with sizes and times, as a text that changes when they change."""
    stats = [(str(file.path), file.path.stat()) for file in corpus_files(corpus)]
    return json.dumps([VERSION, *((name, s.st_size, s.st_mtime_ns) for name, s in stats)])


def build(corpus: Path, path: Path, files: str, progress: Progress) -> None:
    """Write the index of a corpus to `path`."""
    try:
        with replacing(path) as temporary, contextlib.closing(sqlite3.connect(temporary)) as index:
            _fill(index, corpus, files, progress)
    except (OSError, sqlite3.Error) as error:
        raise StorageError(f"{path}: the search index cannot be written: {error}") from error


def _fill(index: sqlite3.Connection, corpus: Path, files: str, progress: Progress) -> None:
    index.execute("PRAGMA journal_mode = OFF")
    index.execute("PRAGMA synchronous = OFF")
    index.execute("PRAGMA cache_size = -200000")
    index.executescript(TABLES)
    done = 0
    sample = Sample()
    for batch in _batches(read_rows(corpus)):
        numbered = list(enumerate(batch, start=done + 1))
        index.executemany("INSERT INTO rows VALUES (?,?,?,?,?,?,?)", map(_row, numbered))
        index.executemany(
            "INSERT INTO chinese (rowid, text) VALUES (?, ?)",
            ((number, pairs(row.source)) for number, row in numbered),
        )
        index.executemany(
            "INSERT INTO english (rowid, text) VALUES (?, ?)",
            ((number, plain(row.target)) for number, row in numbered),
        )
        for number, row in numbered:
            sample.add(number, row)
        done += len(batch)
        progress(done)
    index.executemany("INSERT INTO grams VALUES (?, ?)", sample.grams().items())
    about = {
        "sampled": str(len(sample.rows)),
        "files": files,
        "rows": str(done),
        "corpus": str(corpus.resolve()),
    }
    index.executemany("INSERT INTO about VALUES (?, ?)", about.items())
    index.commit()


class Sample:
    """Evenly spaced rows of a corpus of unknown length, at most SAMPLED."""

    def __init__(self) -> None:
        self.stride = 1
        self.rows: list[tuple[str, str]] = []

    def add(self, number: int, row: Row) -> None:
        """Keep every `stride`-th row; when there are too many, keep every second of them."""
        if number % self.stride:
            return
        self.rows.append((row.source, row.target))
        if len(self.rows) > SAMPLED:
            self.rows = self.rows[1::2]
            self.stride *= 2

    def grams(self) -> dict[str, int]:
        """The number of sampled rows with each n-gram, without n-grams of one row."""
        counted: Counter[str] = Counter()
        for source, target in self.rows:
            counted.update(set(chinese_grams(simplify(plain(source)))))
            counted.update(set(english_grams(plain(target))))
        return {gram: count for gram, count in sorted(counted.items()) if count > 1}


def _row(numbered: tuple[int, Row]) -> tuple[int, str, str, str, float, str, str]:
    number, row = numbered
    date = next((str(row.metadata[name]) for name in DATES if row.metadata.get(name)), "")
    return number, row.id, row.source_document, date, row.confidence, row.source, row.target


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, AT_ONCE)):
        yield batch
