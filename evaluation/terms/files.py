"""Files of terms: TSV for ``--glossary``, TBX-Basic for term bases, and XLSX for people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lxml import etree

from duizhao.corpus import tsv
from duizhao.corpus.errors import InputError, writing
from duizhao.corpus.files.exports.xml import XML_LANG, clean
from duizhao.corpus.files.exports.zipped import copy_without_times
from duizhao.corpus.replacing import replacing
from duizhao.evaluation.terms.term import BilingualTerm

TBX = "urn:iso:std:iso:30042:ed-2"
FORMATS = ("tsv", "tbx", "xlsx")
HEADINGS = (
    *("Chinese", "English", "rows", "share", "Chinese rows", "Chinese count", "documents"),
    *("score", "beads", "context"),
)
_WIDTHS = (26, 40, 8, 8, 13, 14, 11, 8, 30, 80)


def write_terms(terms: Sequence[BilingualTerm], path: Path, form: str) -> None:
    """Write a file of one of `FORMATS`; the same terms give the same bytes.

    StorageError if it cannot be written, InputError for a TBX without terms, which is not valid.
    """
    if form == "tbx" and not terms:
        raise InputError(f"{path}: there are no terms to write; give more text, or a lower --least")
    with writing(path), replacing(path) as temporary:
        if form == "tbx":
            temporary.write_bytes(_tbx(terms))
        elif form == "xlsx":
            _write_xlsx(terms, temporary)
        else:
            temporary.write_text(to_tsv(terms), encoding="utf-8")


def to_tsv(terms: Sequence[BilingualTerm]) -> str:
    """A glossary: Chinese, English, further English forms; counts are in comments."""
    lines = ["# Chinese, English, further English forms (one per column)"]
    for term in terms:
        counts = ", ".join(f"{form.text} {form.rows}" for form in term.english)
        lines.append(f"# {term.count} times in {term.documents} documents: {counts}")
        lines.append(tsv.line([term.chinese, *(form.text for form in term.english)]))
    return "\n".join([*lines, ""])


def _tbx(terms: Sequence[BilingualTerm]) -> bytes:
    """TBX-Basic of ISO 30042:2019, style DCA: an entry for each Chinese term.

    tests/evaluation/terms/tbx_basic.rng is the grammar of these files.
    """
    root = etree.Element(
        f"{{{TBX}}}tbx", {"type": "TBX-Basic", "style": "dca", XML_LANG: "en"}, nsmap={None: TBX}
    )
    header = _add(_add(_add(root, "tbxHeader"), "fileDesc"), "sourceDesc")
    _add(header, "p", "Terms of a parallel corpus, extracted by duizhao")
    body = _add(_add(root, "text"), "body")
    for number, term in enumerate(terms, 1):
        entry = _add(body, "conceptEntry", id=f"c{number}")
        _add(entry, "note", f"{term.count} times in {term.documents} documents")
        chinese = _add(entry, "langSec")
        chinese.set(XML_LANG, "zh")
        _add(_add(chinese, "termSec"), "term", term.chinese)
        english = _add(entry, "langSec")
        english.set(XML_LANG, "en")
        for place, form in enumerate(term.english):
            section = _add(english, "termSec")
            _add(section, "term", form.text)
            status = "preferredTerm-admn-sts" if place == 0 else "admittedTerm-admn-sts"
            _add(section, "termNote", status, type="administrativeStatus")
            group = _add(section, "descripGrp")
            _add(group, "descrip", form.context, type="context")
            _add(group, "admin", form.examples[0], type="source")
            _add(section, "note", f"in {form.rows} rows: {', '.join(form.examples)}")
    etree.indent(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, f"{{{TBX}}}{name}", attributes)
    if text:
        child.text = clean(text)
    return child


def _write_xlsx(terms: Sequence[BilingualTerm], path: Path) -> None:
    import tempfile

    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "terms"
    sheet.append(HEADINGS)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for term in terms:
        for form in term.english:
            sheet.append(
                [
                    *(clean(term.chinese), clean(form.text), form.rows),
                    *(round(form.rows / term.rows, 3), term.rows, term.count, term.documents),
                    *(term.score, clean(", ".join(form.examples)), clean(form.context)),
                ]
            )
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # never a formula
                cell.alignment = Alignment(wrap_text=True, vertical="top")
    for number, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    with tempfile.TemporaryFile() as made, path.open("wb") as file:
        book.save(made)
        made.seek(0)
        copy_without_times(made, file)
