"""The bead: a group of source sentences paired with a group of target sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from duizhao.corpus.errors import BrokenIdentity


@dataclass(frozen=True, slots=True)
class Bead:
    """Sentence ids (from 0, consecutive, in order) of both sides, with a confidence.

    `score` is the search's score of the bead (higher is better; sum of `signals` and prior),
    `confidence` the calibrated probability that the bead is right, `signals` each signal's share
    of the score by name. An empty `target` is a deletion, an empty `source` an insertion.

        >>> str(Bead((0, 1), (2,)))
        '[0,1]:[2]'
    """

    source: tuple[int, ...]
    target: tuple[int, ...]
    score: float = 0.0
    confidence: float = 1.0
    signals: Mapping[str, float] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """Bead type such as ``1-1``, ``2-1``, ``1-0`` (deletion), ``0-1`` (insertion)."""
        return f"{len(self.source)}-{len(self.target)}"

    def __str__(self) -> str:
        return f"[{','.join(map(str, self.source))}]:[{','.join(map(str, self.target))}]"


_IDS = r"\[\s*(\d+(?:\s*,\s*\d+)*)?\s*\]"
_BEAD = re.compile(rf"{_IDS}\s*:\s*{_IDS}(?:\s*:\s*[-+\d.e]+)?")


def parse_bead(line: str) -> Bead:
    """Read ``[0,1]:[2]``, the format of vecalign and Bertalign; a ``:`` and a score may follow.

    ValueError for anything else, and for sentences that are not consecutive.
    """
    match = _BEAD.fullmatch(line.strip())
    if match is None:
        raise ValueError(f"not a bead: {line.strip()!r}; expected the form [0,1]:[2]")
    source, target = (
        tuple(int(number) for number in side.split(",")) if side else () for side in match.groups()
    )
    return checked_bead(source, target)


def checked_bead(source: tuple[int, ...], target: tuple[int, ...]) -> Bead:
    """The bead of these sentences; ValueError unless they are consecutive on both sides."""
    for ids in (source, target):
        if ids and ids != tuple(range(ids[0], ids[0] + len(ids))):
            raise ValueError(
                f"the sentences {','.join(map(str, ids))} of {Bead(source, target)} are not "
                "consecutive; a bead must have consecutive sentences"
            )
    return Bead(source, target)


def check_cover(
    beads: Iterable[Bead], sources: int, targets: int, *, may_cross: bool = False
) -> None:
    """Raise BrokenIdentity unless the beads cover both sides exactly once, in order.

    With `may_cross` the beads may have any order: a review can pair moved text.
    """
    beads = list(beads)
    covered: tuple[Sequence[int], Sequence[int]] = (
        [number for bead in beads for number in bead.source],
        [number for bead in beads for number in bead.target],
    )
    for side, ids, count in zip(("source", "target"), covered, (sources, targets), strict=True):
        if (sorted(ids) if may_cross else ids) != list(range(count)):
            raise BrokenIdentity(f"the beads do not cover the {side} side once, in order")
