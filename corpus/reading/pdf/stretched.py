"""Lines stretched to the margin: the wide spaces between their words separate no cells.

In a narrow column, or around a long word, the spaces of a justified line may be several em wide.
They are equally wide, unlike those between cells, and the words do not begin where words of the
next lines begin.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from duizhao.corpus.reading.pdf.page.text import Piece
from duizhao.corpus.reading.shape import split_label
from duizhao.corpus.script import HAN_CHARACTER

# Greatest difference of the spaces of one line, in em: the white beside the letters
SAME = 0.13
# Least share of spaces that are equal, and how much wider the others may be (ends of sentences)
MOST_SAME, WIDER = 0.75, 1.5
# Narrowest space between words, in em
NO_SPACE = 0.15
# Width in em from which a space would be taken for the edge of a cell
WIDE_SPACE = 0.8
# Greatest width of a space, in em
WIDEST = 4.0
# Least number of equal spaces in a line that ends at the margins, and in any line
FEW_SPACES, MANY_SPACES = 2, 3
# So many spaces that differ by so many em at most are no chance, whatever is between them
EXACT_SPACES, EXACT = 5, 0.06
# Least number of lines that end at a margin
MARGIN_LINES = 3
# ... and of lines without wide spaces that begin and end at the same places
ALIKE_LINES = 3

# Least share of a Chinese line that its longest piece covers
LONG = 0.7
# Greatest distance of neighbouring lines, in em
FAR = 3.0
# Words that begin at one place are at most so many points apart
ALIGNED = 0.4
# Least share of letters in a line that is no row of figures
MOSTLY = 0.5

Line = Sequence[Piece]


def stretched(columns: Sequence[Sequence[Line]]) -> Iterator[list[list[Piece]]]:
    """The lines of a page, each cut into its columns, with the spaces of stretched lines marked.

    A marked piece has the `space` "stretched".
    """
    parts = [part for line in columns for part in line]
    lefts = Counter(round(part[0].left) for part in parts)
    rights = Counter(round(_right(part)) for part in parts)

    def many(count: Counter[int], edge: float) -> bool:
        return sum(count[round(edge) + step] for step in (-1, 0, 1)) >= MARGIN_LINES

    def at_margins(part: Line) -> bool:
        begins = many(lefts, part[0].left) or many(lefts, _text(part)[0].left)
        return begins and many(rights, _right(part))

    extents = Counter(
        (round(part[0].left), round(_right(part)))
        for part in map(_text, parts)
        if not _wide_spaces(part)
    )

    def fills(part: Line) -> bool:
        left, right = round(_text(part)[0].left), round(_right(part))
        alike = (extents[left + a, right + b] for a in (-1, 0, 1) for b in (-1, 0, 1))
        return sum(alike) >= ALIKE_LINES

    for number, line in enumerate(columns):
        yield [
            _marked(part)
            if _is_stretched(part, at_margins(part), fills(part), _near(part, columns, number))
            else list(part)
            for part in line
        ]


def _is_stretched(part: Line, at_margins: bool, fills: bool, near: Sequence[Line]) -> bool:
    spaces = [
        gap for before, piece in pairwise(part)
        if (gap := (piece.left - before.right) / max(before.size, piece.size)) > NO_SPACE
    ]  # fmt: skip
    if at_margins and _is_crossed(part, fills, near):
        return True
    if not spaces or (len(spaces) < FEW_SPACES and not _is_long(part)):
        return False
    usual = median(spaces)
    same = sum(abs(space - usual) <= SAME for space in spaces)
    if same < MOST_SAME * len(spaces) or max(spaces) > min(WIDEST, WIDER * usual):
        return False
    if len(spaces) < MANY_SPACES and not at_margins:
        return False
    starts = [piece.left for other in near for piece in other]
    aligned = sum(any(abs(piece.left - start) <= ALIGNED for start in starts) for piece in part[1:])
    ends = [piece.right for other in near for piece in other]
    ended = sum(any(abs(piece.right - end) <= ALIGNED for end in ends) for piece in part[:-1])
    if max(aligned, ended) > 0.5 * (len(part) - 1):
        return False
    exact = len(spaces) >= EXACT_SPACES and max(spaces) - min(spaces) <= EXACT
    if exact and at_margins and any(piece.text.islower() for piece in part):
        return True
    # columns of figures or of short entries are as regular
    text = "".join(piece.text for piece in part)
    if sum(character.isalpha() for character in text) < MOSTLY * len(text):
        return False
    return not (_is_figure(part) and any(_is_figure(other) for other in near))


def _is_long(part: Line) -> bool:
    """Whether most of a line is Chinese without a space, which is stretched at few places."""
    longest = max(part, key=lambda piece: piece.right - piece.left)
    share = (longest.right - longest.left) / (_right(part) - part[0].left)
    return share >= LONG and HAN_CHARACTER.search(longest.text) is not None


def _is_crossed(part: Line, fills: bool, near: Sequence[Line]) -> bool:
    """Whether the line above or below runs across every wide space of a line of words."""
    words = _text(part)
    lettered = sum(any(map(str.isalpha, piece.text)) for piece in words)
    if lettered < (MOSTLY if fills else 1) * len(words):
        return False
    spaces = _wide_spaces(words)
    for left, right in spaces:
        over = [each for each in near if each[0].left < left and _right(each) > right]
        # a line that begins behind the space is in a column there
        begun = any(left < each[0].left for each in near)
        same = any(_same_space((left, right), each, fills and _alike(words, each)) for each in over)
        if begun or same or not over:
            return False
    return bool(spaces)


def _alike(part: Line, other: Line) -> bool:
    """Whether two lines begin and end at the same places."""
    edges = (_text(other)[0].left - part[0].left, _right(other) - _right(part))
    return max(map(abs, edges)) <= ALIGNED


def _text(part: Line) -> Line:
    """A line without the label before it."""
    return part[1:] if len(part) > 1 and split_label(f"{part[0].text} x")[0] else part


def _same_space(space: tuple[float, float], other: Line, stretched_alike: bool) -> bool:
    """Whether a wide space of another line ends with a space, or is much of it.

    Lines of one paragraph, which are stretched to the same margins, may have spaces side by side.
    """
    left, right = space
    middle, half = (left + right) / 2, (right - left) / 2
    return any(
        abs(b - right) <= ALIGNED or (not stretched_alike and a < middle < b and b - a > half)
        for a, b in _wide_spaces(other)
    )


def _wide_spaces(part: Line) -> list[tuple[float, float]]:
    return [
        (before.right, piece.left)
        for before, piece in pairwise(part)
        if piece.left - before.right > WIDE_SPACE * piece.size
    ]


def _near(part: Line, columns: Sequence[Sequence[Line]], number: int) -> list[Line]:
    """The nearest lines above and below a line; `number` is that of its row."""
    out: list[Line] = []
    left, right, most = part[0].left, _right(part), FAR * part[0].size
    for rows in (columns[:number][::-1], columns[number + 1 :]):
        for row in rows:
            found = [each for each in row if each[0].left < right and _right(each) > left]
            if found or abs(row[0][0].y - part[0].y) > most:
                out += [each for each in found if abs(each[0].y - part[0].y) <= most]
                break
    return out


def _marked(part: Line) -> list[Piece]:
    # between Chinese and figures a narrow space is no character
    han = any(HAN_CHARACTER.search(piece.text) for piece in part)
    least = WIDE_SPACE if han else NO_SPACE
    ends = [part[0].left, *(piece.right for piece in part[:-1])]
    return [
        replace(piece, space="stretched") if piece.left - end > least * piece.size else piece
        for end, piece in zip(ends, part, strict=True)
    ]


def _is_figure(part: Line) -> bool:
    """Whether a line ends with a figure of its own, as entries with an amount or a page do."""
    return not any(character.isalpha() for character in part[-1].text)


def _right(part: Line) -> float:
    return max(piece.right for piece in part)
