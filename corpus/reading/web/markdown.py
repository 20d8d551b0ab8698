"""Markdown: blocks by markdown-it-py, without their markup."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from duizhao.corpus.document import Language
from duizhao.corpus.reading import encoding
from duizhao.corpus.reading.draft import Draft, LeftOut, Reading, Source
from duizhao.corpus.reading.notes import CLOSE, OPEN, leading_mark, raised, settle
from duizhao.corpus.reading.shape import item_mark, kind_of, split_label
from duizhao.corpus.reading.spacing import tidy

if TYPE_CHECKING:
    from markdown_it.token import Token

NO_LIMIT = 10**9
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_NOTE = re.compile(r"^\[\^([^\]\s]+)\]:[ \t]*", re.MULTILINE)
_NOTE_REFERENCE = re.compile(r"\[\^([^\]\s]+)\]")


def read_drafts(source: Source, language: Language) -> Reading:
    """Paragraphs, headings, list items with their numbers, cells; code goes to the ledger."""
    from markdown_it import MarkdownIt

    decoded = encoding.read_text(source.data, source.name)
    text = decoded.text.replace("\r\n", "\n")
    left_out: list[LeftOut] = []
    if match := _FRONT_MATTER.match(text):
        left_out.append(LeftOut("front_matter", match[0].strip(), line=1))
        text = "\n" * match[0].count("\n") + text[match.end() :]
    # a note is a paragraph that begins with its mark, a reference the mark alone
    text = _NOTE.sub(lambda m: f"\n{OPEN}{m[1]}{CLOSE} ", text)
    text = _NOTE_REFERENCE.sub(lambda m: f"{OPEN}{m[1]}{CLOSE}", text)
    # beyond `maxNesting` the parser would drop text without a word
    parser = MarkdownIt("commonmark", {"maxNesting": NO_LIMIT}).enable(["table", "strikethrough"])
    tokens = parser.parse(text)
    drafts = _drafts(tokens, language, left_out)
    settled = settle(drafts, language)
    metadata: dict[str, object] = {"encoding": decoded.encoding}
    if decoded.warnings:
        metadata["warnings"] = list(decoded.warnings)
    if settled.places:
        metadata["notes"] = settled.places
    return Reading(settled.drafts, [*left_out, *settled.left_out], metadata)


def _drafts(tokens: list[Token], language: Language, left_out: list[LeftOut]) -> list[Draft]:
    drafts: list[Draft] = []
    open_blocks: list[str] = []
    label = ""
    for token in tokens:
        line = token.map[0] + 1 if token.map else None
        if token.type == "html_block":
            inside, outside = _html(token.content, language)
            drafts += inside
            left_out += [replace(each, line=line) for each in outside]
        elif token.type in ("fence", "code_block"):
            left_out.append(LeftOut("code", token.content.strip(), line=line))
        elif token.type == "inline":
            raw = _inline(token)
            if label and not split_label(tidy(raw, language))[0]:
                raw = f"{label} {raw}"
            drafts.append(_draft(raw, open_blocks, bool(label), language))
            label = ""
        elif token.nesting == 1:
            open_blocks.append(token.tag)
            if token.type == "list_item_open":
                label = f"{token.info}{token.markup}" if token.info else "•"
        elif token.nesting == -1 and open_blocks:
            open_blocks.pop()
    return drafts


def _html(content: str, language: Language) -> tuple[list[Draft], list[LeftOut]]:
    """The blocks of HTML within Markdown, and what is left out."""
    from duizhao.corpus.reading.web.blocks import BlockReader
    from duizhao.corpus.reading.web.content import Page
    from duizhao.corpus.reading.web.tree import parse

    page = Page(parse(f"<html><body>{content}</body></html>".encode(), "HTML").root)
    reader = BlockReader(page, language)
    reader.read(page.body)
    if not reader.drafts and not reader.left_out:  # tags alone, or a comment
        return [], [LeftOut("code", content.strip())]
    return reader.drafts, reader.left_out


def _draft(raw: str, open_blocks: list[str], is_item: bool, language: Language) -> Draft:
    if note := leading_mark(raw):
        return Draft("footnote", note[1], mark=note[0])
    text = tidy(raw, language)
    if open_blocks and open_blocks[-1] in ("td", "th"):
        return Draft("table_cell", raw)
    heading = any(re.fullmatch(r"h[1-6]", tag) for tag in open_blocks)
    kind = "list_item" if is_item else kind_of(text, language, heading=heading)
    return Draft(kind, raw, mark=item_mark(kind, text))


def _inline(token: Token) -> str:
    text = ""
    plain: str | None = None
    for child in token.children or []:
        if child.type == "html_inline":
            tag = child.content.lower()
            if tag.startswith("<sup"):
                plain, text = text, ""
            elif tag == "</sup>" and plain is not None:
                text = plain + raised(text)
                plain = None
            elif tag.startswith("<br"):
                text += "\n"
        if child.type in ("text", "code_inline"):
            text += child.content
        elif child.type in ("softbreak", "hardbreak"):
            text += "\n"
        elif child.type == "image":
            text += child.content
    return (plain or "") + text
