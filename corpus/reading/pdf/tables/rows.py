"""Rows of a table without borders: bands between white or drawn lines, and their columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from duizhao.corpus.reading.pdf.columns import usual_gap
from duizhao.corpus.reading.pdf.grid import MOST_HEAD_LINES, Rule
from duizhao.corpus.reading.pdf.lines import Strip, first_word, rows_of
from duizhao.corpus.reading.pdf.strips import NUMBER
from duizhao.corpus.reading.shape import split_label

# No line of a cell ends on purpose with a dash: "2024–" / "2034"
DASHED = re.compile(r"\w[-–—‑]$")
# The end of a sentence, no amount
CLOSING = re.compile(r"\d{1,4}[.。]")
# What the head of a table has instead of amounts: a year, or the number of a column
YEAR = re.compile(r"\(\d\)|\(?\d{4}(?:[/–-]\d{2,4})?\)?")
MOST_AMOUNTS = 0.25
# Rows of one line each have words in this share of their cells; room before the next column, in em
ROWS_FILLED, PADDING = 0.75, 3.0


def rows_in_order(strips: Sequence[Strip]) -> list[list[Strip]]:
    """Strips that follow each other on one baseline, each row from left to right."""
    rows: list[list[Strip]] = []
    for strip in strips:
        if rows and abs(rows[-1][0].y - strip.y) <= 0.35 * strip.size:
            rows[-1].append(strip)
        else:
            rows.append([strip])
    return [sorted(row, key=lambda strip: strip.left) for row in rows]


def head_bands(bands: Sequence[Sequence[Strip]], rules: Sequence[Rule]) -> int:
    """How many bands are the head of a table: few lines above the first rule across it."""
    strips = [strip for band in bands for strip in band]
    left, right = min(s.left for s in strips), max(s.right for s in strips)
    drawn = [y for a, b, y in rules if min(b, right) - max(a, left) > 0.7 * (right - left)]
    lines = 0
    for number, band in enumerate(bands, 1):
        lines += len(rows_in_order(band))
        amounts = sum(
            bool(NUMBER.fullmatch(strip.text)) and not YEAR.fullmatch(strip.text) for strip in band
        )
        if lines > MOST_HEAD_LINES or len(band) < 2 or amounts > MOST_AMOUNTS * len(band):
            return 0
        high = min(strip.y for strip in band)
        if number == len(bands):
            # the rows of the table are apart, with the rule at its foot below them
            near = [y for y in drawn if y < high]
            apart = len(near) > 1 or any(map(_has_year, columns_of(band)))
            return number if near and apart and max(near) > high - 3 * band[0].size else 0
        low = max(strip.y for strip in bands[number])
        if any(low < y < high for y in drawn):
            return number
    return 0


def _has_year(column: Sequence[Strip]) -> bool:
    """Whether one line of a cell is a year, and another one has words."""
    years = [YEAR.fullmatch(strip.text) is not None for strip in column]
    return any(years) and any(
        not year and strip.text.isalpha() for year, strip in zip(years, column, strict=True)
    )


def bands_of(strips: Sequence[Strip], rules: Sequence[Rule]) -> list[list[Strip]]:
    """The rows of a table: what drawn lines or bands of white across it separate."""
    rows = rows_of(strips)
    left, right = min(s.left for s in strips), max(s.right for s in strips)
    drawn = [y for a, b, y in rules if min(b, right) - max(a, left) > 0.5 * (right - left)]
    gaps = [_gap(a, b) for a, b in pairwise(rows)]
    close = [gap for gap in gaps if gap >= 0.9]
    usual = (
        min(usual_gap([10 * gap for gap in close]) / 10, 1.1 * min(close) + 0.1) if close else 0.0
    )
    bands = [list(rows[0])]
    for upper, lower in pairwise(rows):
        ruled = any(lower[0].y + 0.3 * lower[0].size < y < upper[0].y for y in drawn)
        if ruled or _gap(upper, lower) > 1.25 * usual:
            bands.append([])
        bands[-1] += lower
    return bands


def _gap(upper: Sequence[Strip], lower: Sequence[Strip]) -> float:
    """The distance of two rows, in em: the parts of a table have types of their own."""
    size = max(strip.size for strip in lower)
    return (min(strip.y for strip in upper) - max(strip.y for strip in lower)) / size


def columns_of(band: Sequence[Strip]) -> list[list[Strip]]:
    """The strips of a row by column; one over several columns is a column of its own."""
    out: list[list[Strip]] = []
    wide: list[Strip] = []
    for strip in sorted(band, key=lambda strip: strip.right - strip.left):
        over = [
            column
            for column in out
            if strip.left < max(other.right for other in column) - 1
            and strip.right > min(other.left for other in column) + 1
        ]
        beside = [
            other for column in over for other in column
            if abs(other.y - strip.y) <= 0.3 * strip.size and not _over(other, strip)
        ]  # fmt: skip
        if len(over) > 1:
            wide.append(strip)
        elif beside:
            # a head over two columns, which begins in one and ends in the other
            over[0][:], both = (
                [each for each in over[0] if not _over(each, strip)],
                [each for each in over[0] if _over(each, strip)],
            )
            wide += both
            out.append([strip])
        elif over:
            over[0].append(strip)
        else:
            out.append([strip])
    out += [[strip] for strip in wide]
    return sorted(out, key=lambda column: min(strip.left for strip in column))


def _over(first: Strip, second: Strip) -> bool:
    return first.left < second.right - 1 and first.right > second.left + 1


def is_one_row(columns: Sequence[Sequence[Strip]]) -> bool:
    """Whether the lines of a band are cells of several lines, not rows of one line each."""
    if max(len(column) for column in columns) == 1 or _offset(columns):
        return True
    if _has_figure_beside_each(columns):
        return False
    pairs = on = 0
    for column in columns:
        lines = sorted(column, key=lambda strip: -strip.y)
        right = max(strip.right for strip in lines)
        for upper, lower in pairwise(lines):
            pairs += 1
            broken = upper.right + first_word(lower) + lower.size >= right
            on += (
                not has_figure(upper, lower)
                and (broken or lower.text[:1].islower())
                and not begins(lower)
            )
    return on >= 0.5 * pairs


def _has_figure_beside_each(columns: Sequence[Sequence[Strip]]) -> bool:
    """Whether each line of the first column has a number beside it, in one column."""
    first, *others = columns
    return len(first) > 1 and any(
        all(
            any(abs(strip.y - other.y) <= 0.2 * strip.size for other in column)
            for strip in first
        )
        and all(NUMBER.fullmatch(strip.text) for strip in column)
        for column in others
    )  # fmt: skip


def _offset(columns: Sequence[Sequence[Strip]]) -> bool:
    """Whether lines of a column are beside the white between those of another column."""
    count = total = 0
    for column in columns:
        others = [strip for other in columns if other is not column for strip in other]
        for strip in column:
            distances = [abs(strip.y - other.y) for other in others]
            near = min(distances, default=0.0)
            total += 1
            count += 0.2 * strip.size < near < 0.8 * strip.size
    return count > 0.3 * total


def begins(strip: Strip) -> bool:
    """Whether a line begins with the label of an item or paragraph."""
    label, rest = split_label(strip.text)
    return bool(label and rest)


def has_figure(last: Strip, strip: Strip) -> bool:
    """Whether one of two lines is a number by itself, not the end of a range."""
    numbers = NUMBER.fullmatch(last.text) or NUMBER.fullmatch(strip.text)
    if CLOSING.fullmatch(strip.text) and not NUMBER.fullmatch(last.text):
        # "... as from 30 June" / "2027."
        return False
    return bool(numbers) and not DASHED.search(last.text)


def are_rows(columns: Sequence[Sequence[Strip]]) -> bool:
    """Whether each line has words in nearly every column, and the next line's would fit as well.

    The body of a table with rules only above and below its head and at its foot is like that.
    """
    lines = Counter(round(strip.y) for column in columns for strip in column)
    if len(columns) < 3 or len(lines) < 3 or min(lines.values()) < 2:
        return False
    if lines.total() < ROWS_FILLED * len(lines) * len(columns):
        return False
    rooms = []
    for column, following in pairwise(columns):
        edge = min(strip.left for strip in following) - PADDING * column[0].size
        ordered = sorted(column, key=lambda strip: -strip.y)
        rooms += [last.right + first_word(strip) < edge for last, strip in pairwise(ordered)]
    return sum(rooms) >= ROWS_FILLED * len(rooms)
