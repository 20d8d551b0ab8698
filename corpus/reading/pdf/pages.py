"""Paragraphs that the end of a page or column cut in two."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile

from duizhao.corpus.document import Language
from duizhao.corpus.reading.pdf.lines import Paragraph, Strip, first_word
from duizhao.corpus.reading.shape import split_label

_ENDS: dict[Language, tuple[str, ...]] = {
    "zh": tuple("。！？；：”’）)」』.!?;:"),
    "en": tuple('.!?:;”"’)]'),
}

# By flow: the left and the right edge of its running text
Edges = Mapping[int, tuple[float, float]]
# Type that is so many points smaller is not that of the body
SMALLER = 0.6
# A figure or a table across the page may be between two columns
MOST_FLOWS = 2
CAPTION = re.compile(r"(?:Fig(?:ure)?|Table|Chart|Box|Map)\.?\s?\d")
# So many lines at least reach the right edge of a flow
FEW_LINES = 3
# Lines of Chinese that go on end at most so many em before the right edge
RAGGED = 4.0
# A line by itself is shorter than this share of the next column's text
SHORT = 0.6
# A continuation begins at most so many em from the edge of the paragraph that it continues
FAR_APART = 5.0
# A number and a word: the middle of a sentence, unlike a number alone in a cell
COUNTED = re.compile(r"\d[\d,.]*\s[a-zA-Z]")


def join_across_pages(paragraphs: Sequence[Paragraph], language: Language) -> list[Paragraph]:
    """The paragraphs, the last of a page and the first of the next as one where they are."""
    out: list[Paragraph] = []
    last: Paragraph | None = None
    # a paragraph of the body that is cut, with text in smaller type below it
    cut: Paragraph | None = None
    inserted = False
    edges = _edges(paragraphs)
    for paragraph in paragraphs:
        if not paragraph.strips:
            continue
        caption = language == "en" and CAPTION.match(paragraph.strips[0].text)
        if paragraph.note or paragraph.cell or paragraph.aside or caption:
            out.append(paragraph)
            inserted = inserted or paragraph.cell or bool(caption)
            continue
        # behind a table or a caption only a small letter shows that a sentence goes on
        sure = not inserted or _reads_on(last, paragraph, language)
        inserted = False
        if last is not None and sure and _goes_on(last, paragraph, language, edges):
            last.strips.extend(paragraph.strips)
            last.flow = paragraph.flow
            continue
        above = cut if _reads_on(cut, paragraph, language) else None
        if cut and above and _goes_on(cut, paragraph, language, edges):
            cut.strips.extend(paragraph.strips)
            cut.flow, last, cut = paragraph.flow, cut, None
            continue
        out.append(paragraph)
        above = cut or last
        cut = above if above and paragraph.size < above.size - SMALLER else None
        last = paragraph
    return out


def _reads_on(first: Paragraph | None, second: Paragraph, language: Language) -> bool:
    """Whether the second begins in the middle of an English sentence that the first leaves open."""
    if first is None or language != "en" or not second.strips[0].text[:1].islower():
        return False
    return not first.strips[-1].text.rstrip().endswith(_ENDS[language])


def repeated_heads(paragraphs: Sequence[Paragraph]) -> set[int]:
    """Numbers of the cells that are a table's head printed again at the top of a page."""
    out: set[int] = set()
    head: list[str] = []
    page = 0
    for start, end in _tables(paragraphs):
        texts = [_text(paragraphs[number]) for number in range(start, end)]
        here = paragraphs[start].strips[0].page
        above = [each for each in paragraphs[max(0, start - 8) : start] if not each.note]
        is_top = not above or above[-1].strips[-1].page < here
        if head and is_top and here == page + 1:
            same = 0
            while same < min(len(head), len(texts)) and head[same] == texts[same]:
                same += 1
            if same >= 2:
                out.update(range(start, start + same))
            else:
                head = texts
        else:
            head = texts
        page = paragraphs[end - 1].strips[-1].page
    return out


