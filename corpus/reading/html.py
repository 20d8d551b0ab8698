"""Web pages: the article and nothing around it.

The content is the smallest element that holds nearly all of the page's prose, where prose is text
in paragraphs, headings, list items and cells that is not mostly links and not in navigation.
Within it every block is read in its order; what stands around it goes to the ledger.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from duizhao.corpus.document import BlockKind, Language
from duizhao.corpus.errors import InputError
from duizhao.corpus.reading import encoding
from duizhao.corpus.reading.draft import Draft, LeftOut, Reading, Source
from duizhao.corpus.reading.list_numbers import format_number
from duizhao.corpus.reading.notes import leading_mark, raised, settle
from duizhao.corpus.reading.shape import item_mark, kind_of, split_label
from duizhao.corpus.reading.spacing import tidy

if TYPE_CHECKING:
    from lxml import html as lxml_html

    Element = lxml_html.HtmlElement

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
PROSE = frozenset({"p", "li", "td", "th", "blockquote", "dd", "dt", "pre", "figcaption", "caption"})
BLOCKS = frozenset(
    ["address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
     "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header", "hr",
     "html", "legend", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table",
     "tbody", "td", "tfoot", "th", "thead", "tr", "ul", *HEADINGS]
)  # fmt: skip
# read by no one
SILENT = frozenset(
    ["script", "style", "noscript", "template", "svg", "math", "iframe", "object", "canvas",
     "head", "link", "meta", "input", "select", "button", "textarea", "audio", "video", "map"]
)  # fmt: skip
AROUND = frozenset({"nav", "aside", "footer", "header", "form", "dialog", "menu"})
_AROUND_ROLE = frozenset({"navigation", "banner", "contentinfo", "search", "complementary", "menu"})
_WORDS = (
    "nav|navbar|navigation|menu|breadcrumbs?|share|sharing|social|cookies?|related|sidebar|pager|"
    "pagination|tags|byline|toolbar|skip|newsletter|subscribe|subscription|comments|advert|"
    "site-header|site-footer|masthead|language-switch(?:er)?|app-?store|download-app"
)
# one class or id: "nav", "nav-main", "menu--footer", "block-menu"
_AROUND_NAME = re.compile(
    rf"(?:{_WORDS})(?:[-_]+[\w-]*)?|[\w-]+[-_](?:{_WORDS})|hidden|visually-hidden|sr-only",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NO_MARKER = re.compile(r"list-style(?:-type)?\s*:\s*none", re.IGNORECASE)
_STOPS = tuple('。！？；：.!?;:”"）)')
CONTENT_SHARE = 0.85
LINK_SHARE = 0.5


def read_drafts(source: Source, language: Language) -> Reading:
    """Blocks of the main content, and the rest of the page as furniture."""
    from lxml import etree, html

    decoded = encoding.decode(source.data, source.name)
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(_without_declaration(decoded.text).encode(), parser=parser)
    except (etree.ParserError, ValueError):
        raise InputError(f"{source.name}: an HTML file without text; save the page again") from None
    reader = _Reader(language)
    content = find_content(root)
    reader.read(root, content)
    settled = settle(reader.drafts, language)
    if not settled.drafts:
        raise InputError(
            f"{source.name}: no article in this page (it may be built by script); save it from "
            "the browser once it is shown, or print it to PDF"
        )
    metadata: dict[str, Any] = {"encoding": decoded.encoding}
    if title := tidy(root.findtext(".//title") or "", language):
        metadata["title"] = title
    if settled.places:
        metadata["notes"] = settled.places
    return Reading(settled.drafts, [*reader.left_out, *settled.left_out], metadata)


def _without_declaration(text: str) -> str:
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text)


def find_content(root: Element) -> Element:
    """The smallest element with nearly all of the page's prose."""
    weights: dict[Element, float] = {}
    total = 0.0
    for element in root.iter(*PROSE, *HEADINGS):
        if any(child.tag in BLOCKS for child in element.iterdescendants()) or is_around(element):
            continue
        weight = _weight(element)
        total += weight
        for above in (element, *element.iterancestors()):
            weights[above] = weights.get(above, 0.0) + weight
    body = root.find("body")
    content = body if body is not None else root
    if total == 0:
        return content
    while True:
        inner = [child for child in content if weights.get(child, 0.0) >= CONTENT_SHARE * total]
        if not inner or inner[0].tag in PROSE:
            return _with_title(content, root)
        content = inner[0]


