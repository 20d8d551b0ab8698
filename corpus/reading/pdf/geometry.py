"""Paragraphs of a PDF without tags, from the positions of its lines.

Running text is cut into paragraphs by leading, indent, type, labels and the room at a line's end,
all compared with the document's own measures; `tables` finds the cells of tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from duizhao.corpus.document import Language
from duizhao.corpus.reading.bullets import BULLETS
from duizhao.corpus.reading.notes import OPEN
from duizhao.corpus.reading.pdf import columns
from duizhao.corpus.reading.pdf.edges.margins import margin_notes
from duizhao.corpus.reading.pdf.edges.page_notes import notes_of, split_notes
from duizhao.corpus.reading.pdf.grid import Enclosure, open_bodies, ruled_tables
from duizhao.corpus.reading.pdf.lines import PageLines, Paragraph, Strip, first_word
from duizhao.corpus.reading.pdf.measures import (
    STOPS,
    Flow,
    Measures,
    reads_on,
    same_size,
    same_style,
    set_edges,
)
from duizhao.corpus.reading.pdf.tables.cells import cells, ruled_cells
from duizhao.corpus.reading.pdf.tables.regions import regions
from duizhao.corpus.reading.pdf.tables.rows import begins
from duizhao.corpus.reading.pdf.tables.stacks import joined_rows
from duizhao.corpus.reading.shape import split_label

# A heading's line shorter than this share of the column was not broken for want of room
HEADING_SHARE = 0.62
# ... and below this share it was ended on purpose
SHORT_HEADING = 0.35
# A line that fills this share of the column, and reads on, was not ended on purpose
LONG = 0.75
# A line that reads on may be so many times the usual leading below
READS_ON = 1.35
# Typed text may have one and a half or two lines' space
SPACINGS = (1.5, 2.0)
ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
# The office of a signatory is on the lines below the name
_SIGNED = re.compile(r"\(Signed\)\s")
_BULLET = re.compile(f"[{BULLETS}]\\s?(?=\\S)")


def paragraphs_of(
    pages: Sequence[tuple[PageLines, Sequence[Strip]]], body: float, language: Language
) -> list[Paragraph]:
    """The paragraphs and cells of all pages, each given with its strips without furniture."""
    flows: list[Flow] = []
    known: tuple[float, ...] = ()
    for page, strips in pages:
        here = _flows(page, strips, body, known)
        lefts = [min(strip.left for strip in flow.strips) for flow in here[1:] if flow.strips]
        known = tuple(x for x in page.columns if any(abs(x - left) <= 3 for left in lefts))
        flows += here
    set_edges(flows)
    measures = Measures(flows, language)
    out: list[Paragraph] = []
    notes: list[Paragraph] = []
    for number, flow in enumerate(flows):
        for paragraph in _of_flow(flow, measures):
            paragraph.flow, paragraph.aside = number, flow.aside
            out.append(paragraph)
        more = notes_of(flow.notes, flow.strips)
        if notes and more and more[0].strips[0].text[:1].islower():
            notes[-1].strips.extend(more.pop(0).strips)
        notes += more
        out += more
    return joined_rows(out)


def _of_flow(flow: Flow, measures: Measures) -> Iterator[Paragraph]:
    tables = ruled_tables(flow.strips, flow.rules, flow.walls)
    in_cells = tables.names
    bodies = open_bodies(flow.strips, flow.rules)
    for ruled, run in groupby(flow.strips, lambda strip: id(strip) in in_cells):
        strips = list(run)
        if ruled:
            names = {id(strip) for strip in strips}
            yield from ruled_cells(
                {
                    enclosure: [strip for strip in inside if id(strip) in names]
                    for enclosure, inside in tables.cells.items()
                    if any(id(strip) in names for strip in inside)
                }
            )
            continue
        for frame, framed in groupby(strips, lambda strip: tables.frames.get(id(strip))):
            inside = list(framed)
            part = flow if frame is None else _in_frame(flow, inside, frame)
            for is_table, group in regions(inside):
                if is_table:
                    yield from cells(group, flow.rules)
                else:
                    for paragraph in _running(part, group, measures):
                        ys = [strip.y for strip in paragraph.strips]
                        paragraph.cell = any(low < min(ys) <= max(ys) < top for low, top in bodies)
                        yield paragraph


def _in_frame(flow: Flow, strips: Sequence[Strip], frame: Enclosure) -> Flow:
    """A flow with the edges of a frame, as far from its right side as text is from its left."""
    left = min(strip.left for strip in strips)
    if frame.left is None or frame.right is None:
        return flow
    right = min(flow.right, frame.right - (left - frame.left)) if left > frame.left else flow.right
    return replace(flow, left=left, right=max(right, max(strip.right for strip in strips)))


def _flows(
    page: PageLines, strips: Sequence[Strip], body: float, known: Sequence[float]
) -> list[Flow]:
    out = []
    in_rows = ruled_tables(strips, page.rules, page.walls).in_rows
    text, beside = (list(strips), []) if in_rows else margin_notes(strips)
    parts = columns.flows(text, in_rows, known, page.rules)
    for part in [*parts, beside] if beside else parts:
        lines, notes = split_notes(page, part, body)
        left = min(strip.left for strip in part)
        right = max(strip.right for strip in part)
        rules = tuple(rule for rule in page.rules if rule[0] < right and rule[1] > left)
        # the border of a table may be far from its text
        start = min([left - 20, *(rule[0] - 2 for rule in rules)])
        end = max([right + 20, *(rule[1] + 2 for rule in rules)])
        walls = tuple(wall for wall in page.walls if start <= wall[0] <= end)
        aside = part is beside
        out.append(Flow(page.number, lines, notes, left, right, rules, walls, aside))
    return out


def _running(flow: Flow, strips: Sequence[Strip], measures: Measures) -> list[Paragraph]:
    """Paragraphs of running text."""
    part = replace(flow, strips=list(strips), notes=[])
    out: list[Paragraph] = []
    for number, strip in enumerate(strips):
        if out and not _Line(part, number, out[-1], measures).starts():
            out[-1].strips.append(strip)
        elif out and _begun_above(out[-1], strip, flow, measures):
            out.append(Paragraph([out[-1].strips.pop(), strip]))
        else:
            out.append(Paragraph([strip]))
    return out


def _begun_above(paragraph: Paragraph, strip: Strip, flow: Flow, measures: Measures) -> bool:
    """Whether the line above, under the set-in lines of an item, is a paragraph's first line."""
    if len(paragraph.strips) < 3 or not measures.indent:
        return False
    before, first = paragraph.strips[-2:]
    near = 0.4 * strip.size
    return (
        before.text.endswith(STOPS)
        and not first.text.endswith(STOPS)
        and abs(strip.left - flow.left) <= near
        and abs(first.left - strip.left - measures.indent) <= near
        and not begins(first)
    )