def _tables(paragraphs: Sequence[Paragraph]) -> Iterator[tuple[int, int]]:
    """Runs of cells on one page each: (first, behind the last)."""
    start = None
    for number, paragraph in enumerate(paragraphs):
        ends = not paragraph.cell or (
            start is not None and paragraph.strips[0].page != paragraphs[number - 1].strips[0].page
        )
        if start is not None and ends:
            yield start, number
            start = None
        if paragraph.cell and start is None:
            start = number
    if start is not None:
        yield start, len(paragraphs)


def _text(paragraph: Paragraph) -> str:
    return " ".join(strip.text for strip in paragraph.strips)


def join_cells(paragraphs: Sequence[Paragraph], language: Language) -> list[Paragraph]:
    """A row cut by a page break: the text below a cell, in its column, on the next page."""
    out: list[Paragraph] = []
    for start, end in _runs(paragraphs):
        if start < 0:
            out.append(paragraphs[end])
            continue
        cells = list(paragraphs[start:end])
        gone: set[int] = set()
        edge = min(cell.strips[0].left for cell in cells)
        for number, cell in enumerate(cells):
            before = _above_break(cells, number, gone)
            if before is not None and (
                _continues(before, cell, language)
                or (
                    _open_ended(before, cell, language)
                    and _full(before, cell.strips[0])
                    and _without_first_cell(cells, number, edge)
                )
            ):
                before.strips.extend(cell.strips)
                gone.add(number)
        out += [cell for number, cell in enumerate(cells) if number not in gone]
    return out


def _runs(paragraphs: Sequence[Paragraph]) -> Iterator[tuple[int, int]]:
    """Runs of cells over pages (first, behind the last); others as (-1, number)."""
    start = -1
    for number, paragraph in enumerate(paragraphs):
        if paragraph.cell and paragraph.strips:
            start = number if start < 0 else start
            continue
        if start >= 0:
            yield start, number
            start = -1
        yield -1, number
    if start >= 0:
        yield start, len(paragraphs)


def _above_break(cells: Sequence[Paragraph], number: int, gone: set[int]) -> Paragraph | None:
    """The last cell of the page before that begins where this one does."""
    first = cells[number].strips[0]
    for other in range(number - 1, max(-1, number - 24), -1):
        last = cells[other].strips[-1]
        if other in gone or last.page == first.page:
            continue
        if last.page < first.page - 1:
            return None
        if abs(cells[other].strips[0].left - first.left) <= 2:
            return cells[other]
    return None


def _without_first_cell(cells: Sequence[Paragraph], number: int, edge: float) -> bool:
    """Whether a cell at the top of a page has none in the first column beside it.

    `edge` is the left edge of the table.
    """
    here = cells[number].strips[0]
    around = (reversed(cells[:number]), cells[number:])
    top = [
        cell
        for part in around
        for cell in takewhile(lambda cell: cell.strips[0].page == here.page, part)
    ]
    if max(cell.strips[0].y for cell in top) > here.y + 0.5 * here.size:
        return False
    return not any(
        cell.strips[0].left <= edge + 3 and cell.strips[0].y >= here.y - 0.5 * here.size
        for cell in top
    )


def _open_ended(first: Paragraph, second: Paragraph, language: Language) -> bool:
    """Whether a cell ends without a stop, and another has its type and no label."""
    end, start = first.strips[-1], second.strips[0]
    if end.text.endswith(_ENDS[language]) or abs(end.size - start.size) > 0.6:
        return False
    return not split_label(start.text)[0]


def _continues(first: Paragraph, second: Paragraph, language: Language) -> bool:
    start = second.strips[0]
    if not _open_ended(first, second, language):
        return False
    if language == "en":
        lower = start.text[:1].islower()
        counted = COUNTED.match(start.text) and not COUNTED.match(first.strips[0].text)
        counts_on = bool(counted) and len(first.strips) > 1 and _full(first, start)
        return lower or counts_on
    return len(first.strips) > 1 and _full(first, start)


def _edges(paragraphs: Sequence[Paragraph]) -> dict[int, tuple[float, float]]:
    """The edges of the running text of each flow: where most of its letters begin, and where its
    longest lines end."""
    lefts: dict[int, Counter[int]] = defaultdict(Counter)
    rights: dict[int, list[float]] = defaultdict(list)
    for paragraph in paragraphs:
        if not (paragraph.cell or paragraph.note):
            for strip in paragraph.strips:
                lefts[paragraph.flow][round(strip.left)] += strip.letters
                rights[paragraph.flow].append(strip.right)
    return {
        flow: (float(counts.most_common(1)[0][0]), sorted(rights[flow])[-FEW_LINES:][0])
        for flow, counts in lefts.items()
    }


