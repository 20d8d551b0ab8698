"""An edited XLSX file as edits of a review.

    lines = read_sheet(Path("corpus.xlsx"))
    planned = plan_edits(session, lines)

Rows are identified by their ids, so their order has no effect. A changed text becomes an edit of
the text, a deleted line deletes the bead, and "yes" in the column ``checked`` checks it. A change
that cannot be applied (a line twice, an unknown id, a new line, an emptied text, a formula, a row
that the review changed after the export) is reported with its sheet and line, and has no effect.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from duizhao.corpus.bitext import Row
from duizhao.corpus.errors import InputError
from duizhao.corpus.files.exports.table import CHECKED, ID, SOURCE, TARGET, plain, text_hash
from duizhao.corpus.files.exports.xlsx import LIST, PART, decode
from duizhao.corpus.reading import DEFAULT_LIMITS
from duizhao.corpus.reading.bounds.files import read_file
from duizhao.corpus.reading.safe_xml import Archive
from duizhao.evaluation.review.outcome import rows_of
from duizhao.evaluation.review.session import Session

if TYPE_CHECKING:
    from openpyxl import Workbook

HEADING_LINES = 20
"""Number of first lines of a sheet in which the headings are searched."""

MOST_COLUMNS = 100
"""Number of first cells of a line that are read, of up to 16,384: exported and added columns."""

YES = {"yes", "y", "x", "true", "1", "是", "✓", "√"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a sheet; `problem` is the reason why its texts cannot be used."""

    place: str
    id: str
    part: int
    source: str
    target: str
    checked: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines of a file, and the exported rows (id to hash); None if the list is missing."""

    name: str
    lines: tuple[Line, ...]
    exported: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Planned:
    """Edits for the session, changes that cannot be applied, and changes without effect."""

    edits: tuple[dict[str, Any], ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def read_sheet(path: Path) -> Sheet:
    """Read an edited file that `duizhao export` wrote; InputError for any other."""
    book = _open(path)
    lines: list[Line] = []
    exported: dict[str, str] | None = None
    has_table = False
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # they may be wrong, and huge
        if sheet.title == LIST:
            exported = _exported(sheet)
            continue
        found = _lines(sheet)
        if found is not None:
            has_table = True
            lines += found
    if not has_table:
        raise InputError(
            f"{path}: no sheet has the columns {SOURCE}, {TARGET} and {ID}; use a file of "
            "`duizhao export --to xlsx` and keep its headings"
        )
    return Sheet(path.name, tuple(lines), exported)


def plan_edits(session: Session, sheet: Sheet) -> Planned:
    """The edits that turn the review's texts into those of the file."""
    kept = [bead for bead in session.beads if not bead.left_out]
    rows = {
        row.id: (bead.name, row) for bead, row in zip(kept, rows_of(session, kept), strict=True)
    }
    edits: list[dict[str, Any]] = []
    problems: list[str] = []
    by_id: dict[str, list[Line]] = defaultdict(list)
    for line in sheet.lines:
        if line.id:
            by_id[line.id].append(line)
        else:
            problems.append(f"{line.place}: a new line without id; add the pair to the documents")
    for name, lines in by_id.items():
        line = _whole(lines)
        exported = (sheet.exported or {}).get(name)
        if line.problem:
            problems.append(f"{line.place}: {line.problem}")
        elif exported == text_hash(line.source, line.target) and not line.checked:
            continue  # as it was exported
        elif name not in rows:
            problems += _gone(line, known=exported is not None, exported=exported)
        else:
            found, problem = _changes(line, *rows[name], exported)
            edits += found
            problems += [problem] if problem else []
    deleted, unknown = _deleted(sheet, by_id, rows)
    notes = []
    if sheet.exported is None:
        notes.append(
            "the hidden sheet with the exported rows is missing: deleted lines are not applied"
        )
    elif _reordered(by_id, sheet.exported):
        notes.append("the lines have another order than in the export, which has no effect")
    marked = [{**edit, "from": sheet.name} for edit in (*edits, *deleted)]
    return Planned(tuple(marked), (*problems, *unknown), tuple(notes))


def _open(path: Path) -> Workbook:
    """The workbook, after a check of its archive, because XML entities can expand without limit."""
    from openpyxl import load_workbook

    data = read_file(path, DEFAULT_LIMITS)
    if not data.startswith(b"PK"):
        raise InputError(f"{path}: not an XLSX file; save it as Excel workbook (.xlsx)")
    archive = Archive.open(data, str(path), DEFAULT_LIMITS)
    for name in sorted(archive.names()):
        if name.endswith((".xml", ".rels")) and b"<!DOCTYPE" in (archive.read(name) or b""):
            raise InputError(f"{path}: {name} defines entities, which a workbook never does")
    try:
        return load_workbook(io.BytesIO(data), read_only=True)
    except Exception as error:  # openpyxl raises any error of its parsers
        raise InputError(f"{path}: not a workbook that can be read ({error})") from None


def _exported(sheet: Any) -> dict[str, str] | None:
    lines = ([_text(value) for value in line[:2]] for line in sheet.iter_rows(values_only=True))
    if next(lines, [""])[:1] != [LIST]:
        return None
    return {line[0]: line[1] for line in lines if len(line) == 2 and line[0]}


