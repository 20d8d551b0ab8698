"""Blocks of a tagged PDF: its structure tree names paragraphs, cells, headings and furniture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from duizhao.corpus.document import Language
from duizhao.corpus.reading.draft import LeftOut
from duizhao.corpus.reading.notes import CLOSE, OPEN
from duizhao.corpus.reading.pdf import furniture
from duizhao.corpus.reading.pdf.building import (
    Built,
    blocks_from_paragraphs,
    counted_lines,
    furniture_entry,
)
from duizhao.corpus.reading.pdf.lines import Paragraph, Strip, strips_of
from duizhao.corpus.reading.pdf.page.text import Page, Piece, read_page
from duizhao.corpus.reading.pdf.separation import joined_lines, separated
from duizhao.corpus.reading.pdf.strips import has_bullet, strips_of_page
from duizhao.corpus.reading.pdf.tags import HEADINGS, Path, Tag, TagReader

# Tags are followed if they hold at least this share of the characters that are no furniture.
TAGGED_SHARE = 0.9
# A tagged line at the edge of so many pages, and of this share of all pages, is a head or foot
FEWEST_PAGES, REPEATED = 3, 0.3
# A label of a list item has no more letters, as in "Recommendation 12."
LONGEST_LABEL = 24
# The mark of a note: "112", "***"
LONGEST_MARK = 3


def use_tags(pdf: Any) -> bool:
    """Whether the tags of a file hold nearly all of its text (judged by some of its pages)."""
    count = len(pdf)
    numbers = sorted(
        {1, 2, 3, count // 3, count // 2, 2 * count // 3, count - 1} & set(range(count))
    )
    reader = TagReader()
    tagged = total = 0
    for number in numbers or [0]:
        page = read_page(pdf, number + 1)
        tags = _tags_of(pdf, page, reader)
        for piece in page.pieces:
            # text of charts has no tags, and is often small or turned
            if not piece.artifact and piece.angle == 0:
                total += len(piece.text)
                tagged += len(piece.text) if piece.tag in tags else 0
    return total > 0 and tagged >= TAGGED_SHARE * total


def _tags_of(pdf: Any, page: Page, reader: TagReader) -> dict[int, Tag]:
    wanted = {piece.tag for piece in page.pieces if piece.tag is not None}
    if not wanted:
        return {}
    handle = pdf[page.number - 1]
    try:
        return reader.read(handle, wanted)
    finally:
        handle.close()


def blocks_by_tags(
    pdf: Any, pages: Iterable[Page], language: Language, *, keep_contents: bool = False
) -> Built:
    """The blocks that the file's structure tree names; `pages` are all of its pages."""
    tree = _Tree(language)
    reader = TagReader()
    for page in pages:
        tree.add_page(page, _tags_of(pdf, page, reader))
    paragraphs = tree.in_order()
    _open_boxes(paragraphs)
    paragraphs = tree.without_repeated(tree.without_masthead(paragraphs))
    paragraphs = joined_lines(separated(paragraphs), language)
    built = blocks_from_paragraphs(paragraphs, language, keep_contents=keep_contents)
    built.left_out[:0] = tree.left_out
    built.furniture += tree.furniture
    return built


