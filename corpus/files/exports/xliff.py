"""XLIFF 2.0, the exchange format of translation tools: a unit for each row, a file per document.

https://docs.oasis-open.org/xliff/xliff-core/v2.0. The machine translation and the origin of a row
are in the metadata module, the state of a segment is ``final`` once a person checked it,
``translated`` for a human translation, and ``initial`` for a machine translation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count, groupby
from typing import BinaryIO

from lxml import etree

from duizhao.corpus.files.exports.options import DEFAULT, ExportOptions
from duizhao.corpus.files.exports.xml import XML_SPACE, clean
from duizhao.corpus.row import Row

CORE = "urn:oasis:names:tc:xliff:document:2.0"
METADATA = "urn:oasis:names:tc:xliff:metadata:2.0"


def write(rows: Iterable[Row], file: BinaryIO, options: ExportOptions = DEFAULT) -> int:
    """Write the rows; returns their number."""
    written = 0
    files = count(1)
    head = {
        "version": "2.0",
        "srcLang": options.source_language,
        "trgLang": options.target_language,
    }
    with etree.xmlfile(file, encoding="UTF-8") as xml:
        xml.write_declaration()
        with xml.element(f"{{{CORE}}}xliff", head, nsmap={None: CORE, "mda": METADATA}):
            xml.write("\n")
            for document, own in groupby(rows, key=lambda row: row.source_document):
                names = {"id": f"f{next(files)}", "original": clean(document)}
                with xml.element(f"{{{CORE}}}file", names):
                    xml.write("\n")
                    for number, row in enumerate(own, 1):
                        xml.write(_unit(number, row))
                        xml.write("\n")
                        written += 1
                xml.write("\n")
            if not written:  # an empty file element is not valid
                empty = etree.Element(f"{{{CORE}}}file", id="f1", nsmap={None: CORE})
                etree.SubElement(empty, f"{{{CORE}}}group", id="g1")
                xml.write(empty)
    return written


def _unit(number: int, row: Row) -> etree._Element:
    unit = etree.Element(
        f"{{{CORE}}}unit",
        {"id": f"u{number}", "name": clean(row.id)},
        nsmap={None: CORE, "mda": METADATA},
    )
    facts = etree.SubElement(unit, f"{{{METADATA}}}metadata")
    group = etree.SubElement(facts, f"{{{METADATA}}}metaGroup", category="duizhao")
    for name, value in properties(row):
        etree.SubElement(group, f"{{{METADATA}}}meta", type=name).text = clean(value)
    segment = etree.SubElement(unit, f"{{{CORE}}}segment", state=_state(row))
    for tag, text in (("source", row.source), ("target", row.target)):
        side = etree.SubElement(segment, f"{{{CORE}}}{tag}", {XML_SPACE: "preserve"})
        side.text = clean(text)
    return unit


def _state(row: Row) -> str:
    if row.metadata.get("checked"):
        return "final"
    return "translated" if row.target_kind == "human" else "initial"


def properties(row: Row) -> Iterator[tuple[str, str]]:
    """Name and value of a row's properties that are of use to a translator, without empty ones."""
    values = {
        "confidence": str(row.confidence) if row.target_kind == "human" else "",
        "section": row.section,
        "bead": row.bead_type,
        "target-document": row.target_document or "",
        "target-kind": row.target_kind,
        "machine-translation": row.machine_translation if row.target_kind == "human" else "",
        "flags": ", ".join(row.mt_flags),
        "reviewed-by": str(row.metadata.get("reviewed_by") or ""),
        "reviewed-at": str(row.metadata.get("reviewed_at") or ""),
    }
    return ((name, value) for name, value in values.items() if value)
