"""Marks and variants of Chinese text, settled by the rest of the document.

The model is often undecided between two forms of one mark, as ，and a comma, or of one character,
as 虚 and 虛. A document uses one of them throughout.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import replace
from functools import partial

from duizhao.corpus.reading.scan.recognition.page import RecognisedPage, Run
from duizhao.corpus.script import HAN, count_han, in_gb2312

FULL = str.maketrans(",;:?!()", "，；：？！（）")
HALF_MARKS = re.compile(rf"(?<=[{HAN}”’》」』）〉\])])[,;:?!]")
# many documents, those of the United Nations among them, have half brackets and full commas
HALF_BRACKETS = re.compile(rf"(?<=[{HAN}”’》」』〉])[)]|[(](?=[{HAN}“《])")
# The year that begins a line is no label
COUNTED = re.compile(r"(?<=\d)\s(?=[年月日万亿])")
# A full mark brings its own white space
SPACE = re.compile(r"(?<=[，；：？！）。、])\s(?=\S)|(?<=\S)\s(?=[，；：？！（。、])")
FULL_MARKS, FULL_BRACKETS = re.compile("[，；：？！]"), re.compile("[（）]")
# A dot in the middle of the line that begins it is a bullet
BULLET = re.compile(r"^[·・∙](?=\s?\S)|^[·・∙]$")
# In a text in simplified characters so many are in GB2312, which has no other forms
SIMPLIFIED = 0.98
# A form at least so probable replaces one that the document does not use
LEAST_LIKELY = 0.03


def settled(pages: Mapping[int, RecognisedPage]) -> dict[int, RecognisedPage]:
    """The pages of a Chinese document with one form of each mark and character."""
    text = "".join(run.text for run in _runs(pages.values()))
    changes: list[Callable[[Run], Run]] = [_with_dates]
    for half, full in ((HALF_MARKS, FULL_MARKS), (HALF_BRACKETS, FULL_BRACKETS)):
        if len(full.findall(text)) >= len(half.findall(text)):
            changes.append(partial(_with_full_marks, half=half))
    han = count_han(text)
    if han and han - _foreign(text) >= SIMPLIFIED * han:
        changes.append(_simplified)

    def change(run: Run) -> Run:
        for each in changes:
            run = each(run)
        return run

    return _changed(pages, change)


def with_bullets(pages: Mapping[int, RecognisedPage]) -> dict[int, RecognisedPage]:
    """The pages with • for a dot at half height, where it begins a line or a line of a column."""
    return {
        number: replace(
            page,
            lines=tuple(
                replace(line, runs=tuple(_with_bullet(run) for run in line.runs))
                for line in page.lines
            ),
        )
        for number, page in pages.items()
    }


def _with_bullet(run: Run) -> Run:
    return replace(run, text=BULLET.sub("•", run.text))


def _runs(pages: Iterable[RecognisedPage]) -> Iterable[Run]:
    return (run for page in pages for line in page.lines for run in line.runs)


def _changed(
    pages: Mapping[int, RecognisedPage], change: Callable[[Run], Run]
) -> dict[int, RecognisedPage]:
    return {
        number: replace(
            page,
            lines=tuple(
                replace(line, runs=tuple(change(run) for run in line.runs)) for line in page.lines
            ),
        )
        for number, page in pages.items()
    }


def _with_dates(run: Run) -> Run:
    return _without(run, {match.start() for match in COUNTED.finditer(run.text)})


def _with_full_marks(run: Run, *, half: re.Pattern[str]) -> Run:
    text = half.sub(lambda match: match[0].translate(FULL), run.text)
    return _without(replace(run, text=text), {match.start() for match in SPACE.finditer(text)})


def _without(run: Run, places: Set[int]) -> Run:
    """The run without the characters at some places."""
    if not places:
        return run
    kept = [place for place in range(len(run.text)) if place not in places]
    now = {place: number for number, place in enumerate(kept)}
    return replace(
        run,
        text="".join(run.text[place] for place in kept),
        confidences=tuple(run.confidences[place] for place in kept),
        alternatives=tuple(
            (now[place], other, value) for place, other, value in run.alternatives if place in now
        ),
    )


def _simplified(run: Run) -> Run:
    if not _foreign(run.text):
        return run
    characters = list(run.text)
    for place, other, probability in run.alternatives:
        likely = probability >= LEAST_LIKELY and count_han(other)
        if likely and _foreign(characters[place]) and not _foreign(other):
            characters[place] = other
    return replace(run, text="".join(characters))


def _foreign(text: str) -> int:
    """How many Chinese characters of a text are not in GB2312.

    >>> _foreign("虛假信息"), _foreign("虚假信息")
    (1, 0)
    """
    return sum(not in_gb2312(character) for character in text if count_han(character))