@dataclass
class _Tree:
    """Paragraphs by their place in the structure tree."""

    language: Language
    paragraphs: dict[Path, Paragraph] = field(default_factory=dict)
    labels: dict[Path, list[Strip]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)
    furniture: list[Strip] = field(default_factory=list)
    first_size: tuple[float, float] = (612.0, 792.0)
    heights: dict[int, float] = field(default_factory=dict)

    def add_page(self, page: Page, tags: dict[int, Tag]) -> None:
        self.heights[page.number] = page.height
        if page.number == 1:
            self.first_size = (page.width, page.height)
        self._furniture(page, [p for p in page.pieces if p.artifact])
        self._figures(page, [p for p in page.pieces if not p.artifact and p.tag not in tags])
        for tag, pieces in _runs(page, tags):
            if tag.figure:
                self._figures(page, pieces)
            else:
                self._add(tag, pieces, page)

    def in_order(self) -> list[Paragraph]:
        """The paragraphs in the order of the tree; a label or mark joins the text behind it."""
        out: list[Paragraph] = []
        for path in sorted(self.paragraphs, reverse=True):
            paragraph = self.paragraphs[path]
            behind = out[-1] if out else None
            if not paragraph.strips and path in self.labels:
                self._label(paragraph, self.labels[path], behind)
            elif _is_mark(paragraph) and behind and _in_same_note(paragraph, behind):
                behind.strips[:0] = paragraph.strips
                continue
            out.append(paragraph)
        return out[::-1]

    def _label(self, paragraph: Paragraph, label: list[Strip], behind: Paragraph | None) -> None:
        """Settle a label without text of its own: `behind` is the paragraph behind it."""
        own = behind and behind.tag and paragraph.tag and behind.tag.item == paragraph.tag.path
        if behind and own and behind.strips and not behind.label:
            behind.label, paragraph.label = paragraph.label, ""
        elif any(character.isalpha() for strip in label for character in strip.text):
            paragraph.strips, paragraph.label = label, ""
        else:
            self.left_out += [LeftOut("artifact", strip.text, strip.page) for strip in label]

    def without_masthead(self, paragraphs: list[Paragraph]) -> list[Paragraph]:
        """The paragraphs without the head of the first page, if it is tagged as text."""
        first = [each for each in paragraphs[:40] if each.strips and each.strips[0].page == 1]
        strips = [strip for each in first for strip in each.strips]
        width, height = self.first_size
        away = {id(strip) for strip in furniture.masthead(strips, width, height)}
        out = []
        for paragraph in paragraphs:
            if paragraph.strips and all(id(strip) in away for strip in paragraph.strips):
                for strip in paragraph.strips:
                    self._leave_out(strip, height)
            else:
                out.append(paragraph)
        return out

    def without_repeated(self, paragraphs: list[Paragraph]) -> list[Paragraph]:
        """The paragraphs without heads and feet of many pages that are tagged as text."""
        seen: dict[str, set[int]] = {}
        for paragraph in paragraphs:
            if self._at_edge(paragraph):
                text = furniture.text_or_number(paragraph.strips[0].text)
                seen.setdefault(text, set()).add(paragraph.strips[0].page)
        least = max(FEWEST_PAGES, REPEATED * len(self.heights))
        known = {text for text, pages in seen.items() if len(pages) >= least}
        out = []
        for paragraph in paragraphs:
            strips = paragraph.strips
            if self._at_edge(paragraph) and furniture.text_or_number(strips[0].text) in known:
                self._leave_out(strips[0], self.heights[strips[0].page])
            else:
                out.append(paragraph)
        return out

    def _at_edge(self, paragraph: Paragraph) -> bool:
        """Whether a paragraph is a line at the head or foot of a page, and may be no text."""
        if len(paragraph.strips) != 1 or paragraph.cell or paragraph.note:
            return False
        if paragraph.heading or paragraph.label:
            return False
        strip = paragraph.strips[0]
        return not furniture.FOOT < strip.y / self.heights[strip.page] < furniture.HEAD

    def _add(self, tag: Tag, pieces: list[Piece], page: Page) -> None:
        strips = strips_of(pieces, page.number, self.language)
        if not strips:
            return
        paragraph = self.paragraphs.get(tag.path)
        if paragraph is None:
            paragraph = self.paragraphs[tag.path] = Paragraph(
                [],
                tag,
                cell=tag.cell is not None,
                note=tag.note is not None,
                heading=tag.kind in HEADINGS,
                table=tag.table,
            )
            if tag.item and has_bullet(page, strips[0]):
                # drawn, and no character
                paragraph.label = "•"
        elif [s.text for s in paragraph.strips] == [s.text for s in strips]:
            # the head of a table, printed again on its next page
            self.left_out += [LeftOut("repeated_table_head", s.text, page.number) for s in strips]
            return
        if not tag.label:
            paragraph.strips.extend(strips)
        elif tag.path in self.labels or sum(strip.letters for strip in strips) > LONGEST_LABEL:
            # text that its maker tagged as a label
            paragraph.strips.extend(strips)
        else:
            self.labels[tag.path] = strips
            label = " ".join(strip.text for strip in strips)
            paragraph.label = "◦" if label == "o" else label

    def _furniture(self, page: Page, pieces: list[Piece]) -> None:
        # a foot's pieces come in any order: put them into lines first
        whole = replace(page, pieces=tuple(pieces))
        found = strips_of_page(whole, self.language)
        self.left_out += counted_lines(found)
        if found.figure:
            self.left_out.append(LeftOut("artifact", found.figure, page.number))
        for strip in found.strips:
            self._leave_out(strip, page.height)

    def _leave_out(self, strip: Strip, height: float) -> None:
        self.furniture.append(strip)
        self.left_out.append(furniture_entry(strip, height, self.language))

    def _figures(self, page: Page, pieces: list[Piece]) -> None:
        """Text without a tag: of a chart, or a head or foot that its maker did not mark."""
        if not pieces:
            return
        found = strips_of_page(replace(page, pieces=tuple(pieces), figures=()), self.language)
        self.left_out += counted_lines(found)
        inside = []
        for strip in found.strips:
            if furniture.FOOT < strip.y / page.height < furniture.HEAD:
                inside.append(strip.text)
            else:
                self._leave_out(strip, page.height)
        if text := " ".join([*inside, found.figure]).strip():
            self.left_out.append(LeftOut("figure", text, page.number))


def _is_mark(paragraph: Paragraph) -> bool:
    """Whether a paragraph is only the mark of a note."""
    text = "".join(strip.text for strip in paragraph.strips).strip(OPEN + CLOSE)
    return len(text) <= LONGEST_MARK and not text.isalpha()


def _in_same_note(mark: Paragraph, behind: Paragraph) -> bool:
    if behind.tag is None or mark.tag is None or mark.tag.note is None:
        return False
    return behind.tag.note == mark.tag.note and bool(behind.strips)


def _open_boxes(paragraphs: Sequence[Paragraph]) -> None:
    """A table of one column is a frame around text: its paragraphs are no cells."""
    columns: dict[Path, int] = {}
    for paragraph in paragraphs:
        tag = paragraph.tag
        if tag and tag.table and tag.cell:
            columns[tag.table] = max(columns.get(tag.table, 0), tag.cell[-1])
    for paragraph in paragraphs:
        tag = paragraph.tag
        if tag and tag.table and columns.get(tag.table) == 0:
            paragraph.cell = False
            paragraph.table = None


def _runs(page: Page, tags: dict[int, Tag]) -> Iterator[tuple[Tag, list[Piece]]]:
    """The page's pieces by paragraph, in the file's order within each."""
    groups: dict[tuple[Path, bool], tuple[Tag, list[Piece]]] = {}
    for piece in page.pieces:
        if piece.artifact or piece.tag is None or piece.tag not in tags:
            continue
        tag = tags[piece.tag]
        groups.setdefault((tag.path, tag.label), (tag, []))[1].append(piece)
    yield from groups.values()
