"""TMX 1.4, the format of translation tools: a `tu` per row, provenance in `prop` elements.

https://www.gala-global.org/tmx-14b. Written element by element with lxml; valid by tmx14.dtd in
this folder. The same rows give the same bytes: dates come from the rows (a review) or from the
caller, never from the time of writing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from typing import BinaryIO

from lxml import etree

from duizhao.corpus.files.exports.options import DEFAULT, ExportOptions
from duizhao.corpus.files.exports.xml import XML_LANG, clean
from duizhao.corpus.row import Row

HEADER = {
    "creationtool": "duizhao",
    "segtype": "sentence",
    "o-tmf": "duizhao",
    "adminlang": "en",
    "srclang": "zh",
    "datatype": "plaintext",
}


def write(rows: Iterable[Row], file: BinaryIO, options: ExportOptions = DEFAULT) -> int:
    """Write the rows; returns their number."""
    count = 0
    with etree.xmlfile(file, encoding="UTF-8") as xml:
        xml.write_declaration()
        xml.write_doctype('<!DOCTYPE tmx SYSTEM "tmx14.dtd">')
        with xml.element("tmx", version="1.4"):
            xml.write("\n")
            xml.write(_header(options))
            xml.write("\n")
            with xml.element("body"):
                xml.write("\n")
                for row in rows:
                    xml.write(_unit(row, options))
                    xml.write("\n")
                    count += 1
    return count


def _header(options: ExportOptions) -> etree._Element:
    values = HEADER | {
        "srclang": options.source_language,
        "creationtoolversion": version("duizhao"),
    }
    if created := date(options.created):
        values["creationdate"] = created
    return etree.Element("header", values)


def _unit(row: Row, options: ExportOptions) -> etree._Element:
    unit = etree.Element("tu", {"tuid": clean(row.id)} | _history(row, options))
    for name, value in _properties(row):
        etree.SubElement(unit, "prop", type=f"x-{name}").text = clean(value)
    source = etree.SubElement(unit, "tuv", {XML_LANG: options.source_language})
    etree.SubElement(source, "seg").text = clean(row.source)
    target = etree.SubElement(unit, "tuv", {XML_LANG: options.target_language})
    etree.SubElement(target, "prop", type="x-target-kind").text = row.target_kind
    if row.target_kind == "human" and row.machine_translation:
        translation = etree.SubElement(target, "prop", type="x-machine-translation")
        translation.text = clean(row.machine_translation)
    etree.SubElement(target, "seg").text = clean(row.target)
    return unit


def _history(row: Row, options: ExportOptions) -> dict[str, str]:
    """When a row was created, and who changed it when: from the options and its review."""
    values = {
        "creationdate": date(options.created),
        "changedate": date(str(row.metadata.get("reviewed_at") or "")),
        "changeid": clean(str(row.metadata.get("reviewed_by") or "")),
    }
    return {name: value for name, value in values.items() if value}


def date(text: str) -> str:
    """An ISO 8601 time in the form of TMX, in UTC; "" for anything else.

    >>> date("2026-11-23T18:02:11+01:00")
    '20261123T170211Z'
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return ""
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return f"{time.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _properties(row: Row) -> Iterator[tuple[str, str]]:
    """Name and text of a row's properties, without empty ones."""
    values = {
        "source-document": row.source_document,
        "target-document": row.target_document or "",
        "section": row.section,
        "source-ids": ",".join(map(str, row.source_ids)),
        "target-ids": ",".join(map(str, row.target_ids)),
        "source-blocks": ",".join(map(str, row.source_blocks)),
        "target-blocks": ",".join(map(str, row.target_blocks)),
        "bead-type": row.bead_type,
        "moved": "yes" if row.metadata.get("moved") else "",
        "alignment-score": str(row.alignment_score),
        "confidence": str(row.confidence),
        "recognition": "" if row.recognition is None else str(row.recognition),
        "mt-score": "" if row.mt_score is None else str(row.mt_score),
        "mt-flags": ",".join(row.mt_flags),
        "metadata": json.dumps(dict(row.metadata), ensure_ascii=False) if row.metadata else "",
    }
    return ((name, value) for name, value in values.items() if value)
