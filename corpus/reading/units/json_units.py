"""JSON and JSON lines: texts, or pairs of texts, one an object.

{"zh": "…", "en": "…"}      {"translation": {"zh": "…", "en": "…"}}      ["…", "…"]
{"source": "…", "target": "…"}      {"text": "…"}      "…"
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from duizhao.corpus.document import Language
from duizhao.corpus.errors import InputError
from duizhao.corpus.reading import characters, encoding
from duizhao.corpus.reading.draft import Reading, Source
from duizhao.corpus.reading.units import segmented

_SIDES = ("source", "target", "src", "tgt", "trg", "text", "sentence", "content")
_SAMPLE = 200
_SHAPES = (
    'objects such as {"zh": "...", "en": "..."}, {"source": "...", "target": "..."} or '
    '{"text": "..."} are read'
)

Flat = dict[str, str]


def read_drafts(source: Source, language: Language) -> Reading:
    """A unit for each object, from the field of this language."""
    decoded = encoding.read_text(source.data, source.name)
    rows = [(line, _flat(value)) for line, value in _values(decoded.text, source.name)]
    rows = [(line, flat) for line, flat in rows if flat]
    if not rows:
        raise InputError(f"{source.name}: JSON without texts that are known; {_SHAPES}")
    field = _field([flat for _, flat in rows], language)
    if field is None:
        names = sorted({name for _, flat in rows[:_SAMPLE] for name in flat})
        raise segmented.missing(source.name, language, names[:8])
    units = [(characters.clean(flat.get(field, "")), line) for line, flat in rows]
    return segmented.reading(
        units, language, decoded.warnings, encoding=decoded.encoding, field=field
    )


def _values(text: str, name: str) -> Iterator[tuple[int, object]]:
    """The values of a list or of lines, each with its line."""
    try:
        whole = json.loads(text)
    except ValueError as error:
        yield from _lines(text, name, error)
        return
    while isinstance(whole, dict):
        # {"data": [...]}: the longest list in it
        lists = [value for value in whole.values() if isinstance(value, list | dict)]
        if _flat(whole) or not lists:
            break
        whole = max(lists, key=len)
    for value in whole if isinstance(whole, list) else [whole]:
        yield 1, value


def _lines(text: str, name: str, error: ValueError) -> Iterator[tuple[int, object]]:
    lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    for number, line in lines:
        try:
            yield number, json.loads(line)
        except ValueError as second:
            # one value over many lines, or one a line: the error of the form that it has
            what = second if lines[0][1].strip()[-1:] in '}]"' else error
            raise InputError(f"{name}, line {number}: damaged JSON ({what}); {_SHAPES}") from None


def _flat(value: object) -> Flat:
    """The texts of a value by their names; empty if it has no shape that is known."""
    if isinstance(value, str):
        return {"text": value}
    if isinstance(value, Mapping):
        inner = value.get("translation")
        if isinstance(inner, Mapping):
            value = inner
        return {str(n): text for n, text in value.items() if isinstance(text, str) and _known(n)}
    if isinstance(value, Sequence) and len(value) == 2 and all(isinstance(v, str) for v in value):
        return {"source": value[0], "target": value[1]}
    return {}


def _known(name: object) -> bool:
    name = str(name).lower()
    return name in _SIDES or any(_is(name, language) for language in ("zh", "en"))


def _is(name: str, language: str) -> bool:
    return len(name) < 30 and segmented.is_language(name, "zh" if language == "zh" else "en")


def _field(rows: Sequence[Flat], language: Language) -> str | None:
    """The field that is named after the language, else the one with most text in it."""
    names = dict.fromkeys(name for row in rows[:_SAMPLE] for name in row)
    if named := [name for name in names if _is(name.lower(), language)]:
        return named[0]
    best, most = None, 0
    other: Language = "en" if language == "zh" else "zh"
    for name in names:
        if _is(name.lower(), other):
            continue
        score = segmented.amount(" ".join(row.get(name, "") for row in rows[:_SAMPLE]), language)
        if score > most:
            best, most = name, score
    return best
