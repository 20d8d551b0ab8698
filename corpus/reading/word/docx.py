"""Word files: paragraphs, headings, lists with their numbers, tables, footnotes, text boxes.

Read from the XML itself (ISO/IEC 29500-1, chapter 17) rather than through python-docx, whose
interface has no footnotes, text boxes, list numbers or revisions.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from duizhao.corpus.document import BlockKind, Language
from duizhao.corpus.errors import InputError
from duizhao.corpus.reading.characters import CLOSE, OPEN
from duizhao.corpus.reading.draft import Draft, LeftOut, Reading, Source
from duizhao.corpus.reading.notes import leading_mark, settle
from duizhao.corpus.reading.safe_xml import Archive
from duizhao.corpus.reading.shape import item_mark, kind_of
from duizhao.corpus.reading.spacing import tidy
from duizhao.corpus.reading.word.numbering import Numbering
from duizhao.corpus.reading.word.styles import Styles, W, numbering, outline_level
from duizhao.corpus.reading.word.text import (
    GONE,
    MC,
    Paragraph,
    Texts,
    all_text,
    chosen,
    is_placeholder,
)

if TYPE_CHECKING:
    from lxml import etree

DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DISTRIBUTION = ("Distr.", "Original:", "原件：", "原件:")
_PARTS = (
    ("header", "running_head"),
    ("footer", "running_foot"),
    ("comments", "comment"),
    ("diagrams/data", "figure"),
)
_TEXT_PART = re.compile(r"word/document\d*\.xml")


def read_drafts(source: Source, language: Language) -> Reading:
    """Blocks and furniture of a .docx file."""
    archive = Archive.open(source.data, source.name, source.limits)
    document = archive.xml(text_part(archive.names()))
    body = document.find(f"{W}body") if document is not None else None
    if body is None:
        raise InputError(f"{source.name}: a Word file without a text part; save it again")
    return _Reader(archive, language).read(body)


def text_part(names: Collection[str]) -> str:
    """The member that holds the text; some programs number it."""
    numbered = sorted(name for name in names if _TEXT_PART.fullmatch(name))
    return "word/document.xml" if "word/document.xml" in names or not numbered else numbered[0]


@dataclass
class _Reader:
    archive: Archive
    language: Language
    drafts: list[Draft] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.styles = Styles(self.archive.xml("word/styles.xml"))
        self.numbering = Numbering(self.archive.xml("word/numbering.xml"))
        self.texts = Texts(self.styles)
        self.charts = _relationships(self.archive)
        self.notes_read: set[str] = set()
        self.note_elements = {
            kind: {
                note.get(f"{W}id", ""): note
                for note in _children(self.archive.xml(f"word/{kind}s.xml"))
            }
            for kind in ("footnote", "endnote")
        }

    def read(self, body: etree._Element) -> Reading:
        self._flow(body, in_table=False)
        self._masthead()
        self._parts()
        self._notes_without_a_mark()
        settled = settle(self.drafts, self.language)
        metadata: dict[str, Any] = {}
        if warnings := [*self.archive.warnings(), *self._embedded(body)]:
            metadata["warnings"] = warnings
        if settled.places:
            metadata["notes"] = settled.places
        if title := self._title():
            metadata["title"] = title
        return Reading(settled.drafts, [*self.left_out, *settled.left_out], metadata)

    def _masthead(self) -> None:
        """The head of older files, which is a table at the start of the text, to the ledger."""
        end = next((n for n, draft in enumerate(self.drafts) if draft.kind != "table_cell"), 0)
        texts = [tidy(draft.text, self.language) for draft in self.drafts[:end]]
        if end and any(text.startswith(_DISTRIBUTION) for text in texts):
            self.left_out += [LeftOut("masthead", text) for text in texts]
            del self.drafts[:end]

    def _flow(self, container: etree._Element, *, in_table: bool) -> None:
        """Paragraphs and tables of the body, a cell or a text box, in their order."""
        merged = ""
        for element in _content(container):
            if element.tag == f"{W}sdt":
                self._leave_out("placeholder", all_text(element))
                continue
            if element.tag in GONE:
                self._leave_out("deleted_revision", " ".join(_paragraph_texts(element)))
                continue
            if element.tag == f"{W}tbl":
                self._table(element, in_table=in_table)
                continue
            paragraph = self.texts.paragraph(element)
            if _mark_deleted(element):
                # its end was deleted in a revision: it goes on in the next paragraph
                merged += paragraph.text
                continue
            paragraph.text, merged = merged + paragraph.text, ""
            self._paragraph(element, paragraph, in_table=in_table)
        if merged.strip():  # there is no next paragraph
            self.drafts.append(Draft("table_cell" if in_table else "paragraph", merged))

    def _table(self, table: etree._Element, *, in_table: bool) -> None:
        cells: list[list[etree._Element]] = []
        for row in _content(table, f"{W}tr"):
            if row.find(f"{W}trPr/{W}del") is not None:
                self._leave_out("deleted_revision", " ".join(_paragraph_texts(row)))
                continue
            cells.append([])
            for cell in _content(row, f"{W}tc"):
                if cell.find(f"{W}tcPr/{W}cellDel") is not None:
                    self._leave_out("deleted_revision", " ".join(_paragraph_texts(cell)))
                else:
                    cells[-1].append(cell)
        # a frame of one column around text (a summary, a box) is no table to its reader
        is_box = all(len(row) <= 1 for row in cells)
        for cells_of_row in cells:
            for cell in cells_of_row:
                self._flow(cell, in_table=in_table or not is_box)

    def _paragraph(self, element: etree._Element, paragraph: Paragraph, *, in_table: bool) -> None:
        properties = element.find(f"{W}pPr")
        label = self._label(properties, paragraph)
        self._leave_out_of(paragraph)
        self._add(properties, paragraph, label, in_table=in_table)
        self._notes()
        for box in paragraph.boxes:
            self._flow(box, in_table=in_table)
        for chart in paragraph.charts:
            self._chart(chart)

    def _leave_out(self, reason: str, text: str, **detail: str) -> None:
        if text := tidy(text, self.language):
            self.left_out.append(LeftOut(reason, text, detail=detail))

    def _leave_out_of(self, paragraph: Paragraph) -> None:
        for reason, pieces in (
            ("deleted_revision", paragraph.deleted),
            ("hidden_text", paragraph.hidden),
            ("placeholder", paragraph.placeholders),
            ("ruby", paragraph.ruby),
        ):
            for piece in pieces:
                self._leave_out(reason, piece)

    def _label(self, properties: etree._Element | None, paragraph: Paragraph) -> str:
        if not paragraph.text.strip():
            return ""
        found = numbering(properties)
        inherited = paragraph.style.numbering
        if found is None:
            found = inherited
        elif inherited and properties is not None and found[0] == "":
            found = (inherited[0], found[1])
        return self.numbering.label(*found) if found else ""

    def _add(
        self,
        properties: etree._Element | None,
        paragraph: Paragraph,
        label: str,
        *,
        in_table: bool,
    ) -> None:
        text = paragraph.text
        if not text.replace(OPEN, "").strip():
            return
        if label:
            text = f"{label} {text.lstrip()}"
        if note := leading_mark(text):
            # notes under a table, and those of a cover page, stand in the text itself
            self.drafts.append(Draft("footnote", note[1], mark=note[0]))
            return
        level = outline_level(properties, paragraph.style.heading)
        kind = self._kind(text, level, paragraph, in_table)
        mark = item_mark(kind, tidy(text, self.language))
        self.drafts.append(Draft(kind, text, mark=mark))

    def _kind(
        self, text: str, level: int | None, paragraph: Paragraph, in_table: bool
    ) -> BlockKind:
        if in_table:
            return "table_cell"
        return kind_of(
            tidy(text, self.language),
            self.language,
            heading=level is not None,
            caption="caption" in paragraph.style.name.lower(),
            bold=paragraph.all_bold,
        )

    def _notes(self) -> None:
        """The footnotes and endnotes that the last paragraph called for."""
        for kind, note_id, mark in self.texts.take_notes():
            self.notes_read.add(note_id)
            note = self.note_elements[kind].get(note_id)
            for number, element in enumerate(note.iter(f"{W}p") if note is not None else ()):
                paragraph = self.texts.paragraph(element)
                self._leave_out_of(paragraph)
                text = paragraph.text
                bare = leading_mark(text)
                if bare and bare[0] == mark:
                    text = bare[1]
                if text.strip():
                    self.drafts.append(Draft("footnote", text, mark=None if number else mark))

    def _notes_without_a_mark(self) -> None:
        """Notes that no paragraph calls for, as Word keeps them after their mark was deleted."""
        for notes in self.note_elements.values():
            for note_id, note in notes.items():
                if note_id not in self.notes_read and note.get(f"{W}type") is None:
                    self._leave_out("note_without_mark", " ".join(_paragraph_texts(note)))

    def _embedded(self, body: etree._Element) -> list[str]:
        """A warning about documents inside this one, which Word would insert when it opens it."""
        count = sum(1 for _ in body.iter(f"{W}altChunk"))
        name = self.archive.name
        return [f"{name}: {count} embedded documents (altChunk) not read"] if count else []

    def _parts(self) -> None:
        """Headers, footers, comments and diagrams, to the ledger, each text once."""
        seen: set[tuple[str, str]] = set()
        read: set[tuple[int, int]] = set()
        for name in sorted(self.archive.names()):
            for part, reason in _PARTS:
                if not name.startswith(f"word/{part}") or not name.endswith(".xml"):
                    continue
                checksum = self.archive.checksum(name)
                if checksum in read:  # every section may have a copy of the same header
                    continue
                read.add(checksum)
                root = self.archive.xml(name)
                for element in root.iter(f"{W}p", f"{DRAWING}p") if root is not None else ():
                    text = tidy(self._part_text(element), self.language)
                    if text and (reason, text) not in seen:
                        seen.add((reason, text))
                        self.left_out.append(LeftOut(reason, text, detail={"part": name}))

    def _part_text(self, element: etree._Element) -> str:
        if element.tag == f"{DRAWING}p":
            return "".join(t.text or "" for t in element.iter(f"{DRAWING}t"))
        paragraph = self.texts.paragraph(element)
        self._leave_out_of(paragraph)
        return paragraph.text.replace(OPEN, "").replace(CLOSE, "")

    def _chart(self, relationship: str) -> None:
        name = self.charts.get(relationship, "")
        root = self.archive.xml(name) if name else None
        if root is None:
            return
        texts = [t.text or "" for t in root.iter(f"{DRAWING}t", f"{CHART}v")]
        if text := " ".join(" ".join(texts).split()):
            self.left_out.append(LeftOut("figure", text, detail={"part": name}))

    def _title(self) -> str:
        root = self.archive.xml("docProps/core.xml")
        if root is None:
            return ""
        return (root.findtext("{http://purl.org/dc/elements/1.1/}title") or "").strip()


def _content(container: etree._Element, *tags: str) -> Iterator[etree._Element]:
    """The paragraphs and tables (or rows, or cells) in a container, wrappers looked through.

    A form field that shows its prompt, and a deleted part, are given as they are.
    """
    wanted = tags or (f"{W}p", f"{W}tbl")
    for child in container:
        if child.tag in wanted or (not tags and (child.tag in GONE or is_placeholder(child))):
            yield child
        elif child.tag == f"{MC}AlternateContent":
            yield from _content(chosen(child), *tags)
        elif len(child) and isinstance(child.tag, str):
            yield from _content(child, *tags)


def _paragraph_texts(element: etree._Element) -> list[str]:
    return [text for each in element.iter(f"{W}p") if (text := all_text(each).strip())]


def _mark_deleted(element: etree._Element) -> bool:
    properties = element.find(f"{W}pPr/{W}rPr")
    return properties is not None and (
        properties.find(f"{W}del") is not None or properties.find(f"{W}moveFrom") is not None
    )


def _children(element: etree._Element | None) -> list[etree._Element]:
    return [] if element is None else list(element)


def _relationships(archive: Archive) -> dict[str, str]:
    """Relationship id -> member name, of the text part."""
    root = archive.xml("word/_rels/document.xml.rels")
    out = {}
    for element in root if root is not None else ():
        target = element.get("Target", "")
        if element.get("TargetMode") != "External":
            path = target.lstrip("/") if target.startswith("/") else f"word/{target}"
            out[element.get("Id", "")] = path
    return out
