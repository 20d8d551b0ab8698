"""Consistency of a bitext, as translators check it in OmegaT and Xbench.

Four kinds of findings: the same Chinese text with different English, the same English for
different Chinese, numbers of the Chinese that the English lacks, and terms of the built-in glossary
without any of their English forms. A finding may be an error, or not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from duizhao.corpus.keys import plain
from duizhao.corpus.row import Row
from duizhao.corpus.script import count_han, simplified
from duizhao.models.glossary import Glossary, read_glossary
from duizhao.models.guards.flags import NUMBER
from duizhao.models.guards.missing import missing

Kind = Literal["source", "target", "number", "term"]
KINDS: tuple[Kind, ...] = ("source", "target", "number", "term")

LEAST_HAN = 4
LEAST_WORDS = 3
"""Least length: shorter texts, such as headings of one word, may have several translations."""
MOST_ROWS = 20_000
MOST_PLACES = 10
MOST_FINDINGS = 50
"""Most findings of each kind; the number of all is reported."""


@dataclass(frozen=True, slots=True)
class Place:
    """A row and its text."""

    row: str
    text: str


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """The text that several rows have in common, or lack, and their places."""

    text: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Consistency:
    """The findings of a kind: their number, and the first of them."""

    kind: Kind
    count: int
    findings: tuple[Inconsistency, ...]


def consistency(rows: Iterable[Row], glossary: Glossary | None = None) -> tuple[Consistency, ...]:
    """The kinds with findings, of the first `MOST_ROWS` rows with a human translation."""
    human = [row for row in islice(rows, MOST_ROWS) if row.target_kind == "human"]
    terms = glossary or read_glossary()
    found: dict[Kind, list[Inconsistency]] = {
        "source": _different(_sources(human)),
        "target": _different(_targets(human)),
        "number": _numbers(human),
        "term": _terms(human, terms),
    }
    return tuple(
        Consistency(kind, len(found[kind]), tuple(found[kind][:MOST_FINDINGS]))
        for kind in KINDS
        if found[kind]
    )


def _sources(rows: Iterable[Row]) -> Iterator[tuple[str, str, Place]]:
    for row in rows:
        if count_han(row.source) >= LEAST_HAN:
            yield row.source, row.target, Place(row.id, row.target)


def _targets(rows: Iterable[Row]) -> Iterator[tuple[str, str, Place]]:
    for row in rows:
        if len(row.target.split()) >= LEAST_WORDS:
            yield row.target, row.source, Place(row.id, row.source)


def _different(pairs: Iterable[tuple[str, str, Place]]) -> list[Inconsistency]:
    """Texts that are paired with several others, from (text, other text, place)."""
    beside: defaultdict[str, dict[str, Place]] = defaultdict(dict)
    texts: dict[str, str] = {}
    for text, other, place in pairs:
        key = plain(text)
        texts.setdefault(key, text)
        beside[key].setdefault(plain(other), place)
    return [
        Inconsistency(texts[key], tuple(others.values()))
        for key, others in beside.items()
        if len(others) > 1
    ]


def _numbers(rows: Iterable[Row]) -> list[Inconsistency]:
    return [
        Inconsistency(finding.detail, (Place(row.id, row.target),))
        for row in rows
        for finding in missing(simplified(row.source), row.target)
        if finding.flag == NUMBER
    ]


def _terms(rows: Iterable[Row], glossary: Glossary) -> list[Inconsistency]:
    lacking: defaultdict[str, list[Place]] = defaultdict(list)
    for row in rows:
        for use in glossary.check(row.source, row.target):
            if not use.found:
                name = f"{use.term.chinese}: {use.term.english[0]}"
                lacking[name].append(Place(row.id, row.target))
    ordered = sorted(lacking.items(), key=lambda one: -len(one[1]))
    return [Inconsistency(name, tuple(places[:MOST_PLACES])) for name, places in ordered]
