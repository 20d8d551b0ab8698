"""A dash is not the character 一 (one), though the recognition model may read it so.

On one page all 一 of a typeface are equally wide and thick; a dash is narrower and thinner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from duizhao.corpus.reading.scan.recognition.ink import Ink
from duizhao.corpus.reading.scan.recognition.runs import Place

ONE, DASH = "一", "—"
# A page needs so many to know what its 一 look like
ENOUGH = 5
# A dash is at most so wide and so thick, in those of the usual 一
WIDTH, HEIGHT = 0.9, 0.75


def with_dashes(lines: Sequence[tuple[Sequence[Place], Ink]]) -> list[list[Place]]:
    """The characters of a page's lines, with dashes that were read as 一 put right."""
    ones = [
        ((extent.right - extent.left) / ink.em, extent.height / ink.em)
        for line, ink in lines
        for place, extent in zip(line, ink.extents, strict=True)
        if place.character.text == ONE and extent.ink
    ]
    if len(ones) < ENOUGH:
        return [list(line) for line, _ in lines]
    width, height = WIDTH * median(w for w, _ in ones), HEIGHT * median(h for _, h in ones)
    return [
        [
            replace(place, character=replace(place.character, text=DASH, alternatives=()))
            if place.character.text == ONE
            and extent.ink
            and (extent.right - extent.left) / ink.em < width
            and extent.height / ink.em < height
            else place
            for place, extent in zip(line, ink.extents, strict=True)
        ]
        for line, ink in lines
    ]
