"""Excel: two readable columns, filters, and a colour for the confidence, for editing.

`duizhao apply DIR --from FILE.xlsx` reads an edited file back. A hidden sheet lists the exported
rows with a hash of their texts, which reveals deleted lines and rows that a review changed after
the export. Texts are always text cells, never formulas.

Excel holds 32,767 characters in a cell and 1,048,576 lines in a sheet: a longer text continues in
the next line with the same id and its number in the column ``part``, and a longer corpus in the
next sheet.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from duizhao.corpus.files.exports.options import DEFAULT, ExportOptions
from duizhao.corpus.files.exports.table import (
    CHECKED,
    COLUMNS,
    CONFIDENCE,
    SOURCE,
    TARGET,
    level,
    text_hash,
)
from duizhao.corpus.files.exports.xml import clean
from duizhao.corpus.files.exports.zipped import copy_without_times
from duizhao.corpus.row import Row

if TYPE_CHECKING:
    from openpyxl import Workbook

MOST_CHARACTERS = 32_767
MOST_LINES = 1_048_576
SHEET = "corpus"
LIST = "duizhao"
"""Name of the hidden sheet with the id and hash of each exported row, and its first line."""
PART = "part"
HEADINGS = (*COLUMNS, PART)

WIDTHS = {SOURCE: 56, TARGET: 68, CONFIDENCE: 12, CHECKED: 10, "machine translation": 68} | {
    "flags": 18,
    "section": 24,
    "document": 18,
    "bead": 8,
    "id": 24,
    PART: 6,
}
PRINTED = 4
"""How many columns are printed."""

WRAPPED = (SOURCE, TARGET, "machine translation", "section")

COLOURS = {"low": "F8E4DF", "middle": "F8EBD3", "high": "E0EFE5"}
"""The report's soft red, amber and green."""

_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""Text that Excel would read as an escaped character: _x000D_."""
_ESCAPED = re.compile(r"_x005F_(?=x[0-9A-Fa-f]{4}_)")


def write(rows: Iterable[Row], file: BinaryIO, options: ExportOptions = DEFAULT) -> int:
    """Write the rows; returns their number."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheets = _Sheets(book)
    ids: list[tuple[str, str]] = []
    for row in rows:
        sheets.add(row)
        ids.append((row.id, text_hash(row.source, row.target)))
    sheets.finish()
    listing = book.create_sheet(LIST)
    listing.sheet_state = "hidden"
    listing.append([LIST])
    for entry in ids:
        listing.append([_text_cell(listing, value) for value in entry])
    with tempfile.TemporaryFile() as saved:
        book.save(saved)
        saved.seek(0)
        copy_without_times(saved, file)
    return len(ids)


def decode(text: str) -> str:
    """The text of a cell as it was before `write` escaped it."""
    return _ESCAPED.sub("_", text)


def lines_of(row: Row) -> Iterator[list[str | float]]:
    """The lines of a row: one, unless a text is too long for a cell."""
    values = {name: value(row) for name, value in COLUMNS.items()}
    texts = [_pieces(str(values[name])) for name in (SOURCE, TARGET)]
    values["machine translation"] = _pieces(str(values["machine translation"]))[0]
    count = max(map(len, texts))
    for number in range(count):
        for name, pieces in zip((SOURCE, TARGET), texts, strict=True):
            values[name] = pieces[number] if number < len(pieces) else ""
        yield [*values.values(), number + 1 if count > 1 else ""]


def _pieces(text: str) -> list[str]:
    text = _ESCAPE.sub("_x005F_", clean(text))
    # 16-bit units count; a piece of half the length always fits
    size = MOST_CHARACTERS if text.isascii() else MOST_CHARACTERS // 2
    if len(text) <= size:
        return [text]
    return [text[start : start + size] for start in range(0, len(text), size)]


