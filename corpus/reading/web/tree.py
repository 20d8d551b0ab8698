"""Bytes of a web page to an element tree in which no text is missing.

libxml2 repairs what browsers repair, but it stops where elements are nested more than 2,048 deep,
and says so only in its error log. `parse` reads the log, and closes elements earlier in such pages.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from duizhao.corpus.errors import InputError
from duizhao.corpus.reading import characters, encoding
from duizhao.corpus.reading.safe_xml import clean_tree

if TYPE_CHECKING:
    from lxml import html as lxml_html

    Element = lxml_html.HtmlElement

DEEPEST = 1000
VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param",
     "source", "track", "wbr"]
)  # fmt: skip
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
# the code points that HTML defines as those of Windows-1252: &#146; is ’
# and white space that no element tree can hold
_TRANSLATION = dict.fromkeys((11, 12, 28, 29, 30), " ") | {
    code: char for code in range(0x80, 0xA0) if (char := bytes([code]).decode("cp1252", "ignore"))
}


_UNPARSED = re.compile(
    r"<!--|<(script|style|title|textarea|iframe|noembed|noframes|xmp)\b[^>]*(?<!/)>", re.IGNORECASE
)
"""What begins a part of a page in which elements are plain text."""
_BLOCK = re.compile(
    r"<(?:body|main|article|section|div|p|h[1-6]|ul|ol|li|dl|table|tr|td|blockquote|hr)\b",
    re.IGNORECASE,
)
_PLAIN = frozenset(
    ["href", "src", "class", "id", "name", "style", "lang", "align", "rel", "target"]
)
_MARKUP = re.compile(r"</?(?:a|p|div|span|b|i|li|td|tr|h[1-6]|br|img)\b[^<]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
MOST_REPAIRS = 5
_CODES = frozenset(map(chr, _TRANSLATION))


@dataclass(frozen=True, slots=True)
class Tree:
    """The root of a page, the encoding of its bytes, and warnings.

    `swallowed` is text in attributes, which a missing quotation mark puts there.
    """

    root: Element
    encoding: str
    warnings: tuple[str, ...]
    swallowed: tuple[str, ...] = ()


def parse(data: bytes, name: str) -> Tree:
    """The tree of a page, its text cleaned (`characters.clean`); InputError if it has none."""
    decoded = encoding.decode(data, name)
    text = _windows(decoded.text)
    removed = characters.removed([text])
    text = _DECLARATION.sub("", characters.clean(text))
    text, repairs = closed(text)
    root, fatal = _parse(text, name)
    if "depth" in fatal:
        root, fatal = _parse(shallow(text), name)
    warnings = [*decoded.warnings, *(f"{name}, {repair}" for repair in repairs)]
    if fatal:
        warnings.append(f"{name}: damaged HTML, text may be missing ({fatal})")
    inner: Counter[str] = Counter()
    for element in root.iter():
        for attribute in ("text", "tail"):
            before = getattr(element, attribute)
            if before and (after := _windows(before)) != before:
                inner.update(characters.removed([after]))
                setattr(element, attribute, characters.clean(after))
    clean_tree(root, inner)
    if text := characters.warning(name, removed + inner):
        warnings.append(text)
    swallowed = _swallowed(root)
    if swallowed:
        warnings.append(
            f"{name}: damaged HTML: text is part of an attribute, because a quotation mark is "
            f"missing: {swallowed[0][:60]}"
        )
    return Tree(root, decoded.encoding, tuple(warnings), swallowed)


def closed(text: str) -> tuple[str, list[str]]:
    """The page with comments, scripts, titles ... closed before the next block if nothing does.

    A browser takes everything behind them for a part of them, and shows none of it. Also returns
    what was repaired.
    """
    out: list[str] = []
    repairs: list[str] = []
    never: set[str] = set()
    place = 0
    while match := _UNPARSED.search(text, place):
        tag = (match[1] or "").lower()
        end = re.compile(rf"</{tag}\b" if tag else r"--!?>|(?<=<!)-->", re.IGNORECASE)
        found = None if tag in never else end.search(text, match.end() if tag else match.end() - 2)
        if found:
            out.append(text[place : found.end()])
            place = found.end()
            continue
        never.add(tag)
        what = f"<{tag}>" if tag else "a comment"
        line = text.count("\n", 0, match.start()) + 1
        repairs.append(f"line {line}: damaged HTML: {what} is never closed")
        block = _BLOCK.search(text, match.end())
        stop = block.start() if block else len(text)
        out += [text[place:stop], f"</{tag}>" if tag else "-->"]
        place = stop
    return "".join([*out, text[place:]]), repairs[:MOST_REPAIRS]


def _swallowed(root: Element) -> tuple[str, ...]:
    """The text of attributes that contain elements although theirs is a kind that never does."""
    found = []
    for element in root.iter():
        for name, value in element.attrib.items():
            if "<" in value and name in _PLAIN and _MARKUP.search(value):
                found.append(" ".join(_TAG.sub(" ", value).split()))
    return tuple(found)


def _windows(text: str) -> str:
    return text if _CODES.isdisjoint(text) else text.translate(_TRANSLATION)


def _parse(text: str, name: str) -> tuple[Element, str]:
    """The root, and the message of the error after which the parser gave up, if it did."""
    from lxml import etree, html

    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        root = html.document_fromstring(text.encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise InputError(f"{name}: an HTML file without text; save the page again") from None
    fatal = (error for error in parser.error_log if error.level_name == "FATAL")
    error = next(fatal, None)
    return root, f"{error.message}, line {error.line}" if error else ""


def shallow(text: str) -> str:
    """The page with elements closed early where more than DEEPEST of them are open."""
    writer = _Shallow()
    writer.feed(text)
    writer.close()
    return "".join(writer.out)


class _Shallow(HTMLParser):
    """Copies a page; opening a further element in a deep place closes the one before it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            while len(self.open) >= DEEPEST:
                self.out.append(f"</{self.open.pop()}>")
            self.open.append(tag)
        self.out.append(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        # an element that was closed early is not among them: its end is then no end of another
        if tag in self.open[-DEEPEST:]:
            while self.open.pop() != tag:
                pass
        self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.out.append(data)

    def handle_entityref(self, name: str) -> None:
        self.out.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.out.append(f"&#{name};")
