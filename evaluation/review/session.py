"""A review: the beads as they stand after all edits, and what can be done to them.

    session = open_session(Path("out"), by="anna")
    session.edit({"op": "merge", "beads": ["[3]:[4]", "[4]:[]"]})
    session.undo()

Nothing is kept in memory only: each edit is in edits.jsonl before `edit` returns, and
`open_session` comes to the same beads by doing them again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.bitext import Row
from duizhao.corpus.errors import EditError, InputError, StorageError
from duizhao.corpus.files.alignment_file import NAME as WORK
from duizhao.corpus.files.alignment_file import Work, bead_json, read_work, work_hash
from duizhao.corpus.files.edits import NAME as EDITS
from duizhao.corpus.files.edits import append, now, read_log
from duizhao.corpus.files.folder import alone
from duizhao.evaluation.report.folder import Folder, read_folder
from duizhao.evaluation.report.summary import check_scores
from duizhao.evaluation.review.edits import ReviewBead, Splice, plan, review_beads

Aligner = Callable[[Work, Sequence[ReviewBead]], list[Bead]]
"""Aligns both documents anew around the beads that a person stands behind (realign.py)."""


@dataclass(slots=True)
class Session:
    """The state of a review.

    `rows` are the rows as built, by id; `done` and `undone` stacks of (number of the edit, splice).
    """

    folder: Folder
    work: Work
    alignment: str
    by: str
    beads: list[ReviewBead]
    rows: dict[str, Row]
    done: list[tuple[int, Splice]] = field(default_factory=list)
    undone: list[tuple[int, Splice]] = field(default_factory=list)
    edits: list[dict[str, Any]] = field(default_factory=list)
    torn: str = ""
    chrf: dict[tuple[str, str], float] = field(default_factory=dict)  # by (translation, target)

    @property
    def path(self) -> Path:
        """Where the edits are kept."""
        return self.folder.path / EDITS

    def edit(self, edit: Mapping[str, Any]) -> Splice:
        """Do an edit and save it; EditError when it cannot be done, and then nothing changed."""
        number = len(self.edits) + 1
        splice = plan(self.beads, number, edit, self.work)
        _check_text(edit)
        self._save(edit)
        splice.apply(self.beads)
        self.done.append((number, splice))
        self.undone.clear()
        return splice

    def undo(self) -> Splice:
        """Take the last edit back; EditError when there is none."""
        if not self.done:
            raise EditError("there is nothing to undo")
        number, _ = self.done[-1]
        self._save({"op": "undo", "of": number})
        return self._undo()

    def redo(self) -> Splice:
        """Do again what was taken back last; EditError when there is nothing."""
        if not self.undone:
            raise EditError("there is nothing to redo")
        number, _ = self.undone[-1]
        self._save({"op": "redo", "of": number})
        return self._redo()

    def realign(self, aligner: Aligner) -> Splice:
        """Align again around the beads that a person stands behind, and save what came out."""
        found = aligner(self.work, self.beads)
        return self.edit({"op": "realign", "beads": [bead_json(bead) for bead in found]})

    def who_and_when(self, number: int) -> tuple[str, str, str]:
        """(operation, reviewer, time) of an edit."""
        edit = self.edits[number - 1]
        return edit["op"], edit["by"], edit["at"]

    def _save(self, edit: Mapping[str, Any]) -> None:
        record = {"edit": len(self.edits) + 1, "at": now(), "by": self.by, **edit}
        try:
            append(self.path, record, self.alignment)
        except OSError as error:
            raise StorageError(
                f"{self.path}: the edit could not be saved ({error.strerror or error})"
            ) from None
        self.edits.append(record)

    def _undo(self) -> Splice:
        number, splice = self.done.pop()
        self.undone.append((number, splice))
        inverse = splice.inverse()
        inverse.apply(self.beads)
        return inverse

    def _redo(self) -> Splice:
        number, splice = self.undone.pop()
        self.done.append((number, splice))
        splice.apply(self.beads)
        return splice

    def _again(self, record: dict[str, Any]) -> None:
        """Do a saved edit again, without saving it."""
        self.edits.append(record)
        match record.get("op"):
            case "undo" if self.done and self.done[-1][0] == record.get("of"):
                self._undo()
            case "redo" if self.undone and self.undone[-1][0] == record.get("of"):
                self._redo()
            case _:
                number = len(self.edits)
                splice = plan(self.beads, number, record, self.work)
                splice.apply(self.beads)
                self.done.append((number, splice))
                self.undone.clear()


def _check_text(edit: Mapping[str, Any]) -> None:
    """EditError where a text cannot be written as UTF-8 (half a surrogate pair)."""
    try:
        json.dumps(edit, ensure_ascii=False).encode()
    except ValueError:
        raise EditError("a text has half a character (a lone surrogate); type it anew") from None


def locked(folder: Path) -> AbstractContextManager[None]:
    """Hold the lock of a folder under review; InputError if there is no such folder."""
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder; give one written by `duizhao build`")
    return alone(folder)


def open_session(path: Path, by: str = "") -> Session:
    """Read a folder, its alignment and its edits, and do the edits again.

    InputError where the folder cannot be reviewed or its edits do not fit.
    """
    folder = read_folder(path, most=None)
    check_scores(folder)
    work = read_work(folder.path / WORK)
    alignment = work_hash(work)
    names = {str(Bead(row.source_ids, row.target_ids)): row.id for row in folder.rows}
    reasons: dict[tuple[str, int], str] = {
        (entry.side, entry.sentence): entry.reason
        for entry in folder.ledger
        if entry.sentence is not None
    }
    log = read_log(folder.path / EDITS, alignment)
    session = Session(
        folder=folder,
        work=work,
        alignment=alignment,
        by=by,
        beads=review_beads(work, names, reasons),
        rows={row.id: row for row in folder.rows},
        torn=log.torn,
    )
    for record in log.edits:
        try:
            session._again(record)
        except EditError as error:
            raise InputError(f"{session.path}: edit {record.get('edit')}: {error}") from None
    return session
