"""XLIFF 1.2 and 2.x: the source or the target segments, whichever is in the language asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from duizhao.corpus.document import Language
from duizhao.corpus.reading import characters
from duizhao.corpus.reading.draft import LeftOut, Reading, Source
from duizhao.corpus.reading.safe_xml import parse
from duizhao.corpus.reading.units import segmented

if TYPE_CHECKING:
    from lxml import etree


def read_drafts(source: Source, language: Language) -> Reading:
    """A block for each unit; in 2.x for each segment of it.

    Suggestions of other translations and the content of inline codes go to the ledger.
    """
    removed: Counter[str] = Counter()
    root = parse(source.data, source.name, removed)
    units: list[tuple[str, int | None]] = []
    other: list[str] = []
    left_out: list[LeftOut] = []
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
        away, code = ("target", target_code) if side == "source" else ("source", source_code)
        known = segmented.is_language(code, segmented.OTHER[language])
        for unit in _units(holder):
            text, inner = _text(unit, side)
            units.append((text, unit.sourceline))
            other.append(_text(unit, away)[0] if known else "")
            left_out += segmented.codes_left_out(inner, unit.sourceline)
            left_out += [
                LeftOut("second_variant", other, line=unit.sourceline)
                for other in _alternatives(unit, side)
            ]
    if not found:
        raise segmented.missing(source.name, language, codes)
    warnings = [text] if (text := characters.warning(source.name, removed)) else []
    both = segmented.both_sides(source.name, language, [text for text, _ in units], other)
    return segmented.reading(units, language, warnings, left_out, **both)


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


def _text(unit: etree._Element, side: str) -> tuple[str, list[str]]:
    """The text of a side of a unit, and the content of its inline codes."""
    element = next((each for each in unit if segmented.local(each) == side), None)
    return segmented.inline_text(element) if element is not None else ("", [])


def _alternatives(unit: etree._Element, side: str) -> Iterator[str]:
    for alternative in (each for each in unit if segmented.local(each) == "alt-trans"):
        for element in (each for each in alternative if segmented.local(each) == side):
            if text := " ".join(segmented.inline_text(element)[0].split()):
                yield text
