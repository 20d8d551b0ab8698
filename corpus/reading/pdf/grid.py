"""Lines drawn around text: the cells of ruled tables, and frames around paragraphs.

For each strip `enclosures` finds the nearest drawn line above, below, left and right of it. Strips
with the same four are in one cell or frame; frames side by side are a table.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from duizhao.corpus.reading.pdf.lines import Strip
from duizhao.corpus.reading.pdf.page.frames import Box

Rule = tuple[float, float, float]
Wall = tuple[float, float, float]
# The head of a table without walls has so many cells at least, and so many lines at most
FEWEST_HEADS, MOST_HEAD_LINES = 3, 4
# More rules than any table has are a drawing
MOST_RULES = 1500
# Lines that end this far from each other, in points, meet
MEETS = 3.0


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The rectangle of drawn lines around some text; `left` and `right` may be open (None)."""

    left: float | None
    bottom: float
    right: float | None
    top: float

    @property
    def closed(self) -> bool:
        return self.left is not None and self.right is not None


@dataclass(frozen=True, slots=True)
class Tables:
    """The strips of a flow that are in ruled tables, by cell, and the frames around others."""

    cells: dict[Enclosure, list[Strip]]
    frames: dict[int, Enclosure]

    @property
    def names(self) -> set[int]:
        """The identities of the strips that are in cells."""
        return {id(strip) for strips in self.cells.values() for strip in strips}

    @property
    def in_rows(self) -> set[int]:
        """... of those, the strips in tables of several rows: one row may be framed columns.

        Columns fill from the left: a row with a cell that is shorter than one to its right is no
        row of columns.
        """
        return {
            id(strip)
            for enclosure, strips in self.cells.items()
            if any(
                other != enclosure
                and (_stacked(enclosure, other) or _uneven((enclosure, strips), (other, inside)))
                for other, inside in self.cells.items()
            )
            for strip in strips
        }