def _with_title(content: Element, root: Element) -> Element:
    """The content, or the next element around it that has the page's one h1 as well."""
    titles = [h for h in root.iter("h1") if h.text_content().strip() and not is_around(h)]
    if not titles or any(content in (h, *h.iterancestors()) for h in titles):
        return content
    for above in content.iterancestors():
        if any(above in h.iterancestors() for h in titles):
            return above if above.tag not in ("html",) else content
    return content


def _weight(element: Element) -> float:
    """How much prose an element is: its length, more with stops, nothing where it is links."""
    text = " ".join(element.text_content().split())
    if not text or link_share(element) > LINK_SHARE:
        return 0.0
    return len(text) * (1.0 if text.endswith(_STOPS) else 0.3)


def link_share(element: Element) -> float:
    """The share of an element's letters that stand in links."""
    total = len("".join(element.text_content().split()))
    linked = sum(len("".join(a.text_content().split())) for a in element.iter("a"))
    return linked / total if total else 0.0


def is_around(element: Element) -> bool:
    """Whether an element is, or stands in, what surrounds the content of a page."""
    return any(_is_around(each) for each in (element, *element.iterancestors()))


def _is_around(element: Element) -> bool:
    if element.tag in ("html", "body", "main", "article"):
        return False
    role = element.get("role", "")
    if role == "doc-footnote" or role == "doc-endnotes" or "footnotes" in element.get("class", ""):
        return False
    if element.tag in AROUND and not (element.tag == "header" and _in_article(element)):
        return True
    if role in _AROUND_ROLE or element.get("hidden") is not None:
        return True
    if element.get("aria-hidden") == "true" or _HIDDEN.search(element.get("style", "")):
        return True
    names = f"{element.get('class', '')} {element.get('id', '')}".split()
    return element.tag not in PROSE and any(_AROUND_NAME.fullmatch(name) for name in names)


def _in_article(element: Element) -> bool:
    return any(above.tag == "article" for above in element.iterancestors())


@dataclass
class _Reader:
    language: Language
    drafts: list[Draft] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def read(self, root: Element, content: Element) -> None:
        body = root.find("body")
        self._outside(body if body is not None else root, content)
        self._inside(content, "")

    def _outside(self, element: Element, content: Element) -> None:
        """What does not stand in the content, to the ledger, an element at a time."""
        if element is content:
            return
        if any(above is element for above in content.iterancestors()):
            for child in element:
                self._outside(child, content)
            return
        self._leave_out(element, "page_furniture")

    def _leave_out(self, element: Element, reason: str) -> None:
        if element.tag in SILENT:
            return
        text = tidy("".join(_texts(element)), self.language)
        if text:
            self.left_out.append(LeftOut(reason, text))

    def _inside(self, element: Element, cell: str) -> None:
        """The blocks of an element: its own text between its child blocks, and theirs."""
        raw = element.text or ""
        for child in element:
            tag = child.tag
            if not isinstance(tag, str) or tag in SILENT:
                raw += child.tail or ""
            elif tag in BLOCKS or _holds_blocks(child):
                self._block(element, raw, cell)
                raw = child.tail or ""
                self._child(child, cell)
            else:
                raw += _inline(child) + (child.tail or "")
        self._block(element, raw, cell)

    def _child(self, child: Element, cell: str) -> None:
        if _is_around(child):
            self._leave_out(child, "page_furniture")
            return
        if child.tag in ("ul", "ol", "div", "section", "p", "table") and _is_link_list(child):
            self._leave_out(child, "navigation")
            return
        if child.tag in ("td", "th"):
            cell = "cell" if not _is_frame(child) else cell
        self._inside(child, cell)

    def _block(self, element: Element, raw: str, cell: str) -> None:
        # an empty line made of two breaks ends a paragraph, as on old pages
        lines = raw.replace("\n", " ").replace("\u2028", "\n")
        for piece in re.split(r"\n[ \t\r\u00a0]*\n[\s\u00a0]*(?=\S)", lines):
            text = tidy(piece, self.language)
            if text:
                self._add(element, piece, text, cell)

    def _add(self, element: Element, raw: str, text: str, cell: str) -> None:
        tag = element.tag
        note = _note_of(element)
        if found := leading_mark(raw):
            self.drafts.append(Draft("footnote", found[1], mark=found[0]))
            return
        if note is not None:
            label, rest = split_label(text)
            mark = note or label.strip("[]().") or None
            self.drafts.append(Draft("footnote", rest if label else raw, mark=mark))
            return
        if tag in ("div", "section", "article", "body", "main", "span") and not self._is_prose(
            element, text
        ):
            self.left_out.append(LeftOut("page_furniture", text))
            return
        label = _label(element) if tag == "li" else ""
        if label and not split_label(text)[0]:
            raw = f"{label} {raw.strip()}"
            text = tidy(raw, self.language)
        kind = self._kind(element, text, cell)
        if label and kind == "paragraph":
            kind = "list_item"
        self.drafts.append(Draft(kind, raw, mark=item_mark(kind, text)))

    def _kind(self, element: Element, text: str, cell: str) -> BlockKind:
        if cell:
            return "table_cell"
        tag = element.tag
        bold = _all_bold(element, text)
        return kind_of(
            text, self.language, heading=tag in HEADINGS, bold=bold,
            caption=tag in ("figcaption", "caption"),
        )  # fmt: skip

    def _is_prose(self, element: Element, text: str) -> bool:
        """Text straight in a division is prose where it reads as such."""
        long = len(text) > (60 if self.language == "zh" else 160)
        return (long or text.endswith(_STOPS)) and link_share(element) <= LINK_SHARE


