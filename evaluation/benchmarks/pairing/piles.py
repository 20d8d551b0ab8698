"""Piles of documents cut from real text, with known pairs.

Documents are cut next to each other, so that most have neighbours from the same text. Of twenty,
one has no target and one has no source; two have a second version of the English side in which
a tenth of the sentences is other text; in two the English side is only half of the text; for two
the pile also contains an excerpt of half the English side. When a pile is full on the English side,
the remaining Chinese documents have no target: a fifth of all documents has no partner. Whole
files (real_files) are added unchanged.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from duizhao.evaluation.benchmarks.scale.documents import read_texts

SIZE = 500
"""Documents of each side of a large pile."""

Cut = tuple[list[str], list[str]]
"""The sentences of both sides of a document."""
Content = list[str] | Path
"""Sentences that are written to a file of some format, or a file as it is."""
Made = tuple[Content | None, Content | None, str]
"""Both sides of a document of a pile, None for a missing one, and its kind."""


@dataclass
class Pile:
    """Documents of both sides; `truth` maps sources to targets, `kinds` has each source's kind."""

    sources: list[Content] = field(default_factory=list)
    targets: list[Content] = field(default_factory=list)
    truth: dict[int, int] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)


def gold_texts(data: Path) -> Iterator[tuple[list[str], list[str], list[tuple[int, int]]]]:
    """(source lines, target lines, places where both may be cut) of the texts with gold beads."""
    for name, chinese, english in (("mac-dev", 0, 1), ("academic", 1, 0)):
        for gold in sorted((data / "align" / name).glob("*.gold")):
            sides = [
                gold.with_suffix(f".{language}").read_text("utf-8").rstrip("\n").split("\n")
                for language in ("zh", "en")
            ]
            places = []
            for line in gold.read_text("utf-8").splitlines():
                groups = [
                    json.loads(part) for part in line.strip().replace("]:[", "]|[").split("|")
                ]
                if groups[0] and groups[1]:
                    places.append((groups[chinese][0], groups[english][0]))
            yield sides[0], sides[1], places


def cut_texts(
    data: Path, halves: Sequence[int], seed: int, lengths: tuple[int, int] = (8, 40)
) -> list[Cut]:
    """Documents next to each other, from the first (0) or second (1) halves of the texts."""
    chance = random.Random(seed)
    texts = [(list(t.source), list(t.target), list(t.places)) for t in read_texts(data)]
    texts += list(gold_texts(data))
    cuts = []
    for source, target, places in texts:
        middle = len(places) // 2
        own = [place for half in halves for place in (places[:middle], places[middle:])[half]]
        at = 0
        while at < len(own):
            wanted = chance.randint(*lengths)
            end = at + 1
            while end < len(own) and own[end][0] - own[at][0] < wanted:
                end += 1
            if end >= len(own):
                break
            (s0, t0), (s1, t1) = own[at], own[end]
            if s1 - s0 <= 2 * lengths[1] and t1 > t0:
                cuts.append((source[s0:s1], target[t0:t1]))
            at = end
    return cuts


def real_files(data: Path) -> list[Made]:
    """Pairs of real files, and real files without a partner; some are there in two formats."""
    made: list[Made] = []
    for chinese in sorted([*(data / "real-files").glob("*.zh*"), *(data / "seed").glob("*.zh*")]):
        name = chinese.name.partition(".zh")[0]
        (english,) = chinese.parent.glob(f"{name}.en.*")
        made.append((chinese, english, "real file"))
    samples = Path(str(resources.files("duizhao.corpus") / "samples"))
    made.append((samples / "report.zh.txt", samples / "report.en.txt", "real file"))
    for path in sorted((data / "un-files").iterdir()):
        if "scan" in path.name:
            continue  # has no text, and would need recognition
        is_chinese = ".zh." in path.name
        sides = (path, None) if is_chinese else (None, path)
        made.append((*sides, "real file"))
    return made


def make_pile(
    cuts: Sequence[Cut], seed: int, most: int | None = None, real: Sequence[Made] = ()
) -> Pile:
    """A shuffled pile with missing partners, versions and excerpts, and the real files.

    `most` is the number of sources and of targets.
    """
    chance = random.Random(seed)
    made: list[Made] = list(real)
    filler = [line for _, target in cuts for line in target]
    for number, (source, target) in enumerate(cuts):
        kind = number % 20
        if kind < 1:
            made.append((source, None, "no target"))
        elif kind < 2:
            made.append((None, target, "no source"))
        elif kind < 4:
            made.append((source, target, "with a version"))
            version = [chance.choice(filler) if chance.random() < 0.1 else line for line in target]
            version[chance.randrange(len(version))] = chance.choice(filler)
            made.append((None, version, "version"))
        elif kind < 6:
            half = len(target) // 2
            begin = chance.choice((0, len(target) - half))
            made.append((source, target[begin : begin + half], "half"))
        elif kind < 8:
            half = len(target) // 2
            begin = chance.choice((0, len(target) - half))
            made.append((source, target, "with an excerpt"))
            made.append((None, target[begin : begin + half], "excerpt"))
        else:
            made.append((source, target, "plain"))
    if most:
        made = _at_most(made, most)
    pile = Pile()
    order = list(range(len(made)))
    chance.shuffle(order)
    place: dict[int, int] = {}
    for at in order:
        english = made[at][1]
        if english is not None:
            place[at] = len(pile.targets)
            pile.targets.append(english)
    chance.shuffle(order)
    for at in order:
        chinese, english, label = made[at]
        if chinese is None:
            continue
        if english is not None:
            pile.truth[len(pile.sources)] = place[at]
        pile.kinds[len(pile.sources)] = label
        pile.sources.append(chinese)
    return pile


def _at_most(made: Sequence[Made], most: int) -> list[Made]:
    """The first documents, until the targets are full; then sources without a target."""
    kept: list[Made] = []
    counts = [0, 0]
    for source, target, label in made:
        sides = [source, target]
        if target is not None and counts[1] == most:
            sides, label = [source, None], "no target"
        more = [int(side is not None) for side in sides]
        if any(more) and all(count + new <= most for count, new in zip(counts, more, strict=True)):
            kept.append((sides[0], sides[1], label))
            counts = [count + new for count, new in zip(counts, more, strict=True)]
    return kept


def held_out_pile(data: Path, seed: int) -> tuple[Pile, set[int]]:
    """The second halves of the texts, and the sources the weights were learned on: none."""
    return make_pile(cut_texts(data, (1,), seed), seed), set()


def large_pile(data: Path, seed: int) -> tuple[Pile, set[int]]:
    """SIZE by SIZE documents, and the sources that come from the first halves of the texts."""
    first, second = (cut_texts(data, (half,), seed, (8, 20)) for half in (0, 1))
    cuts = [*first, *second]
    random.Random(seed).shuffle(cuts)
    pile = make_pile(cuts, seed, SIZE, real_files(data))
    known = {id(source) for source, _ in first}
    return pile, {at for at, source in enumerate(pile.sources) if id(source) in known}
