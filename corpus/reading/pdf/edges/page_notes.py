"""The notes at the foot of a page or a column, below the line drawn over them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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
        # under a table the text goes on below the notes
        end = next((n for n, s in enumerate(below) if s.size >= body - 0.4), len(below))
        if small and _SIGN.match(below[0].text) and _are_notes(above, below[:end]):
            return _called(above, below[:end]) + below[end:], below[:end]
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
            return above + below[end:], below[:end]
    return kept, []


def _are_notes(above: Sequence[Strip], notes: Sequence[Strip]) -> bool:
    """Whether lines that begin with signs are notes; numbers in brackets may be those of items."""
    signs = _signs(notes)
    return any(
        not sign.isascii()
        or any(_calls(above, sign))
        or any(f"{OPEN}{sign}{CLOSE}" in strip.text for strip in above)
        for sign in signs
    )


def _called(above: Sequence[Strip], notes: Sequence[Strip]) -> list[Strip]:
    """The lines of a text with the signs in it that call these notes marked."""
    out = list(above)
    for sign in sorted(_signs(notes)):
        calls = list(_calls(out, sign))
        if len(calls) == 1:
            ((number, match),) = calls
            text, rest = out[number].text[: match.start()], out[number].text[match.end() :]
            mark = f"{OPEN}[{sign}]{CLOSE}"
            if text:
                out[number] = replace(out[number], text=f"{text}{mark}{rest}")
                continue
            # the mark is with its word, or it would begin a note
            before = out[number - 1]
            out[number - 1] = replace(before, text=f"{before.text}{mark}")
            out[number : number + 1] = [replace(out[number], text=rest.lstrip())] if rest else []
    return out


def _signs(notes: Sequence[Strip]) -> set[str]:
    return {_sign(match) for strip in notes if (match := _SIGN.match(strip.text))}


def _sign(match: re.Match[str]) -> str:
    return match[1] or match[2]


def _calls(strips: Sequence[Strip], sign: str) -> Iterator[tuple[int, re.Match[str]]]:
    """What may call a note, behind a word, with the index of its line."""
    right = max((strip.right for strip in strips), default=0.0)
    left = min((strip.left for strip in strips), default=0.0)
    # the number may be raised
    form = rf"[（(]\s?{OPEN}?{sign}{CLOSE}?\s?[)）]" if sign.isascii() else sign
    call = re.compile(rf"(?:(?<=\S)|^)\s?{form}")
    for number, strip in enumerate(strips):
        for match in call.finditer(strip.text):
            # at the start of a line the word is on the line before, which is full: otherwise the
            # sign is the label of an item
            full = number > 0 and strips[number - 1].right > right - strip.size
            if match.start() or (full and strip.left < left + strip.size):
                yield number, match


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
    # the notes of a page have numbers in brackets, or none has
    brackets: bool | None = None
    for strip in strips:
        text = strip.text
        match = re.match(r"(\d{1,3})\s+(?=\S)", text)
        if match and (
            last is None
            or (int(match[1]) == last + 1 and not brackets)
            or any(f"{OPEN}{match[1]}{CLOSE}" in other.text for other in above)
        ):
            last, brackets = int(match[1]), False
            text = f"{OPEN}{match[1]}{CLOSE} {text[match.end() :]}"
        elif (match := _SIGN.match(text)) and match[1]:
            brackets = False
            text = f"{OPEN}{match[1]}{CLOSE} {text[match.end() :]}"
        elif match and brackets is not False and _begins(match, last, above):
            last, brackets = int(match[2]), True
            text = f"{OPEN}{match[2]}{CLOSE} {text[match.end() :]}"
        elif text.startswith(OPEN):
            brackets = False
        if text.startswith((OPEN, "*")) or not out:
            out.append(Paragraph([replace(strip, text=text)], note=True))
        else:
            out[-1].strips.append(strip)
    return out


def _begins(match: re.Match[str], last: int | None, above: Sequence[Strip]) -> bool:
    """Whether a number in brackets begins a note: the next one, or one that the text calls."""
    if any(f"{OPEN}[{match[2]}]{CLOSE}" in strip.text for strip in above):
        return True
    # "(2) of the Convention" is more of a note
    goes_on = match.string[match.end() :][:1].islower()
    return not goes_on and (last is None or int(match[2]) == last + 1)
