"""The blocks of a page's content, in their order, and everything else for the ledger."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from duizhao.corpus.document import BlockKind, Language
from duizhao.corpus.reading.characters import CLOSE, OPEN
from duizhao.corpus.reading.draft import Draft, LeftOut
from duizhao.corpus.reading.list_numbers import html_number, whole_number
from duizhao.corpus.reading.notes import leading_mark, may_have_power, raised, sure
from duizhao.corpus.reading.shape import item_mark, kind_of, split_label
from duizhao.corpus.reading.spacing import tidy
from duizhao.corpus.reading.web import elements
from duizhao.corpus.reading.web.content import LINK_SHARE, STOPS, Page
from duizhao.corpus.reading.web.elements import BLOCKS, HEADINGS, LEFT_OUT, NEVER_SHOWN
from duizhao.corpus.reading.web.note_links import BACK, note_links

if TYPE_CHECKING:
    from lxml import html as lxml_html

    Element = lxml_html.HtmlElement

_NOTE = re.compile(r"doc-footnote|doc-endnote\b|(?:^|\s)(?:footnote|endnote|fn)(?:\s|$)")
_NOTE_LIST = re.compile(r"footnotes|endnotes|doc-endnotes")
_ANY_BOX = ("div", "section", "article", "body", "main", "span", "center", "header", "form")
# two breaks with nothing between end a paragraph, as on old pages; BREAK replaces <br>
MOST_NUMBER = 9999
BREAK = "\u2028"
_EMPTY_LINE = re.compile(r"\n[ \t\r\u00a0]*\n[\s\u00a0]*(?=\S)")


class BlockReader:
    """Walks through a page once, filling `drafts` and `left_out`."""

    def __init__(self, page: Page, language: Language) -> None:
        self.page = page
        self.language: Language = language
        self.drafts: list[Draft] = []
        self.left_out: list[LeftOut] = []
        self.links = note_links(page)
        self._numbers: dict[Element, dict[Element, int]] = {}
        self._boxes_are_paragraphs = False

    def read(self, content: Element) -> None:
        """Read the content; all other text of the page goes to the ledger."""
        self._boxes_are_paragraphs = self._uses_boxes(content)
        around = {content, *content.iterancestors()}
        self._outside(self.page.body, content, around)
        self._inside(content, "", None)

    def _outside(self, element: Element, content: Element, around: set[Element]) -> None:
        """What is not in the content, to the ledger, an element at a time."""
        if element is content:
            return
        if element not in around:
            self._leave_out(element, "page_furniture")
            return
        self._note_text("page_furniture", element.text or "")
        for child in element:
            self._outside(child, content, around)
            self._note_text("page_furniture", child.tail or "")

    def _uses_boxes(self, content: Element) -> bool:
        """Whether much of the prose is in no paragraph: <br> or <div> then end paragraphs."""
        boxed = other = 0
        for element in content.iter():
            if not isinstance(element.tag, str):
                continue
            pieces = [element.text, *(child.tail for child in element)]
            count = sum(len(piece.strip()) for piece in pieces if piece)
            if element.tag in _ANY_BOX and count:
                boxed += count
            elif element.tag not in ("a", *NEVER_SHOWN, *LEFT_OUT):
                other += count
        return boxed > other

    def _leave_out(self, element: Element, reason: str) -> None:
        """An element's text to the ledger; parts with a reason of their own under that one."""
        self._note_text(reason, self._text(element, reason))

    def _note_text(self, reason: str, raw: str) -> None:
        if text := tidy(raw, self.language):
            self.left_out.append(LeftOut(reason, text))

    def _text(self, element: Element, reason: str) -> str:
        """All text of an element that is left out, blocks apart."""
        tag = element.tag
        if not isinstance(tag, str) or tag in NEVER_SHOWN:
            return ""
        own = "hidden_text" if elements.is_hidden(element) else LEFT_OUT.get(tag, reason)
        if own != reason and reason not in LEFT_OUT.values():
            self._leave_out(element, own)
            return ""
        parts = [element.text or ""]
        if tag == "input" and element.get("type") in ("submit", "button"):
            parts.append(element.get("value", ""))
        for child in element:
            parts += [self._text(child, reason), child.tail or ""]
        apart = " " if tag in BLOCKS or tag in ("br", "option") else ""
        return apart + "".join(parts) + apart

    def _inside(self, element: Element, cell: str, note: str | None) -> None:
        """The blocks of an element: its own text between its child blocks, and theirs."""
        note = self._note_of(element, note)
        raw = element.text or ""
        for child in element:
            tag = child.tag
            if isinstance(tag, str) and (tag in BLOCKS or self.page.holds_blocks(child)):
                self._block(element, raw, cell, note)
                raw = child.tail or ""
                self._child(child, cell, note)
            else:
                raw += self._inline(child) + (child.tail or "")
        self._block(element, raw, cell, note)

    def _child(self, child: Element, cell: str, note: str | None) -> None:
        if child.tag in NEVER_SHOWN:
            return
        if elements.is_hidden(child):
            self._leave_out(child, "hidden_text")
        elif child.tag in LEFT_OUT:
            self._leave_out(child, LEFT_OUT[child.tag])
        elif self.page.surrounds(child):
            self._leave_out(child, "page_furniture")
        elif child.tag in ("ul", "ol", "div", "section", "table") and self.page.is_link_list(child):
            self._leave_out(child, "navigation")
        else:
            if child.tag in ("td", "th"):
                cell = "cell" if not self.page.is_frame(child) else cell
            self._inside(child, cell, note)

    def _inline(self, element: Element) -> str:
        """Raw text of an inline element, with marks between OPEN and CLOSE."""
        tag = element.tag
        if not isinstance(tag, str) or tag in NEVER_SHOWN:
            return ""
        if tag == "br":
            return BREAK
        if tag in LEFT_OUT or elements.is_hidden(element):
            self._leave_out(element, LEFT_OUT.get(tag, "hidden_text"))
            return ""
        if element in self.links.backs and BACK.fullmatch(element.text_content()):
            self._note_text("back_link", element.text_content())
            return ""
        if element in self.links.marks:
            return f"{OPEN}[{self.links.marks[element]}]{CLOSE}"
        text = element.text or ""
        for child in element:
            text += self._inline(child) + (child.tail or "")
        if (tag == "sup" or element.get("role") == "doc-noteref") and OPEN not in text:
            return sure(raised(text)) if _is_note(element) else raised(text)
        return text

    def _block(self, element: Element, raw: str, cell: str, note: str | None) -> None:
        if element.tag != "pre":
            raw = raw.replace("\n", " ")
        for piece in _EMPTY_LINE.split(raw.replace(BREAK, "\n")):
            if text := tidy(piece, self.language):
                self._add(element, piece, text, cell, note)

    def _add(self, element: Element, raw: str, text: str, cell: str, note: str | None) -> None:
        if note is not None:
            self._add_note(raw, text, note)
            return
        if found := leading_mark(raw):
            self.drafts.append(Draft("footnote", found[1], mark=found[0]))
            return
        if element.tag in _ANY_BOX and not self._is_prose(element, text):
            self.left_out.append(LeftOut("page_furniture", text))
            return
        label = self._label(element) if element.tag == "li" else ""
        if label and not split_label(text)[0]:
            raw = f"{label} {raw.strip()}"
            text = tidy(raw, self.language)
        kind = self._kind(element, text, cell)
        if label and kind == "paragraph":
            kind = "list_item"
        self.drafts.append(Draft(kind, raw, mark=item_mark(kind, text)))

    def _add_note(self, raw: str, text: str, mark: str) -> None:
        """A note without its mark, which may be raised, in brackets or a list's number."""
        if found := leading_mark(raw):
            self.drafts.append(Draft("footnote", found[1], mark=mark or found[0]))
            return
        label, rest = split_label(text)
        own = re.match(rf"[\[(（]?{re.escape(mark)}[\])）.．、]?\s*(?=\S)", text) if mark else None
        if own and (own[0].strip() != mark or text[own.end() - 1].isspace()):
            label, rest = own[0], text[own.end() :]
        mark = mark or label.strip("[]().")
        self.drafts.append(Draft("footnote", rest if label else raw, mark=mark or None))

    def _kind(self, element: Element, text: str, cell: str) -> BlockKind:
        if cell:
            return "table_cell"
        tag = element.tag
        bold = self.page.bold_letters(element) >= len("".join(text.split()))
        return kind_of(
            text, self.language, heading=tag in HEADINGS, bold=bold,
            caption=tag in ("figcaption", "caption"),
        )  # fmt: skip

    def _is_prose(self, element: Element, text: str) -> bool:
        """Text directly in a box is prose if it reads as such, or if all of the page's text is."""
        if self.page.link_share(element) > LINK_SHARE:
            return False
        long = len(text) > (60 if self.language == "zh" else 160)
        return long or text.endswith(STOPS) or self._boxes_are_paragraphs

    def _note_of(self, element: Element, note: str | None) -> str | None:
        """The mark of the note that an element begins or is in, "" unknown, None if it is none."""
        if element in self.links.notes:
            return self.links.notes[element]
        names = f"{element.get('class', '')} {element.get('role', '')}"
        if _NOTE.search(names):
            found = re.search(r"(\d{1,3}|[a-z])$", element.get("id", ""))
            return element.get("value") or (found[1] if found else "")
        if element.tag == "li" and note is None:
            parent = element.getparent()
            above = [] if parent is None else [parent, *parent.iterancestors()][:4]
            if any(_NOTE_LIST.search(f"{e.get('class', '')} {e.get('role', '')}") for e in above):
                return str(self._number(element) or "")
        return note

    def _label(self, item: Element) -> str:
        """The number or bullet that a browser shows before a list item."""
        parent = item.getparent()
        if parent is None or elements.has_no_marker(item) or elements.has_no_marker(parent):
            return ""
        number = self._number(item)
        if number is None:
            return "•"
        # a huge number is an error of the page
        shown = html_number(number, parent.get("type", "1"))
        return f"{shown}." if abs(number) <= MOST_NUMBER else ""

    def _number(self, item: Element) -> int | None:
        """The number of an item of an ordered list."""
        parent = item.getparent()
        if parent is None or parent.tag != "ol":
            return None
        if parent not in self._numbers:
            self._numbers[parent] = _numbers_of(parent)
        return self._numbers[parent][item]


def _is_note(element: Element) -> bool:
    """Whether a raised number is a note's mark for certain: it is a link, or follows Chinese."""
    around = [element, *element.iterdescendants("a"), *element.iterancestors("a")]
    if any("#" in each.get("href", "") for each in around):
        return True
    previous, parent = element.getprevious(), element.getparent()
    before = previous.tail if previous is not None else parent.text if parent is not None else ""
    return bool(before and not may_have_power(before))


def _numbers_of(parent: Element) -> dict[Element, int]:
    items = [child for child in parent if child.tag == "li"]
    step = -1 if parent.get("reversed") is not None else 1
    number = whole_number(parent.get("start"), 1 if step > 0 else len(items))
    numbers = {}
    for item in items:
        number = whole_number(item.get("value"), number)
        numbers[item] = number
        number += step
    return numbers
