"""The structure that a tagged PDF carries (ISO 32000-2, 14.7 and 14.8).

Word writes its paragraphs, tables, headings and notes into the PDF's structure tree. PDFium shows
that tree page by page: an element that goes on over pages is seen on each of them, without a
name. What it keeps is its place, so an element is known here by the numbers of the children on
the way down to it; the same numbers on two pages are the same element, and their order is the
reading order.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, replace
from typing import Any

Path = tuple[int, ...]

HEADINGS = frozenset({"H", "Title", *(f"H{level}" for level in range(1, 10))})
# Elements inside a paragraph; every other element is a paragraph or holds some
INLINE = frozenset(
    ["Span", "Link", "Annot", "Reference", "Em", "Strong", "Sub", "Quote", "Code", "Formula",
     "Form", "Ruby", "RB", "RT", "RP", "Warichu", "WT", "WP", "NonStruct", "Private", "LBody"]
)  # fmt: skip
# The elements of a page stand side by side in the tree: so many strangers end the search
MISSES = 64


@dataclass(frozen=True, slots=True)
class Tag:
    """Where a piece of marked content belongs.

    `path` names its paragraph and `kind` is that paragraph's type. `item`, `table`, `cell` and
    `note` name the list item, table, cell and note around it, None where there is none. `label`
    is true for the number or bullet of a list item.
    """

    path: Path
    kind: str
    item: Path | None = None
    table: Path | None = None
    cell: Path | None = None
    note: Path | None = None
    figure: bool = False
    label: bool = False


class TagReader:
    """Reads the tags page by page, in order; it remembers where the last page ended."""

    def __init__(self) -> None:
        import pypdfium2.raw as raw

        self._raw = raw
        self._last = 0
        self._found: dict[int, Tag] = {}

    def read(self, page: Any, wanted: set[int]) -> dict[int, Tag]:
        """Marked-content id -> tag of a page, empty where there are no tags.

        `wanted` are the ids that the page's text has: the search stops when all are found.
        """
        raw = self._raw
        tree = raw.FPDF_StructTree_GetForPage(page.raw)
        if not tree:
            return {}
        self._found = {}
        try:
            if raw.FPDF_StructTree_CountChildren(tree) == 1:
                # usually one element, Document, holds everything
                self._read_root(raw.FPDF_StructTree_GetChildAtIndex(tree, 0), wanted)
            else:
                for number in range(raw.FPDF_StructTree_CountChildren(tree)):
                    if element := raw.FPDF_StructTree_GetChildAtIndex(tree, number):
                        self._walk(element, (number,), ROOT)
        finally:
            raw.FPDF_StructTree_Close(tree)
        return self._found

    def _read_root(self, root: Any, wanted: set[int]) -> None:
        if not root:
            return
        raw = self._raw
        count = raw.FPDF_StructElement_CountChildren(root)
        if count <= 4 * MISSES:
            self._walk(root, (0,), ROOT)
            return
        start = max(0, self._last - MISSES)
        for low, high in ((start, count), (0, start)):
            misses = 0
            for number in range(low, high):
                element = raw.FPDF_StructElement_GetChildAtIndex(root, number)
                if element:
                    misses = 0
                    self._last = max(self._last, number)
                    self._walk(element, (0, number), ROOT)
                    continue
                misses += 1
                if misses > MISSES and wanted <= self._found.keys():
                    break
            if wanted <= self._found.keys():
                return

    def _walk(self, element: Any, path: Path, above: Tag) -> None:
        """Everything in the element at `path`; `above` is the tag of the element around it."""
        raw = self._raw
        kind = self._type(element)
        tag = above if kind in INLINE else _enter(kind, path, above)
        for number in range(raw.FPDF_StructElement_CountChildren(element)):
            if child := raw.FPDF_StructElement_GetChildAtIndex(element, number):
                self._walk(child, (*path, number), tag)
                continue
            content = raw.FPDF_StructElement_GetChildMarkedContentID(element, number)
            if content >= 0:
                self._found[content] = tag

    def _type(self, element: Any) -> str:
        buffer = (ctypes.c_ushort * 64)()
        length = self._raw.FPDF_StructElement_GetType(element, buffer, 128)
        return bytes(buffer)[: max(0, length - 2)].decode("utf-16le", "replace")


ROOT = Tag((), "Document")


def _enter(kind: str, path: Path, above: Tag) -> Tag:
    """The tag of content in an element of this kind."""
    tag = replace(above, kind=kind, path=path)
    if kind == "Table":
        return replace(tag, table=path, cell=None)
    if kind in ("TD", "TH"):
        return replace(tag, cell=path)
    if kind == "LI":
        return replace(tag, item=path)
    if kind == "Lbl":
        # the mark of a note, or the number of a figure or heading, is text of its paragraph
        return replace(tag, label=True, path=above.item) if above.item else above
    if kind in ("Note", "FENote"):
        return replace(tag, note=path)
    if kind == "Figure":
        return replace(tag, figure=True)
    return tag
