"""Turn a page upright: by quarter turns, then by the small angle at which it was scanned."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from duizhao.corpus.reading.scan.recognition.engine import Engine, Image

# Lines that are read to decide which way is up
SAMPLE = 6
# Certain enough not to try the page upside down
SURE = 0.9
# Angles below this, in degrees, do not matter
LEAST_SKEW = 0.1
# A larger angle than this is a drawing, not a page scanned askew
MOST_SKEW = 15.0


def sides(quad: NDArray[np.float32]) -> tuple[float, float]:
    """Width and height of a quadrilateral."""
    return (
        float(max(np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[2] - quad[3]))),
        float(max(np.linalg.norm(quad[3] - quad[0]), np.linalg.norm(quad[2] - quad[1]))),
    )


def crop_of(image: Image, quad: NDArray[np.float32]) -> Image:
    """The image of one line, straightened."""
    import cv2

    width, height = (max(1, round(side)) for side in sides(quad))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(np.ascontiguousarray(quad), corners)
    crop = cv2.warpPerspective(
        image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(crop, dtype=np.uint8)


def taller(quad: NDArray[np.float32], share: float) -> NDArray[np.float32]:
    """The corners of a line with this share of its height added above and below."""
    up = np.asarray((quad[0] - quad[3]) * share, dtype=np.float32)
    return np.asarray(quad + np.stack([up, up, -up, -up]), dtype=np.float32)


def squeezed(crop: Image, share: float) -> Image:
    """The image with this share of its width."""
    import cv2

    if share == 1.0:
        return crop
    width = max(1, round(crop.shape[1] * share))
    how = cv2.INTER_AREA if share < 1.0 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(crop, (width, crop.shape[0]), interpolation=how), dtype=np.uint8)


def turned(image: Image, degrees: int) -> Image:
    """The image turned counter-clockwise by 0, 90, 180 or 270 degrees."""
    return np.ascontiguousarray(np.rot90(image, degrees // 90))


def quarter_turns(engine: Engine, image: Image, quads: NDArray[np.float32]) -> int:
    """By how many degrees to turn the page counter-clockwise so that its text is upright."""
    sizes = [sides(quad) for quad in quads]
    lying = sum(height for width, height in sizes if height > 1.5 * width)
    standing = sum(width for width, height in sizes if width >= 1.5 * height)
    order = sorted(range(len(quads)), key=lambda number: -max(sizes[number]))[:SAMPLE]
    crops = [crop_of(image, quads[number]) for number in order]
    if lying <= standing:
        angles = (0, 180)
        if _certainty(engine, crops) >= SURE:
            return 0
    else:
        angles = (90, 270)
    marks = {angle: _certainty(engine, [turned(crop, angle) for crop in crops]) for angle in angles}
    return max(marks, key=lambda angle: marks[angle])


def _certainty(engine: Engine, crops: Sequence[Image]) -> float:
    values = [character.confidence for characters in engine.read(crops) for character in characters]
    return sum(values) / len(values) if values else 0.0


def angle_of(quad: NDArray[np.float32]) -> float:
    """The angle of a line in degrees, clockwise; 0 for one too short to tell."""
    width, height = sides(quad)
    if width < 3 * height:
        return 0.0
    right, left = (quad[1] + quad[2]) / 2, (quad[0] + quad[3]) / 2
    return math.degrees(math.atan2(right[1] - left[1], right[0] - left[0]))


def skew_of(quads: NDArray[np.float32]) -> float:
    """The angle of the lines in degrees, clockwise; 0 if it is too small to matter."""
    angles = [angle_of(quad) for quad in quads if sides(quad)[0] > 8 * sides(quad)[1]]
    if len(angles) < 3:
        return 0.0
    skew = median(angles)
    return round(skew, 2) if LEAST_SKEW <= abs(skew) <= MOST_SKEW else 0.0


def upright(image: Image, degrees: int, skew: float) -> Image:
    """The image as it was recognised, turned by `degrees` and then by `skew`."""
    image = turned(image, degrees)
    return straightened(image, np.zeros((0, 4, 2), dtype=np.float32), skew)[0] if skew else image


def straightened(
    image: Image, quads: NDArray[np.float32], skew: float
) -> tuple[Image, NDArray[np.float32]]:
    """The image and the corners of its lines, turned back by `skew` degrees."""
    import cv2

    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), skew, 1.0)
    straight = cv2.warpAffine(
        image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(255, 255, 255)
    )
    points = quads.reshape(-1, 2) @ matrix[:, :2].T + matrix[:, 2]
    return (
        np.asarray(straight, dtype=np.uint8),
        points.reshape(quads.shape).astype(np.float32),
    )
