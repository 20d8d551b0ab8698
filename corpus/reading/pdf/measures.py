"""The measures that a document sets for itself: leading, edges, raggedness, first-line indent.

Nothing here is a constant of typography. The usual leading is the gap below lines that were
broken because they were full; how ragged the right edge is shows in lines that certainly go on.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from duizhao.corpus.document import Language
from duizhao.corpus.reading.pdf.columns import usual_gap
from duizhao.corpus.reading.pdf.lines import Strip, first_word, rows_of
from duizhao.corpus.reading.shape import split_label
from duizhao.corpus.script import HAN_CHARACTER

STOPS = tuple("。.！!？?；;：:")
# A line that starts at the left edge although the one before had so much room, in em, is new
RAGGED_MOST: dict[Language, float] = {"zh": 3.0, "en": 4.0}
RAGGED_LEAST: dict[Language, float] = {"zh": 1.3, "en": 0.7}
# Lines before and after one that show how text is set around it
NEAR = 6
EVIDENCE = 3
# Type with less than this share of the lines of the body is that of headings
FEW = 0.3
# Lines beside a picture are at least so wide, and at most so far apart, in em
NARROWEST_LINE, NEXT_LINE = 7.0, 2.6
# ... and end at most so many em from each other: they are justified
FLUSH = 0.35
# Leading over type size if a document has no line that certainly goes on
ASSUMED = 1.55


@dataclass(slots=True)
class Flow:
    """Lines that are read from top to bottom: a page, or a column of it, without furniture.

    `left` and `right` are the edges of its running text; `notes` are the lines of its footnotes;
    `aside`: it is in the margin beside the text.
    """

    page: int
    strips: list[Strip]
    notes: list[Strip] = field(default_factory=list)
    left: float = 0.0
    right: float = 0.0
    rules: tuple[tuple[float, float, float], ...] = ()
    walls: tuple[tuple[float, float, float], ...] = ()
    aside: bool = False


def same_style(first: Strip, second: Strip) -> bool:
    """Whether two lines have the same type size and weight."""
    return same_size(first, second) and (first.bold > 0.6) == (second.bold > 0.6)


def same_size(first: Strip, second: Strip) -> bool:
    return abs(first.size - second.size) <= max(0.6, 0.06 * max(first.size, second.size))


def set_edges(flows: Sequence[Flow]) -> None:
    """Find the left and right edge of the running text of each flow."""
    for flow in flows:
        lines = [row[0] for row in rows_of(flow.strips) if len(row) == 1]
        lines = lines or flow.strips
        flow.left = _left_edge(lines)
        flow.right = _right_edge(lines)
    for flow in flows:
        # a page with a short text has the edges of the other pages
        alike = [f.right for f in flows if abs(f.left - flow.left) <= 3 and f.right >= flow.right]
        wider = Counter(round(right) for right in alike)
        common = [right for right, count in wider.items() if count >= 2]
        if common and len(flow.strips) < 12:
            flow.right = max(flow.right, max(common))


def _left_edge(lines: Sequence[Strip]) -> float:
    counts: Counter[int] = Counter()
    for strip in lines:
        counts[round(strip.left)] += strip.letters
    total = sum(counts.values())
    # the leftmost edge that a good part of the text has: first lines are indented
    often = [left for left in counts if sum(counts[left + d] for d in (-1, 0, 1)) >= 0.15 * total]
    return float(min(often, default=0))


def _right_edge(lines: Sequence[Strip]) -> float:
    widest = max((strip.right - strip.left for strip in lines), default=0.0)
    long = [strip.right for strip in lines if strip.right - strip.left > 0.5 * widest]
    rights = sorted(long, reverse=True)
    for right, following in pairwise(rights):
        if right - following <= lines[0].size:
            return right
    return rights[0] if rights else 0.0


class Measures:
    """The common measures of the flows of a document."""

    def __init__(self, flows: Sequence[Flow], language: Language) -> None:
        self.language = language
        self.ragged, self.justified = self._raggedness(flows)
        self._leadings: dict[float, float] = {}
        self._spreads: dict[float, float] = {}
        gaps: dict[float, list[float]] = defaultdict(list)
        for flow in flows:
            for last, strip in _pairs(flow.strips):
                if self._full(flow, last, strip):
                    gaps[strip.half_points].append(last.y - strip.y)
        for size, values in gaps.items():
            if len(values) >= EVIDENCE:
                leading = usual_gap(values)
                self._leadings[size] = leading
                near = sorted(abs(v - leading) for v in values if abs(v - leading) < 0.2 * leading)
                self._spreads[size] = near[int(0.9 * (len(near) - 1))] if near else 0.0
        best = max(self._leadings, key=lambda size: len(gaps[size]), default=None)
        self._ratio = self._leadings[best] / best if best else ASSUMED
        self.known = best is not None
        if best is not None:
            for size in [each for each in self._leadings if each > best]:
                if len(gaps[size]) < FEW * len(gaps[best]):
                    self._leadings[size] = self._of_headings(size, gaps[size])
        self.indent = self._first_line_indent(flows)

    def _of_headings(self, size: float, gaps: Sequence[float]) -> float:
        """The leading of a large and rare type, whose lines are mostly headings of one line.

        Gaps between separate headings are not leading.
        """
        usual = self._ratio * size
        within = [gap for gap in gaps if gap <= 1.15 * usual]
        return usual_gap(within) if within else min(self._leadings[size], 1.25 * usual)

    def leading(self, flow: Flow, number: int) -> float:
        """The usual gap between lines of a paragraph around strip `number` of a flow."""
        strip = flow.strips[number]
        near = flow.strips[max(0, number - NEAR - 2) : number + NEAR + 3]
        gaps = [
            last.y - other.y
            for last, other in _pairs(near)
            if same_style(last, strip) and self._full(flow, last, other)
        ]
        if len(gaps) >= EVIDENCE:
            local = usual_gap(gaps)
            if sum(abs(gap - local) <= 1 for gap in gaps) >= max(EVIDENCE, 0.5 * len(gaps)):
                return local
        return self._leadings.get(strip.half_points, self._ratio * strip.size)

    def tolerance(self, strip: Strip, leading: float) -> float:
        """How far a gap within a paragraph may exceed the usual leading."""
        spread = self._spreads.get(strip.half_points)
        if spread is None:
            return 0.16 * leading
        return min(max(2 * spread + 0.5, 0.06 * leading), 0.16 * leading)

    def edge(self, flow: Flow, number: int) -> float:
        """Where lines around strip `number` are broken: the edge of the flow, or a nearer one."""
        here = flow.strips[number]
        near = [
            strip
            for strip in flow.strips[max(0, number - NEAR) : number + NEAR]
            if same_style(strip, here) and strip.left >= min(flow.left, here.left) - here.size
        ]
        local = max(strip.right for strip in near)
        slack = self.ragged * here.size
        if self.language == "zh" and (nearer := _beside_picture(flow, number)) is not None:
            return nearer
        if local >= flow.right - slack:
            # one line beyond the edge is a word too long for its line
            beyond = [strip for strip in near if strip.right > flow.right + slack]
            return local if len(beyond) > 1 else flow.right
        reaching = sum(strip.right >= local - slack for strip in near)
        if self.language == "en":
            runs = sum(reads_on(a, b, "en") for a, b in pairwise(near))
            return local if runs >= 0.3 * max(1, len(near) - 1) else flow.right
        return local if reaching >= EVIDENCE and reaching >= 0.5 * len(near) else flow.right

    def ended_early(self, last: Strip, strip: Strip, edge: float) -> bool:
        """Whether the first word of `strip` had room on the line before."""
        return last.right + first_word(strip) + self.ragged * strip.size < edge

    def _full(self, flow: Flow, last: Strip, strip: Strip) -> bool:
        return (
            same_style(last, strip)
            and last.right - last.left > 0.5 * (flow.right - flow.left)
            and not self.ended_early(last, strip, flow.right)
            and not split_label(strip.text)[0]
        )

    def _raggedness(self, flows: Sequence[Flow]) -> tuple[float, bool]:
        """Room, in em, that lines leave although they go on; and whether they are justified."""
        rooms = []
        flush = 0
        for flow in flows:
            width = flow.right - flow.left
            for last, strip in _pairs(flow.strips):
                long = last.right - last.left > 0.5 * width and last.left < flow.left + 0.2 * width
                if long and same_style(last, strip) and reads_on(last, strip, self.language):
                    rooms.append((flow.right - last.right - first_word(strip)) / strip.size)
                    flush += abs(flow.right - last.right) <= 0.35 * strip.size
        least, most = RAGGED_LEAST[self.language], RAGGED_MOST[self.language]
        if len(rooms) < 5:
            return most, False
        usual = sorted(rooms)[int(0.95 * (len(rooms) - 1))]
        return min(max(usual, least), most), flush >= 0.85 * len(rooms)

    def _first_line_indent(self, flows: Sequence[Flow]) -> float:
        """The indent that paragraphs begin with, in points; 0 if they usually have none."""
        indents: Counter[float] = Counter()
        total = 0
        for flow in flows:
            for last, strip in _pairs(flow.strips):
                ended = last.text.endswith(STOPS) and last.right < flow.right - 3 * last.size
                if ended and same_style(last, strip) and not split_label(strip.text)[0]:
                    total += 1
                    indents[round(strip.left - flow.left)] += 1
        for indent, count in indents.most_common(1):
            if indent > 5 and count >= 2 and count >= 0.5 * total:
                return indent
        return 0.0


def _beside_picture(flow: Flow, number: int) -> float | None:
    """The edge of narrow lines that end at one place and go on, as beside a picture."""
    if not number:
        return None
    strips, last = flow.strips, flow.strips[number - 1]
    if last.right >= flow.right - RAGGED_MOST["zh"] * last.size:
        return None
    if last.right - last.left < NARROWEST_LINE * last.size:
        return None
    run = [last]
    for step in (-1, 1):
        at, near = number - 1 + step, last
        while 0 <= at < len(strips) and _follows(strips[at], near):
            near = strips[at]
            if abs(near.right - last.right) <= FLUSH * last.size:
                run.append(near)
            elif near.right > last.right or not near.text.endswith(STOPS):
                break
            at += step
    on = sum(not strip.text.endswith(STOPS) for strip in run)
    return max(strip.right for strip in run) if len(run) >= EVIDENCE and on >= 2 else None


def _follows(strip: Strip, near: Strip) -> bool:
    """Whether a line is directly above or below another one of the same style."""
    return 0 < abs(near.y - strip.y) <= NEXT_LINE * near.size and same_style(strip, near)


def reads_on(last: Strip, strip: Strip, language: Language) -> bool:
    """Whether a line certainly continues the one before, by its words alone."""
    if last.text.endswith(STOPS):
        return False
    if language == "en":
        # "(annex III);" goes on, "(a) The" does not
        return strip.text[:1].islower() or bool(re.match(r"\([a-z]{3}", strip.text))
    return bool(HAN_CHARACTER.match(last.text[-1:]) and HAN_CHARACTER.match(strip.text[:1]))


def _pairs(strips: Sequence[Strip]) -> Iterator[tuple[Strip, Strip]]:
    """Lines that follow each other directly, one below the other."""
    for last, strip in pairwise(strips):
        below = 0 < last.y - strip.y < 4 * strip.size
        if below and strip.left < last.right and last.left < strip.right:
            yield last, strip
