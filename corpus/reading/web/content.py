"""Where the content of a page is: the smallest element that holds nearly all of its prose.

Prose is text in paragraphs, headings, list items and cells that is not mostly links. What counts
is how much of it each element holds, so a page whose whole text is in a `<form>` or in a box with
an unlucky name is still read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from duizhao.corpus.reading.web.elements import (
    BLOCKS,
    HEADINGS,
    LEFT_OUT,
    NEVER_SHOWN,
    PROSE,
    is_hidden,
    may_hold_prose,
    names_surroundings,
)

if TYPE_CHECKING:
    from lxml import html as lxml_html

    Element = lxml_html.HtmlElement

STOPS = tuple('。！？；：.!?;:”"）)')
CONTENT_SHARE = 0.85
LINK_SHARE = 0.5
# a wrapper with this share of the prose is the page, whatever it is called
WRAPPER_SHARE = 0.5
# letters of a paragraph in a header that is no slogan; a Chinese letter counts as three
HEADER_PROSE = 60.0
OWN_PROSE = 30.0


class Page:
    """A page's elements and what they hold; every fact is computed once."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.order: list[Element] = [each for each in root.iter() if isinstance(each.tag, str)]
        body = root.find("body")
        self.body: Element = body if body is not None else root
        self._letters: dict[Element, int] = {}
        self._linked: dict[Element, int] = {}
        self._bold: dict[Element, int] = {}
        self._prose: dict[Element, float] = {}
        self._best: dict[Element, float] = {}
        self._blocks: set[Element] = set()
        self._widest_row: dict[Element, int] = {}
        self._around: set[Element] = set()
        self._measure()
        self.prose = self._prose.get(root, 0.0)
        for element in self.order:
            above = element.getparent()
            if above in self._around or self.surrounds(element) or is_hidden(element):
                self._around.add(element)

    def _measure(self) -> None:
        """From the leaves up: letters, letters in links, prose, blocks inside."""
        for element in reversed(self.order):
            tag = element.tag
            if tag == "tr" and (table := _table_of(element)) is not None:
                cells = sum(child.tag in ("td", "th") for child in element)
                self._widest_row[table] = max(cells, self._widest_row.get(table, 0))
            silent = tag in NEVER_SHOWN or tag in LEFT_OUT or is_hidden(element)
            letters = _count(element.text)
            linked, bold, prose, best = 0, 0, 0.0, 0.0
            for child in element:
                letters += self._letters.get(child, 0) + _count(child.tail)
                linked += self._linked.get(child, 0)
                bold += self._bold.get(child, 0)
                prose += self._prose.get(child, 0.0)
                best = max(best, self._best.get(child, 0.0))
                if child.tag in BLOCKS or child in self._blocks:
                    self._blocks.add(element)
            if silent:
                letters, linked, bold, prose, best = 0, 0, 0, 0.0, 0.0
            if tag == "a":
                linked = letters
            self._letters[element], self._linked[element] = letters, linked
            self._bold[element] = letters if tag in ("b", "strong") else bold
            if tag in PROSE | HEADINGS and element not in self._blocks and not silent:
                prose = self._weight(element)
                best = prose if element.text_content().rstrip().endswith(STOPS) else 0.0
            self._prose[element], self._best[element] = prose, best

    def _weight(self, element: Element) -> float:
        """How much prose an element is: its length, more with stops, nothing if it is links."""
        text = " ".join(element.text_content().split())
        if not text or self.link_share(element) > LINK_SHARE:
            return 0.0
        wide = sum(1 for char in text if char >= "\u2e80")
        return (len(text) + 2 * wide) * (1.0 if text.endswith(STOPS) else 0.3)

    def _is_leaf(self, element: Element) -> bool:
        return element.tag in PROSE | HEADINGS and element not in self._blocks

    def holds_blocks(self, element: Element) -> bool:
        """Whether there is a block anywhere in an element."""
        return element in self._blocks

    def link_share(self, element: Element) -> float:
        """The share of an element's letters that are in links."""
        letters = self._letters[element]
        return self._linked[element] / letters if letters else 0.0

    def bold_letters(self, element: Element) -> int:
        """How many of an element's letters are bold."""
        return self._bold[element]

    def surrounds(self, element: Element) -> bool:
        """Whether an element itself is what surrounds the content."""
        if not names_surroundings(element):
            return False
        if may_hold_prose(element) and self._best[element] >= HEADER_PROSE:
            return False
        if element.tag == "header" and self._introduces(element):
            return False
        return self._prose[element] < WRAPPER_SHARE * self.prose or self.prose == 0

    def _introduces(self, header: Element) -> bool:
        """Whether a header is that of an article or a section, with a title or prose of its own."""
        inside = any(
            above.tag in ("article", "main", "section") for above in header.iterancestors()
        )
        titles = any(each.tag in HEADINGS and self._letters[each] for each in header.iter())
        return (
            inside and (titles or self._best[header] > 0) and self.link_share(header) < LINK_SHARE
        )

    def is_frame(self, cell: Element) -> bool:
        """Whether a cell is the only one of every row of its table: layout, not data."""
        table = _table_of(cell)
        if table is None or table.get("role") == "presentation":
            return True
        return self._widest_row.get(table, 0) <= 1

    def is_link_list(self, element: Element) -> bool:
        """A list of links, or a block that is nothing but links."""
        if element.tag == "p" or self.link_share(element) <= 0.7:
            return False
        if next(element.iter("h1"), None) is not None:
            return False
        return not element.text_content().rstrip().endswith(("。", "."))

    def content(self) -> Element:
        """The smallest element with nearly all of the page's prose."""
        weights: dict[Element, float] = {}
        for element in reversed(self.order):
            own = 0.0
            if element not in self._around:
                own = (
                    self._prose[element]
                    if self._is_leaf(element)
                    else sum(weights.get(c, 0.0) for c in element)
                )
            weights[element] = own
        content, total = self.body, weights[self.root]
        while total > 0:
            inner = [child for child in content if weights.get(child, 0.0) >= CONTENT_SHARE * total]
            # paragraphs of its own show that an element is the text itself, not a frame around it
            own = any(weights.get(c, 0.0) >= OWN_PROSE and self._is_leaf(c) for c in content)
            if not inner or inner[0].tag in PROSE or own:
                break
            content = inner[0]
        return self._with_title(content)

    def _with_title(self, content: Element) -> Element:
        """The content, or the next element around it that has the page's one h1 as well."""
        titles = {h for h in self._titles() if self.link_share(h) <= LINK_SHARE}
        inside = set(content.iter("h1")) | set(content.iterancestors())
        if not titles or titles & (inside | {content}):
            return content
        for above in content.iterancestors():
            if titles & set(above.iter("h1")):
                return above if above.tag != "html" else content
        return content

    def _titles(self) -> Iterator[Element]:
        for element in self.order:
            if element.tag == "h1" and element not in self._around and self._letters[element]:
                yield element


def _count(text: str | None) -> int:
    return len("".join(text.split())) if text else 0


def _table_of(element: Element) -> Element | None:
    """The table that a row or a cell belongs to."""
    return next((above for above in element.iterancestors() if above.tag == "table"), None)
