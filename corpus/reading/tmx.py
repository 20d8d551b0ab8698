"""Translation memories (TMX 1.4b): the segments of one language."""

from __future__ import annotations

from duizhao.corpus.document import Language
from duizhao.corpus.reading import segmented
from duizhao.corpus.reading.draft import Reading, Source
from duizhao.corpus.reading.safe_xml import parse


def read_drafts(source: Source, language: Language) -> Reading:
    """A block for each translation unit; units without this language go to the ledger."""
    root = parse(source.data, source.name)
    units: list[tuple[str, int | None]] = []
    codes: set[str] = set()
    found = False
    for unit in (each for each in root.iter() if segmented.local(each) == "tu"):
        text = ""
        for variant in (each for each in unit if segmented.local(each) == "tuv"):
            code = variant.get(segmented.XML_LANG) or variant.get("lang") or ""
            codes.add(code)
            if not text and segmented.is_language(code, language):
                found = True
                segment = next((each for each in variant if segmented.local(each) == "seg"), None)
                text = segmented.inline_text(segment) if segment is not None else ""
        units.append((text, unit.sourceline))
    if not found:
        raise segmented.missing(source.name, language, codes)
    return segmented.reading(units, language)
