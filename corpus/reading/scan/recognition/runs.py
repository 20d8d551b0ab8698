"""Recognised characters to runs of text: word spaces, wide gaps, raised marks.

The recognition model drops some spaces, so white space is judged by what is measured, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from duizhao.corpus.reading.scan.recognition.engine import Character
from duizhao.corpus.reading.scan.recognition.ink import TALL, Ink
from duizhao.corpus.reading.scan.recognition.page import Run
from duizhao.corpus.script import HAN_CHARACTER as HAN

# A gap of so many em ends a run: the next word may belong to another cell
WIDE_GAP = 0.8
# A gap of at least so many em may be a space that the model has dropped
WORD_GAP = 0.18
# ... if it is at least this share of the usual space on the page
SHARE_OF_SPACE = 0.7
# Digits without a space between them are at most so far apart, in em
DIGIT_STEP = 0.68
# A space beside a Chinese character is at least so wide; less is the distance that Word puts there
HAN_GAP = 0.7
LABEL_GAP = 0.4
# Full-width marks fill the left or the right half of their square
LEFT_HALF, RIGHT_HALF = "，。：；、！？）》」』】", "（《「『【"
# ... and so do these among Chinese characters
CLOSING, OPENING = "”’", "“‘"
# A mark is at most so tall, and its foot so high above the baseline, in heights of a digit
MARK_HEIGHT, MARK_RISE = 0.85, 0.22
MARK = re.compile(r"[0-9]")
# The model knows some raised characters as such
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹ªº", "0123456789ao", strict=True))
LETTER = re.compile(r"[A-Za-z]")
# A space may have been dropped behind these
AFTER = ',.;:)"”’!?'
LETTER_OR_DIGIT = re.compile(r"[A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class Place:
    """A character that is no space, whether a space precedes it, and whether it is superscript."""

    character: Character
    spaced: bool
    superscript: bool = False


def places(characters: Sequence[Character]) -> list[Place]:
    """The characters without spaces, each with whether one precedes it."""
    out: list[Place] = []
    spaced = False
    for character in characters:
        if character.text.isspace() or character.text == "_":
            # an underlined space looks like a low line
            spaced = bool(out)
            continue
        superscript = character.text in SUPERSCRIPTS
        if superscript:
            character = replace(character, text=SUPERSCRIPTS[character.text])
        out.append(Place(character, spaced, superscript))
        spaced = False
    return out


def usual_space(lines: Sequence[tuple[Sequence[Place], Ink]]) -> float:
    """The usual width of a word space on a page, in em; 0 if the page has too few."""
    seen = [
        ink.gap(number - 1) / ink.em
        for found, ink in lines
        for number in range(1, len(found))
        if found[number].spaced and LETTER.match(found[number].character.text)
    ]
    return median(seen) if len(seen) >= 5 else 0.0


def runs(found: Sequence[Place], ink: Ink, left: float, space: float) -> tuple[Run, ...]:
    """The runs of a line; `left` is its left edge, `space` the usual word space in em."""
    if not found:
        return ()
    raised = _raised(found, ink)
    gaps = _gaps(found, ink)
    spaces = _spaces(found, ink, gaps, raised, space)
    out = []
    for start, end in _cuts(gaps, raised):
        text, confidences, others = "", [], []
        for number in range(start, end):
            if number > start and spaces[number]:
                text += " "
                confidences.append(1.0)
            others += [
                (len(text), other, round(value, 3))
                for other, value in found[number].character.alternatives
            ]
            text += found[number].character.text
            value = round(found[number].character.confidence, 3)
            confidences += [value] * len(found[number].character.text)
        out.append(
            Run(
                text,
                round(left + ink.extents[start].left, 1),
                round(left + ink.extents[end - 1].right, 1),
                tuple(confidences),
                raised[start],
                spaces[start],
                tuple(others),
            )
        )
    return tuple(out)


def _gaps(found: Sequence[Place], ink: Ink) -> list[float]:
    """The white space before each character, in em."""
    out = [0.0]
    for number in range(1, len(found)):
        gap = ink.gap(number - 1) / ink.em
        before, here = found[number - 1].character.text, found[number].character.text
        if before in LEFT_HALF or (before in CLOSING and HAN.match(here)):
            gap -= 0.5
        if here in RIGHT_HALF or (here in OPENING and HAN.match(before)):
            gap -= 0.5
        out.append(max(0.0, gap))
    return out


def _cuts(gaps: Sequence[float], raised: Sequence[bool]) -> Iterator[tuple[int, int]]:
    start = 0
    for number in range(1, len(gaps)):
        if gaps[number] > WIDE_GAP or raised[number] != raised[number - 1]:
            yield start, number
            start = number
    yield start, len(gaps)


def _spaces(
    found: Sequence[Place],
    ink: Ink,
    gaps: Sequence[float],
    raised: Sequence[bool],
    usual: float,
) -> list[bool]:
    """Whether a space precedes each character."""
    least = max(WORD_GAP, SHARE_OF_SPACE * usual)
    out = [False]
    for number in range(1, len(found)):
        before, here = found[number - 1].character.text, found[number].character.text
        space = found[number].spaced
        if HAN.match(before) or HAN.match(here):
            # the number of a note or of a paragraph stands apart
            first = all(place.character.text.isdigit() for place in found[:number])
            space = gaps[number] > (LABEL_GAP if first else HAN_GAP)
        elif raised[number] and not raised[number - 1]:
            space = False
        elif not space and LETTER_OR_DIGIT.match(here):
            share = 1.0 if _alike(before, here) else 1.3
            joins = LETTER_OR_DIGIT.match(before) or (before in AFTER and LETTER.match(here))
            space = bool(joins) and gaps[number] > share * least
            if before.isdigit() and here.isdigit():
                # 1 is narrow, but all digits are equally far apart
                space = space and _distance(ink, number) > DIGIT_STEP
        out.append(space or gaps[number] > WIDE_GAP)
    return _known(found, out) if _is_crumbled(found, out) else out


def _known(found: Sequence[Place], spaces: Sequence[bool]) -> list[bool]:
    """The spaces that the recognition model has seen itself."""
    return [here and place.spaced for place, here in zip(found, spaces, strict=True)]


def _is_crumbled(found: Sequence[Place], spaces: Sequence[bool]) -> bool:
    """Whether spaces by measure take words to pieces: grain was measured, not characters.

    Spaced words are that also for the model.
    """
    letters = [LETTER.match(place.character.text) is not None for place in found]
    added = seen = 0
    for number in range(1, len(found)):
        if letters[number - 1] and letters[number] and spaces[number]:
            added += not found[number].spaced
            seen += found[number].spaced
    return added > max(2, seen)


def _distance(ink: Ink, number: int) -> float:
    """From the middle of the character before to the middle of this one, in em."""
    before, here = ink.extents[number - 1], ink.extents[number]
    return (here.left + here.right - before.left - before.right) / (2 * ink.em)


def _alike(before: str, here: str) -> bool:
    return before.isdigit() == here.isdigit() and before.isalnum()


def _raised(found: Sequence[Place], ink: Ink) -> list[bool]:
    """Whether each character is a raised mark: small, and its foot above the baseline."""
    tall = [
        extent.height for extent, place in zip(ink.extents, found, strict=True)
        if TALL.match(place.character.text) and extent.ink
    ]  # fmt: skip
    usual = max(median(tall) if tall else 0.0, 0.66 * ink.em)
    out = []
    for extent, place in zip(ink.extents, found, strict=True):
        small = extent.height <= MARK_HEIGHT * usual
        high = ink.baseline - extent.bottom >= MARK_RISE * usual
        measured = bool(MARK.match(place.character.text)) and extent.ink and small and high
        out.append(measured or place.superscript)
    return out
