"""An image of a page to its recognised lines."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.reading.scan.recognition import drawn, table_dashes
from duizhao.corpus.reading.scan.recognition.dashes import with_dashes
from duizhao.corpus.reading.scan.recognition.engine import (
    DETECTION_SIDE,
    Character,
    Engine,
    Image,
)
from duizhao.corpus.reading.scan.recognition.ink import measure
from duizhao.corpus.reading.scan.recognition.page import Box, Line, RecognisedPage
from duizhao.corpus.reading.scan.recognition.resolution import natural_dpi
from duizhao.corpus.reading.scan.recognition.ruled import ruled_lines
from duizhao.corpus.reading.scan.recognition.runs import places, runs, usual_space
from duizhao.corpus.reading.scan.recognition.upright import (
    angle_of,
    crop_of,
    quarter_turns,
    sides,
    skew_of,
    squeezed,
    straightened,
    taller,
    turned,
)

# Lines of fewer pixels, in the image of the usual size that is searched for them, are small type
SMALL, USUAL = 12.0, 16.0
MOST_ENLARGED = 2.0
# A line with a character below this probability gets a second look
DOUBTFUL = 0.85
# How its image is cut out then: so much higher, in heights of the line, and so much narrower
VARIANTS = ((0.12, 1.0), (0.0, 0.85))
# Narrow characters in a row: the model sees three as two unless the line is wider
REPEATED = re.compile(r"II|ll|11")
REPEAT = re.compile(r"([Il1])\1+")
WIDER = 1.4


def recognise(engine: Engine, image: Image, dpi: float) -> RecognisedPage:
    """The lines of a page. `dpi` is the resolution of the image."""
    quads = detected(engine, image)
    angle = quarter_turns(engine, image, quads) if len(quads) else 0
    if angle:
        image = turned(image, angle)
        quads = detected(engine, image)
    skew = skew_of(quads)
    if skew:
        image, quads = straightened(image, quads, skew)
    height, width = image.shape[:2]
    image_dpi, dpi = dpi, natural_dpi(dpi, (width, height), quads)
    rules, walls, plain = ruled_lines(image, dpi)
    lines = table_dashes.with_dashes(image, _lines(engine, image, plain, quads), rules)
    return RecognisedPage(
        width, height, dpi, lines, rules, walls, angle, skew,
        drawn.bullets(image, lines), drawn.figures(image, lines), image_dpi,
    )  # fmt: skip


def detected(engine: Engine, image: Image) -> NDArray[np.float32]:
    """The corners of a page's lines; type that is small on its page gets a larger image."""
    quads = engine.detect(image)
    scale = min(1.0, DETECTION_SIDE / max(image.shape[:2]))
    heights = [min(sides(quad)) * scale for quad in quads]
    if scale == 1.0 or not heights or median(heights) >= SMALL:
        return quads
    return engine.detect(image, round(DETECTION_SIDE * min(MOST_ENLARGED, USUAL / median(heights))))


def _lines(
    engine: Engine, image: Image, plain: Image, quads: NDArray[np.float32]
) -> tuple[Line, ...]:
    """The lines in an image; `plain` is the image without ruled lines, for measuring."""
    crops = [crop_of(image, quad) for quad in quads]
    read = [places(characters) for characters in _second_look(engine, image, quads, crops)]
    found = [
        (quad, line, measure(crop_of(plain, quad), [place.character for place in line]))
        for quad, line in zip(quads, read, strict=True)
        if line
    ]
    corrected = with_dashes([(line, ink) for _, line, ink in found])
    found = [(quad, line, ink) for (quad, _, ink), line in zip(found, corrected, strict=True)]
    space = usual_space([(line, ink) for _, line, ink in found])
    out = []
    for quad, line, ink in found:
        left, top = float(quad[:, 0].min()), float(quad[:2, 1].mean())
        right, bottom = float(quad[:, 0].max()), float(quad[2:, 1].mean())
        out.append(
            Line(
                Box(round(left, 1), round(top, 1), round(right, 1), round(bottom, 1)),
                runs(line, ink, left, space),
                round(top + ink.baseline, 1),
                round(ink.size, 2),
                round(ink.tall, 2),
                round(ink.stroke, 2),
                round(angle_of(quad), 1),
            )
        )
    return tuple(sorted(out, key=lambda line: (line.baseline, line.box.left)))


def _second_look(
    engine: Engine, image: Image, quads: NDArray[np.float32], crops: Sequence[Image]
) -> list[list[Character]]:
    """The characters of each line; a doubtful line is cut out in other ways, and the best kept."""
    out = engine.read(crops)
    doubtful = [
        number for number, characters in enumerate(out)
        if characters and min(character.confidence for character in characters) < DOUBTFUL
    ]  # fmt: skip
    for higher, narrower in VARIANTS:
        again = [
            squeezed(crop_of(image, taller(quads[number], higher)), narrower) for number in doubtful
        ]
        for number, characters in zip(doubtful, engine.read(again), strict=True):
            # a doubtful character that is lost makes the rest look more certain
            complete = len(places(characters)) >= len(places(out[number]))
            if complete and _certainty(characters) > _certainty(out[number]):
                out[number] = [
                    replace(character, x=character.x / narrower) for character in characters
                ]
    narrow = [
        number for number, characters in enumerate(out)
        if REPEATED.search("".join(character.text for character in characters))
    ]  # fmt: skip
    wider = [squeezed(crops[number], WIDER) for number in narrow]
    for number, characters in zip(narrow, engine.read(wider), strict=True):
        if shows_more(out[number], characters):
            out[number] = [replace(each, x=each.x / WIDER) for each in characters]
    return out


def shows_more(first: Sequence[Character], second: Sequence[Character]) -> bool:
    """Whether the second has the text of the first with I, l or 1 more often in a row.

    It must not be less certain: a wider image may show two where one is.
    """
    texts = ["".join(character.text for character in each) for each in (first, second)]
    once = [REPEAT.sub(r"\1", text) for text in texts]
    more = once[0] == once[1] and len(texts[1]) > len(texts[0])
    return more and _certainty(second) >= _certainty(first)


def _certainty(characters: Sequence[Character]) -> float:
    """The mean logarithm of the probabilities: one bad character counts more than many good."""
    logs = [math.log(max(character.confidence, 1e-6)) for character in characters]
    return sum(logs) / len(logs) if logs else -math.inf
