"""Word: a table with the Chinese text beside the English text, a heading for each section.

The table is written into python-docx's document as XML, because its own cells take minutes for a
long corpus.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from duizhao.corpus.files.exports.options import DEFAULT, ExportOptions
from duizhao.corpus.files.exports.table import level
from duizhao.corpus.files.exports.xml import clean
from duizhao.corpus.files.exports.zipped import copy_without_times
from duizhao.corpus.row import Row

WIDTHS = (620, 6700, 7080)
"""Column widths in twentieths of a point: number and confidence, Chinese, English."""
COLOURS = {"low": "F8E4DF", "middle": "F8EBD3", "high": ""}
QUIET = "625E56"


def write(rows: Iterable[Row], file: BinaryIO, options: ExportOptions = DEFAULT) -> int:
    """Write the rows; returns their number."""
    from docx import Document

    document = Document()
    _set_page(document)
    body = document.element.body
    end = body[-1]  # the properties of the section, which come last
    count = 0
    for name, own in _by_document(rows):
        table = None
        section = None
        for number, row in enumerate(own, 1):
            if table is None:
                end.addprevious(_paragraph(name, "Title"))
                table = _table(options)
                end.addprevious(table)
            if row.section != section and row.section.strip():
                table.append(_section(row.section))
            section = row.section
            table.append(_row(number, row, options))
            count += 1
    with tempfile.TemporaryFile() as saved:
        document.save(saved)
        saved.seek(0)
        copy_without_times(saved, file)
    return count


def _by_document(rows: Iterable[Row]) -> Iterator[tuple[str, Iterable[Row]]]:
    from itertools import groupby

    return groupby(rows, key=lambda row: row.source_document)


def _set_page(document: Any) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    page = document.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = Cm(29.7), Cm(21)
    page.left_margin = page.right_margin = Cm(2)
    page.top_margin = page.bottom_margin = Cm(1.8)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(10.5)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "Microsoft YaHei")
    normal.paragraph_format.space_after = Pt(0)
    document.styles["Title"].font.size = Pt(20)
    document.core_properties.title = "Bilingual table"
    document.core_properties.author = "duizhao"
    document.core_properties.comments = ""


def _element(name: str, parent: Any = None, **attributes: str) -> Any:
    """An element of WordprocessingML, appended to `parent`."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    if parent is not None:
        parent.append(made)
    return made


def _table(options: ExportOptions) -> Any:
    table = _element("tbl")
    settings = _element("tblPr", table)
    _element("tblW", settings, w=str(sum(WIDTHS)), type="dxa")
    borders = _element("tblBorders", settings)
    for side in ("top", "bottom", "insideH"):
        _element(side, borders, val="single", sz="4", space="0", color="E3DED2")
    _element("tblLayout", settings, type="fixed")
    margins = _element("tblCellMar", settings)
    for side in ("top", "left", "bottom", "right"):
        _element(side, margins, w="70", type="dxa")
    grid = _element("tblGrid", table)
    for width in WIDTHS:
        _element("gridCol", grid, w=str(width))
    head = _element("tr", table)
    _element("tblHeader", _element("trPr", head))
    names = ("", f"中文 ({options.source_language})", f"English ({options.target_language})")
    for width, name in zip(WIDTHS, names, strict=True):
        _cell(head, name, width, bold=True)
    return table


def _section(title: str) -> Any:
    line = _element("tr")
    settings = _element("trPr", line)
    _element("cantSplit", settings)
    _cell(line, title, sum(WIDTHS), span=len(WIDTHS), bold=True, fill="F1EEE6", keep=True)
    return line


def _row(number: int, row: Row, options: ExportOptions) -> Any:
    line = _element("tr")
    _element("cantSplit", _element("trPr", line))
    fill = COLOURS[level(row.confidence)]
    note = f"{number}" if row.target_kind == "machine" else f"{number}\n{row.confidence:.2f}"
    _cell(line, note, WIDTHS[0], fill=fill, quiet=True)
    _cell(line, row.source, WIDTHS[1], language=options.source_language)
    _cell(line, row.target, WIDTHS[2], language=options.target_language)
    return line


def _cell(
    line: Any,
    text: str,
    width: int,
    *,
    span: int = 1,
    fill: str = "",
    language: str = "",
    bold: bool = False,
    quiet: bool = False,
    keep: bool = False,
) -> None:
    cell = _element("tc", line)
    settings = _element("tcPr", cell)
    _element("tcW", settings, w=str(width), type="dxa")
    if span > 1:
        _element("gridSpan", settings, val=str(span))
    if fill:
        _element("shd", settings, val="clear", color="auto", fill=fill)
    for part in re.split(r"\r\n|\r|\n", text):
        paragraph = _element("p", cell)
        if keep:
            _element("keepNext", _element("pPr", paragraph))
        paragraph.append(_run(part, language=language, bold=bold, quiet=quiet))


def _run(text: str, *, language: str = "", bold: bool = False, quiet: bool = False) -> Any:
    from docx.oxml.ns import qn

    run = _element("r")
    settings = _element("rPr", run)
    if bold:
        _element("b", settings)
    if quiet:
        _element("color", settings, val=QUIET)
        _element("sz", settings, val="16")
    if language:
        chinese = language.startswith("zh")
        _element("lang", settings, **{"eastAsia" if chinese else "val": language})
    content = _element("t", run)
    content.text = clean(text)
    content.set(qn("xml:space"), "preserve")
    return run


def _paragraph(text: str, style: str) -> Any:
    paragraph = _element("p")
    _element("pStyle", _element("pPr", paragraph), val=style)
    paragraph.append(_run(text))
    return paragraph
