"""The folder that `duizhao clean` writes, completely or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from duizhao.corpus import tsv
from duizhao.corpus.bitext import Row
from duizhao.corpus.document import LedgerEntry
from duizhao.corpus.errors import writing
from duizhao.corpus.files.folder import (
    ALWAYS,
    OUTPUTS,
    SEAL,
    begin,
    check_output,
    file_facts,
    finish,
    write_json,
)
from duizhao.corpus.files.formats import endings, writer
from duizhao.corpus.files.jsonl import write, write_ledger


class CleanedFolder:
    """Takes rows and ledger entries one by one; `finish` completes the folder.

    Rows are written to JSON lines at once and copied to Parquet and the other formats from there.
    """

    def __init__(self, folder: Path, formats: list[str], form: tsv.Form = tsv.PLAIN) -> None:
        check_output(folder, [*OUTPUTS, "cleaning.json"])
        self.folder = folder
        self.formats = formats
        self.form = form
        self._partial = begin(folder)
        self._rows = (self._partial / "corpus.jsonl").open("wb")
        self._ledger = (self._partial / "ledger.jsonl").open("wb")

    def __enter__(self) -> CleanedFolder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._rows.close()
        self._ledger.close()

    def keep(self, row: Row) -> None:
        """Write a row that stays in the corpus."""
        with writing(self._partial / "corpus.jsonl"):
            write([row], self._rows)

    def remove(self, entry: LedgerEntry) -> None:
        """Write a sentence that is removed, or was removed earlier."""
        with writing(self._partial / "ledger.jsonl"):
            write_ledger([entry], self._ledger)

    def finish(self, report: Mapping[str, Any]) -> None:
        """Write the other formats and the report, and move everything into place."""
        with writing(self.folder):
            self._rows.close()
            self._ledger.close()
            kept = self._partial / "corpus.jsonl"
            every = dict.fromkeys((*ALWAYS, *self.formats))
            for ending in (ending for name in every for ending in endings(name)):
                if ending != "jsonl":
                    with (self._partial / f"corpus.{ending}").open("wb") as file:
                        writer(ending, form=self.form)(_read(kept), file)
            write_json(self._partial / "cleaning.json", report)
            files = file_facts(self._partial)
            write_json(self._partial / SEAL, {"command": "clean", **report, "files": files})
            finish(self.folder)


def _read(path: Path) -> Iterator[Row]:
    from duizhao.corpus.files.read import read_file

    return read_file(path)
