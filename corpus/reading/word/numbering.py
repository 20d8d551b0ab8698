"""Numbers of list paragraphs as a reader sees them: "12.", "(a)", "(iv)", "三、".

Word stores only "this paragraph belongs to list 7, level 1". The label follows from
``word/numbering.xml`` and from the paragraphs before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from duizhao.corpus.reading.bullets import in_symbol_font
from duizhao.corpus.reading.list_numbers import format_number, whole_number
from duizhao.corpus.reading.word.styles import W

if TYPE_CHECKING:
    from lxml import etree

MALFORMED = -1
"""The start of a list that gives none or an absurd one: its paragraphs have no label."""

MOST_LABEL = 100
"""Letters of a label pattern that are read; sound files have fewer than twenty."""

# Symbol fonts have their bullets in the private use area
_PRIVATE = re.compile("[\ue000-\uf8ff]")


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a list: where it starts, how it counts, ``%1.%2`` as its label."""

    start: int = 1
    format: str = "decimal"
    text: str = ""
    restart: int | None = None
    legal: bool = False


class Numbering:
    """The lists of a file, counting as its paragraphs go by in reading order."""

    def __init__(self, root: etree._Element | None) -> None:
        self._levels: dict[str, dict[int, Level]] = {}
        self._abstract_of: dict[str, str] = {}
        self._starts: dict[tuple[str, int], int] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._seen: set[tuple[str, int]] = set()
        if root is None:
            return
        links: dict[str, str] = {}
        named: dict[str, str] = {}
        for abstract in root.iter(f"{W}abstractNum"):
            key = abstract.get(f"{W}abstractNumId", "")
            self._levels[key] = dict(_level(e) for e in abstract.findall(f"{W}lvl"))
            if (link := abstract.find(f"{W}numStyleLink")) is not None:
                links[key] = link.get(f"{W}val", "")
            if (link := abstract.find(f"{W}styleLink")) is not None:
                named[link.get(f"{W}val", "")] = key
        for key, style in links.items():
            if style in named:
                self._levels[key] = self._levels[named[style]]
        for num in root.iter(f"{W}num"):
            self._add_num(num)

    def _add_num(self, num: etree._Element) -> None:
        num_id = num.get(f"{W}numId", "")
        abstract = num.find(f"{W}abstractNumId")
        key = abstract.get(f"{W}val", "") if abstract is not None else ""
        self._abstract_of[num_id] = key
        for override in num.findall(f"{W}lvlOverride"):
            level = whole_number(override.get(f"{W}ilvl"), 0)
            if (element := override.find(f"{W}lvl")) is not None:
                own = f"{key}/{num_id}"
                base = self._levels.get(self._abstract_of[num_id], {})
                self._levels[own] = {**base, level: _level(element)[1]}
                self._abstract_of[num_id] = own
            start = override.find(f"{W}startOverride")
            if start is not None:
                self._starts[num_id, level] = whole_number(start.get(f"{W}val"), MALFORMED)

    def label(self, num_id: str, level: int) -> str:
        """Count this paragraph and give its label, "" where its list has none."""
        key = self._abstract_of.get(num_id)
        if key is None or num_id == "0":
            return ""
        levels = self._levels.get(key, {})
        rule = levels.get(level, Level())
        counts = self._counts.setdefault(key, {})
        first = (num_id, level) not in self._seen
        self._seen.add((num_id, level))
        if first and (num_id, level) in self._starts:
            counts[level] = self._starts[num_id, level]
        elif level in counts:
            counts[level] += counts[level] != MALFORMED
        else:
            counts[level] = rule.start
        if counts[level] < 0:
            return ""
        for deeper in [number for number in counts if number > level]:
            restart = levels.get(deeper, Level()).restart
            if restart is None or (restart != 0 and level < restart):
                del counts[deeper]
        return _fill(rule, levels, counts)


def _level(element: etree._Element) -> tuple[int, Level]:
    def value(name: str) -> str | None:
        child = element.find(f"{W}{name}")
        return None if child is None else child.get(f"{W}val")

    restart = value("lvlRestart")
    return whole_number(element.get(f"{W}ilvl"), 0), Level(
        start=1 if value("start") is None else whole_number(value("start"), MALFORMED),
        format=value("numFmt") or "decimal",
        text=(value("lvlText") or "")[:MOST_LABEL],
        restart=None if restart is None else whole_number(restart, 0),
        legal=element.find(f"{W}isLgl") is not None,
    )


def _fill(rule: Level, levels: dict[int, Level], counts: dict[int, int]) -> str:
    if rule.format == "none":
        return re.sub(r"%\d", "", rule.text).strip()
    if rule.format == "bullet":
        text = _PRIVATE.sub(lambda match: in_symbol_font(match[0], ""), rule.text).strip()
        # Word's bullet of the second level is a letter of Courier New
        return {"": "•", "o": "◦"}.get(text, text)

    def number(match: re.Match[str]) -> str:
        level = int(match[1]) - 1
        other = levels.get(level, Level())
        count = counts.get(level, other.start)
        return format_number(count, "decimal" if rule.legal else other.format)

    return re.sub(r"%(\d)", number, rule.text).strip()
