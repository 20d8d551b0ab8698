"""Translation memories (TMX 1.4b): the segments of one language."""

from __future__ import annotations

from collections import Counter

from duizhao.corpus.document import Language
from duizhao.corpus.reading import characters
from duizhao.corpus.reading.draft import LeftOut, Reading, Source
from duizhao.corpus.reading.safe_xml import parse
from duizhao.corpus.reading.units import segmented


def read_drafts(source: Source, language: Language) -> Reading:
    """A block for each translation unit.

    Units without this language, further variants in it and the content of inline codes go to the
    ledger.
    """
    removed: Counter[str] = Counter()
    root = parse(source.data, source.name, removed)
    units: list[tuple[str, int | None]] = []
    left_out: list[LeftOut] = []
    present: set[str] = set()
    other: list[str] = []
    for unit in (each for each in root.iter() if segmented.local(each) == "tu"):
        variants: list[str] = []
        others: list[str] = []
        for variant in (each for each in unit if segmented.local(each) == "tuv"):
            code = variant.get(segmented.XML_LANG) or variant.get("lang") or ""
            present.add(code)
            segment = next((each for each in variant if segmented.local(each) == "seg"), None)
            if segment is None:
                continue
            if segmented.is_language(code, language):
                text, codes = segmented.inline_text(segment)
                variants.append(text)
                left_out += segmented.codes_left_out(codes, unit.sourceline)
            elif segmented.is_language(code, segmented.OTHER[language]):
                others.append(segmented.inline_text(segment)[0])
        filled = [text for text in variants if text.strip()]
        units.append((filled[0] if filled else "", unit.sourceline))
        other.append(next((text for text in others if text.strip()), ""))
        left_out += [
            LeftOut("second_variant", " ".join(text.split()), line=unit.sourceline)
            for text in filled[1:]
        ]
    if not any(segmented.is_language(code, language) for code in present):
        raise segmented.missing(source.name, language, present)
    warnings = [text] if (text := characters.warning(source.name, removed)) else []
    both = segmented.both_sides(source.name, language, [text for text, _ in units], other)
    return segmented.reading(units, language, warnings, left_out, **both)
