"""Texts with gold alignment to tune and measure the aligner, as published and damaged."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from duizhao.corpus.alignment.bead import Bead, parse_bead

_BREAK = {
    "zh": re.compile("(?<=[；，：])(?=[^；，：”」]{6,})"),
    "en": re.compile(r"(?<=[,;:]) (?=.{25,})"),
}


@dataclass(frozen=True, slots=True)
class Gold:
    """A pair of texts with its gold beads; `translation` may be absent."""

    name: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    beads: tuple[Bead, ...]
    translation: tuple[str, ...] | None = None


def lines(path: Path) -> tuple[str, ...]:
    """The lines of a file; only a line feed ends one."""
    text = path.read_text(encoding="utf-8").replace("\r", "")
    return tuple(text.removesuffix("\n").split("\n"))


def flipped(beads: Sequence[Bead]) -> tuple[Bead, ...]:
    """The beads with source and target exchanged."""
    return tuple(replace(bead, source=bead.target, target=bead.source) for bead in beads)


def mac_dev(data: Path) -> list[Gold]:
    """Six chapters of Chinese literature, with Google's translation from the same source."""
    folder = data / "align" / "mac-dev"
    return [
        Gold(
            f"mac-dev/{number}",
            lines(folder / f"{number}.zh"),
            lines(folder / f"{number}.en"),
            tuple(parse_bead(line) for line in lines(folder / f"{number}.gold")),
            lines(folder / f"{number}.mt.en"),
        )
        for number in sorted(path.stem for path in folder.glob("*.gold"))
    ]


def academic(data: Path) -> list[Gold]:
    """English academic text, aligned from its Chinese side."""
    folder = data / "align" / "academic"
    beads = tuple(parse_bead(line) for line in lines(folder / "001.gold"))
    return [
        Gold("academic/001", lines(folder / "001.zh"), lines(folder / "001.en"), flipped(beads))
    ]


def unpc(data: Path, size: int = 400) -> list[Gold]:
    """UN sentence pairs, `size` to a document, 1-1 throughout: to be damaged."""
    source, target = lines(data / "unpc" / "dev.zh"), lines(data / "unpc" / "dev.en")
    translation = lines(data / "unpc" / "dev.opus-mt.en")
    return [
        Gold(
            f"unpc/{start // size}",
            source[start : start + size],
            target[start : start + size],
            tuple(Bead((i,), (i,)) for i in range(min(size, len(source) - start))),
            translation[start : start + size],
        )
        for start in range(0, len(source), size)
    ]


def chopped(gold: Gold, size: int) -> list[Gold]:
    """The text divided into documents of `size` beads."""
    parts = []
    for number, first in enumerate(range(0, len(gold.beads), size)):
        beads = gold.beads[first : first + size]
        source = [i for bead in beads for i in bead.source]
        target = [j for bead in beads for j in bead.target]
        parts.append(
            Gold(
                f"{gold.name}/{number}",
                gold.source[source[0] : source[-1] + 1],
                gold.target[target[0] : target[-1] + 1],
                tuple(
                    Bead(
                        tuple(i - source[0] for i in bead.source),
                        tuple(j - target[0] for j in bead.target),
                    )
                    for bead in beads
                ),
                gold.translation and gold.translation[source[0] : source[-1] + 1],
            )
        )
    return parts


@dataclass(frozen=True, slots=True)
class Damage:
    """Probabilities per bead of each kind of damage."""

    drop_source: float = 0.02
    drop_target: float = 0.02
    drop_run: float = 0.002
    foreign: float = 0.02
    foreign_run: float = 0.002
    split: float = 0.08
    merge: float = 0.06


