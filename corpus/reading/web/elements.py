"""What the elements of HTML are to a reader: blocks, prose, what surrounds the content."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml import html as lxml_html

    Element = lxml_html.HtmlElement

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
PROSE = frozenset({"p", "li", "td", "th", "blockquote", "dd", "dt", "pre", "figcaption", "caption"})
BLOCKS = frozenset(
    ["address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
     "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "header",
     "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "search",
     "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", *HEADINGS]
)  # fmt: skip
NEVER_SHOWN = frozenset(["script", "style", "head", "link", "meta", "title", "base", "rp"])
# shown instead of something else, or only while a form is filled in
LEFT_OUT = {
    "noscript": "hidden_text", "noframes": "hidden_text", "template": "hidden_text",
    "iframe": "hidden_text",
    "object": "hidden_text", "canvas": "hidden_text", "audio": "hidden_text",
    "video": "hidden_text", "datalist": "hidden_text", "map": "hidden_text", "svg": "figure",
    "select": "form_control", "button": "form_control", "textarea": "form_control",
    "input": "form_control", "rt": "ruby", "rtc": "ruby", "del": "deleted_revision",
    "annotation": "formula_source", "annotation-xml": "formula_source",
}  # fmt: skip
AROUND = frozenset({"nav", "aside", "footer", "header", "form", "menu", "search"})
# these may hold an article's introduction, or the whole page
_AROUND_UNLESS_PROSE = frozenset({"header", "form"})
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
_NOTES = re.compile(r"footnotes|endnotes|doc-endnotes")


def is_hidden(element: Element) -> bool:
    """Whether a browser does not show an element, as far as the element itself says so."""
    if element.get("hidden") is not None or _HIDDEN.search(element.get("style", "")):
        return True
    return element.tag == "dialog" and element.get("open") is None


def names_notes(element: Element) -> bool:
    """Whether an element is a list of notes, or a note, by its role or class."""
    names = f"{element.get('role', '')} {element.get('class', '')}"
    return bool(_NOTES.search(names)) or "doc-footnote" in names


def names_surroundings(element: Element) -> bool:
    """Whether an element is navigation, a sidebar ... by its tag, role, class or id."""
    tag = element.tag
    if tag in ("html", "body", "main", "article") or names_notes(element):
        return False
    if tag in AROUND or element.get("role", "") in _AROUND_ROLE:
        return True
    if element.get("aria-hidden") == "true":
        return True
    names = f"{element.get('class', '')} {element.get('id', '')}".split()
    return tag not in PROSE and any(_AROUND_NAME.fullmatch(name) for name in names)


def may_hold_prose(element: Element) -> bool:
    """Whether prose in these surroundings belongs to the article."""
    return element.tag in _AROUND_UNLESS_PROSE


def has_no_marker(element: Element) -> bool:
    """Whether the items of a list, or this item, are shown without bullets or numbers."""
    return bool(_NO_MARKER.search(element.get("style", "")))
