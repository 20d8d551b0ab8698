"""Documents for the benchmarks of batches: cut from real UN text, some of them damaged.

The development set has one pair per line. The two sides of un-documents drift: line 500 of one is
line 501 or 510 of the other, so the two sides of a cut at the same lines may hardly share a
sentence. They are cut only where both sides are at the same place, which is determined by figures,
not by the aligner that is measured: a line whose figures (two or more, or one) occur in no other
line, and in one line of the other side nearby, at a distance that the neighbouring line of this
kind confirms. Between two such lines that are close, and as far apart on both sides, all lines are
used. So a document that is not damaged on purpose is good.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from duizhao.corpus.cleaning.numbers import figures

SPOILT = ("empty", "wrong language", "not parallel", "binary", "one line of 5 MB")

NEARBY = 25
"""Most lines by which the sides of un-documents are searched for drift, which is 19 at most."""

CLOSE = 12
"""Most lines between two known places, within which the sides cannot drift far."""

Place = tuple[int, int]
"""A line of the source and the line of the target that it corresponds to."""


@dataclass(frozen=True, slots=True)
class Text:
    """Both sides of a text, one sentence per line, and the places where they may be cut."""

    source: Sequence[str]
    target: Sequence[str]
    places: Sequence[Place]


def read_texts(data: Path) -> list[Text]:
    """The un-documents, then the UN development set."""
    texts = []
    for path in sorted((data / "un-documents").glob("*.zh")):
        source, target = _sides(path)
        texts.append(Text(source, target, places_by_figures(source, target)))
    source, target = _sides(data / "unpc/dev.zh")
    texts.append(Text(source, target, [(line, line) for line in range(len(source))]))
    return texts


def _sides(chinese: Path) -> tuple[list[str], list[str]]:
    paths = (chinese, chinese.with_suffix(".en"))
    source, target = (path.read_text(encoding="utf-8").rstrip("\n").split("\n") for path in paths)
    return source, target


def places_by_figures(source: Sequence[str], target: Sequence[str]) -> list[Place]:
    """The lines at which both sides are at the same place, in order."""
    anchors = _confirmed(_anchors(source, target))
    places = set(anchors)
    for (line, other), (next_line, next_other) in pairwise(anchors):
        if next_line - line == next_other - other <= CLOSE:
            places |= {(line + step, other + step) for step in range(next_line - line)}
    return sorted(places)


def _anchors(source: Sequence[str], target: Sequence[str]) -> list[Place]:
    """Lines with figures that occur in one line of each side only, and near each other."""
    lines: dict[frozenset[object], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for side, texts in enumerate((source, target)):
        for number, text in enumerate(texts):
            if found := figures(text, chinese=not side):
                lines[frozenset(found)][side].append(number)
    alone = [(one[0], other[0]) for one, other in lines.values() if len(one) == len(other) == 1]
    return sorted(place for place in alone if abs(place[1] - place[0]) <= NEARBY)


def _confirmed(anchors: Sequence[Place]) -> list[Place]:
    """The anchors confirmed by the one before or after, which has the same distance."""
    apart = [None, *(target - source for source, target in anchors), None]
    return [
        place
        for place, (before, here, after) in zip(
            anchors, zip(apart, apart[1:], apart[2:], strict=False), strict=True
        )
        if here in (before, after)
    ]


def make_documents(texts: Sequence[Text], folder: Path, documents: int, sentences: int) -> None:
    """Cut documents of `sentences` to 1.5 times as many sentences, evenly spread over the texts.

    Where there is not enough text their cuts overlap: each begins elsewhere, so that no two are
    the same, but sentences stand in several. ValueError where there are not enough beginnings.
    """
    cuts = [(text, *cut) for text in texts for cut in _cuts(text.places, sentences)]
    if len(cuts) < documents:
        raise ValueError(f"{len(cuts)} documents of {sentences} sentences are in these texts")
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(documents):
        text, start, end = cuts[number * len(cuts) // documents]
        for side, language in enumerate(("zh", "en")):
            lines = (text.source, text.target)[side][start[side] : end[side]]
            content = "\n".join(line for line in lines if line.strip()) + "\n"
            (folder / f"doc{number:05d}.{language}.txt").write_text(content, encoding="utf-8")


def _cuts(places: Sequence[Place], sentences: int) -> list[tuple[Place, Place]]:
    """Beginnings and ends: from each place to the first one that is far enough."""
    cuts = []
    end = 0
    for start in places:
        while end < len(places) and places[end][0] < start[0] + sentences:
            end += 1
        if end < len(places) and places[end][0] <= start[0] + sentences * 3 // 2:
            cuts.append((start, places[end]))
    return cuts


def break_documents(folder: Path, count: int, seed: int = 1) -> dict[str, str]:
    """Damage some of the documents; returns the kind of damage by document id."""
    chance = random.Random(seed)
    ids = sorted(path.name.removesuffix(".zh.txt") for path in folder.glob("*.zh.txt"))
    english = {name: (folder / f"{name}.en.txt").read_bytes() for name in ids}
    spoilt = {}
    for number, name in enumerate(sorted(chance.sample(ids, count))):
        kind = SPOILT[number % len(SPOILT)]
        path = folder / f"{name}.zh.txt"
        if kind == "empty":
            path.write_text("")
        elif kind == "wrong language":
            path.write_bytes(english[name])
        elif kind == "not parallel":  # of half the text away, which no cut overlaps
            other = ids[(ids.index(name) + len(ids) // 2) % len(ids)]
            (folder / f"{name}.en.txt").write_bytes(english[other])
        elif kind == "binary":
            path.write_bytes(chance.randbytes(10_000))
        else:
            path.write_text("字" * (5_000_000 // 3), encoding="utf-8")
        spoilt[name] = kind
    return spoilt