@dataclass(slots=True)
class _Sheets:
    """The sheets of a workbook, filled one after another."""

    book: Workbook
    _sheet: Any = None
    _lines: int = 0
    _number: int = 0

    def add(self, row: Row) -> None:
        for cells in lines_of(row):
            if self._sheet is None or self._lines >= MOST_LINES:
                self._open()
            self._lines += 1
            self._sheet.row_dimensions[self._lines].height = _height(cells)
            self._sheet.append(self._cells(cells, level(row.confidence)))

    def finish(self) -> None:
        """Set the filters and the choices of the last sheet."""
        if self._sheet is None:
            self._open()
        self._close()

    def _open(self) -> None:
        from openpyxl.utils import get_column_letter

        if self._sheet is not None:
            self._close()
        self._number += 1
        sheet = self.book.create_sheet(SHEET if self._number == 1 else f"{SHEET} {self._number}")
        sheet.freeze_panes = "A2"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = 9  # A4
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_title_rows = "1:1"
        for number, name in enumerate(HEADINGS, 1):
            column = sheet.column_dimensions[get_column_letter(number)]
            column.width = WIDTHS.get(name, 12)
            column.hidden = name == PART
        sheet.append([_heading(sheet, name) for name in HEADINGS])
        self._sheet, self._lines = sheet, 1

    def _close(self) -> None:
        from openpyxl.utils import get_column_letter
        from openpyxl.worksheet.datavalidation import DataValidation

        last = get_column_letter(len(HEADINGS))
        self._sheet.auto_filter.ref = f"A1:{last}{self._lines}"
        self._sheet.print_area = f"A1:{get_column_letter(PRINTED)}{self._lines}"
        if self._lines > 1:
            column = get_column_letter(HEADINGS.index(CHECKED) + 1)
            choice = DataValidation("list", formula1='"yes"', allow_blank=True)
            choice.add(f"{column}2:{column}{self._lines}")
            self._sheet.data_validations.append(choice)

    def _cells(self, values: list[str | float], how_sure: str) -> list[Any]:
        from openpyxl.styles import Alignment, Font, PatternFill

        top = Alignment(vertical="top")
        wrapped = Alignment(vertical="top", wrap_text=True)
        cells = []
        for name, value in zip(HEADINGS, values, strict=True):
            cell = _text_cell(self._sheet, value)
            cell.alignment = wrapped if name in WRAPPED else top
            cell.font = _font(name, Font)
            if name == CONFIDENCE or (how_sure == "low" and name in (SOURCE, TARGET)):
                cell.fill = PatternFill("solid", COLOURS[how_sure])
            if name == CONFIDENCE:
                cell.number_format = "0.00"
            cells.append(cell)
        return cells


def _height(values: list[str | float]) -> float:
    """The height in points of a line with wrapped texts, which some programs do not compute."""
    lines = 1
    for name, value in zip(HEADINGS, values, strict=True):
        if name in WRAPPED:
            width = sum(2 if ord(sign) > 0x2E7F else 1 for sign in str(value))
            lines = max(lines, str(value).count("\n") + -(-width // WIDTHS[name]))
    return min(409.0, 15.0 * lines + 3)


def _font(name: str, font: Any) -> Any:
    if name == SOURCE:
        return font(name="Microsoft YaHei", size=11)
    if name == TARGET:
        return font(name="Calibri", size=11)
    return font(name="Calibri", size=10, color="625E56")


def _heading(sheet: Any, name: str) -> Any:
    from openpyxl.styles import Alignment, Font, PatternFill

    cell = _text_cell(sheet, name)
    cell.font = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
    cell.fill = PatternFill("solid", "245A9A")
    cell.alignment = Alignment(vertical="center")
    return cell


def _text_cell(sheet: Any, value: str | float) -> Any:
    """A cell; a text stays a text even if it looks like a formula or an error value."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
        if value[:1] in tuple("=+-@"):  # it stays a text even after editing
            cell.quotePrefix = True
    return cell
