"""XLIFF 1.2 and 2.x: the source or the target segments, whichever is in the language asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from duizhao.corpus.document import Language
from duizhao.corpus.reading import segmented
from duizhao.corpus.reading.draft import Reading, Source
from duizhao.corpus.reading.safe_xml import parse

if TYPE_CHECKING:
    from lxml import etree


def read_drafts(source: Source, language: Language) -> Reading:
    """A block for each unit; in 2.x for each segment of it."""
    root = parse(source.data, source.name)
    units: list[tuple[str, int | None]] = []
    codes: set[str] = set()
    found = False
    for holder, source_code, target_code in _holders(root):
        codes |= {source_code, target_code}
        side = (
            "source" if segmented.is_language(source_code, language)
            else "target" if segmented.is_language(target_code, language) else ""
        )  # fmt: skip
        if not side:
            continue
        found = True
        for unit in _units(holder):
            element = next((each for each in unit if segmented.local(each) == side), None)
            text = segmented.inline_text(element) if element is not None else ""
            units.append((text, unit.sourceline))
    if not found:
        raise segmented.missing(source.name, language, codes)
    return segmented.reading(units, language)


def _holders(root: etree._Element) -> Iterator[tuple[etree._Element, str, str]]:
    """(element, source language, target language): the root in 2.x, each file in 1.2."""
    if root.get("srcLang"):
        yield root, root.get("srcLang", ""), root.get("trgLang", "")
        return
    for element in root.iter():
        if segmented.local(element) == "file":
            yield element, element.get("source-language", ""), element.get("target-language", "")


def _units(holder: etree._Element) -> Iterator[etree._Element]:
    for element in holder.iter():
        if segmented.local(element) in ("trans-unit", "segment"):
            yield element
