"""The files of a batch's corpus: rows by split and ledger entries, in shards of bounded size."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from duizhao.corpus import tsv
from duizhao.corpus.bitext import Row
from duizhao.corpus.cleaning.splits import SPLITS
from duizhao.corpus.document import LedgerEntry
from duizhao.corpus.errors import writing
from duizhao.corpus.files.formats import FORMATS, endings, writer
from duizhao.corpus.files.jsonl import write_ledger
from duizhao.corpus.files.seal import FileFacts
from duizhao.corpus.units import Unit, combined
from duizhao.flows.batch.lock import Check
from duizhao.flows.storage import Place
from duizhao.flows.terminal import console

ROWS_A_SHARD = 25_000
LEDGER_A_SHARD = 100_000
FOLDERS = {name: "data" if name == "parquet" else name for name in FORMATS}
LEDGER = "ledger"
CARD = "README.md"
EDITED = f"{CARD}.edited"

OURS = re.compile(
    rf"({'|'.join(FOLDERS.values())})/({'|'.join(SPLITS)})-\d{{5,}}"
    rf"\.({'|'.join(re.escape(end) for name in FORMATS for end in endings(name))})"
    rf"|{LEDGER}/\d{{5,}}\.jsonl"
)
"""Names of shards: of other names a batch removes nothing but its card."""


@dataclass(slots=True)
class Shards:
    """Files written so far, with size and hash.

    `check` is called before a file is put or removed: it raises where another batch has the place.
    """

    place: Place
    scratch: Path
    check: Check = lambda: None
    files: dict[str, FileFacts] = field(default_factory=dict)

    def put(self, name: str, write: Callable[[Any], object]) -> None:
        """Write a file through `write`, hash it and move it to its place."""
        local = self.scratch / name.replace("/", "_")
        with writing(local), local.open("wb") as file:
            write(file)
        with local.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self.files[name] = {"bytes": local.stat().st_size, "sha256": digest}
        self.check()
        self.place.write(name, local)

    def finish(self) -> None:
        """Remove files of an earlier corpus, and see to it that these survive a power cut."""
        names = [CARD]
        for folder in (*FOLDERS.values(), LEDGER):
            names += [name for name in self.place.find(folder) if OURS.fullmatch(name)]
        for name in names:
            if name not in self.files:
                self.check()
                self.place.remove(name)
        self.place.settle(self.files)


def keep_edited_card(place: Place, files: Mapping[str, FileFacts]) -> None:
    """Keep a card that was edited by hand beside the one that is about to be written.

    `files` are those of the seal, which knows how the card was.
    """
    try:
        card = place.read(CARD)
    except FileNotFoundError:
        return
    if CARD in files and hashlib.sha256(card).hexdigest() == files[CARD]["sha256"]:
        return
    for number in count(1):
        name = EDITED if number == 1 else f"{EDITED}-{number}"
        if not place.exists(name):
            place.write(name, card)
            console.current().note(f"{CARD} was edited by hand: it is kept as {name}")
            return
        if place.read(name) == card:
            return


class CorpusShards:
    """Rows by split, in every format, combined to the unit; `rows` counts those written."""

    def __init__(
        self,
        shards: Shards,
        formats: Sequence[str],
        unit: Unit = "sentence",
        form: tsv.Form = tsv.PLAIN,
    ) -> None:
        self._shards = shards
        self._formats = formats
        self._form = form
        self._unit: Unit = unit
        self._document: list[Row] = []  # the rows of one document, until they are combined
        self._split = ""
        self._rows: dict[str, list[Row]] = {name: [] for name in SPLITS}
        self._number: Counter[str] = Counter()
        self.rows: Counter[str] = Counter()

    def add(self, name: str, row: Row) -> None:
        """A row of the split `name`; the rows of a document follow each other."""
        if self._unit == "sentence":
            self._take(name, row)
            return
        if self._document and row.source_document != self._document[0].source_document:
            self._combine()
        self._split = name
        self._document.append(row)

    def finish(self) -> None:
        """Write what is still held."""
        self._combine()
        for name, rows in self._rows.items():
            if rows:
                self._flush(name)

    def _combine(self) -> None:
        document, self._document = self._document, []
        for row in combined(document, self._unit):
            self._take(self._split, row)

    def _take(self, name: str, row: Row) -> None:
        self.rows[name] += 1
        self._rows[name].append(row)
        if len(self._rows[name]) >= ROWS_A_SHARD:
            self._flush(name)

    def _flush(self, name: str) -> None:
        rows = self._rows[name]
        for format in self._formats:
            for end in endings(format):
                file = f"{FOLDERS[format]}/{name}-{self._number[name]:05d}.{end}"
                write = writer(end, form=self._form)
                self._shards.put(file, lambda file, write=write: write(rows, file))  # type: ignore[misc]
        self._number[name] += 1
        self._rows[name] = []


class LedgerShards:
    """Ledger entries, and how many there are by stage and reason."""

    def __init__(self, shards: Shards) -> None:
        self._shards = shards
        self._entries: list[LedgerEntry] = []
        self._number = 0
        self.reasons: Counter[tuple[str, str]] = Counter()

    def add(self, entry: LedgerEntry) -> None:
        """A sentence, line or document that is not in the corpus."""
        self.reasons[entry.stage, entry.reason] += 1
        self._entries.append(entry)
        if len(self._entries) >= LEDGER_A_SHARD:
            self.finish()

    def finish(self) -> None:
        """Write what is still held."""
        if self._entries:
            entries, self._entries = self._entries, []
            name = f"{LEDGER}/{self._number:05d}.jsonl"
            self._shards.put(name, lambda file: write_ledger(entries, file))
            self._number += 1

    def counts(self) -> list[dict[str, Any]]:
        """Entries by stage and reason, for the seal and the card."""
        return [
            {"stage": stage, "reason": reason, "count": count}
            for (stage, reason), count in sorted(self.reasons.items())
        ]
