"""The type of a recognised document: its sizes, and which lines are bold."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from duizhao.corpus.reading.scan.recognition.page import Line, RecognisedPage

# Sizes of one style differ by less than this share, because they are measured
SAME_SIZE = 0.12
# A style with a smaller share of the letters, near another one, is that one
RARE_SIZE = 0.02
# Strokes of bold type are so many times as wide as those of the usual type
BOLD_STROKE = 1.3
# Strokes so wide may be of bold type, or worn, or underlined
MAYBE_BOLD = (1.12, 1.5)
EQUALLY_BOLD = 0.15
# The next line of a title is at most so many em below
NEXT_LINE = 1.6
# Lines with fewer letters are too short to measure a style by
LONG = 12
# Lines that show how heights of capitals and small letters compare
FEW = 3
# The box of a line is so many times as high as its type, which is at least this share of the box
BOX, LEAST_SIZE = 1.1, 0.4


class Styles:
    """The type sizes of a document, and how wide the strokes of its usual type are."""

    def __init__(self, lines: Sequence[tuple[Line, RecognisedPage]]) -> None:
        # how the heights of capitals and small letters compare depends on the typeface
        both = [line.size / line.tall for line, _ in lines if line.size and line.tall]
        self._factor = median(both) if len(both) >= FEW else 1.0
        measured = [(self._points(line, page), len(line.text)) for line, page in lines]
        self._sizes = clusters([each for each in measured if each[1] >= LONG] or measured)
        usual = [self._weight(line) for line, _ in lines if len(line.text) >= LONG]
        self._usual = median(usual) if usual else 0.0

    def size(self, line: Line, page: RecognisedPage) -> float:
        """The size of a line in points: that of a style of the document, if it is near one."""
        own = self._points(line, page)
        for size in self._sizes:
            # the most usual style first: a rare one nearby is often the same, measured less well
            if abs(size - own) <= SAME_SIZE * size:
                return size
        best = min(self._sizes, key=lambda size: abs(size - own), default=own)
        near = (1.5 if len(line.text) >= LONG else 2) * SAME_SIZE
        return best if abs(best - own) <= near * best else round(2 * own) / 2

    def bold(self, page: RecognisedPage) -> set[int]:
        """The identities of the lines whose strokes are much wider than is usual.

        Lines of a paragraph or a title whose strokes are about as wide as those of bold type are
        all bold, or none of them.
        """
        if not self._usual:
            return set()
        out: set[int] = set()
        for group in self._alike(page):
            mean = sum(self._weight(line) for line in group) / len(group)
            if mean > BOLD_STROKE * self._usual:
                out.update(id(line) for line in group if sum(map(str.isalpha, line.text)) >= 2)
        return out

    def _alike(self, page: RecognisedPage) -> list[list[Line]]:
        """Lines below each other that may be bold; every other line by itself."""
        groups: list[list[Line]] = []
        for line in sorted(page.lines, key=lambda line: line.baseline):
            found = (group for group in reversed(groups) if self._continues(group[-1], line))
            if (group := next(found, None)) is not None:
                group.append(line)
            else:
                groups.append([line])
        return groups

    def _continues(self, last: Line, line: Line) -> bool:
        """Whether a line may belong to the one above, and both may be bold."""
        weights = [self._weight(each) / self._usual for each in (last, line)]
        if not all(MAYBE_BOLD[0] <= each <= MAYBE_BOLD[1] for each in weights):
            return False
        em = self._pixels(line)
        near = 0 < line.baseline - last.baseline <= NEXT_LINE * em
        overlaps = last.box.left < line.box.right and line.box.left < last.box.right
        same = abs(self._pixels(last) - em) <= 2 * SAME_SIZE * em
        return near and overlaps and same and abs(weights[0] - weights[1]) <= EQUALLY_BOLD

    def _points(self, line: Line, page: RecognisedPage) -> float:
        return self._pixels(line) * 72 / page.dpi

    def _pixels(self, line: Line) -> float:
        """The type size in pixels; of specks the height of the line, which is somewhat more."""
        size = line.size or line.tall * self._factor
        height = (line.box.bottom - line.box.top) / BOX
        return size if size >= LEAST_SIZE * height else max(1.0, height)

    def _weight(self, line: Line) -> float:
        return line.stroke / self._pixels(line)


def clusters(sizes: Sequence[tuple[float, int]]) -> list[float]:
    """The sizes of a document's styles, the most usual first.

    Sizes near a more usual one are the same style, measured less well.
    """
    left = sorted(sizes)
    letters_of_all = sum(letters for _, letters in sizes)
    out: list[float] = []
    while left:
        weight: dict[float, int] = {}
        for size, letters in left:
            weight[round(2 * size) / 2] = weight.get(round(2 * size) / 2, 0) + letters
        most = max(weight, key=lambda size: (weight[size], size))
        near = [each for each in left if abs(each[0] - most) <= SAME_SIZE * most]
        near = near or [min(left, key=lambda each: abs(each[0] - most))]
        total = sum(letters for _, letters in near)
        middle = sum(size * letters for size, letters in near) / total
        rare = total < RARE_SIZE * letters_of_all
        if not (rare and any(abs(middle - size) <= 1.5 * SAME_SIZE * size for size in out)):
            out.append(round(4 * middle) / 4)
        left = [each for each in left if abs(each[0] - middle) > SAME_SIZE * middle]
        left = [each for each in left if each not in near]
    return out