class _Line:
    """Decides whether a line below a paragraph continues it or starts another."""

    def __init__(self, flow: Flow, number: int, paragraph: Paragraph, measures: Measures) -> None:
        self.flow, self.paragraph, self.measures = flow, paragraph, measures
        self.strip, self.last = flow.strips[number], paragraph.strips[-1]
        self.edge = measures.edge(flow, number)
        self.leading = measures.leading(flow, number)
        self.gap = self.last.y - self.strip.y

    def starts(self) -> bool:
        last, strip = self.last, self.strip
        if self.gap <= 0 or strip.text.startswith((OPEN, "*")):
            return True
        if self._ruled_off() and not self._underlined():
            return True
        if _SIGNED.match(last.text):
            return True
        if last.contents or (strip.contents and begins(strip)):
            return True
        if not same_style(last, strip):
            return not self._type_only_changes()
        if not self._close():
            return True
        if (last.text.endswith("-") and strip.text[:1].islower()) or self._hanging_capitals():
            return False
        if _BULLET.match(strip.text) or self._next_label():
            return True
        return self._after_short_line() or self._by_indent()

    def _close(self) -> bool:
        """Whether the line is as near as lines of a paragraph are."""
        usual = self.leading
        if len(self.paragraph.strips) > 1:
            before = self.paragraph.strips[-2].y - self.last.y
            usual = max(usual, before) if before < 1.1 * usual else usual
        if self.gap <= usual + self.measures.tolerance(self.strip, usual):
            return True
        full = self.last.right >= self.edge - self.measures.ragged * self.last.size
        on = full and reads_on(self.last, self.strip, self.measures.language)
        if not on or self.strip.left > self.flow.left + 3:
            return False
        return self.gap <= READS_ON * usual or self._double_spaced(usual)

    def _double_spaced(self, usual: float) -> bool:
        """Whether an English line is typed with more space between lines than most others are."""
        spaced = any(abs(self.gap - times * usual) <= 0.08 * self.gap for times in SPACINGS)
        return spaced and self.strip.text[:1].islower()

    def _ruled_off(self) -> bool:
        """Whether a line is drawn between the two: the border of a box or of a row."""
        strip, last = self.strip, self.last
        return any(
            strip.top - 1 <= y <= last.y - 0.3 * last.size
            and left <= min(strip.left, last.left) + 2
            and right >= max(strip.right, last.right) - 2
            for left, right, y in self.flow.rules
        )

    def _underlined(self) -> bool:
        """Whether the line drawn between the two is below a full line that surely goes on."""
        full = self.last.right >= self.edge - self.last.size
        aligned = abs(self.strip.left - self.flow.left) <= 3
        on = reads_on(self.last, self.strip, self.measures.language)
        return full and aligned and on and same_style(self.last, self.strip)

    def _after_short_line(self) -> bool:
        last, strip = self.last, self.strip
        lower = self.measures.language == "en" and reads_on(last, strip, "en")
        if strip.bold > 0.6:
            return self._after_heading()
        if lower and (self._is_long() or (len(self.paragraph.strips) == 1 and self._hangs_back())):
            return False
        if lower and last.text.startswith(OPEN) and strip.left > last.left:
            # the second line of a note, which may be narrower than the table above
            return False
        if self.measures.ended_early(last, strip, self.edge) and not (lower and self._centred()):
            return True
        if lower or not last.text.endswith(STOPS):
            return False
        room = self.edge - last.right
        if self.measures.justified or self.measures.language == "zh":
            return room > 1.5 * strip.size
        return room > first_word(strip) + 0.2 * strip.size

    def _is_long(self) -> bool:
        """Whether the line above fills most of the column: lines are not always broken late."""
        last, flow = self.last, self.flow
        return last.right - flow.left >= LONG * (self.edge - flow.left)

    def _hangs_back(self) -> bool:
        """Whether the line is at the edge of the text, and the first line of an item set in."""
        last, strip = self.last, self.strip
        set_in = last.left - strip.left > 0.8 * strip.size
        return set_in and abs(strip.left - self.flow.left) <= 0.5 * strip.size and begins(last)

    def _after_heading(self) -> bool:
        """Whether a bold line ended on purpose: headings keep away from the right edge."""
        last, flow = self.last, self.flow
        left = min(flow.left, last.left)
        share = (last.right - left) / max(1.0, flow.right - left)
        if share >= HEADING_SHARE or share < SHORT_HEADING:
            return share < HEADING_SHARE
        # a title of several lines has its own edge
        around = [s.right for s in self.paragraph.strips] + [self.strip.right]
        ended = last.right + first_word(self.strip) + 0.5 * last.size < max(around)
        return ended or not self._close()

    def _centred(self) -> bool:
        """Whether both lines are set around the middle of the column."""
        middle = (self.flow.left + self.flow.right) / 2
        both = (self.last, self.strip)
        inside = all(
            each.left > self.flow.left + 2 * each.size and each.right < self.edge - each.size
            for each in both
        )
        middles = [(each.left + each.right) / 2 for each in both]
        around = all(abs(each - middle) <= self.strip.size for each in middles)
        # the longest lines of a centred text reach the edges
        same = abs(middles[0] - middles[1]) <= 0.5 * self.strip.size
        if around and (inside or (same and reads_on(*both, self.measures.language))):
            return True
        # a narrower line below a wider one, around the same middle
        narrower = self.strip.left > self.last.left + self.strip.size
        return inside and narrower and same

    def _hanging_capitals(self) -> bool:
        """Whether the line continues a title in capitals, set in from its first line."""
        strips, strip = self.paragraph.strips, self.strip
        if strips[0].left > self.flow.left + 3 or not strip.text.isupper():
            return False
        set_in = 0.5 * strip.size < strip.left - strips[0].left <= 2.5 * strip.size
        aligned = len(strips) == 1 or abs(strip.left - self.last.left) <= 3
        return set_in and aligned and self.last.text.isupper() and not begins(strip)

    def _next_label(self) -> bool:
        """Whether the line begins with the label of the next item or paragraph."""
        last, strip = self.last, self.strip
        if not begins(strip):
            return False
        first = self.paragraph.strips[0]
        label, before = split_label(strip.text)[0], split_label(first.text)[0]
        # a dash begins a line of running text too
        again = label == before and last.text.endswith(STOPS)
        if (again or _follows(before, label)) and abs(first.left - strip.left) <= 0.5 * strip.size:
            return True
        ended = last.right < self.edge - strip.size
        ended = ended and last.text.endswith((".", ";", "；", "。", ":", "："))
        indent = strip.left - last.left
        hanging = len(self.paragraph.strips) > 1 or indent > 0
        return ended or (hanging and abs(indent) > 0.8 * strip.size)

    def _by_indent(self) -> bool:
        strips, strip, last = self.paragraph.strips, self.strip, self.last
        if self._centred() or self._below_a_figure():
            return False
        indent = strip.left - last.left
        room = 0.8 * strip.size
        stops = last.text.endswith(STOPS)
        first_line = self.measures.indent
        indented = abs(strip.left - self.flow.left - first_line) <= 0.4 * strip.size
        if first_line and stops and indented and abs(indent) > 0.2 * strip.size:
            return True
        if len(strips) > 1:
            hangs = begins(strips[0]) and strips[0].left < last.left - room
            out = hangs or strip.left < strips[0].left - room
            return indent > room or (indent < -room and out)
        if indent < -0.3 * (self.flow.right - self.flow.left):
            return True
        if indent > room:
            return stops and not split_label(last.text)[0]
        return bool(first_line) and stops and abs(indent) <= 0.3 * strip.size and indented

    def _below_a_figure(self) -> bool:
        """Whether lines beside a figure go on below it, at the edge of the text."""
        last, strip = self.last, self.strip
        full = last.right >= self.flow.right - self.measures.ragged * last.size
        back = last.left - strip.left > 0.2 * (self.flow.right - self.flow.left)
        at_edge = abs(strip.left - self.flow.left) <= 0.5 * strip.size
        return full and back and at_edge and reads_on(last, strip, self.measures.language)

    def _type_only_changes(self) -> bool:
        """Whether type only changes within a paragraph: in a line, or after a full one."""
        last, strip = self.last, self.strip
        mixed = 0.02 < last.bold < 0.98 or 0.02 < strip.bold < 0.98
        full = (
            last.right > self.edge - max(1.0, self.measures.ragged) * strip.size
            and last.right - last.left > 0.5 * (self.flow.right - self.flow.left)
            and (
                not last.text.endswith(tuple("。.！!？?")) or strip.right >= self.edge - strip.size
            )
        )
        if not same_size(last, strip) or not self._close():
            return False
        if self.measures.language == "en" and reads_on(last, strip, "en") and self._is_long():
            # a file may have words in the type of another weight than they are printed in
            return True
        if not (mixed or full):
            return False
        return not (mixed and not full and self.measures.ended_early(last, strip, self.edge))


def _follows(first: str, second: str) -> bool:
    """Whether a label is the one after another: ``(a)`` and ``(b)``, ``9.`` and ``10.``"""
    one, two = (re.sub(r"[^0-9A-Za-z一二三四五六七八九十]", "", each) for each in (first, second))
    if not one or not two or re.sub(r"\w+", "", first) != re.sub(r"\w+", "", second):
        return False
    if one.isdigit() and two.isdigit():
        return int(two) == int(one) + 1
    if one in ROMAN and two in ROMAN and ROMAN.index(two) == ROMAN.index(one) + 1:
        return True
    order = "一二三四五六七八九十"
    if len(one) == len(two) == 1 and one in order and two in order:
        return order.index(two) == order.index(one) + 1
    return len(one) == len(two) == 1 and ord(two) == ord(one) + 1
