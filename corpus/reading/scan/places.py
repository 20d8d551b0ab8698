"""The positions of a document's lines on its pages, for showing how it was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Box:
    """A line's position on a page, in points from the page's lower left corner."""

    page: int
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a document's lines.

    Attributes:
        blocks: boxes of each block's lines, in the order of the blocks.
        furniture: boxes of the lines that were left out.
        confidences: for each block the probability of each character, None for text that OCR did
            not recognise.
        scans: recognised pages, and pages whose text is on its side, with the quarter turns (in
            degrees, counter-clockwise) and the skew (in degrees) that made them upright.
    """

    blocks: Sequence[Sequence[Box]]
    furniture: Sequence[Box]
    confidences: Sequence[tuple[float, ...] | None]
    scans: Mapping[int, tuple[int, float]] = field(default_factory=dict)