def damaged(gold: Gold, other: Gold, damage: Damage, seed: int) -> Gold:
    """Drop, insert, split and merge sentences of `gold`; foreign sentences come from `other`.

    The translation is kept in step where a source sentence is dropped, inserted or merged; a
    source sentence that is split has its translation split at the nearest word, in proportion.
    """
    generator = random.Random(seed)
    source: list[str] = []
    target: list[str] = []
    translation: list[str] = []
    beads: list[Bead] = []
    has_translation = gold.translation is not None and other.translation is not None

    def emit(zh: Sequence[str], en: Sequence[str], mt: Sequence[str]) -> None:
        i, j = len(source), len(target)
        source.extend(zh)
        target.extend(en)
        translation.extend(mt)
        if not zh or not en:
            beads.extend(Bead((i + k,), ()) for k in range(len(zh)))
            beads.extend(Bead((), (j + k,)) for k in range(len(en)))
            return
        beads.append(Bead(tuple(range(i, i + len(zh))), tuple(range(j, j + len(en)))))

    def foreign(count: int) -> None:
        first = generator.randrange(max(len(other.source) - count, 1))
        if generator.random() < 0.5:
            mt = other.translation or other.source
            emit(other.source[first : first + count], (), mt[first : first + count])
        else:
            first = generator.randrange(max(len(other.target) - count, 1))
            emit((), other.target[first : first + count], ())

    run = 0
    run_source = False
    at = 0
    while at < len(gold.beads):
        bead = gold.beads[at]
        zh = [gold.source[i] for i in bead.source]
        en = [gold.target[j] for j in bead.target]
        mt = [(gold.translation or gold.source)[i] for i in bead.source]
        at += 1
        draw = generator.random()
        if run == 0 and generator.random() < damage.drop_run:
            run, run_source = generator.randint(3, 20), generator.random() < 0.5
        if run or draw < damage.drop_source + damage.drop_target:
            drop_source = run_source if run else draw < damage.drop_source
            run = max(run - 1, 0)
            emit(*(([], en, []) if drop_source else (zh, [], mt)))
            continue
        if generator.random() < damage.foreign:
            foreign(1)
        if generator.random() < damage.foreign_run:
            foreign(generator.randint(3, 30))
        if len(zh) == len(en) == 1 and generator.random() < damage.split:
            pieces = _several(generator)
            if generator.random() < 0.5:
                en = _split(en[0], "en", generator, pieces)
            else:
                zh, mt = _split_with(zh[0], mt[0], generator, pieces)
        elif len(zh) == len(en) == 1 and generator.random() < damage.merge:
            for following in gold.beads[at : at + _several(generator) - 1]:
                if following.type != "1-1":
                    break
                zh.append(gold.source[following.source[0]])
                mt.append((gold.translation or gold.source)[following.source[0]])
                en.append(gold.target[following.target[0]])
                at += 1
            if len(zh) > 1 and generator.random() < 0.5:
                zh, mt = ["".join(zh)], [" ".join(mt)]
            elif len(en) > 1:
                en = [" ".join(en)]
        emit(zh, en, mt)
    return Gold(
        f"{gold.name}~{seed}",
        tuple(source),
        tuple(target),
        tuple(beads),
        tuple(translation) if has_translation else None,
    )


def _several(generator: random.Random) -> int:
    """A random number of parts: mostly two, sometimes up to five."""
    return generator.choices((2, 3, 4, 5), weights=(70, 20, 7, 3))[0]


def _split(text: str, language: str, generator: random.Random, pieces: int = 2) -> list[str]:
    """Split a sentence into up to `pieces` parts after commas or semicolons, if it has any."""
    places = [match.start() for match in _BREAK[language].finditer(text)]
    places = [place for place in places if 0.1 * len(text) < place]
    if not places:
        return [text]
    chosen = sorted(generator.sample(places, min(pieces - 1, len(places))))
    return _cut(text, chosen)


def _split_with(
    text: str, translation: str, generator: random.Random, pieces: int = 2
) -> tuple[list[str], list[str]]:
    """Split a source sentence, and its translation proportionally at the nearest punctuation."""
    parts = _split(text, "zh", generator, pieces)
    places = [match.end() for match in re.finditer(r"[,;:] ", translation)]
    if len(places) < len(parts) - 1:
        places = [match.end() for match in re.finditer(" ", translation)]
    chosen: list[int] = []
    done = 0
    for part in parts[:-1]:
        done += len(part)
        wanted = done / len(text) * len(translation)
        later = [place for place in places if not chosen or place > chosen[-1]]
        if not later:
            return [text], [translation]
        chosen.append(min(later, key=lambda each: abs(each - wanted)))
    return parts, _cut(translation, chosen)


def _cut(text: str, places: Sequence[int]) -> list[str]:
    edges = [0, *places, len(text)]
    return [text[start:end].strip() for start, end in itertools.pairwise(edges)]
