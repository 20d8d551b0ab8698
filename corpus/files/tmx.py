"""TMX 1.4, the format of translation tools: a `tu` per row, provenance in `prop` elements.

https://www.gala-global.org/tmx-14b. Written element by element with lxml; valid by tmx14.dtd in
this folder. It has no time of writing, so that the same rows give the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import BinaryIO

from lxml import etree

from duizhao.corpus.row import Row

HEADER = {
    "creationtool": "duizhao",
    "segtype": "sentence",
    "o-tmf": "duizhao",
    "adminlang": "en",
    "srclang": "zh",
    "datatype": "plaintext",
}

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, such as the form feed between two pages."""


def write(rows: Iterable[Row], file: BinaryIO) -> int:
    """Write the rows; returns their number."""
    count = 0
    with etree.xmlfile(file, encoding="UTF-8") as xml:
        xml.write_declaration()
        xml.write_doctype('<!DOCTYPE tmx SYSTEM "tmx14.dtd">')
        with xml.element("tmx", version="1.4"):
            xml.write("\n")
            xml.write(etree.Element("header", HEADER | {"creationtoolversion": version("duizhao")}))
            xml.write("\n")
            with xml.element("body"):
                xml.write("\n")
                for row in rows:
                    xml.write(_unit(row))
                    xml.write("\n")
                    count += 1
    return count


def _unit(row: Row) -> etree._Element:
    unit = etree.Element("tu", tuid=clean(row.id))
    for name, value in _properties(row):
        etree.SubElement(unit, "prop", type=f"x-{name}").text = clean(value)
    for language, text in (("zh", row.source), ("en", row.target)):
        side = etree.SubElement(unit, "tuv", {XML_LANG: language})
        if language == "en":
            etree.SubElement(side, "prop", type="x-target-kind").text = row.target_kind
            if row.target_kind == "human":
                translation = etree.SubElement(side, "prop", type="x-machine-translation")
                translation.text = clean(row.machine_translation)
        etree.SubElement(side, "seg").text = clean(text)
    return unit


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
        "alignment-score": str(row.alignment_score),
        "confidence": str(row.confidence),
        "recognition": "" if row.recognition is None else str(row.recognition),
        "mt-score": "" if row.mt_score is None else str(row.mt_score),
        "mt-flags": ",".join(row.mt_flags),
        "metadata": json.dumps(dict(row.metadata), ensure_ascii=False) if row.metadata else "",
    }
    return ((name, value) for name, value in values.items() if value)


def clean(text: str) -> str:
    """The text without the characters that XML cannot hold."""
    return _NOT_XML.sub("", text)
