"""E-books (EPUB 2 and 3): the chapters in reading order, each a page of XHTML."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from duizhao.corpus.document import Language
from duizhao.corpus.errors import InputError
from duizhao.corpus.reading.draft import Draft, LeftOut, Reading, Source
from duizhao.corpus.reading.notes import settle
from duizhao.corpus.reading.safe_xml import Archive
from duizhao.corpus.reading.web.blocks import BlockReader
from duizhao.corpus.reading.web.content import Page
from duizhao.corpus.reading.web.tree import parse

CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
PACKAGE = "{http://www.idpf.org/2007/opf}"
_PAGES = ("application/xhtml+xml", "text/html")


def read_drafts(source: Source, language: Language) -> Reading:
    """Blocks of all chapters; the navigation goes to the ledger."""
    archive = Archive.open(source.data, source.name, source.limits)
    if "META-INF/encryption.xml" in archive.names() and b"xmlenc#aes" in (
        archive.read("META-INF/encryption.xml") or b""
    ):
        raise InputError(f"{source.name}: this book is protected (DRM) and cannot be read")
    drafts: list[Draft] = []
    left_out: list[LeftOut] = []
    warnings: list[str] = []
    chapters = _chapters(archive)
    for member, is_navigation in chapters:
        data = archive.read(member)
        if data is None:
            warnings.append(f"{source.name}: {member} is missing in the book")
        elif data.strip():
            tree = parse(data, f"{source.name}: {member}")
            warnings += tree.warnings
            reader = BlockReader(Page(tree.root), language)
            reader.read(reader.page.body)
            left_out += reader.left_out
            if is_navigation:
                left_out += [LeftOut("navigation", draft.text) for draft in reader.drafts]
            else:
                # notes are numbered anew in each chapter
                settled = settle(reader.drafts, language)
                drafts += settled.drafts
                left_out += settled.left_out
    if not drafts:
        raise InputError(f"{source.name}: a book without text")
    metadata: dict[str, Any] = {"chapters": len(chapters)}
    if warnings:
        metadata["warnings"] = warnings
    notes = [draft for draft in drafts if draft.kind == "footnote"]
    body = [replace(draft) for draft in drafts if draft.kind != "footnote"]
    return Reading([*body, *notes], left_out, metadata)


def _chapters(archive: Archive) -> list[tuple[str, bool]]:
    """The members of the spine, and whether each is the book's navigation."""
    container = archive.xml("META-INF/container.xml")
    root_file = None if container is None else next(container.iter(f"{CONTAINER}rootfile"), None)
    name = root_file.get("full-path", "") if root_file is not None else ""
    package = archive.xml(name) if name else None
    if package is None:
        raise InputError(f"{archive.name}: a damaged book (no package file); fetch it again")
    folder = posixpath.dirname(name)
    items = {item.get("id", ""): item for item in package.iter(f"{PACKAGE}item")}
    chapters = []
    for reference in package.iter(f"{PACKAGE}itemref"):
        item = items.get(reference.get("idref", ""))
        if item is None or item.get("media-type") not in _PAGES:
            continue
        path = posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
        chapters.append((path, "nav" in item.get("properties", "").split()))
    return chapters
