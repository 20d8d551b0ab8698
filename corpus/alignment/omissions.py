"""Unpaired source sentences: left out, or translated together with a neighbour?

A free translation may render a sentence in two words at the end of the previous one: 这些公司大多
已经倒闭 becomes ", mostly failures". Both sides then share too few words to distinguish this
from an omission. Forced decoding can: adding a sentence that was left out to its neighbour makes
the neighbour's translation less probable (by six nats in the median), adding one that was
condensed makes it more probable.

Measured by `python -m duizhao.evaluation.benchmarks.alignment.half_translated DATA`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from duizhao.corpus.alignment.bead import Bead
from duizhao.corpus.alignment.groups import Groups
from duizhao.corpus.alignment.lattice import LARGEST_BEAD
from duizhao.corpus.alignment.prepare import Texts
from duizhao.corpus.alignment.signals.forced import Score
from duizhao.corpus.script import join

LEAST_GAIN = 2.0
"""By how many nats a sentence must raise the log probability of its neighbour's translation.

Cross-validation on half-translated text chooses 1.0 to 2.0. With 2.0 no sentence that was left out
of damaged UN text is joined, with 1.0 one of 78.
"""
GAIN_PER_LOGIT = 4.0
"""By this, a gain of 2 nats is right in 6 of 10 cases, and one of 10 nats in 9."""


class Joint(NamedTuple):
    """A gap (its index in the list of beads), a neighbour, and the bead of both together."""

    gap: int
    neighbour: int
    bead: Bead


def rejoined(
    texts: Texts,
    beads: Sequence[Bead],
    score: Score,
    fixed: Sequence[Bead] = (),
    groups: Groups | None = None,
    least_gain: float = LEAST_GAIN,
) -> list[Bead]:
    """The beads, with half-translated sentences joined to the neighbour that translates them."""
    closed = {i for bead in fixed for i in bead.source}
    joints = [
        joint
        for joint in _joints(beads)
        if closed.isdisjoint(joint.bead.source) and _in_one_block(texts, joint.bead, groups)
    ]
    gains = _gains(texts, beads, joints, score)
    made: dict[int, Bead | None] = {}
    for gain, joint in sorted(zip(gains, joints, strict=True), key=lambda each: -each[0]):
        # each bead is joined at most once
        if gain > least_gain and joint.gap not in made and joint.neighbour not in made:
            made[joint.gap] = None
            made[joint.neighbour] = _joined(beads[joint.gap], beads[joint.neighbour], gain)
    kept = (made.get(at, bead) for at, bead in enumerate(beads))
    return [bead for bead in kept if bead is not None]


def _joints(beads: Sequence[Bead]) -> Iterator[Joint]:
    """Each unpaired source sentence with the paired sentences before and after it."""
    for gap, bead in enumerate(beads):
        if bead.target:
            continue
        for at in (gap - 1, gap + 1):
            if 0 <= at < len(beads) and beads[at].source and beads[at].target:
                joined = _joined(bead, beads[at], 0.0)
                if len(joined.source) + len(joined.target) <= LARGEST_BEAD:
                    yield Joint(gap, at, joined)


def _joined(gap: Bead, neighbour: Bead, gain: float) -> Bead:
    signals = {name: gap.signals.get(name, 0.0) + v for name, v in neighbour.signals.items()}
    signals["forced"] = signals.get("forced", 0.0) + gain
    confidence = 1.0 / (1.0 + math.exp(-gain / GAIN_PER_LOGIT))
    source = tuple(sorted(gap.source + neighbour.source))
    return Bead(source, neighbour.target, sum(signals.values()), confidence, signals)


def _in_one_block(texts: Texts, bead: Bead, groups: Groups | None) -> bool:
    """Whether the source sentences are in one paragraph and one group, where these are known."""
    numbers = [groups[0]] if groups is not None else []
    if texts.structure is not None:
        numbers.append(texts.structure.source[:, 0].tolist())
    return all(len({each[i] for i in bead.source}) == 1 for each in numbers)


def _gains(
    texts: Texts, beads: Sequence[Bead], joints: Sequence[Joint], score: Score
) -> list[float]:
    """How much more probable each neighbour's translation is with the unpaired sentence."""
    pairs: dict[tuple[str, str], float] = {}
    spans = []
    for joint in joints:
        target = join([texts.target[j] for j in joint.bead.target])
        for bead in (joint.bead, beads[joint.neighbour]):
            spans.append((join([texts.source[i] for i in bead.source]), target))
    distinct = list(dict.fromkeys(spans))
    if distinct:
        answers = score(*zip(*distinct, strict=True))
        pairs = {p: a.log_probability for p, a in zip(distinct, answers, strict=True)}
    return [pairs[spans[k]] - pairs[spans[k + 1]] for k in range(0, len(spans), 2)]