def _texts(element: Element) -> Iterator[str]:
    """The text of an element without what nobody reads, blocks apart."""
    if isinstance(element.tag, str) and element.tag not in SILENT:
        if element.tag in BLOCKS or element.tag == "br":
            yield " "
        yield element.text or ""
        for child in element:
            yield from _texts(child)
            yield child.tail or ""
        if element.tag in BLOCKS:
            yield " "


def _inline(element: Element) -> str:
    """Raw text of an inline element; U+2028 stands for a break, raised marks are kept apart."""
    if element.tag == "br":
        return "\u2028"
    if element.tag in SILENT or _HIDDEN.search(element.get("style", "")):
        return ""
    text = element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            text += _inline(child)
        text += child.tail or ""
    if element.tag == "sup" or element.get("role") == "doc-noteref":
        return raised(text.strip().strip("[]"))
    return text


def _holds_blocks(element: Element) -> bool:
    return any(below.tag in BLOCKS for below in element.iterdescendants())


def _is_link_list(element: Element) -> bool:
    """A list of links, or a block that is nothing but links."""
    text = tidy(element.text_content(), "en")
    links = list(element.iter("a"))
    if not text or not links or element.tag == "p":
        return False
    return link_share(element) > 0.7 and not text.endswith(("。", "."))


def _is_frame(cell: Element) -> bool:
    """The only cell of every row of its table: layout, not data."""
    table = next((above for above in cell.iterancestors() if above.tag == "table"), None)
    if table is None or table.get("role") == "presentation":
        return True
    return all(sum(child.tag in ("td", "th") for child in row) <= 1 for row in table.iter("tr"))


def _note_of(element: Element) -> str | None:
    """The mark of the note that an element belongs to, "" where unknown, None if it is none."""
    for each in (element, *element.iterancestors()):
        names = f"{each.get('class', '')} {each.get('role', '')}"
        if re.search(r"doc-footnote|doc-endnote\b|(?:^|\s)(?:footnote|endnote|fn)(?:\s|$)", names):
            found = re.search(r"(\d{1,3}|[a-z])$", each.get("id", ""))
            return each.get("value") or (found[1] if found else "")
        if re.search(r"footnotes|endnotes|doc-endnotes", names) and element.tag == "li":
            return _ordinal(element)
    return None


def _ordinal(element: Element) -> str:
    parent = element.getparent()
    items = [child for child in parent if child.tag == "li"] if parent is not None else [element]
    start = int(parent.get("start", "1")) if parent is not None else 1
    return str(items.index(element) + start)


def _label(item: Element) -> str:
    """The number or bullet that a browser shows before a list item."""
    parent = item.getparent()
    if parent is None or any(_NO_MARKER.search(each.get("style", "")) for each in (item, parent)):
        return ""
    if parent.tag != "ol":
        return "•"
    number = int(parent.get("start", "1")) if parent.get("start", "1").lstrip("-").isdigit() else 1
    for other in parent:
        if other.tag == "li":
            value = other.get("value", "")
            number = int(value) if value.isdigit() else number
            if other is item:
                break
            number += 1
    styles = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
    return f"{format_number(number, styles.get(parent.get('type', '1'), 'decimal'))}."


def _all_bold(element: Element, text: str) -> bool:
    bold = "".join(each.text_content() for each in element.iter("b", "strong"))
    return len("".join(bold.split())) >= len("".join(text.split())) > 0
