"""Web pages: the article and nothing around it.

`tree` parses the page, `content` finds the element that holds its prose, `blocks` reads that
element; what surrounds it goes to the ledger.
"""

from __future__ import annotations

from typing import Any

from duizhao.corpus.document import Language
from duizhao.corpus.errors import InputError
from duizhao.corpus.reading.draft import LeftOut, Reading, Source
from duizhao.corpus.reading.notes import settle
from duizhao.corpus.reading.spacing import tidy
from duizhao.corpus.reading.web.blocks import BlockReader
from duizhao.corpus.reading.web.content import Page
from duizhao.corpus.reading.web.tree import parse


def read_drafts(source: Source, language: Language) -> Reading:
    """Blocks of the main content, and the rest of the page as furniture."""
    tree = parse(source.data, source.name)
    page = Page(tree.root)
    reader = BlockReader(page, language)
    reader.read(page.content())
    settled = settle(reader.drafts, language)
    if not settled.drafts:
        raise InputError(
            f"{source.name}: no article in this page (it may be built by script); save it from "
            "the browser once it is shown, or print it to PDF"
        )
    metadata: dict[str, Any] = {"encoding": tree.encoding}
    if title := tidy(tree.root.findtext(".//title") or "", language):
        metadata["title"] = title
    if tree.warnings:
        metadata["warnings"] = list(tree.warnings)
    if settled.places:
        metadata["notes"] = settled.places
    damaged = [LeftOut("damaged_markup", text) for text in tree.swallowed]
    return Reading(settled.drafts, [*reader.left_out, *settled.left_out, *damaged], metadata)
