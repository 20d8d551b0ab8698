"""Consistency of a bitext, as translators check it in OmegaT and Xbench.

Four kinds of findings: the same Chinese text with different English, the same English for
different Chinese, numbers of the Chinese that the English lacks, and terms of the built-in glossary
without any of their English forms. A finding may be an error, or not. To
avoid false alarms, a term counts as translated if the English has the head of a form ("the
Board"), and terms that are a part of a longer name are left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Literal

from duizhao.corpus.keys import plain
from duizhao.corpus.row import Row
from duizhao.corpus.script import count_han, simplified
from duizhao.models.glossary import Glossary, Term, read_glossary, singular
from duizhao.models.guards.flags import NUMBER
from duizhao.models.guards.missing import missing

Kind = Literal["source", "target", "number", "term"]
KINDS: tuple[Kind, ...] = ("source", "target", "number", "term")

LEAST_HAN = 4
LEAST_WORDS = 3
"""Least length: shorter texts, such as headings of one word, may have several translations."""
_STOPS = " .,:;!?。,、:;!?…"
_MARK = re.compile(
    r"^\s*[(（]?[一二三四五六七八九十百]{1,4}[)）、.．]\s*|^\s*\d+(?:[.．]\d+)+\s+(?![亿万千百%％元美欧港公吨度倍个名人]|\d)"
)
"""The mark of a paragraph, which translations often write otherwise: (十三) and XIII."""
_CONVERTED = "[多余]?(?:千瓦|亩|斤)"
"""Units of which translations make others: 2亿千瓦 is 200 gigawatts."""
_WORDS = re.compile("[a-z]+")
_DEFINITE = frozenset(singular(word) for word in ("the", "this", "that", "its", "their"))
_PREPOSITION = re.compile(r"(?<=[a-z]) (?:of|on|for|to|in|against|with) ")
_NAME = re.compile(
    r"[^\W的决注认提应将在对和与于]{0,4}?(?:协会|委员会|理事会|办事处|支助办|安保办|特派团|法治团|组织|公约|基金|规划|方案|框架"
    "|计划|倡议|条约|协定|议定书|宣言|法庭|法院|学院|大学|银行|峰会|首脑会议|工作队|小组|代表|安保部)"
    "|[司署局](?![法势面限部])"
)
"""What follows a term that is a part of a longer name: 国际法|协会, 欧洲联盟|委员会."""
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
    """The text that several rows have in common, or lack, and their places.

    Of a term, `rows` lack its English and `of` have its Chinese; `places` are the first of them.
    """

    text: str
    places: tuple[Place, ...]
    rows: int = 0
    of: int = 0


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
    """Texts that are paired with several others, from (text, other text, place).

    Case, spaces and punctuation at the end are ignored.
    """
    beside: defaultdict[str, dict[str, Place]] = defaultdict(dict)
    texts: dict[str, str] = {}
    for text, other, place in pairs:
        key = plain(text).rstrip(_STOPS)
        texts.setdefault(key, text)
        beside[key].setdefault(plain(other).rstrip(_STOPS), place)
    return [
        Inconsistency(texts[key], tuple(others.values()))
        for key, others in beside.items()
        if len(others) > 1
    ]


def _numbers(rows: Iterable[Row]) -> list[Inconsistency]:
    return [
        Inconsistency(finding.detail, (Place(row.id, row.target),))
        for row in rows
        for finding in missing(_MARK.sub("", simplified(row.source)), row.target)
        if finding.flag == NUMBER
        and not _is_written_apart(finding.detail, row.target)
        and not re.search(f"{re.escape(finding.detail)} ?{_CONVERTED}", row.source)
    ]


def _is_written_apart(number: str, target: str) -> bool:
    """Whether the English has the parts of a number with a point: Figure 2-1 for 图2.1."""
    parts = number.split(".")
    pattern = r"[\s.–—-]{1,3}".join(map(re.escape, parts))
    return len(parts) > 1 and bool(re.search(rf"(?<!\d){pattern}(?!\d)", target))


def _terms(rows: Iterable[Row], glossary: Glossary) -> list[Inconsistency]:
    lacking: defaultdict[str, list[Place]] = defaultdict(list)
    used: Counter[str] = Counter()
    for row in rows:
        for use in glossary.check(row.source, row.target):
            name = f"{use.term.chinese}: {use.term.english[0]}"
            used[name] += 1
            if not (use.found or _is_shortened(use.term, row.target) or _is_part(use.term, row)):
                lacking[name].append(Place(row.id, row.target))
    ordered = sorted(lacking.items(), key=lambda one: -len(one[1]))
    return [
        Inconsistency(name, tuple(places[:MOST_PLACES]), len(places), used[name])
        for name, places in ordered
    ]


def _is_shortened(term: Term, target: str) -> bool:
    """Whether the English has the head of a form alone: "the Board" for the Board of Auditors."""
    words = [singular(word) for word in _WORDS.findall(target.lower())]
    alone = {word for before, word in pairwise(words) if before in _DEFINITE}
    return any(singular(_head(form)) in alone for form in term.english if len(form.split()) > 1)


def _head(form: str) -> str:
    """The last word of a noun phrase before a preposition.

    >>> [_head(form) for form in ("Security Council", "Board of Auditors", "capacity-building")]
    ['council', 'board', 'building']
    """
    words: list[str] = _WORDS.findall(_PREPOSITION.split(form.lower())[0])
    return words[-1] if words else ""


def _is_part(term: Term, row: Row) -> bool:
    """Whether the term is always a part of a longer name, which the glossary does not have."""
    source = "".join(unicodedata.normalize("NFKC", row.source).split())
    after = source.split(term.chinese)[1:]
    return all(_NAME.match(text) for text in after)
