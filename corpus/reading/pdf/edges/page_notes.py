"""The notes at the foot of a page or a column, below the line drawn over them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from duizhao.corpus.reading.notes import CLOSE, OPEN
from duizhao.corpus.reading.pdf import furniture as pdf_furniture
from duizhao.corpus.reading.pdf.lines import PageLines, Paragraph, Strip

# A circled number, or one in brackets, begins the notes of Chinese books
_SIGN = re.compile(r"\s*(?:([①-⑳])|[（(]\s?(\d{1,3})\s?[)）])\s?(?=\S)")


def split_notes(
    page: PageLines, strips: Sequence[Strip], body: float
) -> tuple[list[Strip], list[Strip]]:
    """The strips above and below the line that stands over footnotes."""
    left = min((strip.left for strip in strips), default=0.0)
    width = max((strip.right for strip in strips), default=0.0) - left
    most = min(0.6 * width, 0.4 * page.width)
    separators = [
        strip.y for strip in strips
        if pdf_furniture.is_separator(strip.text) and strip.right - strip.left < most
    ]  # fmt: skip
    separators += [
        y for start, end, y in page.rules
        if end - start < most and abs(start - left) < 40 and y < 0.75 * page.height
    ]  # fmt: skip
    kept = [strip for strip in strips if not pdf_furniture.is_separator(strip.text)]
    for y in sorted(separators):
        below = [strip for strip in kept if strip.y < y]
        above = [strip for strip in kept if strip.y >= y]
        if not below or not above:
            continue
        if below[0].left > left + 40:
            continue
        small = below[0].size < body - 0.4
        if small and _SIGN.match(below[0].text):
            return _called(above, below), below
        number = re.match(r"(\d{1,3})\s", below[0].text)
        called = number is not None and any(
            f"{OPEN}{number[1]}{CLOSE}" in strip.text for strip in above
        )
        # a raised mark begins a note regardless of its size, which is unreliable in scans
        called = called or below[0].text.startswith(OPEN)
        # ... and a small letter goes on with a note of the column before
        marked = number or below[0].text.startswith("*") or below[0].text[:1].islower()
        if called or (small and marked):
            if not small:
                end = _end_of_notes(below)
                return above + below[end:], below[:end]
            # under a table the text goes on below the notes
            end = next((n for n, s in enumerate(below) if s.size >= body - 0.4), len(below))
            return above + below[end:], below[:end]
    return kept, []


def _called(above: Sequence[Strip], notes: Sequence[Strip]) -> list[Strip]:
    """The lines of a text with the signs in it that call these notes marked."""
    signs = {_sign(match) for strip in notes if (match := _SIGN.match(strip.text))}
    text = "".join(strip.text for strip in above)
    calls = [(sign, _call(sign)) for sign in signs if len(_call(sign).findall(text)) == 1]
    out = []
    for strip in above:
        marked = strip.text
        for sign, call in calls:
            marked = call.sub(f"{OPEN}[{sign}]{CLOSE}", marked)
        out.append(replace(strip, text=marked) if marked != strip.text else strip)
    return out


def _sign(match: re.Match[str]) -> str:
    return match[1] or match[2]


def _call(sign: str) -> re.Pattern[str]:
    """What calls a note in the text, behind a word; its number may be raised."""
    if not sign.isascii():
        return re.compile(rf"(?<=\S)\s?{sign}")
    return re.compile(rf"(?<=\S)\s?[（(]\s?{OPEN}?{sign}{CLOSE}?\s?[)）]")


def _end_of_notes(strips: Sequence[Strip]) -> int:
    """How many lines are notes: up to a wide gap below which no note begins."""
    for number, (last, strip) in enumerate(pairwise(strips), 1):
        wide = last.y - strip.y > pdf_furniture.NOTE_LEADING * strip.size
        if wide and not re.match(rf"{OPEN}|\*|\d{{1,3}}\s", strip.text):
            return number
    return len(strips)


def notes_of(strips: Sequence[Strip], above: Sequence[Strip]) -> list[Paragraph]:
    """The notes below some text; a line that begins with any other number is more of a note."""
    out: list[Paragraph] = []
    last: int | None = None
    for strip in strips:
        text = strip.text
        match = re.match(r"(\d{1,3})\s+(?=\S)", text)
        if match and (
            last is None
            or int(match[1]) == last + 1
            or any(f"{OPEN}{match[1]}{CLOSE}" in other.text for other in above)
        ):
            last = int(match[1])
            text = f"{OPEN}{match[1]}{CLOSE} {text[match.end() :]}"
        elif match := _SIGN.match(text):
            text = f"{OPEN}{_sign(match)}{CLOSE} {text[match.end() :]}"
        if text.startswith((OPEN, "*")) or not out:
            out.append(Paragraph([replace(strip, text=text)], note=True))
        else:
            out[-1].strips.append(strip)
    return out
