"""Similar places anywhere in the two texts: the dots under the alignment path.

A dot is a pair of places whose machine translation and reference share rare words. Its similarity
is the weight (inverse document frequency) of the shared words relative to the side with less
weight, as in the dot plots of Church, "Char_align: a program for aligning parallel texts at the
character level" (ACL 1993), but over words. Dots along the path support it; a line of dots beside
it shows repeated or moved text.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence

from duizhao.evaluation.report.items import Item

MOST_DOTS = 4000
RARE = 12  # words in more texts than this are weak evidence and take much time
LEAST = 0.3

_WORD = re.compile(r"\w+")


def similar_places(items: Sequence[Item]) -> list[tuple[float, float, float]]:
    """(source sentence, target sentence, similarity 0 to 1) of the most similar places."""
    if len({item.document for item in items}) != 1:
        return []
    sources = [(_middle(item.source_ids), _words(item.translation)) for item in items]
    targets = [(_middle(item.target_ids), _words(item.target)) for item in items]
    places_of: dict[str, list[int]] = defaultdict(list)
    for place, (_, words) in enumerate(targets):
        for word in words:
            places_of[word].append(place)
    weight = {
        word: math.log(1 + len(targets) / len(places))
        for word, places in places_of.items()
        if len(places) <= RARE
    }
    totals = [sum(weight.get(word, 0.0) for word in words) for _, words in targets]
    # one rare word in common is not enough
    least = 1.5 * math.log(1 + len(targets))
    dots: list[tuple[float, float, float]] = []
    for x, words in sources:
        if x is None:
            continue
        shared: defaultdict[int, float] = defaultdict(float)
        for word in words & weight.keys():
            for place in places_of[word]:
                shared[place] += weight[word]
        total = sum(weight.get(word, 0.0) for word in words)
        for place, common in shared.items():
            y = targets[place][0]
            similarity = common / max(least, min(total, totals[place]))
            if y is not None and similarity >= LEAST:
                dots.append((x, y, round(min(1.0, similarity), 2)))
    return sorted(sorted(dots, key=lambda dot: -dot[2])[:MOST_DOTS])


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))


def _middle(ids: Sequence[int]) -> float | None:
    return (ids[0] + ids[-1]) / 2 if ids else None