def _lines(sheet: Any) -> list[Line] | None:
    """The lines of a sheet that are not empty; None without the headings of an export."""
    places: dict[str, int] = {}
    lines: list[Line] = []
    try:
        for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
            if not places:
                heads = [_text(cell.value).strip() for cell in cells]
                if {SOURCE, TARGET, ID} <= set(heads):
                    places = {name: heads.index(name) for name in heads if name}
                elif number >= HEADING_LINES:
                    return None
                continue
            lines += _line(f"sheet {sheet.title}, line {number}", cells, places)
    except (ValueError, TypeError, KeyError, SyntaxError) as error:
        raise InputError(f"sheet {sheet.title}: damaged ({error}); save the file again") from None
    return lines if places else None


def _line(place: str, cells: Sequence[Any], places: Mapping[str, int]) -> Iterator[Line]:
    def cell(name: str) -> Any:
        number = places.get(name, len(cells))
        return cells[number] if number < len(cells) else None

    values = {
        name: _text(getattr(cell(name), "value", None))
        for name in (SOURCE, TARGET, ID, PART, CHECKED)
    }
    if not any(values[name].strip() for name in (SOURCE, TARGET, ID)):
        return
    part = values[PART].partition(".")[0]
    yield Line(
        place,
        values[ID].strip(),
        int(part) if part.isdecimal() else 1,
        values[SOURCE],
        values[TARGET],
        values[CHECKED].strip().lower() in YES,
        next(filter(None, (_problem(name, cell(name)) for name in (SOURCE, TARGET))), ""),
    )


def _problem(name: str, cell: Any) -> str:
    """The problem of a cell that is not a text; "" for a text, a number or an empty cell."""
    kind = getattr(cell, "data_type", "n")
    what = {"f": "a formula", "e": "an error value", "d": "a date"}.get(kind)
    return (
        f"{name} is {what}, not a text; format the cell as text and type it again" if what else ""
    )


def _text(value: object) -> str:
    """A cell's value as text: a whole number without decimals."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return decode(str(value))


def _whole(lines: Sequence[Line]) -> Line:
    """The lines of one row as one: the parts of a long text are joined, in their order."""
    parts = sorted(lines, key=lambda line: line.part)
    first = parts[0]
    numbers = [line.part for line in parts]
    if len(set(numbers)) < len(numbers):
        texts = {(line.part, plain(line.source), plain(line.target)) for line in lines}
        if len(texts) < len(lines) and len(texts) == len(set(numbers)):
            return _whole(list({line.part: line for line in reversed(lines)}.values()))
        where = " and ".join(line.place for line in lines)
        problem = f"{first.id} occurs {len(lines)} times with different texts ({where})"
        return replace(first, problem=f"{problem}; keep one of the lines")
    return replace(
        first,
        source="".join(line.source for line in parts),
        target="".join(line.target for line in parts),
        checked=any(line.checked for line in parts),
        problem=next((line.problem for line in parts if line.problem), ""),
    )


def _changes(
    line: Line, bead: str, row: Row, exported: str | None
) -> tuple[list[dict[str, Any]], str]:
    """The edits of a row, and the problem that prevents them."""
    texts = {"source": (line.source, row.source), "target": (line.target, row.target)}
    changed = {side: new for side, (new, old) in texts.items() if plain(new) != plain(old)}
    is_ours = exported is None or exported != text_hash(line.source, line.target)
    edits: list[dict[str, Any]] = []
    if changed and is_ours:
        if exported is not None and exported != text_hash(row.source, row.target):
            return [], f"{line.place}: {row.id} was also changed in the review after the export"
        if not any(plain(new) for new, _ in texts.values()):
            return [{"op": "delete", "bead": bead}], ""
        if empty := [side for side, (new, _) in texts.items() if not plain(new)]:
            return [], f"{line.place}: the {empty[0]} is empty; delete the whole line instead"
        edits.append({"op": "text", "bead": bead, "texts": changed})
    if line.checked and not row.metadata.get("checked"):
        edits.append({"op": "check", "bead": bead, "checked": True})
    return edits, ""


def _gone(line: Line, *, known: bool, exported: str | None) -> list[str]:
    """The problem of a changed line whose row is not in the corpus."""
    if known and exported == text_hash(line.source, line.target):
        return []  # only checked, and gone since
    why = "is not in the corpus any more" if known else "is not a row of this corpus"
    return [f"{line.place}: {line.id} {why}, so its change is not applied"]


def _deleted(
    sheet: Sheet, lines: Mapping[str, object], rows: Mapping[str, tuple[str, Row]]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Edits for the exported rows whose lines were deleted."""
    edits: list[dict[str, Any]] = []
    problems = []
    for name, exported in (sheet.exported or {}).items():
        if name in lines or name not in rows:
            continue
        bead, row = rows[name]
        if text_hash(row.source, row.target) == exported:
            edits.append({"op": "delete", "bead": bead})
        else:
            problems.append(
                f"{name}: deleted in the file, but changed in the review after the export"
            )
    return edits, problems


def _reordered(lines: Mapping[str, object], exported: Mapping[str, str]) -> bool:
    shared = [name for name in lines if name in exported]
    return shared != [name for name in exported if name in lines]
