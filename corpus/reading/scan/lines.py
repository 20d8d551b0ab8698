"""Recognised pages to printed lines in points, as the PDF reader has them.

    lines = page_lines({1: page}, "zh")
    built = blocks_from_lines(lines.pages, "zh")
    confidences = lines.confidences(built.drafts[0].text, built.lines[0])

From here on a scan is read like any other PDF.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from duizhao.corpus.document import Language
from duizhao.corpus.reading.draft import LeftOut
from duizhao.corpus.reading.pdf.lines import PageLines, Strip
from duizhao.corpus.reading.pdf.page.text import Page, Piece
from duizhao.corpus.reading.pdf.strips import strips_of_page
from duizhao.corpus.reading.scan import marks
from duizhao.corpus.reading.scan.margins import without_numbers
from duizhao.corpus.reading.scan.recognition.page import Line, RecognisedPage, Run
from duizhao.corpus.reading.scan.spreads import pages_of
from duizhao.corpus.reading.scan.styles import Styles
from duizhao.corpus.reading.scan.words import settled
from duizhao.corpus.script import EAST_ASIAN_CHARACTER

# A line below this probability is no text: a signature, a stamp, a speck
LEAST_CONFIDENCE = 0.6
# A page below this one cannot be read: what seems to be a word on it may be any other
LEAST_OF_PAGE = 0.75
# A line at a larger angle to the others, in degrees, is a stamp
STAMP_ANGLE = 4.0
# "/..." at the foot of a page of the United Nations: the text goes on; the oblique is often misread
GOES_ON = re.compile(r"[/1lI!|7]?\s?\.{1,3}|[/|]")
FOOT = 0.85
# "71-19641": digits with more of a number behind them are no mark of a note
NUMBER_GOES_ON = re.compile(r"[-–]\d")
# A rule so near below a baseline, in em, is an underline
UNDERLINE = 0.5
# A raised mark as the PDF reader expects it: smaller, and above the baseline
MARK_SIZE, MARK_RISE = 0.65, 0.35
# A Chinese mark fills a square, of which half is white: it ends where the square ends
OPENS = re.compile(rf"[（《〈「『【“‘](?={EAST_ASIAN_CHARACTER.pattern})")
CLOSES = re.compile(rf"{EAST_ASIAN_CHARACTER.pattern}[，。；：、？！）》〉」』】”’]$")
MARK_ROOM = 0.5
# A gap of more em within one detected line separates cells; less is a tab or a stretched space
CELL_GAP = 2.2


@dataclass(frozen=True, slots=True)
class ScannedLines:
    """The lines of recognised pages in points, and what was left out of them."""

    pages: tuple[PageLines, ...]
    left_out: tuple[LeftOut, ...]
    places: Mapping[int, Sequence[tuple[float, Run, float, float]]]
    """By page: baseline, run, its left edge and its right edge in points, by baseline."""

    def confidences(self, text: str, strips: Sequence[Strip]) -> tuple[float, ...]:
        """The probability of each character of a block's text, which these lines have.

        White space, and what is not in the lines, has that of the character before it.
        """
        known = [pair for strip in strips for pair in self._characters(strip)]
        out: list[float] = []
        position = 0
        for character in text:
            here = None
            for ahead in range(position, min(position + 12, len(known))):
                if known[ahead][0] == character:
                    here = ahead
                    break
            if character.isspace() or here is None:
                out.append(out[-1] if out else 1.0)
                continue
            out.append(known[here][1])
            position = here + 1
        return tuple(out)

    def _characters(self, strip: Strip) -> list[tuple[str, float]]:
        rows = self.places.get(strip.page, ())
        first = bisect_left(rows, strip.y - 0.5 * strip.size, key=lambda row: row[0])
        found = []
        for baseline, run, left, right in rows[first:]:
            if baseline > strip.y + 0.5 * strip.size:
                break
            if left >= strip.left - 1 and right <= strip.right + 1:
                found.append((left, run))
        return [
            pair
            for _, run in sorted(found, key=lambda each: each[0])
            for pair in zip(run.text, run.confidences, strict=True)
        ]


def page_lines(pages: Mapping[int, RecognisedPage], language: Language) -> ScannedLines:
    """The lines of recognised pages, by page number; type sizes and weights are made even.

    An image of two pages gives two pages of its number.
    """
    parts = [(n, part) for n, page in sorted(pages.items()) for part in pages_of(page)]
    numbers = [number for number, _ in parts]
    margins = [without_numbers(part) for _, part in parts]
    read = marks.with_bullets({place: part for place, (part, _) in enumerate(margins)})
    read = settled(read) if language == "en" else marks.settled(read)
    reasons = [_reasons(page) for page in read.values()]
    styles = Styles(
        [
            (line, page)
            for page, why in zip(read.values(), reasons, strict=True)
            for line, reason in zip(page.lines, why, strict=True)
            if reason is None
        ]
    )
    out: list[PageLines] = []
    left_out = [
        LeftOut("page_number", text, number)
        for number, (_, texts) in zip(numbers, margins, strict=True)
        for text in texts
    ]
    places: dict[int, list[tuple[float, Run, float, float]]] = {}
    for number, page, why in zip(numbers, read.values(), reasons, strict=True):
        scale = 72 / page.dpi
        pieces = []
        bold = styles.bold(page)
        rows = places.setdefault(number, [])
        for line, reason in zip(page.lines, why, strict=True):
            if reason is not None:
                detail = {"confidence": round(line.confidence, 3)}
                left_out.append(LeftOut(reason, line.text, number, detail=detail))
                continue
            made = _pieces(line, page, styles, bold=id(line) in bold)
            pieces += made
            rows += [
                (page.height * scale - line.baseline * scale, run, piece.left, piece.right)
                for run, piece in zip(line.runs, made, strict=True)
            ]
        rows.sort(key=lambda row: row[0])
        before = out[-1] if out and out[-1].number == number - 1 else None
        out.append(strips_of_page(_page(number, page, pieces), language, before))
    return ScannedLines(tuple(out), tuple(left_out), places)


def legible(page: RecognisedPage) -> bool:
    """Whether the characters of a page are certain enough to be text at all."""
    return page.confidence >= LEAST_OF_PAGE


def _reasons(page: RecognisedPage) -> list[str | None]:
    """Why each line of a page goes to the ledger, None for text."""
    readable = legible(page)
    return [_reason(line, page, readable=readable) for line in page.lines]


def _reason(line: Line, page: RecognisedPage, *, readable: bool) -> str | None:
    if abs(line.angle) > STAMP_ANGLE:
        return "stamp"
    if not readable:
        return "not_legible"
    if line.baseline > FOOT * page.height and GOES_ON.fullmatch(line.text):
        return "continuation_mark"
    return "not_legible" if line.confidence < LEAST_CONFIDENCE else None


def _page(number: int, page: RecognisedPage, pieces: Sequence[Piece]) -> Page:
    scale = 72 / page.dpi
    height = page.height * scale
    return Page(
        number,
        page.width * scale,
        height,
        tuple(pieces),
        rules=tuple(
            (a * scale, b * scale, height - y * scale)
            for a, b, y in page.rules
            if not _is_underline(a, b, y, page.lines)
        ),
        walls=tuple((x * scale, height - b * scale, height - a * scale) for x, a, b in page.walls),
        figures=tuple(
            (left * scale, height - bottom * scale, right * scale, height - top * scale)
            for left, top, right, bottom in page.figures
        ),
        dots=tuple((x * scale, height - y * scale) for x, y in page.dots),
        image_share=1.0,
    )


def _is_underline(left: float, right: float, y: float, lines: Sequence[Line]) -> bool:
    """Whether a rule is drawn below a line's baseline and no longer than the line."""
    for line in lines:
        em = line.size or line.tall
        near = -0.1 * em <= y - line.baseline <= UNDERLINE * em
        if near and left >= line.box.left - em and right <= line.box.right + em:
            return True
    return False


def _pieces(line: Line, page: RecognisedPage, styles: Styles, *, bold: bool) -> list[Piece]:
    scale = 72 / page.dpi
    size = styles.size(line, page)
    y = (page.height - line.baseline) * scale
    out = []
    before: Run | None = None
    for run, following in zip(line.runs, [*line.runs[1:], None], strict=True):
        raised = run.raised and not (following and NUMBER_GOES_ON.match(following.text))
        wide = before is not None and (run.left - before.right) * scale > CELL_GAP * size
        space = "" if before is None or not run.spaced else "gap" if wide else "inner"
        out.append(
            Piece(
                run.text,
                run.left * scale - (MARK_ROOM * size if OPENS.match(run.text) else 0.0),
                run.right * scale + (MARK_ROOM * size if CLOSES.search(run.text) else 0.0),
                y + (MARK_RISE * size if raised else 0.0),
                size * (MARK_SIZE if raised else 1.0),
                bold,
                space,
                None,
                artifact=False,
                invisible=False,
                angle=0,
            )
        )
        before = run
    return out
