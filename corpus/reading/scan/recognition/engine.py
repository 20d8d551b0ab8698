"""Text recognition with the PP-OCR models inside the `rapidocr` wheel: boxes, then characters.

    engine = load()
    quads = engine.detect(image)
    [line.text for line in engine.read(crops)]

Nothing is downloaded. Both functions may be called from several threads at once.
"""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""Height, width and three colours, as OpenCV has them."""

HEIGHT = 48
"""The height of a line's image as the recognition model wants it, in pixels."""
# A character of this probability has no alternatives
SURE = 0.97
# Alternatives of less probability are noise
LEAST_ALTERNATIVE = 0.01
MOST_ALTERNATIVES = 4
# as many lines are recognised together, of about the same width
BATCH = 8
# The longest side of the image that the detection model gets: a page of 10 pt type at 120 dpi.
DETECTION_SIDE = 1344
# The model knows 18,708 characters; these scripts are no part of a Chinese or English text
OTHER_SCRIPTS = re.compile(
    "[\u0400-\u052f\u0590-\u08ff\u0e00-\u0fff\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\uac00-\ud7af\uff66-\uffdc]"
)
MODELS = ("PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx")


@dataclass(frozen=True, slots=True)
class Character:
    """A recognised character: its probability and its middle, in pixels from the crop's left.

    `alternatives` are what else it may be, with probabilities; "" means no character at all.
    """

    text: str
    confidence: float
    x: float
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Engine:
    """The two models; `spaces` and `characters` belong to the recognition model's classes."""

    detector: Any
    recogniser: Any
    characters: tuple[str, ...]
    allowed: NDArray[np.intp]

    def detect(self, image: Image, side: int = DETECTION_SIDE) -> NDArray[np.float32]:
        """The corners of the lines of text: an array (lines, 4, 2), clockwise from top left.

        The model sees the image with a longest side of at most `side` pixels.
        """
        import cv2
        from rapidocr.ch_ppocr_det.utils import DetPreProcess

        height, width = image.shape[:2]
        scale = min(1.0, side / max(height, width))
        small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        prepare = DetPreProcess(32, "min", self.detector.mean, self.detector.std)
        scores = self.detector.session(prepare(small))
        boxes, _ = self.detector.postprocess_op(scores, (height, width))
        return np.asarray(boxes, dtype=np.float32).reshape(-1, 4, 2)

    def read(self, crops: Sequence[Image]) -> list[list[Character]]:
        """The characters of each line; a space is a character too."""
        out: list[list[Character]] = [[] for _ in crops]
        ratios = [crop.shape[1] / crop.shape[0] for crop in crops]
        order = sorted(range(len(crops)), key=lambda number: ratios[number])
        for start in range(0, len(order), BATCH):
            numbers = order[start : start + BATCH]
            width = max(320, math.ceil(HEIGHT * ratios[numbers[-1]]))
            batch = np.zeros((len(numbers), 3, HEIGHT, width), dtype=np.float32)
            for row, number in enumerate(numbers):
                line = _line_image(crops[number])
                batch[row, :, :, : line.shape[2]] = line
            scores = self.recogniser.session(batch)
            for row, number in enumerate(numbers):
                scale = crops[number].shape[0] / HEIGHT * width / scores.shape[1]
                out[number] = self._decode(scores[row], scale)
        return out

    def _decode(self, scores: NDArray[np.float32], scale: float) -> list[Character]:
        """Characters from the scores (columns, classes): CTC, repeats collapsed."""
        scores = scores[:, self.allowed]
        best = scores.argmax(axis=1)
        out: list[Character] = []
        column = 0
        while column < len(best):
            end = column + 1
            while end < len(best) and best[end] == best[column]:
                end += 1
            if best[column] != 0:
                peak = scores[column + int(scores[column:end, best[column]].argmax())]
                confidence = float(peak[best[column]])
                other = () if confidence >= SURE else self._alternatives(peak, int(best[column]))
                text = self.characters[self.allowed[best[column]]]
                out.append(Character(text, confidence, (column + end) / 2 * scale, other))
            column = end
        return out

    def _alternatives(
        self, scores: NDArray[np.float32], best: int
    ) -> tuple[tuple[str, float], ...]:
        order = scores.argsort()[: -MOST_ALTERNATIVES - 2 : -1]
        return tuple(
            ("" if number == 0 else self.characters[self.allowed[number]], float(scores[number]))
            for number in map(int, order)
            if number != best and scores[number] >= LEAST_ALTERNATIVE
        )


def _line_image(crop: Image) -> NDArray[np.float32]:
    import cv2

    width = max(1, math.ceil(HEIGHT * crop.shape[1] / crop.shape[0]))
    shrinks = crop.shape[0] > HEIGHT
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    resized = cv2.resize(crop, (width, HEIGHT), interpolation=how)
    return np.asarray(resized.transpose((2, 0, 1)) / 127.5 - 1, dtype=np.float32)


_loading = threading.Lock()


def load() -> Engine:
    """The engine, loaded once a process; needs the extra `scan`."""
    with _loading:
        return _load()


@cache
def _load() -> Engine:
    import rapidocr

    folder = Path(rapidocr.__file__).parent / "models"
    threads = "EngineConfig.onnxruntime.intra_op_num_threads"
    options = {
        "Global.log_level": "critical",
        "Det.model_path": str(folder / MODELS[0]),
        "Rec.model_path": str(folder / MODELS[1]),
        # pages are recognised side by side, one thread each
        threads: 1,
        threads.replace("intra", "inter"): 1,
    }
    both: Any = rapidocr.RapidOCR(params=options)
    recogniser = both._load_rec_model()
    characters = tuple(recogniser.postprocess_op.character)
    allowed = [number for number, text in enumerate(characters) if not OTHER_SCRIPTS.match(text)]
    return Engine(both._load_det_model(), recogniser, characters, np.array(allowed))
