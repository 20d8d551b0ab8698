"""Styles of a Word file: what a paragraph inherits (heading level, numbering, raised, hidden)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from duizhao.corpus.reading.list_numbers import whole_number

if TYPE_CHECKING:
    from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING_NAME = re.compile(r"(?:heading \d|title|subtitle)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Style:
    """What readers ask of a style, its ancestors' properties included.

    `heading` is None or the level from 0; `numbering` is (numId, level) or None.
    """

    name: str = ""
    heading: int | None = None
    numbering: tuple[str, int] | None = None
    bold: bool = False
    hidden: bool = False
    raised: bool = False
    caps: bool = False


class Styles:
    """All styles of a file, resolved when asked for."""

    def __init__(self, root: etree._Element | None) -> None:
        self._elements: dict[str, etree._Element] = {}
        self._default: str | None = None
        self._resolved: dict[str, Style] = {}
        for element in root.iter(f"{W}style") if root is not None else ():
            style_id = element.get(f"{W}styleId", "")
            self._elements[style_id] = element
            if element.get(f"{W}type") == "paragraph" and element.get(f"{W}default") == "1":
                self._default = style_id

    def paragraph(self, properties: etree._Element | None) -> Style:
        """The style of a paragraph by its `w:pPr`."""
        style_id = _value(properties, "pStyle") or self._default
        return self.get(style_id)

    def get(self, style_id: str | None) -> Style:
        """The style of this id, the empty style where there is none."""
        if style_id is None or style_id not in self._elements:
            return Style()
        if style_id not in self._resolved:
            self._resolved[style_id] = Style()  # a style based on itself ends here
            self._resolved[style_id] = self._resolve(self._elements[style_id])
        return self._resolved[style_id]

    def _resolve(self, element: etree._Element) -> Style:
        base = self.get(_value(element, "basedOn"))
        name = _value(element, "name") or ""
        paragraph = element.find(f"{W}pPr")
        heading = outline_level(paragraph, base.heading)
        if heading is None and _HEADING_NAME.match(name):
            heading = 0
        run = element.find(f"{W}rPr")
        return Style(
            name=name,
            heading=heading,
            numbering=numbering(paragraph) or base.numbering,
            bold=flag(run, "b", base.bold),
            hidden=flag(run, "vanish", base.hidden),
            raised=is_raised(run, base.raised),
            caps=flag(run, "caps", base.caps),
        )


def outline_level(properties: etree._Element | None, inherited: int | None) -> int | None:
    """The heading level that `w:pPr` gives; 9 means body text."""
    level = whole_number(_value(properties, "outlineLvl"), -1)
    if level < 0:
        return inherited
    return level if level < 9 else None


def numbering(properties: etree._Element | None) -> tuple[str, int] | None:
    """(numId, level) of `w:pPr`, None where it says nothing; numId "0" means none wanted."""
    element = properties.find(f"{W}numPr") if properties is not None else None
    if element is None:
        return None
    number = _value(element, "numId")
    return None if number is None else (number, whole_number(_value(element, "ilvl"), 0))


def flag(properties: etree._Element | None, name: str, inherited: bool = False) -> bool:
    """A yes-or-no property such as `w:b`."""
    element = properties.find(f"{W}{name}") if properties is not None else None
    if element is None:
        return inherited
    return element.get(f"{W}val", "1") not in ("0", "false", "off", "none")


def is_raised(properties: etree._Element | None, inherited: bool = False) -> bool:
    """Whether `w:rPr` raises its text, by vertAlign or by position (half points)."""
    value = _value(properties, "vertAlign")
    if value is not None:
        return value == "superscript"
    position = _value(properties, "position")
    return inherited if position is None else whole_number(position, 0) >= 4


def _value(element: etree._Element | None, name: str) -> str | None:
    child = element.find(f"{W}{name}") if element is not None else None
    return None if child is None else child.get(f"{W}val")
