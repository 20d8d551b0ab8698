"""Word files: paragraphs, headings, lists with their numbers, tables, footnotes, text boxes.

Read from the XML itself (ISO/IEC 29500-1, chapter 17) rather than through python-docx, whose
interface has no footnotes, text boxes, list numbers or revisions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from duizhao.corpus.document import BlockKind, Language
from duizhao.corpus.errors import InputError
from duizhao.corpus.reading.draft import Draft, LeftOut, Reading, Source
from duizhao.corpus.reading.notes import OPEN, leading_mark, settle
from duizhao.corpus.reading.safe_xml import Archive
from duizhao.corpus.reading.shape import item_mark, kind_of
from duizhao.corpus.reading.spacing import tidy
from duizhao.corpus.reading.word.numbering import Numbering
from duizhao.corpus.reading.word.styles import Styles, W, numbering, outline_level
from duizhao.corpus.reading.word.text import Paragraph, Texts

if TYPE_CHECKING:
    from lxml import etree

RELATIONSHIP = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DISTRIBUTION = ("Distr.", "Original:", "原件：", "原件:")
_PARTS = (("header", "running_head"), ("footer", "running_foot"), ("comments", "comment"))


def read_drafts(source: Source, language: Language) -> Reading:
    """Blocks and furniture of a .docx file."""
    archive = Archive.open(source.data, source.name)
    document = archive.xml("word/document.xml")
    body = document.find(f"{W}body") if document is not None else None
    if body is None:
        raise InputError(f"{source.name}: a Word file without a text part; save it again")
    return _Reader(archive, language).read(body)


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
        settled = settle(self.drafts, self.language)
        metadata: dict[str, Any] = {}
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

    def _table(self, table: etree._Element, *, in_table: bool) -> None:
        rows = [row for row in _content(table, f"{W}tr") if not _deleted_row(row)]
        cells = [list(_content(row, f"{W}tc")) for row in rows]
        # a frame of one column around text (a summary, a box) is no table to its reader
        is_box = all(len(row) <= 1 for row in cells)
        for row in cells:
            for cell in row:
                self._flow(cell, in_table=in_table or not is_box)

    def _paragraph(self, element: etree._Element, paragraph: Paragraph, *, in_table: bool) -> None:
        properties = element.find(f"{W}pPr")
        label = self._label(properties, paragraph)
        for reason, pieces in (
            ("deleted_revision", paragraph.deleted),
            ("hidden_text", paragraph.hidden),
        ):
            self.left_out += [LeftOut(reason, piece.strip()) for piece in pieces if piece.strip()]
        self._add(properties, paragraph, label, in_table=in_table)
        self._notes()
        for box in paragraph.boxes:
            self._flow(box, in_table=in_table)
        for chart in paragraph.charts:
            self._chart(chart)

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
            note = self.note_elements[kind].get(note_id)
            for number, element in enumerate(note.iter(f"{W}p") if note is not None else ()):
                text = self.texts.paragraph(element).text
                bare = leading_mark(text)
                if bare and bare[0] == mark:
                    text = bare[1]
                if text.strip():
                    self.drafts.append(Draft("footnote", text, mark=None if number else mark))

    def _parts(self) -> None:
        """Headers, footers and comments, to the ledger, each text once."""
        seen: set[tuple[str, str]] = set()
        for name in sorted(self.archive.names()):
            for part, reason in _PARTS:
                if not name.startswith(f"word/{part}") or not name.endswith(".xml"):
                    continue
                root = self.archive.xml(name)
                for element in root.iter(f"{W}p") if root is not None else ():
                    text = tidy(self.texts.paragraph(element).text, self.language)
                    if text and (reason, text) not in seen:
                        seen.add((reason, text))
                        self.left_out.append(LeftOut(reason, text, detail={"part": name}))

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
    """The paragraphs and tables (or rows, or cells) in a container, wrappers looked through."""
    wanted = tags or (f"{W}p", f"{W}tbl")
    for child in container:
        if child.tag in wanted:
            yield child
        elif child.tag in (
            f"{W}sdt", f"{W}sdtContent", f"{W}customXml", f"{W}ins", f"{W}moveTo", f"{W}smartTag",
        ):  # fmt: skip
            yield from _content(child, *tags)


def _mark_deleted(element: etree._Element) -> bool:
    properties = element.find(f"{W}pPr/{W}rPr")
    return properties is not None and (
        properties.find(f"{W}del") is not None or properties.find(f"{W}moveFrom") is not None
    )


def _deleted_row(row: etree._Element) -> bool:
    return row.find(f"{W}trPr/{W}del") is not None


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