def joined(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """The rules, those that meet as one: programs draw a line over a table cell by cell."""
    out: list[Rule] = []
    for left, right, y in sorted(rules, key=lambda rule: (round(rule[2]), rule[0])):
        if out and abs(out[-1][2] - y) <= 1 and out[-1][0] <= left <= out[-1][1] + MEETS:
            out[-1] = (out[-1][0], max(out[-1][1], right), y)
        else:
            out.append((left, right, y))
    return tuple(out)


def open_bodies(strips: Sequence[Strip], rules: Sequence[Rule]) -> list[tuple[float, float]]:
    """(bottom, top) of what is below the head of a table that only rules across it mark.

    Such a table has a rule above its head, one below it and one at its foot, equally long. A line
    of totals has rules above and below as well, but the rows of its table above.
    """
    out: list[tuple[float, float]] = []
    if len(rules) > MOST_RULES:
        return out
    for number, (left, right, top) in enumerate(ordered := sorted(rules, key=lambda r: -r[2])):
        equal = (
            y for start, end, y in islice(ordered, number + 1, None)
            if abs(start - left) <= MEETS and abs(end - right) <= MEETS and top - y > MEETS
        )  # fmt: skip
        below = list(islice(equal, 2))
        if len(below) < 2:
            continue
        head = [s for s in strips if below[0] < s.y < top and left <= s.left + 1 <= right]
        lines = Counter(round(strip.y) for strip in head)
        above = Counter(round(strip.y) for strip in strips if strip.y > top)
        if above and above[min(above)] > 1:
            continue
        if len(lines) <= MOST_HEAD_LINES and max(lines.values(), default=0) >= FEWEST_HEADS:
            out.append((below[1], below[0]))
    return out


def rectangles(rules: Sequence[Rule], walls: Sequence[Wall]) -> list[Box]:
    """The rectangles that pairs of walls of one height and rules at their ends draw."""
    heights: dict[tuple[int, int], list[float]] = defaultdict(list)
    for x, bottom, top in walls:
        heights[round(bottom / MEETS), round(top / MEETS)].append(x)
    out = []
    for (bottom, top), sides in heights.items():
        left, right = min(sides), max(sides)
        ends = [
            any(
                abs(y - MEETS * end) <= MEETS and start <= left + MEETS and right - MEETS <= stop
                for start, stop, y in rules
            )
            for end in (bottom, top)
        ]
        if right - left > MEETS and all(ends):
            out.append((left, MEETS * bottom, right, MEETS * top))
    return out


def ruled_tables(strips: Sequence[Strip], rules: Sequence[Rule], walls: Sequence[Wall]) -> Tables:
    """Cells and frames of a flow."""
    found = enclosures(strips, rules, walls)
    inside: dict[Enclosure, list[Strip]] = defaultdict(list)
    for strip in strips:
        enclosure = found.get(id(strip))
        if enclosure is not None and enclosure.closed:
            inside[enclosure].append(strip)
    table = {one for one in inside for other in inside if _beside(one, other)}
    grown = True
    while grown:
        # a row that is one cell wide belongs to the table that it touches
        more = {one for one in inside if one not in table and any(_stacked(one, t) for t in table)}
        grown = bool(more)
        table |= more
    frames = {
        name: enclosure
        for name, enclosure in found.items()
        if enclosure.closed and enclosure not in table
    }
    return Tables({one: inside[one] for one in inside if one in table}, frames)


def enclosures(
    strips: Sequence[Strip], rules: Sequence[Rule], walls: Sequence[Wall]
) -> dict[int, Enclosure]:
    """The drawn rectangle around each strip that has one, by the strip's identity."""
    lines = [rule for rule in rules if not any(_underlines(rule, strip) for strip in strips)]
    out: dict[int, Enclosure] = {}
    for strip in strips:
        x, y = (strip.left + strip.right) / 2, strip.y + 0.3 * strip.size
        beside = [wall for wall in walls if wall[1] - 1 <= y <= wall[2] + 1]
        before = [w for w, _, _ in beside if w < strip.left + 1]
        after = [w for w, _, _ in beside if w > strip.right - 1]
        # a border reaches from wall to wall, unlike the line over the notes in a frame
        start = min(x + 1, max(before) + 4 * MEETS) if before else x + 1
        end = max(x - 1, min(after) - 4 * MEETS) if after else x - 1
        across = [h for left, right, h in lines if left <= start and right >= end]
        above = [h for h in across if h > y]
        below = [h for h in across if h < y]
        if before and after and bool(above) != bool(below):
            # a row that a page break cuts has no line there, but its walls reach up to it
            sides = (max(before), min(after))
            ends = [(low, high) for w, low, high in beside if w in sides]
            above = above or [min(high for _, high in ends)]
            below = below or [max(low for low, _ in ends)]
        if not above or not below:
            continue
        enclosure = Enclosure(
            _snap(max(before)) if before else None,
            _snap(max(below)),
            _snap(min(after)) if after else None,
            _snap(min(above)),
        )
        if not _hugs(enclosure, strip):
            out[id(strip)] = enclosure
    return out


def _snap(value: float) -> float:
    """Lines of one border may be drawn twice, a little apart."""
    return round(value / 2) * 2.0


def _underlines(rule: Rule, strip: Strip) -> bool:
    left, right, y = rule
    within = left >= strip.left - 2 and right <= strip.right + 2
    return within and strip.y - 0.35 * strip.size <= y <= strip.y + 0.9 * strip.size


def _hugs(enclosure: Enclosure, strip: Strip) -> bool:
    """Whether a rectangle is no more than the background of some words."""
    if enclosure.left is None or enclosure.right is None:
        return False
    room = 0.5 * strip.size
    return (
        enclosure.top - enclosure.bottom < 1.7 * strip.size
        and strip.left - enclosure.left < room
        and enclosure.right - strip.right < room
    )


def _beside(first: Enclosure, second: Enclosure) -> bool:
    """Whether two rectangles are side by side."""
    if first == second or None in (first.left, first.right, second.left, second.right):
        return False
    overlap = min(first.top, second.top) - max(first.bottom, second.bottom)
    if overlap < 0.5 * min(first.top - first.bottom, second.top - second.bottom):
        return False
    assert first.right is not None
    assert second.left is not None
    assert second.right is not None
    assert first.left is not None
    room = 4 * MEETS
    return abs(first.right - second.left) <= room or abs(second.right - first.left) <= room


def _uneven(
    first: tuple[Enclosure, Sequence[Strip]], second: tuple[Enclosure, Sequence[Strip]]
) -> bool:
    """Whether two rectangles are in one row, and the left one has fewer lines than the other."""
    (left, lines), (right, more) = first, second
    if abs(left.top - right.top) > MEETS or abs(left.bottom - right.bottom) > MEETS:
        return False
    if (left.left or 0.0) > (right.left or 0.0):
        lines, more = more, lines
    return len({round(strip.y) for strip in lines}) + 1 < len({round(strip.y) for strip in more})


def _stacked(first: Enclosure, second: Enclosure) -> bool:
    """Whether one rectangle is directly above the other, and within or around its width."""
    if min(abs(first.top - second.bottom), abs(first.bottom - second.top)) > 2 * MEETS:
        return False
    assert first.left is not None
    assert second.left is not None
    assert first.right is not None
    assert second.right is not None
    return min(first.right, second.right) - max(first.left, second.left) > MEETS
