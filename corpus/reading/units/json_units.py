"""JSON and JSON lines: texts, or pairs of texts, one an object.

{"zh": "…", "en": "…"}      {"translation": {"zh": "…", "en": "…"}}      ["…", "…"]
{"source": "…", "target": "…"}      {"text": "…"}      "…"
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from duizhao.corpus.document import Language
from duizhao.corpus.errors import InputError
from duizhao.corpus.reading import characters, encoding
from duizhao.corpus.reading.draft import LeftOut, Reading, Source
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
    unread: Counter[str] = Counter()
    values = list(_values(decoded.text, source.name, unread))
    rows = [(line, _flat(value)) for line, value in values]
    rows = [(line, flat) for line, flat in rows if flat]
    if not rows:
        raise InputError(f"{source.name}: JSON without texts that are known; {_SHAPES}")
    texts = [flat for _, flat in rows]
    field = _field(texts, language)
    if field is None:
        names = sorted({name for _, flat in rows[:_SAMPLE] for name in flat})
        raise segmented.missing(source.name, language, names[:8])
    units = [(characters.clean(flat.get(field, "")), line) for line, flat in rows]
    away = _field(texts, segmented.OTHER[language])
    other = [flat.get(away, "") if away else "" for flat in texts]
    own = [text for text, _ in units]
    both = segmented.both_sides(source.name, language, own, other) if away != field else {}
    unread.subtract(flat.get(field, "") for flat in texts)
    left_out = [
        LeftOut("unread_text", text)
        for text in unread.elements()
        if segmented.amount(text, language) and (language == "zh" or " " in text.strip())
    ]
    return segmented.reading(
        units, language, decoded.warnings, left_out, encoding=decoded.encoding, field=field, **both
    )


def _values(text: str, name: str, texts: Counter[str]) -> Iterator[tuple[int, object]]:
    """The values of a list or of lines, each with its line; all texts in them are counted."""

    def fields(pairs: list[tuple[str, object]]) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in pairs:
            if key in found:  # named twice: the last counts
                _count(found[key], texts)
            found[key] = value
        return found

    parse = json.JSONDecoder(object_pairs_hook=fields).decode
    try:
        whole = parse(text)
    except ValueError as error:
        for line, value in _lines(text, name, error, parse):
            _count(value, texts)
            yield line, value
        return
    _count(whole, texts)
    while isinstance(whole, dict):
        # {"data": [...]}: the longest list in it
        lists = [value for value in whole.values() if isinstance(value, list | dict)]
        if _flat(whole) or not lists:
            break
        whole = max(lists, key=len)
    for value in whole if isinstance(whole, list) else [whole]:
        yield 1, value


def _count(value: object, texts: Counter[str]) -> None:
    """Count the strings in a value, at any depth."""
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, str):
            texts[inner] += 1
        elif isinstance(inner, Mapping):
            waiting += inner.values()
        elif isinstance(inner, Sequence):
            waiting += inner


def _lines(
    text: str, name: str, error: ValueError, parse: Callable[[str], object]
) -> Iterator[tuple[int, object]]:
    lines = [(n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    for number, line in lines:
        try:
            yield number, parse(line)
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
    for name in names:
        if _is(name.lower(), segmented.OTHER[language]):
            continue
        score = segmented.amount(" ".join(row.get(name, "") for row in rows[:_SAMPLE]), language)
        if score > most:
            best, most = name, score
    return best
