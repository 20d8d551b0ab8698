"""A review: the beads after all edits, and the operations on them.

    session = open_session(Path("out"), by="anna")
    session.edit({"op": "merge", "beads": ["[3]:[4]", "[4]:[]"]})
    session.undo()

No edit is in memory only: each is in edits.jsonl before `edit` returns, and `open_session`
reproduces the beads by repeating the edits.
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
"""Aligns both documents again around the fixed beads (realign.py)."""


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
        """The file of the edits."""
        return self.folder.path / EDITS

    def edit(self, edit: Mapping[str, Any]) -> Splice:
        """Apply an edit and save it; EditError, without any change, if it is impossible."""
        number = len(self.edits) + 1
        splice = plan(self.beads, number, edit, self.work)
        _check_text(edit)
        self._save(edit)
        splice.apply(self.beads)
        self.done.append((number, splice))
        self.undone.clear()
        return splice

    def undo(self) -> Splice:
        """Undo the last edit; EditError if there is none."""
        if not self.done:
            raise EditError("there is nothing to undo")
        number, _ = self.done[-1]
        self._save({"op": "undo", "of": number})
        return self._undo()

    def redo(self) -> Splice:
        """Redo the edit that was undone last; EditError if there is none."""
        if not self.undone:
            raise EditError("there is nothing to redo")
        number, _ = self.undone[-1]
        self._save({"op": "redo", "of": number})
        return self._redo()

    def realign(self, aligner: Aligner) -> Splice:
        """Align again around the fixed beads, and save the result."""
        beads = [bead_json(bead) for bead in aligner(self.work, self.beads)]
        return self.edit({"op": "realign", "beads": beads})

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
        """Repeat a saved edit without saving it."""
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
    """EditError if a text cannot be written as UTF-8."""
    try:
        json.dumps(edit, ensure_ascii=False).encode()
    except ValueError:
        raise EditError("a text contains an unpaired surrogate; type it again") from None


def locked(folder: Path) -> AbstractContextManager[None]:
    """Hold the lock of a folder under review; InputError if the folder does not exist."""
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder; give one written by `duizhao build`")
    return alone(folder)


def open_session(path: Path, by: str = "") -> Session:
    """Read a folder, its alignment and its edits, and repeat the edits.

    InputError if the folder cannot be reviewed or its edits do not fit.
    """
    folder = read_folder(path, most=None)
    unit = (folder.run.get("settings") or {}).get("unit", "sentence")
    if unit != "sentence":
        raise InputError(
            f"{path}: its rows are {unit}s, and a review needs beads; build it with --unit "
            "sentence, and make larger units with `duizhao export --unit` afterwards"
        )
    check_scores(folder)
    work = read_work(folder.path / WORK)
    alignment = work_hash(work)
    names = {str(Bead(row.source_ids, row.target_ids)): row.id for row in folder.rows}
    moved = {
        str(Bead(row.source_ids, row.target_ids))
        for row in folder.rows
        if row.metadata.get("moved")
    }
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
        beads=review_beads(work, names, reasons, moved),
        rows={row.id: row for row in folder.rows},
        torn=log.torn,
    )
    for record in log.edits:
        try:
            session._again(record)
        except EditError as error:
            raise InputError(f"{session.path}: edit {record.get('edit')}: {error}") from None
    return session
