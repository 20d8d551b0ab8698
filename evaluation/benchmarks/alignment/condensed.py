"""Half-translated sentences: a sentence of which only a few words are left, in its neighbour.

A free translation renders 他的公司倒闭了。("His company went bankrupt.") as ", mostly failures" at
the end of the previous sentence. The right bead has both source sentences. Real texts with such
places and a gold alignment are few, so they are made from others, together with real omissions.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from duizhao.corpus.alignment.bead import Bead
from duizhao.evaluation.benchmarks.alignment.data import Gold

_END = re.compile(r"[.!?;,:…\"”’)\s]+$")
_WORD = re.compile(r"\w+")
_CLAUSE = re.compile(r".*[,;:]$").match
_OPENING = re.compile(
    "an?|the|and|but|or|as|at|by|for|from|in(to)?|of|on|to|with(out)?|who|which|that|while|when|"
    "where|because|if|since|after|before|through|over|under|about|between"
).fullmatch
_PRONOUN = re.compile("s?he|it|we|you|the[ym]|th[eo]se|there|his|hers?|it|its|our|their").fullmatch


def condensed(gold: Gold, rate: float, seed: int) -> Gold:
    """The text with some of its 1-1 beads condensed into the bead before or after.

    A phrase of 2 words up to half of the sentence is kept, the one with the rarest words.
    """
    generator = random.Random(seed)
    rarity = _rarity(gold.target)
    target = list(gold.target)
    dropped: set[int] = set()
    joined: list[list[Bead]] = []
    beads = list(gold.beads)
    at = 0
    while at < len(beads):
        bead, at = beads[at], at + 1
        chosen = bead.type == "1-1" and generator.random() < rate
        before = bool(joined) and len(joined[-1]) == 1 and _two_sided(joined[-1][0])
        after = at < len(beads) and _two_sided(beads[at])
        words = target[bead.target[0]].split() if chosen else []
        if len(words) < 4 or not (before or after):
            joined.append([bead])
            continue
        phrase = _phrase(words, rarity, generator)
        dropped.add(bead.target[0])
        if before and (not after or generator.random() < 0.5):
            neighbour = joined[-1][0].target[-1]
            target[neighbour] = _appended(target[neighbour], phrase)
            joined[-1].append(bead)
        else:
            neighbour = beads[at].target[0]
            target[neighbour] = _prepended(phrase, target[neighbour])
            joined.append([bead, beads[at]])
            at += 1
    number = {j: k for k, j in enumerate(j for j in range(len(target)) if j not in dropped)}
    return replace(
        gold,
        name=f"{gold.name}~c{seed}",
        target=tuple(text for j, text in enumerate(target) if j not in dropped),
        beads=tuple(_merged(group, number) for group in joined),
    )


def _two_sided(bead: Bead) -> bool:
    return bool(bead.source and bead.target)


def _merged(group: Sequence[Bead], number: dict[int, int]) -> Bead:
    source = tuple(i for bead in group for i in bead.source)
    return Bead(source, tuple(number[j] for bead in group for j in bead.target if j in number))


def _rarity(sentences: Sequence[str]) -> dict[str, float]:
    counts = Counter(word for text in sentences for word in set(_WORD.findall(text.lower())))
    return {word: math.log(len(sentences) / count) for word, count in counts.items()}


def _phrase(words: Sequence[str], rarity: dict[str, float], generator: random.Random) -> str:
    """A run of words, up to a random length, that could be a phrase; its words are the rarest."""
    size = generator.randint(3, max(len(words) // 2, 3))
    weights = [sum(rarity.get(each, 0.0) for each in _WORD.findall(word.lower())) for word in words]
    bare = [word.strip("\"“”‘’'(),;:.!?").lower() for word in words]
    seams = [k for k in range(1, len(words)) if _OPENING(bare[k]) or _CLAUSE(words[k - 1])]
    runs = [(a, b) for a in [0, *seams] for b in [*seams, len(words)] if 2 <= b - a <= size]
    runs = runs or [(len(words) - size, len(words))]
    start, end = max(runs, key=lambda run: sum(weights[run[0] : run[1]]))
    return _END.sub("", " ".join(words[start:end])).strip("\"“‘'(,;")


def _appended(text: str, phrase: str) -> str:
    end = _END.search(text)
    at = end.start() if end else len(text)
    return f"{text[:at]}, {phrase}{text[at:] or '.'}"


def _prepended(phrase: str, text: str) -> str:
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    small = _OPENING(first.lower()) or _PRONOUN(first.lower())
    return f"{phrase[:1].upper()}{phrase[1:]}, {text[:1].lower() if small else text[:1]}{text[1:]}"
