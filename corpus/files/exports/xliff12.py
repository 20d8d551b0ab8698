"""XLIFF 1.2, for tools that do not support version 2 (OmegaT 3): a trans-unit for each row.

http://docs.oasis-open.org/xliff/v1.2/os/xliff-core.html
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import BinaryIO

from lxml import etree

from duizhao.corpus.files.exports.options import DEFAULT, ExportOptions
from duizhao.corpus.files.exports.xliff import properties
from duizhao.corpus.files.exports.xml import XML_SPACE, clean
from duizhao.corpus.row import Row

CORE = "urn:oasis:names:tc:xliff:document:1.2"


def write(rows: Iterable[Row], file: BinaryIO, options: ExportOptions = DEFAULT) -> int:
    """Write the rows; returns their number."""
    written = 0
    with etree.xmlfile(file, encoding="UTF-8") as xml:
        xml.write_declaration()
        with xml.element(f"{{{CORE}}}xliff", {"version": "1.2"}, nsmap={None: CORE}):
            xml.write("\n")
            for document, own in groupby(rows, key=lambda row: row.source_document):
                with (
                    xml.element(f"{{{CORE}}}file", _head(document, options)),
                    xml.element(f"{{{CORE}}}body"),
                ):
                    xml.write("\n")
                    for row in own:
                        xml.write(_unit(row))
                        xml.write("\n")
                        written += 1
                xml.write("\n")
            if not written:
                xml.write(_empty(options))
    return written


def _empty(options: ExportOptions) -> etree._Element:
    """A file without units: the format requires at least one file."""
    made = etree.Element(f"{{{CORE}}}file", _head("empty", options), nsmap={None: CORE})
    etree.SubElement(made, f"{{{CORE}}}body")
    return made


def _head(document: str, options: ExportOptions) -> dict[str, str]:
    return {
        "original": clean(document),
        "source-language": options.source_language,
        "target-language": options.target_language,
        "datatype": "plaintext",
    }


def _unit(row: Row) -> etree._Element:
    unit = etree.Element(
        f"{{{CORE}}}trans-unit", {"id": clean(row.id), XML_SPACE: "preserve"}, nsmap={None: CORE}
    )
    etree.SubElement(unit, f"{{{CORE}}}source").text = clean(row.source)
    target = etree.SubElement(unit, f"{{{CORE}}}target", state=_state(row))
    target.text = clean(row.target)
    facts = etree.SubElement(unit, f"{{{CORE}}}context-group", purpose="information")
    for name, value in properties(row):
        fact = etree.SubElement(facts, f"{{{CORE}}}context", {"context-type": f"x-{name}"})
        fact.text = clean(value)
    return unit


def _state(row: Row) -> str:
    if row.metadata.get("checked"):
        return "final"
    return "translated" if row.target_kind == "human" else "needs-review-translation"
