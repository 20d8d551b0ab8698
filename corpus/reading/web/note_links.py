"""Footnotes of web pages: links that are marks, and the blocks that they lead to.

    ...报告。<a href="#_ftn1"><sup>[1]</sup></a>  →  <p id="ftn1"><a href="#_ftnref1">[1]</a> 见 ...

A link to a place in the same page is a mark if its text looks like one, and if it is raised, or
in brackets, or the place links back to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from duizhao.corpus.reading.web.elements import BLOCKS, HEADINGS

if TYPE_CHECKING:
    from lxml import html as lxml_html

    from duizhao.corpus.reading.web.content import Page

    Element = lxml_html.HtmlElement

_MARK = re.compile(
    r"[\[(（〔【]?\s*(?:(?:注|note)\s*)?(\d{1,3}|[①-⑳]|[a-z]{1,2}|[ivxl]{1,6}|[*†‡§¶]{1,4})\s*[\])）〕】]?",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"[\[(（〔【].*[\])）〕】]|[*†‡§¶]{1,4}")
# the sign of a link from a note back to its place
BACK = re.compile(r"[\s↩↑⤴⏎^︎️]*")


@dataclass(frozen=True, slots=True)
class NoteLinks:
    """`marks`: the mark of each link that is one; `notes`: the mark of each block that is a note.

    `backs` are the links in notes that lead back.
    """

    marks: dict[Element, str] = field(default_factory=dict)
    notes: dict[Element, str] = field(default_factory=dict)
    backs: set[Element] = field(default_factory=set)


def note_links(page: Page) -> NoteLinks:
    """The marks and notes of a page."""
    places: dict[str, Element] = {}
    number: dict[Element, int] = {}
    for count, element in enumerate(page.order):
        number[element] = count
        for name in (element.get("id"), element.get("name")):
            if name:
                places.setdefault(name, element)
    links = [
        (element, places[target])
        for element in page.order
        if element.tag == "a" and (target := _target(element)) in places
    ]
    found = NoteLinks()
    # the links of each block, to see whether a note leads back
    leads_to: dict[Element, set[Element]] = {}
    for link, place in links:
        leads_to.setdefault(_block(link), set()).update((place, _block(place)))
    for link, place in links:
        note = _block(place)
        mark = _MARK.fullmatch(link.text_content().strip())
        if mark is None or number[note] <= number[link] or note.tag in HEADINGS:
            continue
        around = {link, *link.iterdescendants(), *_near(link)}
        comes_back = bool(leads_to.get(note, set()) & ({_block(link)} | around))
        is_raised = any(each.tag == "sup" for each in around)
        if is_raised or comes_back or _BRACKETED.fullmatch(link.text_content().strip()):
            if number[note] - number[link] < 2 or note is _block(link):
                continue
            found.marks[link] = mark[1]
            found.notes.setdefault(note, mark[1])
    for link, place in links:
        if _block(link) in found.notes and number[place] < number[link] and link not in found.marks:
            found.backs.add(link)
    return found


def _target(link: Element) -> str:
    href = link.get("href", "")
    return unquote(href[1:]) if href.startswith("#") else ""


def _near(link: Element) -> list[Element]:
    """The inline elements around a link, up to its block."""
    out: list[Element] = []
    for above in link.iterancestors():
        if above.tag in BLOCKS or len(out) > 5:
            break
        out.append(above)
    return out


def _block(element: Element) -> Element:
    """The innermost block that an element is, or is in; of a box, the first paragraph in it."""
    while element.tag not in BLOCKS:
        above = element.getparent()
        if above is None:
            return element
        element = above
    while True:
        inner = next((child for child in element if child.tag in BLOCKS), None)
        if inner is None or (element.text or "").strip():
            return element
        element = inner