def _goes_on(first: Paragraph, second: Paragraph, language: Language, edges: Edges) -> bool:
    end, start = first.strips[-1], second.strips[0]
    next_page = start.page - end.page == 1
    next_column = start.page == end.page and 1 <= second.flow - first.flow <= MOST_FLOWS
    if not (next_page or next_column) or second.label or split_label(start.text)[0]:
        return False
    if first.heading or second.heading or abs(end.size - start.size) > 0.6:
        return False
    if (end.bold > 0.6) != (start.bold > 0.6) and not _full(first, start):
        # bold sentences stand in plain paragraphs; a bold line by itself is a heading
        return False
    if not end.text.rstrip().endswith(_ENDS[language]):
        if _set_apart(first, second, edges) and not start.text[:1].islower():
            return False
        if language == "zh":
            # Chinese may be broken anywhere: only a full line goes on
            return _reaches(first, edges)
        return start.text[:1].islower() or (
            _no_room(first, start, edges) and not _is_short(first, second, edges)
        )
    if not _full(first, start):
        return False
    if language == "en" and start.text[:1].islower():
        # "9 p.m." at the end of a line
        return True
    moved = 0.0
    if second.flow != first.flow and second.flow in edges and first.flow in edges:
        moved = edges[second.flow][0] - edges[first.flow][0]
    return _unindented(first, second, moved)


def _reaches(paragraph: Paragraph, edges: Edges) -> bool:
    """Whether the last line ends near the right edge of its text, or of its own paragraph."""
    last = paragraph.strips[-1]
    return last.right >= _right_edge(paragraph, edges) - RAGGED * last.size


def _right_edge(paragraph: Paragraph, edges: Edges) -> float:
    """The right edge of a paragraph's text: that of its flow, or a nearer one of its lines."""
    *before, last = paragraph.strips
    edge = edges[paragraph.flow][1] if paragraph.flow in edges else last.right
    return min([edge, max(strip.right for strip in before)] if before else [edge])


def _set_apart(first: Paragraph, second: Paragraph, edges: Edges) -> bool:
    """Whether the second is a line far from the edge of the first's, as a centred line is."""
    if len(second.strips) > 1:
        return False
    if first.flow not in edges or second.flow not in edges:
        return False
    here = min(strip.left for strip in first.strips) - edges[first.flow][0]
    there = second.strips[0].left - edges[second.flow][0]
    return abs(there - here) > FAR_APART * first.size


def _is_short(first: Paragraph, second: Paragraph, edges: Edges) -> bool:
    """Whether the first is one short line beside the text of the second: a heading by itself."""
    left, right = edges.get(second.flow, (0.0, 0.0))
    line = first.strips[0]
    return len(first.strips) == 1 and line.right - line.left < SHORT * (right - left)


def _no_room(first: Paragraph, start: Strip, edges: Edges) -> bool:
    """Whether the first word of a line would have been too long for the last line above it."""
    last = first.strips[-1]
    return last.right + first_word(start) + 0.5 * last.size >= _right_edge(first, edges)


def _full(paragraph: Paragraph, following: Strip) -> bool:
    """Whether the last line is as long as those before it, or the next word had no room in it."""
    if len(paragraph.strips) < 2:
        return False
    right = max(strip.right for strip in paragraph.strips[:-1])
    last = paragraph.strips[-1].right
    return last >= right - 1.2 * paragraph.size or last + first_word(following) > right


def _unindented(first: Paragraph, second: Paragraph, moved: float) -> bool:
    """Whether the second begins at the left edge of the first's lines, not as paragraphs do.

    `moved` is how far the second's column is to the right of the first's.
    """
    begins = first.strips[0].left
    edge = min(strip.left for strip in first.strips[1:])
    has_indent = abs(begins - edge) > 0.8 * first.size
    numbered = bool(split_label(first.strips[0].text)[0])
    return abs(second.strips[0].left - moved - edge) <= 2 and (has_indent or numbered)
